import type { Logger } from 'pino';
import type { EventLog } from '../hardening/event-log.js';
import type { LoggedEvent } from '../hardening/events.js';
import type { PolicyProfile } from '../hardening/profile.js';
import type { Registry } from '../hardening/registry.js';
import type { AsOf, PatchLevel } from '../hardening/timeline.js';
import type { Endpoint } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import type { RpcLimits, RpcProfile, RpcProfileName, RpcTotals } from '../rpc/index.js';
import type {
  AccountEntry,
  KerberosAcceptorOptions,
  Milliseconds,
  NtlmServerPolicy,
  ServerNames,
} from '../security/index.js';
import type { AccessPermissions } from './access.js';
import type { LogonSessions } from './activation/checks.js';
import type { Activation, FailedLogon, HistoryEntry, LogListeners } from './activation/log.js';
import type { CallBackOptions } from './call-back-client.js';
import type { ClassName, ComClass } from './classes/index.js';
import type { EndpointObserver } from './endpoint/endpoint.js';
import type { Service } from './endpoint/service.js';
import type { AddressOptions } from './objects/bindings.js';
import type { CallBack } from './objects/callbacks.js';
import type { Invocation } from './objects/exporter.js';
import type { RefusedCall } from './objects/refused-call.js';
import type { DcomProfile } from './profile.js';

/** How a simulated server is set up. All of it has defaults. A mistake is an `OptionError` at once. */
export interface ServerOptions extends LogListeners, Partial<Environment> {
  /** `ADDRESS:PORT`; port 135 where absent, 0 for a free one. `127.0.0.1:135` where nothing is given. */
  readonly listen?: string;
  /** Patch level: a date, or `2021-09`. The last phase where absent. */
  readonly asOf?: AsOf;
  /** Registry values by name, such as `RequireIntegrityActivationAuthenticationLevel: 0`. */
  readonly registry?: Registry;
  /** The event log of its machine, where others write too; one of its own where absent. */
  readonly eventLog?: EventLog;
  /** What no source confirms: see `PolicyProfile`. */
  readonly policy?: Partial<PolicyProfile>;
  /** `other`: KB5004442 is no policy of it, and `PolicyProfile.otherServers` says what its maker decided; Windows where absent. */
  readonly platform?: 'windows' | 'other';
  /** `DOMAIN\user:password`, or the same in parts. */
  readonly accounts?: readonly (AccountEntry | string)[];
  /** Its names in NTLM's TargetInfo ([MS-NLMP] 2.2.2.1); computer HARNESS in no domain where absent. */
  readonly names?: ServerNames;
  /** What differs from the NTLM of a Windows server as it is installed. */
  readonly ntlm?: Partial<NtlmServerPolicy>;
  /** Kerberos, by itself and inside SPNEGO, with the keys of the server's service account; not offered where absent. */
  readonly kerberos?: KerberosServer;
  /** Who may activate and call; everybody with a name where absent, and with `allowAnonymous` everybody. */
  readonly access?: AccessPermissions;
  /** Lets callers without a name activate and call, which Windows does not; false where absent. */
  readonly allowAnonymous?: boolean;
  /** Classes that can be activated, those that come with the server by name (`mmc20`); where absent, the generic class stands in for every CLSID. */
  readonly classes?: readonly (ComClass | ClassName)[];
  /** The addresses and security services that its bindings name; the address that the client reached where absent. */
  readonly addresses?: AddressOptions;
  /** The port of the object exporter; a free one where absent. */
  readonly exporterPort?: number;
  /** The logon sessions that an activation may ask for; 0 and 1, with 1 at the console, where absent. */
  readonly sessions?: LogonSessions;
  /**
   * Refuse activations whose pIFDClientCtx is NULL with RPC_E_INVALID_OBJREF, as [MS-DCOM] 2.2.22.2.5 says; false where
   * absent, since impacket sends NULL and Windows lets it pass.
   */
  readonly requireClientContext?: boolean;
  /** How long an object lives that its client never pings; no source says. Eight minutes where absent. */
  readonly unpingedTimeout?: Milliseconds;
  /** The exporter's own least level, apart from the activation policy; LegacyAuthenticationLevel where absent, or CONNECT. */
  readonly exporterLevel?: number;
  /** What RPC servers differ in, by name (`samba-4.17`) or by itself; `windows-server-2022` where absent. */
  readonly profile?: RpcProfile | RpcProfileName;
  /** What differs from how the DCOM services of that profile behave: see `DcomProfile`. */
  readonly dcom?: Partial<DcomProfile>;
  /** Bounds of memory and time of one connection that differ from the defaults. */
  readonly limits?: Partial<RpcLimits>;
  /** Bounds of memory of all connections together that differ from the defaults. */
  readonly totals?: Partial<RpcTotals>;
  /** Interfaces beside those of DCOM: `rpcecho`, Samba's test interface, on the resolver's port. */
  readonly interfaces?: readonly ExtraInterface[];
  /** RPC interfaces of a test's own, made by `service` and `method`, on the resolver's port and in its endpoint mapper. */
  readonly services?: readonly Service[];
  /**
   * Connections at a time, at each of the two ports; 1,000 where absent. One peer gets no more than seven eighths of
   * them, and where all are taken, those that hold less than their share are still let in.
   */
  readonly maxConnections?: number;
  /**
   * Objects that live at the same time; 100,000 where absent. Beyond its share of them, as of `maxConnections`, an
   * activation by a peer fails with E_OUTOFMEMORY.
   */
  readonly maxObjects?: number;
  /** How the server calls objects of its clients back: by whose account, at which level. */
  readonly callBack?: CallBackOptions;
  /** Where mistakes of classes and listeners are logged; nowhere where absent. Secrets never are. */
  readonly logger?: Logger;
  /** Takes a recording of everything that is sent, as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
  /** Told of connections, associations and octets, as they come. */
  readonly observers?: readonly EndpointObserver[];
}

