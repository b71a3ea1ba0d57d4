import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../../codec/status/authn.js';
import {
  activatedBy,
  activateOver,
  activationCall,
  activator,
  activatorOf,
  mustBeRefused,
  refusedHandshake,
} from '../activation.js';
import { contextOf } from '../association.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';
import { MECHANISMS, slug } from './levels.js';

const { CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const METHOD = 'RemoteCreateInstance';

/** A request that names another level than its security context has; signed at that level where it is to be signed. */
async function claims(target: Target, authType: number, bound: number, claimed: number) {
  const { association, protection } = await activator(target, METHOD, authType, bound, {
    logonLevel: Math.max(bound, claimed),
  });
  return activateOver(target, { association, protection: { ...protection, authLevel: claimed } }, METHOD);
}

/** The same at CONNECT, where a trailer is not asked for: it stands there all the same, with octets that say nothing. */
async function claimsConnect(target: Target, authType: number, bound: number) {
  const { association, protection } = await activator(target, METHOD, authType, bound);
  const { opnum, stub } = activationCall(target, METHOD);
  const auth = {
    auth_type: authType,
    auth_level: CONNECT,
    auth_context_id: protection.authContextId,
    auth_value: Buffer.alloc(16, 1),
  };
  const received = await association.connection.exchange(association.requestPdu(opnum, stub, { auth }));
  return activatedBy(association, METHOD, received, undefined);
}

/** A request without a trailer, whatever its context asks for. */
async function leavesOut(target: Target, authType: number, bound: number) {
  const { association } = await activator(target, METHOD, authType, bound);
  return activateOver(target, { association, protection: undefined }, METHOD);
}

const CLAIMED: readonly (readonly [bound: number, claimed: number])[] = [
  [CONNECT, PKT_INTEGRITY],
  [CONNECT, PKT_PRIVACY],
  [PKT, PKT_INTEGRITY],
  [PKT_INTEGRITY, PKT],
  [PKT_PRIVACY, PKT_INTEGRITY],
];

const level = (value: number): string => slug(shortAuthnLevelName(value));

export const CHANGED_LEVEL_CHECKS = group(
  { needs: ['activator', 'activation'], section: '[MS-RPCE] 2.2.2.11' },
  MECHANISMS.flatMap(([mechanism, authType]): ServerCheckRow[] => [
    ...CLAIMED.map(
      ([bound, claimed]): ServerCheckRow => ({
        id: `hardening/changed-level/${level(bound)}-to-${level(claimed)}-${mechanism}`,
        needs: [mechanism],
        requirement: `A request that claims ${shortAuthnLevelName(claimed)} under a security context of ${shortAuthnLevelName(bound)} is refused.`,
        stimulus: `a handshake at ${shortAuthnLevelName(bound)}, and an activation signed as at ${shortAuthnLevelName(claimed)}`,
        async run(target) {
          await mustBeRefused(target, await claims(target, authType, bound, claimed));
        },
      }),
    ),
    ...[PKT_INTEGRITY, PKT_PRIVACY].flatMap((bound): ServerCheckRow[] => [
      {
        id: `hardening/changed-level/${level(bound)}-to-connect-${mechanism}`,
        needs: [mechanism],
        requirement: `A request that claims CONNECT under a security context of ${shortAuthnLevelName(bound)} is refused.`,
        stimulus: `a handshake at ${shortAuthnLevelName(bound)}, and an unsigned activation whose trailer says CONNECT`,
        async run(target) {
          await mustBeRefused(target, await claimsConnect(target, authType, bound));
        },
      },
      {
        id: `hardening/changed-level/${level(bound)}-without-trailer-${mechanism}`,
        section: '[MS-RPCE] 3.3.1.5.4',
        needs: [mechanism],
        requirement: `A request without a trailer does not have the rights of a security context of ${shortAuthnLevelName(bound)}.`,
        stimulus: `a handshake at ${shortAuthnLevelName(bound)}, and an activation without a trailer`,
        async run(target) {
          await mustBeRefused(target, await leavesOut(target, authType, bound));
        },
      },
    ]),
    {
      id: `hardening/changed-level/by-the-second-leg-${mechanism}`,
      section: '[MS-RPCE] 3.3.1.5.2.1',
      needs: [mechanism],
      requirement: 'A handshake whose second leg names another level than its first activates nothing.',
      stimulus: 'a bind at CONNECT whose next leg says PKT_INTEGRITY, and an activation signed so',
      async run(target) {
        const association = await target.connect();
        const context = await target.logon(authType, CONNECT);
        const opened = await association
          .authenticate(activatorOf(METHOD), {
            context,
            level: CONNECT,
            change: (pdu, leg) =>
              leg === 1 || pdu.auth === undefined ? pdu : { ...pdu, auth: { ...pdu.auth, auth_level: PKT_INTEGRITY } },
          })
          .catch(refusedHandshake);
        if ('refused' in opened) {
          await mustBeRefused(target, opened);
          return;
        }
        const protection = { ...opened, authLevel: PKT_INTEGRITY };
        await mustBeRefused(target, await activateOver(target, { association, protection }, METHOD));
      },
    },
    {
      id: `hardening/changed-level/other-context-${mechanism}`,
      section: '[MS-RPCE] 3.3.1.5.4',
      level: 'WINDOWS',
      needs: [mechanism],
      requirement: 'A security context at PKT_INTEGRITY lends nothing to one at CONNECT on the same connection.',
      stimulus: 'handshakes at PKT_INTEGRITY and at CONNECT on one connection, and an activation under the second',
      async run(target) {
        const { association } = await activator(target, METHOD, authType, PKT_INTEGRITY);
        const context = await target.logon(authType, CONNECT);
        const handshake = { context, level: CONNECT, authContextId: 1 };
        const opened = await association
          .handshake([contextOf(activatorOf(METHOD))], handshake, 'alter_context')
          .catch(refusedHandshake);
        if ('refused' in opened) {
          await mustBeRefused(target, opened);
          return;
        }
        await mustBeRefused(target, await activateOver(target, { association, protection: undefined }, METHOD));
      },
    },
  ]),
);
