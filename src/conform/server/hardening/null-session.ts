import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../../codec/status/authn.js';
import { activateOver, activatorOf, mustBeRefused, refusedHandshake } from '../activation.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';
import { MECHANISMS, slug } from './levels.js';

const METHOD = 'RemoteCreateInstance';

/** An activation by a null session: a logon without a name. */
async function byNobody(target: Target, authType: number, level: number) {
  const association = await target.connect();
  const context = await target.logon(authType, level, { credentials: undefined });
  const opened = await association.authenticate(activatorOf(METHOD), { context, level }).catch(refusedHandshake);
  return 'refused' in opened ? opened : activateOver(target, { association, protection: opened }, METHOD);
}

/** A null session is a logon, and yet nobody: it may not activate at any level. */
export const NULL_SESSION_CHECKS = group(
  { needs: ['activator', 'activation'], section: '[MS-DCOM] 3.1.2.5.2.3', level: 'WINDOWS' },
  MECHANISMS.flatMap(([mechanism, authType]) =>
    [RPC_C_AUTHN_LEVEL.CONNECT, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY].map(
      (level): ServerCheckRow => ({
        id: `hardening/anonymous/null-session-${slug(shortAuthnLevelName(level))}-${mechanism}`,
        needs: [mechanism],
        requirement: `A null session at ${shortAuthnLevelName(level)} activates nothing.`,
        stimulus: `RemoteCreateInstance by a null session over ${mechanism.toUpperCase()}`,
        async run(target) {
          await mustBeRefused(target, await byNobody(target, authType, level));
        },
      }),
    ),
  ),
);
