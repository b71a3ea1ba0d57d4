import { PFC, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { expectPdu, must } from '../../core/index.js';
import { contextOf, WHOLE } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import { MECHANISMS } from '../hardening/levels.js';
import { authenticated } from './signed-association.js';

const { PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const SIGN = PFC.SUPPORT_HEADER_SIGN;

export const HEADER_SIGNING_CHECKS = group({ needs: ['rpc', 'account'], section: '[MS-RPCE] 3.3.1.5.2.2' }, [
  ...MECHANISMS.flatMap(([mechanism, authType]): ServerCheckRow[] => [
    {
      id: `rpce/3.3.1.5.2.2/header-signing-agreed-${mechanism}`,
      needs: [mechanism],
      level: 'WINDOWS',
      requirement: 'A client that asks for header signing is told that the server signs headers too.',
      stimulus: 'a bind with PFC_SUPPORT_HEADER_SIGN and a token',
      async run(target) {
        const { association } = await authenticated(target, PKT_INTEGRITY, { authType });
        must(association.signHeader, 'PFC_SUPPORT_HEADER_SIGN in the bind_ack', 'a bind_ack without it');
      },
    },
    ...[PKT_INTEGRITY, PKT_PRIVACY].map(
      (level): ServerCheckRow => ({
        id: `rpce/3.3.1.5.2.2/without-header-signing-${level === PKT_PRIVACY ? 'privacy' : 'integrity'}-${mechanism}`,
        needs: [mechanism],
        requirement:
          'A client that does not ask for header signing gets calls through, and signed answers, without it.',
        stimulus: 'a handshake without PFC_SUPPORT_HEADER_SIGN, and two signed calls',
        async run(target) {
          const { association, protection } = await authenticated(target, level, { authType, flags: WHOLE });
          must(!association.signHeader, 'no PFC_SUPPORT_HEADER_SIGN', 'the flag');
          await target.works(association, { protection });
          await target.works(association, { protection });
        },
      }),
    ),
  ]),
  {
    id: 'rpce/2.2.2.3/not-asked-for',
    section: '[MS-RPCE] 2.2.2.3',
    requirement: 'Header signing is not agreed to where the client did not ask for it.',
    stimulus: 'a handshake without PFC_SUPPORT_HEADER_SIGN',
    async run(target) {
      const association = await target.connect();
      const context = await target.logon(target.authType, PKT_INTEGRITY);
      const auth_value = context.step(undefined, target.environment.clock()).token as Uint8Array;
      const auth = { auth_type: target.authType, auth_level: PKT_INTEGRITY, auth_context_id: 0, auth_value };
      const bind = association.bindPdu([contextOf(target.simple.interface)], { auth });
      const { pfc_flags } = expectPdu(await association.connection.exchange(bind), 'bind_ack');
      must((pfc_flags & SIGN) === 0, 'no PFC_SUPPORT_HEADER_SIGN', `flags ${pfc_flags}`);
    },
  },
]);
