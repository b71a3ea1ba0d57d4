import { mgmt } from '../../../codec/mgmt/index.js';
import { type AuthVerifier, FAULT, REJECT, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { Secret } from '../../../security/index.js';
import { expectBindNak, expectFault, expectPdu, must } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { MECHANISMS } from '../hardening/levels.js';
import { NTLM, SPNEGO, type Target } from '../target.js';

const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;
const SECTION = '[MS-RPCE] 3.3.1.5.2.1';

/** A first token that every server of NTLM takes; it names nobody. */
async function firstToken(target: Target, changes: Partial<AuthVerifier> = {}): Promise<AuthVerifier> {
  const context = await target.logon(NTLM, CONNECT, { credentials: undefined });
  const auth_value = context.step(undefined, target.environment.clock()).token as Uint8Array;
  return { auth_type: NTLM, auth_level: CONNECT, auth_context_id: 2, auth_value, ...changes };
}

async function bindWith(target: Target, auth: AuthVerifier) {
  const association = await target.connect();
  return association.connection.exchange(association.bindPdu([contextOf(target.simple.interface)], { auth }));
}

/** A connection with the first two legs of NTLM behind it. */
async function halfway(target: Target) {
  const association = await target.connect();
  const context = await target.logon(NTLM, CONNECT);
  const clock = target.environment.clock;
  const verifier = (auth_value: Uint8Array): AuthVerifier => ({
    ...{ auth_type: NTLM, auth_level: CONNECT, auth_context_id: 2, auth_value },
  });
  const auth = verifier(context.step(undefined, clock()).token as Uint8Array);
  const ack = await association.bind([contextOf(target.simple.interface)], { auth });
  const next = context.step(ack.auth?.auth_value, clock()).token as Uint8Array;
  const auth3 = (changes: Partial<AuthVerifier> = {}) =>
    association.connection.send({
      ...{ PTYPE: 'auth3', pfc_flags: WHOLE, call_id: 1, pad: Buffer.alloc(4) },
      auth: { ...verifier(next), ...changes },
    });
  return { association, auth3, next: verifier(next) };
}

/** A name that no server has, so that no account is locked by it. */
export const nobody = () => ({ user: 'dcom-harness-nobody', secret: Secret.password('wrong') });

export const LEG_CHECKS = [
  ...group({ needs: ['rpc'], section: '[MS-RPCE] 2.2.1.1.8', level: 'WINDOWS' }, [
    ...[0, 1, 7, 255].map(
      (auth_level): ServerCheckRow => ({
        id: `rpce/2.2.1.1.8/level-${auth_level}`,
        requirement: `A bind with a token at level ${auth_level}, which nothing can be asked at, is refused by a bind_nak.`,
        stimulus: `a bind with a token and auth_level ${auth_level}`,
        async run(target) {
          expectBindNak(await bindWith(target, await firstToken(target, { auth_level })), REJECT.REASON_NOT_SPECIFIED);
        },
      }),
    ),
    ...[111, 200].map(
      (auth_type): ServerCheckRow => ({
        id: `rpce/3.3.3.5.3/bind-type-${auth_type}`,
        section: '[MS-RPCE] 3.3.3.5.3',
        level: 'MUST',
        requirement:
          'A bind with a security provider that the server lacks is refused as a type that is not recognized.',
        stimulus: `a bind with a token and auth_type ${auth_type}`,
        async run(target) {
          const auth = await firstToken(target, { auth_type });
          expectBindNak(await bindWith(target, auth), REJECT.authentication_type_not_recognized);
        },
      }),
    ),
    {
      id: 'rpce/3.3.3.5.3/alter-context-type',
      section: '[MS-RPCE] 3.3.3.5.3',
      level: 'MUST',
      requirement: 'An alter_context with a security provider that the server lacks is answered by a fault.',
      stimulus: 'a bind, and an alter_context with a token and auth_type 111',
      async run(target) {
        const association = await target.bound(target.simple.interface);
        const auth = await firstToken(target, { auth_type: 111 });
        const alter = association.alterPdu([contextOf(target.simple.interface)], { auth });
        expectFault(await association.connection.exchange(alter));
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/auth3-of-nothing',
      section: SECTION,
      requirement: 'An auth3 where no handshake is under way is a protocol error.',
      stimulus: 'a bind without authentication, and an auth3',
      async run(target) {
        const { connection } = await target.bound(target.simple.interface);
        const auth = await firstToken(target);
        const pad = Buffer.alloc(4);
        expectFault(
          await connection.exchange({ PTYPE: 'auth3', pfc_flags: WHOLE, call_id: 1, pad, auth }),
          FAULT.PROTO_ERROR,
        );
      },
    },
  ]),
  ...group({ needs: ['rpc', 'account', 'ntlm'], section: SECTION }, [
    {
      id: 'rpce/3.3.1.5.2.1/no-token',
      requirement: 'A bind whose token the security provider cannot read is refused by a bind_nak.',
      stimulus: 'a bind with 40 octets for a token of NTLM',
      async run(target) {
        const auth = await firstToken(target, { auth_value: Buffer.alloc(40, 0x41) });
        expectBindNak(await bindWith(target, auth));
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/bind-ack-has-token',
      requirement: 'If the security provider wants further legs, the bind_ack has its token.',
      stimulus: 'a bind with the first token of NTLM',
      async run(target) {
        const { auth } = expectPdu(await bindWith(target, await firstToken(target)), 'bind_ack');
        must((auth?.auth_value.length ?? 0) > 0, 'a token', 'none');
      },
    },
    {
      id: 'rpce/2.2.2.11/answer-names-the-context',
      section: '[MS-RPCE] 2.2.2.11',
      requirement: 'The trailer of a bind_ack has the type, the level and the context id of the bind.',
      stimulus: 'a bind with a token at PKT_INTEGRITY and auth_context_id 79,231',
      async run(target) {
        const given = await firstToken(target, { auth_context_id: 79_231, auth_level: PKT_INTEGRITY });
        const { auth } = expectPdu(await bindWith(target, given), 'bind_ack');
        const text = (of: Partial<AuthVerifier> = {}) => `${of.auth_type} ${of.auth_level} ${of.auth_context_id}`;
        must(text(auth) === text(given), text(given), text(auth));
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/third-leg-by-alter-context',
      level: 'WINDOWS',
      requirement: 'The third leg of NTLM may come by alter_context too, and is answered then.',
      stimulus: 'a handshake of NTLM whose last token is sent by alter_context, and a call',
      async run(target) {
        const { association, next } = await halfway(target);
        const alter = association.alterPdu([contextOf(target.simple.interface)], { auth: next });
        expectPdu(await association.connection.exchange(alter), 'alter_context_resp');
        await target.works(association);
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/request-before-its-end',
      level: 'WINDOWS',
      requirement: 'A request before the end of a handshake is a protocol error.',
      stimulus: 'the first two legs of NTLM, and a call',
      async run(target) {
        const { association } = await halfway(target);
        expectFault(await association.ask(target.simple.opnum, target.simple.stub), FAULT.PROTO_ERROR);
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/auth3-twice',
      level: 'WINDOWS',
      requirement: 'An auth3 after the end of a handshake is a protocol error.',
      stimulus: 'a handshake of NTLM whose auth3 is sent twice',
      async run(target) {
        const { association, auth3 } = await halfway(target);
        auth3();
        auth3();
        expectFault(await association.connection.receive(), FAULT.PROTO_ERROR);
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/auth3-of-another-context',
      level: 'WINDOWS',
      requirement: 'An auth3 under another context id than the bind is a protocol error.',
      stimulus: 'a handshake of NTLM whose auth3 names another context',
      async run(target) {
        const { association, auth3 } = await halfway(target);
        auth3({ auth_context_id: 3 });
        expectFault(await association.connection.receive(), FAULT.PROTO_ERROR);
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/failed-auth3',
      level: 'SHOULD',
      requirement: 'If the token of an auth3 is refused, the first request is answered by a fault.',
      stimulus: 'a logon of a user who does not exist, and a call',
      async run(target) {
        const association = await target.connect();
        const context = await target.logon(NTLM, PKT_INTEGRITY, { credentials: nobody() });
        const level = PKT_INTEGRITY;
        const protection = await association.authenticate(target.simple.interface, { context, level });
        expectFault(await association.ask(target.simple.opnum, target.simple.stub, { protection }));
      },
    },
    {
      id: 'rpce/3.3.1.5.2.1/scope-is-the-connection',
      requirement: 'A security context belongs to the connection on which it was built.',
      stimulus: 'a handshake on one connection, and a request under its context on another of the same association',
      async run(target) {
        const first = await target.connect();
        const context = await target.logon(NTLM, PKT_INTEGRITY);
        const handshake = { context, level: PKT_INTEGRITY, authContextId: 5 };
        const protection = await first.authenticate(target.simple.interface, handshake);
        const second = await target.connect();
        await second.bind([contextOf(target.simple.interface)], { assoc_group_id: first.groupId });
        expectFault(await second.ask(target.simple.opnum, target.simple.stub, { protection }));
      },
    },
  ]),
  ...group({ needs: ['rpc', 'account', 'spnego'], section: SECTION }, [
    {
      id: 'rpce/3.3.1.5.2.1/failed-alter-context',
      requirement: 'If the token of an alter_context is refused, it is answered by a fault.',
      stimulus: 'a logon by SPNEGO of a user who does not exist',
      async run(target) {
        const association = await target.connect();
        const context = await target.logon(SPNEGO, PKT_INTEGRITY, { credentials: nobody() });
        const clock = target.environment.clock;
        const auth = (from?: Uint8Array): AuthVerifier => ({
          ...{ auth_type: SPNEGO, auth_level: PKT_INTEGRITY, auth_context_id: 0 },
          auth_value: context.step(from, clock()).token as Uint8Array,
        });
        const ack = await association.bind([contextOf(target.simple.interface)], { auth: auth() });
        const next = association.alterPdu([contextOf(target.simple.interface)], { auth: auth(ack.auth?.auth_value) });
        expectFault(await association.connection.exchange(next));
      },
    },
  ]),
  ...group(
    { needs: ['rpc', 'account'], section: SECTION },
    MECHANISMS.flatMap(([mechanism, authType]): ServerCheckRow[] => [
      {
        id: `rpce/3.3.1.5.2.1/by-alter-context-${mechanism}`,
        needs: [mechanism],
        requirement: 'On a connection that is bound already a handshake is made by alter_context.',
        stimulus: 'a bind without authentication, a handshake by alter_context, and a signed call',
        async run(target) {
          const association = await target.bound(target.simple.interface);
          const context = await target.logon(authType, PKT_INTEGRITY);
          const handshake = { context, level: PKT_INTEGRITY, authContextId: 8 };
          const elements = [contextOf(target.simple.interface)];
          const protection = await association.handshake(elements, handshake, 'alter_context');
          await target.works(association, { protection });
        },
      },
      {
        id: `rpce/3.3.1.5.2.1/interface-afterwards-${mechanism}`,
        needs: [mechanism, 'mgmt', 'oxid'],
        requirement: 'A security context holds for interfaces too that are added by alter_context afterwards.',
        stimulus:
          'a handshake, an alter_context for the management interface, and a signed call to the first interface',
        async run(target) {
          const association = await target.connect();
          const context = await target.logon(authType, PKT_INTEGRITY);
          const level = PKT_INTEGRITY;
          const protection = await association.authenticate(target.simple.interface, { context, level });
          const alter = association.alterPdu([contextOf(mgmt, 1)]);
          expectPdu(await association.connection.exchange(alter), 'alter_context_resp');
          await target.works(association, { protection });
        },
      },
      {
        id: `rpce/3.3.1.5.2.1/same-context-again-${mechanism}`,
        level: 'WINDOWS',
        needs: [mechanism],
        requirement: 'A second handshake under the id of one that has ended is refused.',
        stimulus: 'a handshake, and the first leg of another under the same auth_context_id by alter_context',
        async run(target) {
          const association = await target.connect();
          const handshake = { context: await target.logon(authType, CONNECT), level: CONNECT, authContextId: 2 };
          await association.authenticate(target.simple.interface, handshake);
          await target.works(association);
          const again = await target.logon(authType, CONNECT);
          const auth_value = again.step(undefined, target.environment.clock()).token as Uint8Array;
          const auth = { auth_type: authType, auth_level: CONNECT, auth_context_id: 2, auth_value };
          const alter = association.alterPdu([contextOf(target.simple.interface)], { auth });
          expectFault(await association.connection.exchange(alter));
        },
      },
    ]),
  ),
];
