import { OID } from '../../../codec/asn1/oids.js';
import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import {
  decodeNegToken,
  encodeNegToken,
  NEG_STATE,
  type NegToken,
  type NegTokenResp,
} from '../../../codec/spnego/index.js';
import type { SecurityContext } from '../../../security/index.js';
import { Mismatch, must } from '../../core/index.js';
import { contextOf } from '../association.js';
import { group } from '../group.js';
import { mustFail, NTLM, SPNEGO, type Target } from '../target.js';
import { changedContext, watchedContext } from './changed-context.js';

const { PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;
/** An OID under which nothing is registered. */
const NO_MECHANISM = '1.3.6.1.4.1.311.2.99.99';

/** A context of SPNEGO whose tokens are changed before they are sent; `changed` is given each with the number of its leg. */
function changing(context: SecurityContext, changed: (token: NegToken, leg: number) => NegToken): SecurityContext {
  let legs = 0;
  const step: SecurityContext['step'] = (token, now) => {
    const leg = context.step(token, now);
    if (leg.token === undefined) return leg;
    const { octets: _, ...plain }: NegToken = decodeNegToken(leg.token);
    return { ...leg, token: encodeNegToken(changed(plain as NegToken, ++legs)) };
  };
  return changedContext(context, { step });
}

/** A logon whose tokens are changed, and a signed call. */
async function logOn(target: Target, changed: (token: NegToken, leg: number) => NegToken): Promise<void> {
  const association = await target.connect();
  const context = changing(await target.logon(SPNEGO, PKT_INTEGRITY), changed);
  const protection = await association.authenticate(target.simple.interface, { context, level: PKT_INTEGRITY });
  await target.works(association, { protection });
}

/** The answer to the first token. */
async function firstAnswer(target: Target, changed: (token: NegToken) => NegToken = (token) => token) {
  const association = await target.connect();
  const context = changing(await target.logon(SPNEGO, PKT_INTEGRITY), changed);
  const auth_value = context.step(undefined, target.environment.clock()).token as Uint8Array;
  const auth = { auth_type: SPNEGO, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
  const ack = await association.bind([contextOf(target.simple.interface)], { auth });
  return negTokenResp(ack.auth?.auth_value);
}

function negTokenResp(token: Uint8Array | undefined): NegTokenResp {
  const response = decodeNegToken(token ?? new Uint8Array(0));
  if (response.kind !== 'NegTokenResp') throw new Mismatch('a NegTokenResp', response.kind);
  return response;
}

/** A first token with another list of mechanisms; the list as it was encoded before would be sent instead. */
function listing(token: NegToken, change: (mechTypes: readonly string[]) => readonly string[]): NegToken {
  if (token.kind !== 'NegTokenInit') return token;
  const { mechTypeList: _, mechTypes = [], ...rest } = token;
  return { ...rest, mechTypes: change(mechTypes) };
}

const offering =
  (...more: readonly string[]) =>
  (token: NegToken): NegToken =>
    listing(token, (mechTypes) => [...mechTypes, ...more]);

/** SPNEGO as the target accepts it. */
export const SPNEGO_CHECKS = group({ needs: ['rpc', 'account', 'spnego'], section: 'RFC 4178 4.2.2' }, [
  {
    id: 'spnego/answer/names-the-mechanism',
    requirement: 'The first answer names the mechanism that was chosen, one that was offered.',
    stimulus: 'a NegTokenInit that offers NTLM',
    async run(target) {
      const { supportedMech } = await firstAnswer(target);
      must(supportedMech === OID.NTLM, OID.NTLM, `${supportedMech}`);
    },
  },
  {
    id: 'spnego/answer/goes-on',
    requirement: 'While the mechanism has more to say, the state is accept-incomplete, and its token is there.',
    stimulus: 'a NegTokenInit with the first token of NTLM',
    async run(target) {
      const { negState, responseToken } = await firstAnswer(target);
      must(negState === NEG_STATE.ACCEPT_INCOMPLETE, 'accept-incomplete (1)', `${negState}`);
      must((responseToken?.length ?? 0) > 0, 'a responseToken', 'none');
    },
  },
  {
    id: 'spnego/answer/completes',
    requirement: 'The last answer says accept-completed.',
    stimulus: 'a handshake of SPNEGO',
    async run(target) {
      const association = await target.connect();
      const states: (number | undefined)[] = [];
      const context = await target.logon(SPNEGO, PKT_INTEGRITY);
      const watching = watchedContext(context, { received: (token) => void states.push(negTokenResp(token).negState) });
      await association.authenticate(target.simple.interface, { context: watching, level: PKT_INTEGRITY });
      const last = states.at(-1);
      must(last === NEG_STATE.ACCEPT_COMPLETED, 'accept-completed (0)', `${last}`);
    },
  },
  {
    id: 'spnego/offer/unknown-mechanism-behind',
    section: 'RFC 4178 4.2.1',
    requirement: 'Mechanisms that the server does not know do no harm behind one that it knows.',
    stimulus: 'a NegTokenInit that offers NTLM and a mechanism that does not exist',
    async run(target) {
      const { supportedMech } = await firstAnswer(target, offering(NO_MECHANISM));
      must(supportedMech === OID.NTLM, OID.NTLM, `${supportedMech}`);
    },
  },
  {
    id: 'spnego/offer/unknown-mechanism-alone',
    section: 'RFC 4178 4.2.2',
    requirement: 'If no offered mechanism is known, the handshake is rejected.',
    stimulus: 'a NegTokenInit that offers a mechanism that does not exist',
    run: (target) =>
      mustFail(
        target,
        logOn(target, (token) => listing(token, () => [NO_MECHANISM])),
        'the handshake to be rejected',
        'the call is answered',
      ),
  },
  {
    id: 'spnego/mic/list-changed',
    section: 'RFC 4178 5',
    requirement: 'A list of mechanisms that was changed on the way does not pass: its MIC does not fit.',
    stimulus: 'a logon whose list has had a mechanism added to it on the way',
    run: (target) =>
      mustFail(
        target,
        logOn(target, (token, leg) => (leg === 1 ? offering(NO_MECHANISM)(token) : token)),
        'the logon to be refused',
        'the call is answered',
      ),
  },
  {
    id: 'spnego/mic/wrong',
    section: 'RFC 4178 5',
    requirement: 'A mechListMIC that does not fit is refused.',
    stimulus: 'a logon in whose mechListMIC one bit is turned over',
    run: (target) =>
      mustFail(
        target,
        logOn(target, (token) => {
          if (token.kind !== 'NegTokenResp' || token.mechListMIC === undefined) return token;
          const mechListMIC = Buffer.from(token.mechListMIC);
          mechListMIC[6] = (mechListMIC[6] as number) ^ 1;
          return { ...token, mechListMIC };
        }),
        'the logon to be refused',
        'the call is answered',
      ),
  },
  {
    id: 'spnego/mic/missing',
    section: '[MS-SPNG] 3.1.5.1',
    level: 'WINDOWS',
    requirement: 'If NTLM has a MIC of its own, a mechListMIC must be there too.',
    stimulus: 'a logon from which the mechListMIC was taken',
    run: (target) =>
      mustFail(
        target,
        logOn(target, (token) => {
          if (token.kind !== 'NegTokenResp') return token;
          const { mechListMIC: _, ...rest } = token;
          return rest;
        }),
        'the logon to be refused',
        'the call is answered',
      ),
  },
  {
    id: 'spnego/answer/no-token',
    section: 'RFC 4178 4.2',
    requirement: 'A token that is not SPNEGO is refused.',
    stimulus: 'a bind with 40 octets for a token of SPNEGO',
    async run(target) {
      const association = await target.connect();
      const auth_value = Buffer.alloc(40, 0x41);
      const auth = { auth_type: SPNEGO, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
      const bind = association.bindPdu([contextOf(target.simple.interface)], { auth });
      const received = await association.connection.exchange(bind);
      must(received.kind === 'pdu' && received.pdu.PTYPE === 'bind_nak', 'a bind_nak', received.kind);
    },
  },
  {
    id: 'spnego/offer/raw-ntlm',
    section: '[MS-SPNG] 3.2.5',
    level: 'WINDOWS',
    requirement: 'NTLM without SPNEGO around it is taken under the type of SPNEGO.',
    stimulus: 'a logon of NTLM whose auth_type is that of SPNEGO',
    async run(target) {
      const association = await target.connect();
      const context = changedContext(await target.logon(NTLM, PKT_INTEGRITY), { authType: SPNEGO });
      const protection = await association.authenticate(target.simple.interface, { context, level: PKT_INTEGRITY });
      await target.works(association, { protection });
    },
  },
]);
