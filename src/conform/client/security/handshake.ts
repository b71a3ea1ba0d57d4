import { encodePdu, RPC_C_AUTHN } from '../../../codec/rpce/index.js';
import { NEG_STATE, OID } from '../../../codec/spnego/index.js';
import { must, NotApplicable } from '../../core/index.js';
import { type ClientCheck, observed, refused } from '../check.js';
import type { Baseline } from '../judge.js';
import type { Change } from '../middle/answer.js';
import { type Acknowledgement, bindAcks } from '../middle/changes.js';
import { negotiations } from './tokens.js';

const SECTION = '[MS-RPCE] 3.3.1.5.2.1';

/** The server's answer to the first leg, with another trailer or none. */
const trailers = (change: (auth: NonNullable<Acknowledgement['auth']>) => Acknowledgement['auth']): Change =>
  bindAcks(({ frag_length: _, auth_length: __, auth, ...ack }) => {
    if (auth === undefined || auth.auth_value.length === 0) return undefined;
    const changed = change(auth);
    return [{ octets: encodePdu({ ...ack, ...(changed && { auth: changed }) } as Acknowledgement) }];
  });

const notGoneOn = (
  id: string,
  section: string,
  requirement: string,
  stimulus: string,
  change: Change,
  at: string,
): ClientCheck =>
  refused({
    ...{ id, section, requirement, stimulus, at },
    level: 'MUST',
    needs: ['activation', 'security'],
    with: { change },
    uses: 'connection',
  });

const leg = 'the answer to the first leg of a handshake';
const negotiation = 'the answer of SPNEGO';

/** The binds and alter_contexts with a trailer. */
const trailersOf = ({ history }: Baseline) =>
  history.pdus.flatMap(({ from, pdu, connection }) =>
    from === 'client' && pdu?.auth !== undefined ? [{ pdu, auth: pdu.auth, connection }] : [],
  );

export const HANDSHAKES: readonly ClientCheck[] = [
  observed({
    id: 'rpce/3.3.1.5.2.1/auth3-for-odd-legs',
    section: SECTION,
    requirement: 'The last leg of a mechanism with an odd number of legs, as NTLM by itself, is sent by auth3.',
    level: 'SHOULD',
    needs: ['security'],
    judge(baseline) {
      const raw = trailersOf(baseline).filter(({ auth }) => auth.auth_type === RPC_C_AUTHN.WINNT);
      if (raw.length === 0) throw new NotApplicable('the client does not use NTLM by itself');
      must(
        raw.some(({ pdu }) => pdu.PTYPE === 'auth3'),
        'auth3',
        'none',
      );
    },
  }),
  observed({
    id: 'rpce/3.3.1.5.2.1/no-auth3-for-even-legs',
    section: SECTION,
    requirement: 'The auth3 PDU is only for mechanisms in which the client knows that its leg is the last.',
    level: 'MUST',
    needs: ['security'],
    judge(baseline) {
      const negotiated = trailersOf(baseline).filter(({ auth }) => auth.auth_type === RPC_C_AUTHN.GSS_NEGOTIATE);
      if (negotiated.length === 0) throw new NotApplicable('the client does not use SPNEGO');
      must(!negotiated.some(({ pdu }) => pdu.PTYPE === 'auth3'), 'alter_context', 'auth3 for SPNEGO');
    },
  }),
  observed({
    id: 'rpce/2.2.2.11/one-level-in-a-context',
    section: '[MS-RPCE] 2.2.2.11',
    requirement: 'All PDUs of a security context have its type and its level.',
    level: 'MUST',
    needs: ['security'],
    judge(baseline) {
      const known = new Map<string, string>();
      for (const { auth, connection } of trailersOf(baseline)) {
        const key = `${connection.number} ${auth.auth_context_id}`;
        const own = `type ${auth.auth_type}, level ${auth.auth_level}`;
        const first = known.get(key) ?? own;
        known.set(key, first);
        must(own === first, first, own);
      }
    },
  }),
  notGoneOn(
    'rpce/3.3.1.5.2.1/no-trailer',
    SECTION,
    'A handshake whose answer has no token has failed: nothing is sent on that connection, least of all in plain.',
    'bind_ack without sec_trailer',
    trailers(() => undefined),
    leg,
  ),
  notGoneOn(
    'rpce/3.3.1.5.2.1/garbage-token',
    SECTION,
    'A handshake whose answer is no token of the mechanism has failed: nothing is sent on that connection.',
    'a token of 64 octets of 0x5a',
    trailers((auth) => ({ ...auth, auth_value: Buffer.alloc(64, 0x5a) })),
    leg,
  ),
  notGoneOn(
    'rpce/2.2.2.11/other-type-in-ack',
    '[MS-RPCE] 2.2.2.11',
    'A token of another mechanism than was begun is no answer.',
    'auth_type of Schannel, and a token of 64 octets',
    trailers((auth) => ({ ...auth, auth_type: RPC_C_AUTHN.GSS_SCHANNEL, auth_value: Buffer.alloc(64, 0x16) })),
    leg,
  ),
  notGoneOn(
    'rfc4178/4.2.2/rejected',
    'RFC 4178 4.2.2',
    'A negotiation that the server rejects has failed: nothing is sent on that connection.',
    'negState reject',
    negotiations(() => ({ kind: 'NegTokenResp', negState: NEG_STATE.REJECT })),
    negotiation,
  ),
  notGoneOn(
    'rfc4178/4.2.2/other-mechanism',
    'RFC 4178 4.2.2',
    'A server that chooses a mechanism which was not offered is not followed.',
    'supportedMech of NEGOEX',
    negotiations((token) => (token.supportedMech === undefined ? undefined : { ...token, supportedMech: OID.NEGOEX })),
    negotiation,
  ),
  notGoneOn(
    'rfc4178/5/wrong-mech-list-mic',
    'RFC 4178 5',
    'A MIC of the list of mechanisms that is wrong means that somebody changed the list.',
    'one octet of mechListMIC changed',
    negotiations(({ mechListMIC, ...token }) => {
      if (mechListMIC === undefined) return undefined;
      const changed = Buffer.from(mechListMIC);
      changed[4] = (changed[4] as number) ^ 0xff;
      return { ...token, mechListMIC: changed };
    }),
    'a mechListMIC of the server',
  ),
];
