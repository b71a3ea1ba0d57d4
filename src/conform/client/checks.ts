import { composed } from '../core/index.js';
import type { Subject } from './check.js';
import { ACTIVATION_PARAMETERS } from './dcom/activation-parameters.js';
import { EXTENSIONS } from './dcom/extensions.js';
import { LEVELS } from './dcom/levels.js';
import { LIFETIME } from './dcom/lifetime.js';
import { OBJREFS } from './dcom/objrefs.js';
import { REQUESTS } from './dcom/requests.js';
import { RESOLUTION } from './dcom/resolution.js';
import { RESULTS } from './dcom/results.js';
import { SECURITY_BINDINGS } from './dcom/security-bindings.js';
import { STRING_BINDINGS } from './dcom/string-bindings.js';
import { VERSIONS } from './dcom/versions.js';
import { BINDS } from './rpce/binds.js';
import { FAULTS } from './rpce/faults.js';
import { FRAGMENTS } from './rpce/fragments.js';
import { HEADERS } from './rpce/headers.js';
import { OWN_BINDS } from './rpce/own-binds.js';
import { OWN_REQUESTS } from './rpce/own-requests.js';
import { PROTECTION } from './rpce/protection.js';
import { RPC_REQUESTS } from './rpce/requests.js';
import { HANDSHAKES } from './security/handshake.js';
import { NTLM_CHECKS } from './security/ntlm.js';

/** The checks of the client suite, in the order in which they are run. */
export const CLIENT_CHECKS = composed<Subject>(
  LEVELS,
  VERSIONS,
  REQUESTS,
  ACTIVATION_PARAMETERS,
  RESULTS,
  STRING_BINDINGS,
  SECURITY_BINDINGS,
  RESOLUTION,
  OBJREFS,
  EXTENSIONS,
  LIFETIME,
  RPC_REQUESTS,
  OWN_BINDS,
  OWN_REQUESTS,
  BINDS,
  HANDSHAKES,
  NTLM_CHECKS,
  PROTECTION,
  FRAGMENTS,
  HEADERS,
  FAULTS,
);
