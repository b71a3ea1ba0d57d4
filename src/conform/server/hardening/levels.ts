import type { ActivationMethod } from '../../../client/activate.js';
import { FAULT, RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { authnLevelName, shortAuthnLevelName } from '../../../codec/status/authn.js';
import { Mismatch } from '../../core/index.js';
import { ACTIVATION_METHODS, activateAt, mustBeAccepted, mustBeRefused } from '../activation.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Fact } from '../probe.js';
import { NTLM, SPNEGO } from '../target.js';

const { NONE, CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

/** Mechanisms by the fact that a target takes the account over it. */
export const MECHANISMS = [
  ['ntlm', NTLM],
  ['spnego', SPNEGO],
] as const;

/** `RemoteCreateInstance` as a part of an id. */
export const slug = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

/** The fact that a method needs. */
export const activatorFact = (method: ActivationMethod): Fact =>
  method === 'RemoteActivation' ? 'old-activator' : 'activator';

/** ERROR_ACCESS_DENIED and E_ACCESSDENIED: [MS-ERREF] 2.2, 2.1. */
const DENIED: readonly (number | undefined)[] = [FAULT.ACCESS_DENIED, 0x80070005];

const SECTION = 'KB5004442';

const byLevel = ACTIVATION_METHODS.flatMap((method) =>
  MECHANISMS.flatMap(([mechanism, authType]) => [
    ...[CONNECT, CALL, PKT].map(
      (level): ServerCheckRow => ({
        id: `hardening/refused/${slug(method)}-${slug(shortAuthnLevelName(level))}-${mechanism}`,
        needs: [activatorFact(method), mechanism],
        requirement: `${method} at ${authnLevelName(level)} is refused.`,
        stimulus: `${method} at ${shortAuthnLevelName(level)} over ${mechanism.toUpperCase()}`,
        async run(target) {
          await mustBeRefused(target, await activateAt(target, method, authType, level));
        },
      }),
    ),
    ...[PKT_INTEGRITY, PKT_PRIVACY].map(
      (level): ServerCheckRow => ({
        id: `hardening/accepted/${slug(method)}-${slug(shortAuthnLevelName(level))}-${mechanism}`,
        needs: [activatorFact(method), mechanism],
        requirement: `${method} at ${authnLevelName(level)} is accepted, and its answer is protected as the call is.`,
        stimulus: `${method} at ${shortAuthnLevelName(level)} over ${mechanism.toUpperCase()}`,
        async run(target) {
          mustBeAccepted(await activateAt(target, method, authType, level));
        },
      }),
    ),
  ]),
);

/** Each activation method at each level over NTLM and SPNEGO, and without any authentication. */
export const LEVEL_CHECKS = group({ needs: ['activation'], section: SECTION, level: 'WINDOWS' }, [
  ...byLevel,
  {
    id: 'hardening/form/access-denied',
    needs: ['activator'],
    requirement: 'An activation below PKT_INTEGRITY is refused with access denied: by fault 5, or E_ACCESSDENIED.',
    stimulus: 'RemoteCreateInstance at CONNECT',
    async run(target) {
      const authType = target.authType;
      const { refused, status } = await mustBeRefused(
        target,
        await activateAt(target, 'RemoteCreateInstance', authType, CONNECT),
      );
      if (!DENIED.includes(status)) throw new Mismatch('status 5 or 0x80070005', refused);
    },
  },
  ...ACTIVATION_METHODS.map(
    (method): ServerCheckRow => ({
      id: `hardening/anonymous/${slug(method)}`,
      needs: [activatorFact(method)],
      section: '[MS-DCOM] 3.1.2.5.2.3',
      requirement: `${method} without any authentication is refused.`,
      stimulus: `${method} over a connection without authentication`,
      async run(target) {
        await mustBeRefused(target, await activateAt(target, method, 0, NONE));
      },
    }),
  ),
]);
