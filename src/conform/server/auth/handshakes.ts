import { layOutPdu, PFC, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { protect } from '../../../rpc/core/protection.js';
import { expectBindNak, expectFault, expectPdu, must, NotApplicable } from '../../core/index.js';
import { contextOf, type Handshake } from '../association.js';
import { group } from '../group.js';
import { NTLM, SPNEGO } from '../target.js';
import { authenticated } from './signed-association.js';

const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;

/** Legs of handshakes, and the octets before their trailers. */
export const HANDSHAKE_CHECKS = group(
  { needs: ['rpc', 'account'], section: '[MS-RPCE] 3.3.1.5.2.1', level: 'WINDOWS' },
  [
    {
      id: 'rpce/3.3.1.5.2.1/auth3-is-not-answered',
      level: 'MUST',
      requirement: 'An auth3 is never answered: what comes next answers the next request.',
      stimulus: 'a handshake of NTLM by bind and auth3, and a call',
      async run(target) {
        const association = await target.connect();
        const context = await target.logon(NTLM, CONNECT);
        let sent = false;
        const change: Handshake['change'] = (pdu) => {
          sent ||= pdu.PTYPE === 'auth3';
          return pdu;
        };
        // A server that does not take NTLM is told apart from one that answers the auth3: no call works after either.
        await association.authenticate(target.simple.interface, { context, level: CONNECT, change }).catch(() => {
          throw new NotApplicable('the target begins no handshake of NTLM');
        });
        must(sent, 'a handshake of three legs', 'one without auth3');
        const { opnum, stub } = target.simple;
        expectPdu(await association.ask(opnum, stub, { call_id: 9 }), 'response', 'the response alone');
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/auth3-of-another-level',
      needs: ['ntlm'],
      requirement: 'A call after an auth3 that names another level than the bind is not served.',
      stimulus: 'a bind at PKT_INTEGRITY, an auth3 that says CONNECT, and a call at PKT_INTEGRITY',
      async run(target) {
        const { association, protection } = await authenticated(target, PKT_INTEGRITY, {
          authType: NTLM,
          change: (pdu, leg) =>
            leg === 1 || pdu.auth === undefined ? pdu : { ...pdu, auth: { ...pdu.auth, auth_level: CONNECT } },
        });
        expectFault(await association.ask(target.simple.opnum, target.simple.stub, { protection }));
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/alter-context-of-another-level',
      needs: ['spnego'],
      requirement: 'An alter_context that continues a handshake at another level than the bind is refused.',
      stimulus: 'a bind at PKT_INTEGRITY over SPNEGO, and an alter_context that says CONNECT',
      async run(target) {
        const association = await target.connect();
        const context = await target.logon(SPNEGO, PKT_INTEGRITY);
        const { clock } = target.environment;
        const named = { auth_type: SPNEGO, auth_level: PKT_INTEGRITY, auth_context_id: 0 };
        const elements = [contextOf(target.simple.interface)];
        const auth_value = context.step(undefined, clock()).token as Uint8Array;
        const ack = await association.bind(elements, { auth: { ...named, auth_value } });
        const next = context.step(ack.auth?.auth_value, clock()).token as Uint8Array;
        const auth = { ...named, auth_level: CONNECT, auth_value: next };
        expectFault(await association.connection.exchange(association.alterPdu(elements, { auth })));
      },
    },
    {
      id: 'rpce/2.2.2.11/bind-boundary-of-2',
      section: '[MS-RPCE] 2.2.2.11',
      needs: ['ntlm'],
      requirement: 'A bind whose trailer is not on a boundary of four is refused by a bind_nak.',
      stimulus: 'a bind with the first token of NTLM and two octets before the trailer',
      async run(target) {
        const association = await target.connect();
        const context = await target.logon(NTLM, PKT_INTEGRITY);
        const auth_value = context.step(undefined, target.environment.clock()).token as Uint8Array;
        const named = { auth_type: NTLM, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
        const auth = { ...named, auth_pad: Buffer.alloc(2), auth_pad_length: 0 };
        const bind = association.bindPdu([contextOf(target.simple.interface)], { auth });
        association.connection.send(layOutPdu(bind).bytes);
        expectBindNak(await association.connection.receive());
      },
    },
    {
      id: 'rpce/2.2.2.11/padding-in-a-first-fragment',
      section: '[MS-RPCE] 2.2.2.11',
      level: 'MUST',
      needs: ['stub'],
      requirement:
        'The padding that auth_pad_length counts does not belong to the stub, in fragments before the last either.',
      stimulus: 'a call at PKT_INTEGRITY in two fragments, the first with fewer octets of stub than of padding',
      async run(target) {
        const call = target.stubCall;
        const { association, protection } = await authenticated(target, PKT_INTEGRITY, { wanted: call.interface });
        const { call_id, ...whole } = association.requestPdu(call.opnum, call.stub);
        const cut = 4;
        for (const [pfc_flags, stub] of [
          [PFC.FIRST_FRAG, call.stub.subarray(0, cut)],
          [PFC.LAST_FRAG, call.stub.subarray(cut)],
        ] as const)
          association.connection.send(protect({ ...whole, call_id, pfc_flags, stub }, protection));
        call.check((await association.answer(await association.connection.receive(), protection)).stub);
      },
    },
  ],
);