/** Interfaces beside those of DCOM. */
export const EXTRA_INTERFACES = ['rpcecho'] as const;
/** Name of an interface beside those of DCOM. */
export type ExtraInterface = (typeof EXTRA_INTERFACES)[number];

/** How a server takes Kerberos. */
export type KerberosServer = Omit<KerberosAcceptorOptions, 'random' | 'accounts'>;

/** A running server, and what its clients have done so far. */
export interface DcomServer {
  /** Where the activators and the object resolver listen. */
  readonly address: Endpoint;
  /** Where the object exporter listens. */
  readonly exporter: Endpoint;
  readonly asOf: PatchLevel;
  /** The latest ones, as in every list here: beyond 10,000, or 16 MiB of them, the oldest are forgotten. */
  readonly activations: readonly Activation[];
  /** What clients asked objects to do; none of it was done. */
  readonly invocations: readonly Invocation[];
  /** Calls to objects that were refused before their methods ran. */
  readonly refusedCalls: readonly RefusedCall[];
  /** Who could not log on. */
  readonly failedLogons: readonly FailedLogon[];
  /** What was tried with objects of clients: how each was reached, and each call back with its outcome. */
  readonly callBacks: readonly CallBack[];
  /** All of this in the order in which it happened, each with its kind; made anew whenever it is asked for. */
  readonly history: readonly HistoryEntry[];
  /** The event log of its machine. */
  readonly events: readonly LoggedEvent[];
  readonly objects: number;
  /** Looks for what has timed out. It is done every second; a test with a clock of its own does it when that clock moves. */
  tick(): void;
  /** Ends all connections. Rejects with what a class, or a function that is told what happens, threw first, if any did. */
  close(): Promise<void>;
  /** As `close`: with `await using`, a test that fails leaves no port behind. */
  [Symbol.asyncDispose](): Promise<void>;
}
