import { FAULT, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../../codec/status/authn.js';
import { expectClosed, expectFault, expectPdu, must } from '../../core/index.js';
import { group, type ServerCheckRow } from '../group.js';
import { MECHANISMS, slug } from '../hardening/levels.js';
import { authenticated } from './signed-association.js';

const { CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

const levelSlug = (level: number): string => slug(shortAuthnLevelName(level));

export const AUTH_LEVEL_CHECKS = group({ needs: ['rpc', 'account'], section: '[MS-RPCE] 3.3.1.5.2.2' }, [
  ...MECHANISMS.flatMap(([mechanism, authType]): ServerCheckRow[] => [
    ...[CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY].map(
      (level): ServerCheckRow => ({
        id: `rpce/3.3.1.5.2.2/call-at-${levelSlug(level)}-${mechanism}`,
        needs: [mechanism],
        requirement: `Calls at ${shortAuthnLevelName(level)} are answered${level === CONNECT ? '' : ', and the answers are protected as the calls are'}.`,
        stimulus: `three calls at ${shortAuthnLevelName(level)} over ${mechanism.toUpperCase()}`,
        async run(target) {
          const { association, protection } = await authenticated(target, level, { authType });
          for (let call = 0; call < 3; call++) await target.works(association, { protection });
        },
      }),
    ),
    {
      id: `rpce/2.2.1.1.8/call-is-pkt-${mechanism}`,
      section: '[MS-RPCE] 2.2.1.1.8',
      needs: [mechanism],
      requirement: 'The level CALL is processed as PKT is.',
      stimulus: 'a handshake and a signed call at CALL',
      async run(target) {
        const { association, protection } = await authenticated(target, CALL, { authType });
        await target.works(association, { protection });
      },
    },
    {
      id: `rpce/3.3.1.5.2.2/answer-is-encrypted-${mechanism}`,
      needs: [mechanism],
      requirement: 'At PKT_PRIVACY the stub of an answer is encrypted.',
      stimulus: 'a call at PKT_PRIVACY',
      async run(target) {
        const { association, protection } = await authenticated(target, PKT_PRIVACY, { authType });
        const received = await association.ask(target.simple.opnum, target.simple.stub, { protection });
        const onTheWire = Buffer.from(expectPdu(received, 'response').stub);
        const plain = association.opened(received, protection);
        target.simple.check(plain);
        must(!onTheWire.equals(plain), 'another stub than the plain one', 'the plain stub');
      },
    },
    ...[PKT, PKT_INTEGRITY, PKT_PRIVACY].map(
      (level): ServerCheckRow => ({
        id: `rpce/3.3.1.5.2.2/wrong-signature-at-${levelSlug(level)}-${mechanism}`,
        needs: [mechanism],
        requirement: `A call at ${shortAuthnLevelName(level)} whose signature does not fit is answered by a fault.`,
        stimulus: `a call at ${shortAuthnLevelName(level)} whose signature is octets of one`,
        async run(target) {
          const { association, protection } = await authenticated(target, level, { authType });
          const auth_value = Buffer.alloc(protection.security.signatureLength.sign, 1);
          const auth = { auth_type: authType, auth_level: level, auth_context_id: 0, auth_value };
          const { opnum, stub } = target.simple;
          expectFault(await association.connection.exchange(association.requestPdu(opnum, stub, { auth })));
        },
      }),
    ),
  ]),
  {
    id: 'rpce/3.3.1.5.2.2/answer-at-connect-has-no-trailer',
    level: 'WINDOWS',
    requirement: 'At CONNECT an answer has no trailer, whether its call had one or not.',
    stimulus: 'a call at CONNECT with a trailer of 16 octets',
    async run(target) {
      const { association } = await authenticated(target, CONNECT);
      const auth_value = Buffer.alloc(16, 1);
      const auth = { auth_type: target.authType, auth_level: CONNECT, auth_context_id: 0, auth_value };
      const { opnum, stub } = target.simple;
      const received = await association.connection.exchange(association.requestPdu(opnum, stub, { auth }));
      const answer = expectPdu(received, 'response');
      must(answer.auth === undefined, 'no trailer', 'a trailer');
    },
  },
  {
    id: 'rpce/3.3.1.5.2.2/wrong-signature-status',
    level: 'WINDOWS',
    requirement: 'A signature that does not fit is RPC_S_SEC_PKG_ERROR, 0x721.',
    stimulus: 'a call at PKT_INTEGRITY whose signature is octets of one',
    async run(target) {
      const { association } = await authenticated(target);
      const auth_value = Buffer.alloc(16, 1);
      const auth = { auth_type: target.authType, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
      const { opnum, stub } = target.simple;
      const request = association.requestPdu(opnum, stub, { auth });
      expectFault(await association.connection.exchange(request), FAULT.SEC_PKG_ERROR);
    },
  },
  {
    id: 'rpce/3.3.1.5.2.2/ends-after-wrong-signature',
    level: 'WINDOWS',
    requirement: 'After a signature that does not fit the server ends the connection.',
    stimulus: 'a call at PKT_INTEGRITY whose signature is octets of one',
    async run(target) {
      const { association } = await authenticated(target);
      const auth_value = Buffer.alloc(16, 1);
      const auth = { auth_type: target.authType, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
      const { opnum, stub } = target.simple;
      expectFault(await association.connection.exchange(association.requestPdu(opnum, stub, { auth })));
      expectClosed(await association.connection.receive());
    },
  },
  {
    id: 'rpce/3.3.1.5.4/implied-connect',
    section: '[MS-RPCE] 3.3.1.5.4',
    requirement: 'If the only security context is at CONNECT, a request without a trailer belongs to it.',
    stimulus: 'a handshake at CONNECT, and a call without a trailer',
    async run(target) {
      const { association } = await authenticated(target, CONNECT);
      await target.works(association);
    },
  },
]);
