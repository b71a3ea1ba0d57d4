import { RPC_C_AUTHN_LEVEL, sec_trailer, stubOffset } from '../../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../../codec/status/authn.js';
import type { Protection } from '../../../rpc/core/protection.js';
import { activatedBy, activationCall, activator, mustBeAccepted, mustBeRefused } from '../activation.js';
import type { Association } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';
import { MECHANISMS, slug } from './levels.js';

const { PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const METHOD = 'RemoteCreateInstance';

/** Room for the stub in fragments that are meant to be several. */
const SMALL = 600;

interface Signed {
  readonly association: Association;
  readonly protection: Protection;
  /** The fragments of an activation, signed. */
  readonly fragments: readonly Buffer[];
}

/** An activation, signed and not sent yet. */
async function signed(target: Target, authType: number, level: number, maxFragment?: number): Promise<Signed> {
  const { association, protection } = await activator(target, METHOD, authType, level);
  const { opnum, stub } = activationCall(target, METHOD);
  const size = maxFragment === undefined ? {} : { maxFragment };
  return { association, protection, fragments: association.fragments(opnum, stub, { protection, ...size }) };
}

const outcome = async ({ association, protection }: Signed) =>
  activatedBy(association, METHOD, await association.connection.receive(), protection);

const trailerAt = (pdu: Buffer): number => pdu.length - pdu.readUInt16LE(10) - sec_trailer.size;
const valueAt = (pdu: Buffer): number => pdu.length - pdu.readUInt16LE(10);

/** A bit that is turned over on the way: where, and whether it is covered without header signing too. */
const PLACES: readonly (readonly [name: string, at: (pdu: Buffer) => number, what: string])[] = [
  ['first-octet-of-stub', () => stubOffset({ PTYPE: 'request' }), 'in the first octet of the stub'],
  ['class', (pdu) => stubOffset({ PTYPE: 'request' }) + (trailerAt(pdu) - 24) / 2, 'in the middle of the stub'],
  ['last-octet-before-trailer', (pdu) => trailerAt(pdu) - 1, 'in the last octet before the trailer'],
  ['signature', (pdu) => valueAt(pdu) + 6, 'in the signature'],
  ['sequence-number', (pdu) => pdu.length - 1, 'in the last octet of the signature'],
];

const byMechanism = MECHANISMS.flatMap(([mechanism, authType]): ServerCheckRow[] => [
  ...[PKT_INTEGRITY, PKT_PRIVACY].flatMap((level) =>
    PLACES.map(
      ([name, at, what]): ServerCheckRow => ({
        id: `hardening/tampered/${name}-${slug(shortAuthnLevelName(level))}-${mechanism}`,
        needs: [mechanism],
        requirement: `A signed activation in which a bit was changed ${what} is refused.`,
        stimulus: `an activation at ${shortAuthnLevelName(level)} with one bit turned over ${what}`,
        async run(target) {
          const call = await signed(target, authType, level);
          const [pdu] = call.fragments as [Buffer];
          const place = Math.floor(at(pdu));
          pdu[place] = (pdu[place] as number) ^ 0x40;
          call.association.connection.send(pdu);
          await mustBeRefused(target, await outcome(call));
        },
      }),
    ),
  ),
  {
    id: `hardening/tampered/header-${mechanism}`,
    section: '[MS-RPCE] 3.3.1.5.2.2',
    needs: [mechanism],
    requirement: 'If headers are signed, a signed activation whose opnum was changed on the way is refused.',
    stimulus: 'RemoteCreateInstance at PKT_INTEGRITY whose opnum was made RemoteGetClassObject',
    async run(target) {
      const call = await signed(target, authType, PKT_INTEGRITY);
      const [pdu] = call.fragments as [Buffer];
      pdu.writeUInt16LE(3, 22);
      call.association.connection.send(pdu);
      await mustBeRefused(target, await outcome(call));
    },
  },
  ...(['first', 'middle', 'last'] as const).map(
    (which): ServerCheckRow => ({
      id: `hardening/tampered/${which}-fragment-${mechanism}`,
      section: '[MS-RPCE] 2.2.2.11',
      needs: [mechanism],
      requirement: `The signature of each fragment counts, that of the ${which} one too.`,
      stimulus: `an activation in several fragments with one bit turned over in the signature of the ${which}`,
      async run(target) {
        const call = await signed(target, authType, PKT_INTEGRITY, SMALL);
        const { fragments } = call;
        const index = { first: 0, middle: 1, last: fragments.length - 1 }[which];
        const pdu = fragments[index] as Buffer;
        const place = valueAt(pdu) + 6;
        pdu[place] = (pdu[place] as number) ^ 1;
        call.association.connection.send(...fragments);
        await mustBeRefused(target, await outcome(call));
      },
    }),
  ),
  {
    id: `hardening/tampered/fragment-without-trailer-${mechanism}`,
    section: '[MS-RPCE] 2.2.2.11',
    needs: [mechanism],
    requirement: 'Every fragment of a signed request has a trailer.',
    stimulus: 'an activation in several fragments, the last one without its trailer',
    async run(target) {
      const call = await signed(target, authType, PKT_INTEGRITY, SMALL);
      const pdus = [...call.fragments];
      const last = Buffer.from(pdus.pop() as Buffer);
      const end = trailerAt(last) - (last[trailerAt(last) + 2] as number);
      const bare = Buffer.from(last.subarray(0, end));
      bare.writeUInt16LE(bare.length, 8);
      bare.writeUInt16LE(0, 10);
      call.association.connection.send(...pdus, bare);
      await mustBeRefused(target, await outcome(call));
    },
  },
  {
    id: `hardening/replayed/call-${mechanism}`,
    needs: [mechanism],
    requirement: 'A signed activation that is sent a second time is refused.',
    stimulus: 'an activation at PKT_INTEGRITY, and its octets again',
    async run(target) {
      const call = await signed(target, authType, PKT_INTEGRITY);
      call.association.connection.send(...call.fragments);
      mustBeAccepted(await outcome(call));
      call.association.connection.send(...call.fragments);
      await mustBeRefused(target, await outcome(call));
    },
  },
  {
    id: `hardening/replayed/on-another-connection-${mechanism}`,
    section: '[MS-RPCE] 3.3.1.5.2.1',
    needs: [mechanism],
    requirement: 'A signed activation means nothing on another connection, whose handshake was another.',
    stimulus: 'an activation at PKT_INTEGRITY, sent over another connection of the same account',
    async run(target) {
      const call = await signed(target, authType, PKT_INTEGRITY);
      const other = await activator(target, METHOD, authType, PKT_INTEGRITY);
      other.association.connection.send(...call.fragments);
      await mustBeRefused(target, await outcome({ ...other, fragments: [] }));
    },
  },
  {
    id: `hardening/reordered/fragments-${mechanism}`,
    needs: [mechanism],
    requirement: 'Signed fragments that change places on the way are refused.',
    stimulus: 'an activation in several fragments, two of which have changed places',
    async run(target) {
      const call = await signed(target, authType, PKT_INTEGRITY, SMALL / 2);
      const pdus = [...call.fragments];
      [pdus[1], pdus[2]] = [pdus[2] as Buffer, pdus[1] as Buffer];
      call.association.connection.send(...pdus);
      await mustBeRefused(target, await outcome(call));
    },
  },
  {
    id: `hardening/reordered/calls-${mechanism}`,
    needs: [mechanism],
    requirement: 'A signed activation is refused where another signed call before it was lost.',
    stimulus: 'two activations, signed one after the other; only the second one is sent',
    async run(target) {
      const lost = await signed(target, authType, PKT_INTEGRITY);
      const { association, protection } = lost;
      const { opnum, stub } = activationCall(target, METHOD);
      association.connection.send(...association.fragments(opnum, stub, { protection }));
      await mustBeRefused(target, await outcome(lost));
    },
  },
]);

/** What was changed, repeated or moved on the way. */
export const TAMPERED_CHECKS = group(
  { needs: ['activator', 'activation'], section: '[MS-RPCE] 3.3.1.5.2.2' },
  byMechanism,
);
