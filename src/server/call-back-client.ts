import type { ServiceTickets } from '../client/kerberos/logon.js';
import { windowsProfileAt } from '../client/profiles.js';
import { NDR20_ALONE } from '../client/proposals.js';
import { orpcLevel } from '../hardening/coverage.js';
import type { PatchLevel } from '../hardening/timeline.js';
import type { Environment } from '../net/environment.js';
import {
  type AccountEntry,
  AccountTable,
  type Milliseconds,
  type NtlmCredentials,
  parseAccount,
  type ServerNames,
} from '../security/index.js';
import type { EndpointObserver } from './endpoint/endpoint.js';
import type { CallBacksOptions } from './objects/callbacks.js';
import { observedNetwork } from './observed-network.js';

/** How a server calls objects of its clients back: then it is the client ([MS-DCOM] 3.2). */
export interface CallBackOptions {
  /** The server's own account, `DOMAIN\user:password` or in parts; the first of `accounts` where absent, or a null session. */
  readonly account?: AccountEntry | string;
  /**
   * RPC_C_AUTHN_LEVEL_* of its calls. Where absent, that of a Windows client of its patch level: the higher of the
   * server's own level and the client's authnHint, since 2022-10-11 PKT_INTEGRITY at least (CVE-2022-37978, [MS-DCOM]
   * note <37>). KB5004442 itself covers only activations.
   */
  readonly level?: number;
  /** RPC_C_AUTHN_*; SPNEGO, or what the client's security bindings name, where absent. */
  readonly authType?: number;
  /** The server's own tickets, for calls by Kerberos; without them its calls are NTLM's. */
  readonly tickets?: ServiceTickets;
  /**
   * The service name of the clients that are called. Where absent the one that their bindings name; an address, which is
   * all that most of them give, has none, so that SPNEGO falls back to NTLM.
   */
  readonly service?: string;
  /**
   * Whether a client's resolver that takes no authentication is asked without; true where absent, as of Windows unless
   * DCOMSCMRemoteCallFlags has bit 0x8.
   */
  readonly resolvesUnsecured?: boolean;
  /** Also tries the address that the client came from, for one behind a translated address. Windows is not known to. */
  readonly throughNat?: boolean;
  /** For an address to answer before the next is tried; 3 seconds where absent. */
  readonly connectTimeout?: Milliseconds;
  /** For an answer; 10 seconds where absent. */
  readonly timeout?: Milliseconds;
}

export interface CallBackHost extends Environment {
  readonly asOf: PatchLevel;
  /** Of the server's process, [MS-DCOM] notes <41> and <86>. */
  readonly processDefault: number;
  readonly names: ServerNames;
  /** Told of the connections that the server opens too. */
  readonly observers: readonly EndpointObserver[];
}

/** What the options of a server say of it. */
interface CallingServer {
  readonly callBack?: CallBackOptions;
  readonly platform?: 'windows' | 'other';
  readonly accounts?: readonly (AccountEntry | string)[];
}

/** The options of the client that a server is. */
export function callBackClient(
  { callBack = {}, platform = 'windows', accounts = [] }: CallingServer,
  { asOf, processDefault, names, observers, ...environment }: CallBackHost,
): CallBacksOptions['client'] {
  const { account = accounts[0], level, authType, resolvesUnsecured = true, ...rest } = callBack;
  const credentials = credentialsOf(account, names.netbiosDomain ?? names.netbiosName);
  return {
    profile: {
      ...windowsProfileAt(asOf.date),
      // One proposal at a time: j-interop's resolver answers with one result, however many contexts a bind has.
      resolverProposals: NDR20_ALONE,
      objectProposals: NDR20_ALONE,
      objectLevel: (authnHint) => level ?? orpcLevel({ asOf, platform, authnHint, processDefault }),
    },
    ...(credentials && { credentials }),
    ...(authType !== undefined && { authType }),
    resolvesUnsecured,
    ...rest,
    ...environment,
    network: observedNetwork(environment.network, observers),
  };
}

function credentialsOf(entry: AccountEntry | string | undefined, home: string): NtlmCredentials | undefined {
  if (entry === undefined) return undefined;
  const { domain = '', user } = typeof entry === 'string' ? parseAccount(entry) : entry;
  return new AccountTable([entry], home).find(domain, user);
}
