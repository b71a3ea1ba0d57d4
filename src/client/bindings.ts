import { bindingsOf, type DUALSTRINGARRAY, NCACN_IP_TCP } from '../codec/dcom/index.js';
import { RPC_C_AUTHN } from '../codec/rpce/index.js';
import { parseEndpoint } from '../net/channel.js';
import { TransportError } from '../net/error.js';

/** Where a string binding leads. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** [MS-DCOM] 3.1.2.3: the well-known endpoint of an object resolver, which a binding without a port means. */
export const RESOLVER_PORT = 135;

const WITH_PORT = /^(.+)\[(\d{1,5})\]$/;

export interface ChoiceOptions {
  /** The host that was asked last: its own binding goes first, since it is known to be reached. */
  readonly host?: string | undefined;
  /**
   * Adds that host with the ports of the bindings, for a server behind a translated address, whose own bindings lead
   * nowhere. Windows is not known to do so.
   */
  readonly throughNat?: boolean | undefined;
}

/** The endpoints of an object exporter, in the order in which they are tried; those without a port are none. */
export const exporterTargets = (bindings: DUALSTRINGARRAY, choice: ChoiceOptions = {}): Target[] =>
  chosen(
    addresses(bindings).flatMap((address) => targetOf(address) ?? []),
    choice,
  );

/** The endpoints of an object resolver: those that an OBJREF's saResAddr or ServerAlive2 names. */
export const resolverTargets = (bindings: DUALSTRINGARRAY, choice: ChoiceOptions = {}): Target[] =>
  chosen(
    addresses(bindings).flatMap((address) => targetOf(address) ?? { host: address, port: RESOLVER_PORT }),
    choice,
  );

function chosen(targets: readonly Target[], { host, throughNat }: ChoiceOptions): Target[] {
  const translated =
    throughNat && host !== undefined
      ? [...new Set(targets.map(({ port }) => port))].map((port) => ({ host, port }))
      : [];
  return distinct([...preferred(targets, host), ...translated]);
}

/**
 * [MS-DCOM] 3.2.4.2: the wanted authentication service where the exporter has it, else the first that it names and we
 * have; no security where it names none at all.
 */
export function serviceOf(bindings: DUALSTRINGARRAY, wanted: number): number {
  const offered = bindingsOf(bindings).securityBindings.map(({ wAuthnSvc }) => wAuthnSvc);
  if (offered.length === 0) return RPC_C_AUTHN.NONE;
  if (offered.includes(wanted)) return wanted;
  return offered.find((service) => service === RPC_C_AUTHN.WINNT || service === RPC_C_AUTHN.GSS_NEGOTIATE) ?? wanted;
}

const addresses = (bindings: DUALSTRINGARRAY): string[] =>
  bindingsOf(bindings)
    .stringBindings.filter(({ wTowerId }) => wTowerId === NCACN_IP_TCP)
    .map(({ aNetworkAddr }) => aNetworkAddr)
    .filter((address) => address !== '');

function targetOf(address: string): Target | undefined {
  const [, host, digits] = WITH_PORT.exec(address) ?? [];
  if (host === undefined || Number(digits) > 0xffff) return undefined;
  return { host: parseEndpoint(host, 0)?.host ?? host, port: Number(digits) };
}

/** The order of the list is kept, but for the host that is known to be reached. */
const preferred = (targets: readonly Target[], host: string | undefined): Target[] => [
  ...targets.filter((target) => same(target.host, host)),
  ...targets.filter((target) => !same(target.host, host)),
];

const same = (a: string, b: string | undefined): boolean => a.toLowerCase() === b?.toLowerCase();

/** As many as a machine may have addresses; a server does not have its clients try port after port. */
const MAX_TARGETS = 16;

function distinct(targets: readonly Target[]): Target[] {
  const found = new Map<string, Target>();
  for (const target of targets) {
    const key = `${target.host.toLowerCase()} ${target.port}`;
    if (!found.has(key)) found.set(key, target);
  }
  return [...found.values()].slice(0, MAX_TARGETS);
}

/**
 * [MS-DCOM] 3.2.4.1.2.1: the first of the targets that `open` succeeds with. Rejects with `TransportError`, which says
 * what became of each; what is no failure of the way there ends the search.
 */
export async function reach<T>(targets: readonly Target[], open: (target: Target) => Promise<T>): Promise<T> {
  const failures: TransportError[] = [];
  for (const target of targets) {
    try {
      return await open(target);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first === undefined) throw new TransportError('string bindings', 'none of them can be used over TCP');
  if (failures.length === 1) throw first;
  throw new TransportError(`none of ${failures.length} endpoints`, failures.map(({ message }) => message).join('; '));
}

/**
 * The service name for calls to an object, [MS-DCOM] 3.2.4.2: the application's, else the one that the exporter gives of
 * itself. Where it gives none Windows goes without, which leaves NTLM; a client that has tickets takes the machine's
 * name, as impacket does.
 */
export function objectService(
  bindings: DUALSTRINGARRAY,
  { service, tickets, host }: { readonly service?: string; readonly tickets?: unknown; readonly host: string },
): string | undefined {
  const own = bindingsOf(bindings)?.securityBindings.find(({ aPrincName }) => aPrincName !== '')?.aPrincName;
  return service ?? own ?? (tickets === undefined ? undefined : `HOST/${host}`);
}
