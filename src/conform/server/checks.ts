import { mgmt } from '../../codec/mgmt/index.js';
import { type Check, composed } from '../core/index.js';
import { contextOf } from './association.js';
import { HANDSHAKE_CHECKS } from './auth/handshakes.js';
import { HEADER_SIGNING_CHECKS } from './auth/header-signing.js';
import { LEG_CHECKS } from './auth/legs.js';
import { AUTH_LEVEL_CHECKS } from './auth/levels.js';
import { SECURITY_CONTEXT_CHECKS } from './auth/security-contexts.js';
import { authenticated } from './auth/signed-association.js';
import { TRAILER_CHECKS } from './auth/trailers.js';
import { VERIFICATION_CHECKS } from './auth/verification.js';
import { ACTIVATOR_CHECKS } from './dcom/activators.js';
import { objectOf } from './dcom/exported.js';
import { OBJECT_CHECKS } from './dcom/objects.js';
import { PING_TIME_CHECKS } from './dcom/ping-times.js';
import { PING_CHECKS } from './dcom/pings.js';
import { REFERENCE_CHECKS } from './dcom/references.js';
import { RESOLVER_CHECKS } from './dcom/resolver.js';
import { EPM_LOOKUP_CHECKS } from './epm/lookup.js';
import { MANAGEMENT_CHECKS } from './epm/management.js';
import { EPM_MAP_CHECKS } from './epm/map.js';
import { CHANGED_LEVEL_CHECKS } from './hardening/changed-levels.js';
import { LEVEL_CHECKS } from './hardening/levels.js';
import { NULL_SESSION_CHECKS } from './hardening/null-session.js';
import { RELAY_CHECKS } from './hardening/relayed.js';
import { TAMPERED_CHECKS } from './hardening/tampered.js';
import { NTLM_CHECKS } from './ntlm/acceptor.js';
import { SPNEGO_CHECKS } from './ntlm/spnego.js';
import { BIG_ENDIAN_CHECKS } from './rpce/big-endian.js';
import { BIND_CHECKS } from './rpce/bind.js';
import { CANCEL_CHECKS } from './rpce/cancels.js';
import { CONTEXT_CHECKS } from './rpce/contexts.js';
import { FEATURE_CHECKS } from './rpce/features.js';
import { FLAG_CHECKS } from './rpce/flags.js';
import { FRAGMENT_SIZE_CHECKS } from './rpce/fragment-sizes.js';
import { FRAGMENT_CHECKS } from './rpce/fragments.js';
import { NDR64_CHECKS } from './rpce/ndr64.js';
import { REQUEST_CHECKS } from './rpce/requests.js';
import { ROLE_CHECKS } from './rpce/roles.js';
import { STUB_CHECKS } from './rpce/stubs.js';
import type { Target } from './target.js';

/** The simplest thing that a server does, without which nothing else means anything. */
export const SANITY: Check<Target> = {
  id: 'sanity/answers',
  section: 'C706 12.6.4.10',
  requirement: 'A call to an operation that exists is answered.',
  level: 'MUST',
  needs: [],
  stimulus: 'a bind and a call that asks whether the server is there',
  async run(target) {
    if (target.found.simple === undefined) {
      // Nobody knows what it can be asked; that it speaks the protocol shows already.
      await (await target.connect()).bind([contextOf(mgmt)]);
      return;
    }
    await target.works(await target.bound(target.simple.interface));
  },
};

/** What the person who runs the suite has to get right, without which most of it does not apply. */
export const ACCOUNT_CHECKS: readonly Check<Target>[] = composed([
  {
    id: 'sanity/account',
    section: '[MS-RPCE] 3.3.1.5.2.1',
    requirement: 'The account of the run can log on, over NTLM or SPNEGO.',
    level: 'MUST',
    needs: [],
    stimulus: 'a signed call by the account',
    async run(target) {
      const { association, protection } = await authenticated(target);
      await target.works(association, { protection });
    },
  },
  {
    id: 'sanity/activation',
    section: '[MS-DCOM] 3.1.2.5.2.3.3',
    requirement: 'The class of the run can be activated by the account, at PKT_INTEGRITY.',
    level: 'MUST',
    needs: ['account', 'activator'],
    stimulus: 'RemoteCreateInstance at PKT_INTEGRITY',
    run: async (target) => void (await objectOf(target)),
  },
]);

/** Every check of the server suite, in the order in which they run. */
export const SERVER_CHECKS: readonly Check<Target>[] = composed(
  BIND_CHECKS,
  CANCEL_CHECKS,
  CONTEXT_CHECKS,
  FEATURE_CHECKS,
  FLAG_CHECKS,
  FRAGMENT_SIZE_CHECKS,
  FRAGMENT_CHECKS,
  NDR64_CHECKS,
  REQUEST_CHECKS,
  ROLE_CHECKS,
  STUB_CHECKS,
  BIG_ENDIAN_CHECKS,
  HANDSHAKE_CHECKS,
  LEG_CHECKS,
  AUTH_LEVEL_CHECKS,
  TRAILER_CHECKS,
  HEADER_SIGNING_CHECKS,
  SECURITY_CONTEXT_CHECKS,
  VERIFICATION_CHECKS,
  EPM_LOOKUP_CHECKS,
  EPM_MAP_CHECKS,
  MANAGEMENT_CHECKS,
  NTLM_CHECKS,
  SPNEGO_CHECKS,
  RESOLVER_CHECKS,
  PING_CHECKS,
  PING_TIME_CHECKS,
  ACTIVATOR_CHECKS,
  OBJECT_CHECKS,
  REFERENCE_CHECKS,
  LEVEL_CHECKS,
  NULL_SESSION_CHECKS,
  CHANGED_LEVEL_CHECKS,
  TAMPERED_CHECKS,
  RELAY_CHECKS,
);
