import {
  DREP_BIG,
  DREP_LITTLE,
  encodeVerificationTrailer,
  FAULT,
  NDR20_SYNTAX,
  NDR64_SYNTAX,
  PFC,
  RPC_C_AUTHN_LEVEL,
  SEC_VT,
  type VerificationCommand,
} from '../../../codec/rpce/index.js';
import { expectFault } from '../../core/index.js';
import { WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';
import { authenticated } from './signed-association.js';

const { CONNECT } = RPC_C_AUTHN_LEVEL;
const CALL_ID = 40;

type Make = (target: Target) => VerificationCommand;

const pcontext =
  (change: Partial<NonNullable<VerificationCommand['pcontext']>> = {}): Make =>
  ({ simple: { interface: wanted } }) => ({
    type: SEC_VT.PCONTEXT,
    mustProcess: false,
    pcontext: {
      interface_uuid: wanted.uuid,
      interface_version: wanted.version.major | (wanted.version.minor << 16),
      transfer_uuid: NDR20_SYNTAX.uuid,
      transfer_version: NDR20_SYNTAX.version,
      ...change,
    },
  });

const header2 =
  (change: Partial<NonNullable<VerificationCommand['header2']>> = {}): Make =>
  ({ simple: { opnum } }) => ({
    type: SEC_VT.HEADER2,
    mustProcess: false,
    header2: {
      PTYPE: 0,
      Reserved1: 0,
      Reserved2: 0,
      drep: DREP_LITTLE,
      call_id: CALL_ID,
      p_cont_id: 0,
      opnum,
      ...change,
    },
  });

const bitmask =
  (bits: number): Make =>
  () => ({ type: SEC_VT.BITMASK_1, mustProcess: false, bitmask: { bits } });

const unknown =
  (mustProcess: boolean): Make =>
  () => ({ type: 77, mustProcess, unknown: Buffer.alloc(8) });

/** A call at CONNECT, where nothing else protects the header, with these commands behind its stub. */
async function sent(target: Target, commands: readonly Make[], flags = WHOLE, padding = 0) {
  const { association } = await authenticated(target, CONNECT, { flags });
  const { opnum } = target.simple;
  const given = Buffer.concat([target.simple.stub, Buffer.alloc(padding)]);
  const trailer = encodeVerificationTrailer(
    given.length,
    commands.map((make) => make(target)),
  );
  const request = association.requestPdu(opnum, Buffer.concat([given, trailer]), { call_id: CALL_ID });
  return { association, received: await association.connection.exchange(request) };
}

const TAKEN: readonly (readonly [name: string, section: string, what: string, commands: readonly Make[]])[] = [
  ['pcontext', '2.2.2.13.4', 'the presentation context that was negotiated', [pcontext()]],
  ['header2', '2.2.2.13.3', 'the header that was sent', [header2()]],
  ['any-order', '2.2.2.13', 'several commands in any order', [header2(), bitmask(0), pcontext()]],
  ['unknown-bits', '2.2.2.13.2', 'bits of the bitmask that are unknown', [bitmask(0xfffffffe)]],
  ['unknown-command', '2.2.2.13', 'a command that is unknown', [unknown(false), pcontext()]],
  ['reserved', '2.2.2.13.3', 'what header2 reserves', [header2({ Reserved1: 9, Reserved2: 9 })]],
];

const REFUSED: readonly (readonly [name: string, section: string, what: string, commands: readonly Make[]])[] = [
  ['must-process', '2.2.2.13', 'an unknown command that must be processed', [unknown(true)]],
  ['must-process-later', '2.2.2.13', 'the same behind a known one', [pcontext(), unknown(true)]],
  ['other-interface', '2.2.2.13.4', 'another interface', [pcontext({ interface_uuid: NDR20_SYNTAX.uuid })]],
  ['other-version', '2.2.2.13.4', 'another interface version', [pcontext({ interface_version: 0x70007 })]],
  [
    'other-syntax',
    '2.2.2.13.4',
    'another transfer syntax',
    [pcontext({ transfer_uuid: NDR64_SYNTAX.uuid, transfer_version: 1 })],
  ],
  ['other-ptype', '2.2.2.13.3', 'another PDU type', [header2({ PTYPE: 2 })]],
  ['other-drep', '2.2.2.13.3', 'another data representation', [header2({ drep: DREP_BIG })]],
  ['other-call-id', '2.2.2.13.3', 'another call_id', [header2({ call_id: CALL_ID + 1 })]],
  ['other-context', '2.2.2.13.3', 'another presentation context', [header2({ p_cont_id: 1 })]],
  ['other-opnum', '2.2.2.13.3', 'another opnum', [header2({ opnum: 0x77 })]],
  ['header-signing', '2.2.2.13.2', 'header signing, which its bind did not ask for', [bitmask(1)]],
];

/** The signature and the commands behind a stub, which protect the header where nothing else does. */
export const VERIFICATION_CHECKS = group({ needs: ['rpc', 'account'] }, [
  ...TAKEN.map(
    ([name, section, what, commands]): ServerCheckRow => ({
      id: `rpce/2.2.2.13/taken-${name}`,
      section: `[MS-RPCE] ${section}`,
      requirement: `A request with a verification trailer of ${what} is answered.`,
      stimulus: 'a call at CONNECT with such a verification trailer',
      async run(target) {
        const { association, received } = await sent(target, commands);
        target.simple.check((await association.answer(received, undefined)).stub);
      },
    }),
  ),
  ...REFUSED.map(
    ([name, section, what, commands]): ServerCheckRow => ({
      id: `rpce/2.2.2.13/refused-${name}`,
      section: `[MS-RPCE] ${section}`,
      level: name.startsWith('must') ? 'SHOULD' : 'MUST',
      requirement: `A request whose verification trailer has ${what} is refused${name.startsWith('must') ? ' with status 5' : ''}.`,
      stimulus: 'a call at CONNECT with such a verification trailer',
      async run(target) {
        const { received } = await sent(target, commands);
        expectFault(received, FAULT.ACCESS_DENIED);
      },
    }),
  ),
  {
    id: 'rpce/2.2.2.13/behind-padding',
    section: '[MS-RPCE] 2.2.2.13',
    level: 'SHOULD',
    requirement: 'A verification trailer is found behind padding that a client adds to its stub.',
    stimulus: 'a call at CONNECT with 16 octets of padding and a trailer that does not fit',
    async run(target) {
      const { received } = await sent(target, [header2({ opnum: 0x77 })], WHOLE, 16);
      expectFault(received, FAULT.ACCESS_DENIED);
    },
  },
  {
    id: 'rpce/2.2.2.13/header-signing-was-asked-for',
    section: '[MS-RPCE] 2.2.2.13.2',
    requirement: 'CLIENT_SUPPORT_HEADER_SIGNING is accepted if the bind had PFC_SUPPORT_HEADER_SIGN.',
    stimulus: 'a bind with PFC_SUPPORT_HEADER_SIGN, and a call with the bitmask 1',
    async run(target) {
      const { association, received } = await sent(target, [bitmask(1)], WHOLE | PFC.SUPPORT_HEADER_SIGN);
      target.simple.check((await association.answer(received, undefined)).stub);
    },
  },
  {
    id: 'rpce/2.2.2.13/in-the-last-fragment',
    section: '[MS-RPCE] 2.2.2.13',
    requirement:
      'A verification trailer is looked for in the last fragment of a request, with the header of the first.',
    stimulus: 'a call at CONNECT in two fragments, the last with a trailer that names another opnum',
    async run(target) {
      const { association } = await authenticated(target, CONNECT, { flags: WHOLE });
      const { opnum, stub } = target.simple;
      const commands = [header2({ opnum: 0x77 })(target)];
      const first = association.requestPdu(opnum, stub, { pfc_flags: PFC.FIRST_FRAG, call_id: CALL_ID, alloc_hint: 0 });
      const trailer = encodeVerificationTrailer(stub.length, commands);
      const last = { ...first, pfc_flags: PFC.LAST_FRAG, stub: trailer };
      association.connection.send(first, last);
      expectFault(await association.connection.receive(), FAULT.ACCESS_DENIED);
    },
  },
]);
