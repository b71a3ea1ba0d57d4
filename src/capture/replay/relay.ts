import { CLIENT_PROFILES, type ClientProfileName } from '../../client/profiles.js';
import { IActivation, IRemoteSCMActivator, type ORPCTHIS } from '../../codec/dcom/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { isSignedLevel } from '../../codec/status/authn.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { Registry } from '../../hardening/registry.js';
import { type AsOf, patchLevel } from '../../hardening/timeline.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../net/simulation/index.js';
import {
  asCaptured,
  expectedStop,
  RELAY_VARIANTS,
  type RelayOutcome,
  type RelayVariant,
  relay,
  type WantedClass,
} from '../../relay/index.js';
import type { RandomBytes } from '../../security/index.js';
import type { CapturedCall } from '../decode/captured-call.js';
import { wantedIn } from '../decode/wanted-class.js';
import { checkWhatIfOptions } from './check-options.js';
import { isKerberosCall } from './kerberos-calls.js';

/** Which relays of a captured activation are tried. */
export interface WhatIfOptions {
  /** Patch levels of the server that is relayed to. */
  readonly dates: readonly AsOf[];
  /** Registry values of the server. */
  readonly registry?: Registry;
  /**
   * `as-captured`, and variants of the relay by their ids without `-spnego`. Where absent, `as-captured`, and beside it
   * `connect` for clients that sign, since nothing makes the attacker keep their level.
   */
  readonly variants?: readonly string[];
  /** Instead of the captured level and type. */
  readonly level?: number;
  /** RPC_C_AUTHN_* instead of the captured type. */
  readonly authType?: number;
  /** Two runs with the same seed are the same, octet by octet. */
  readonly seed: string;
}

/** What would have come of relaying a captured activation to the server of one date. */
export interface WhatIfCell {
  readonly asOf: AsOf;
  /** Where KB5004442 and the specifications have it stopped; undefined where nothing stops it. */
  readonly expected: RefusedBy | undefined;
  readonly outcome: RelayOutcome;
}

/** One captured activation, relayed in one way. */
export interface WhatIf {
  readonly call: CapturedCall;
  readonly level: number;
  readonly authType: number;
  /** The client whose habits the victim has. */
  readonly client: ClientProfileName;
  /** Undefined where there is nothing to relay. */
  readonly variant: RelayVariant | undefined;
  readonly nothing?: string;
  /** What the victim authenticates by: as it was captured, but for variants that change messages of NTLM. */
  readonly mechanism: 'NTLM' | 'Kerberos';
  /** What is not as it was captured. */
  readonly notes: readonly string[];
  readonly cells: readonly WhatIfCell[];
}

/** The attacker keeps the level of his victim. */
const AS_CAPTURED = 'as-captured';
/** He does not. */
export const AT_CONNECT = 'connect';

/** What can be asked for: variants that relay an activation, each by the captured authentication type. */
export const WHAT_IF_VARIANTS: readonly string[] = [
  AS_CAPTURED,
  ...RELAY_VARIANTS.map(({ id }) => id).filter((id) => !id.endsWith('-spnego')),
];

/** Whether a captured call is one whose relay can be asked about; if not, why. A sealed stub is no obstacle. */
export function whyNotRelayed({ presentation, operation, security }: CapturedCall): string | undefined {
  if (presentation === undefined) return 'its bind is not in the capture, so its interface is not known';
  const { uuid } = presentation.interface;
  if (operation === undefined || (uuid !== IActivation.uuid && uuid !== IRemoteSCMActivator.uuid))
    return 'no activation';
  if (security.level === undefined) return 'its authentication level is not in the capture';
  return undefined;
}

/** Relays that were done, by what was relayed: a capture may have the same activation a thousand times. */
export type KnownRelays = Map<string, RelayOutcome>;

/**
 * Relays a captured activation: a victim that authenticates as the captured client did, with an account made up for it,
 * on its captured address; an attacker in between; and a server of each date on the captured server's. All of them are
 * on a simulated network. Rejects with `OptionError`, which names the option, for a mistake.
 */
export async function relayCaptured(
  call: CapturedCall,
  options: WhatIfOptions,
  known: KnownRelays = new Map(),
): Promise<WhatIf[]> {
  checkWhatIfOptions(options);
  const { level = call.security.level ?? RPC_C_AUTHN_LEVEL.NONE } = options;
  const authType = options.authType ?? call.security.authType ?? RPC_C_AUTHN.NONE;
  const kerberos =
    options.authType === undefined ? isKerberosCall(call) : options.authType === RPC_C_AUTHN.GSS_KERBEROS;
  const client = clientOf(call);
  const nothing = nothingToRelay(call, level, authType);
  if (nothing !== undefined)
    return [{ call, level, authType, client, mechanism: 'NTLM', variant: undefined, nothing, notes: [], cells: [] }];
  const rows: WhatIf[] = [];
  for (const id of options.variants ?? (isSignedLevel(level) ? [AS_CAPTURED, AT_CONNECT] : [AS_CAPTURED])) {
    const variant = variantOf(id, { authType, level, kerberos });
    const mechanism = variant.kerberos === undefined ? 'NTLM' : 'Kerberos';
    const what = { call, level, authType: variant.authType, client, mechanism } as const;
    const notes = notesOn(what, kerberos);
    const cells: WhatIfCell[] = [];
    for (const asOf of options.dates) cells.push(await cellOf(what, variant, asOf, { ...options, known }));
    rows.push({ ...what, variant, notes, cells });
  }
  return rows;
}

type What = Pick<WhatIf, 'call' | 'level' | 'authType' | 'client' | 'mechanism'>;

async function cellOf(
  what: What,
  variant: RelayVariant,
  asOf: AsOf,
  { registry = {}, seed, known }: WhatIfOptions & { readonly known: KnownRelays },
): Promise<WhatIfCell> {
  const { call, level, client } = what;
  const wanted = wantedOf(call);
  const { date } = patchLevel(asOf);
  const place = [call.client.address, call.server.address];
  const { authType, id } = variant;
  const key = JSON.stringify([...place, wanted, level, authType, what.mechanism, client, id, date, registry]);
  const outcome = known.get(key) ?? (await relayed(what, { variant, asOf, registry, wanted }, seededRandom(seed, key)));
  known.set(key, outcome);
  return { asOf, expected: expectedStop(variant, { asOf, registry, victimLevel: level }), outcome };
}

interface How {
  readonly variant: RelayVariant;
  readonly asOf: AsOf;
  readonly registry: Registry;
  readonly wanted: WantedClass | undefined;
}

function relayed({ call, level, client }: What, { wanted, ...how }: How, random: RandomBytes): Promise<RelayOutcome> {
  const time = new VirtualTime({ start: Date.parse(`${patchLevel(how.asOf).date}T12:00:00Z`) });
  const { network, addresses } = sceneOf(call, time);
  const work = relay({
    ...{ ...how, network, addresses, random },
    victim: { profile: { ...CLIENT_PROFILES[client], activationLevel: () => level } },
    ...(wanted && { wanted }),
    timers: time,
    clock: time.now,
  });
  return time.run(work);
}

/** Client and server where the capture has them, be they one machine, and somebody else between them. */
function sceneOf({ client, server }: CapturedCall, time: VirtualTime) {
  const network = new SimulatedNetwork({ time });
  network.addHost('client', [client.address]);
  if (server.address !== client.address) network.addHost('server', [server.address]);
  const attacker = ATTACKERS.find((each) => each !== client.address && each !== server.address) as string;
  network.addHost('attacker', [attacker]);
  return { network, addresses: { victim: client.address, attacker, server: server.address } };
}

/** RFC 5737: for documentation. */
const ATTACKERS = ['192.0.2.66', '192.0.2.67', '192.0.2.68'];

/** The class as it was captured; where it is encrypted, the attacker has his own. */
function wantedOf({ value, operation }: CapturedCall): WantedClass | undefined {
  const wanted = wantedIn(value);
  if (wanted === undefined) return undefined;
  const iids = wanted.iids.length === 0 ? [IID_IUnknown] : wanted.iids;
  return { clsid: wanted.clsid, iids, method: operation?.name as NonNullable<WantedClass['method']> };
}

const IID_IUnknown = '00000000-0000-0000-c000-000000000046';

function variantOf(
  id: string,
  { authType, level, kerberos }: { readonly authType: number; readonly level: number; readonly kerberos: boolean },
): RelayVariant {
  if (id === AS_CAPTURED) return asCaptured(authType, level, kerberos);
  const found = RELAY_VARIANTS.find((variant) => variant.id === id);
  if (found === undefined) throw new TypeError(`no such variant of the relay of an activation: '${id}'`);
  if (!kerberos) return { ...found, authType };
  // Kerberos has no counterpart of variants that change or reflect messages of NTLM.
  if (found.tampering !== undefined || found.reflection) return { ...found, authType: RPC_C_AUTHN.GSS_NEGOTIATE };
  return { ...found, authType, kerberos: { ticketFor: 'target' } };
}

function nothingToRelay({ security }: CapturedCall, level: number, authType: number): string | undefined {
  if (level === RPC_C_AUTHN_LEVEL.NONE || authType === RPC_C_AUTHN.NONE)
    return 'the client does not authenticate, so there is nothing to relay';
  if (security.identity?.anonymous) return 'the client authenticates as nobody, which is nothing to relay';
  if (!RELAYED.has(authType)) return `authentication type ${authType} is none of NTLM, SPNEGO and Kerberos`;
  return undefined;
}

const RELAYED: ReadonlySet<number> = new Set([RPC_C_AUTHN.WINNT, RPC_C_AUTHN.GSS_NEGOTIATE, RPC_C_AUTHN.GSS_KERBEROS]);

/** A ticket names its service, so that a relay of Kerberos begins with a name that leads to the attacker. */
const notesOn = ({ call, mechanism }: Pick<WhatIf, 'call' | 'mechanism'>, wasKerberos: boolean): string[] => [
  ...(mechanism === 'Kerberos' ? ['its ticket is for the server, and its name led to the attacker'] : []),
  ...(wasKerberos && mechanism === 'NTLM' ? ['captured with Kerberos; relayed by NTLM inside SPNEGO'] : []),
  ...(wantedIn(call.value) === undefined ? ['its class is encrypted; the attacker asks for MMC20.Application'] : []),
];

/** The client that such a call is known of: COM version, security context and method tell ([MS-DCOM] 2.2.11, 2.2.13.3). */
function clientOf({ value, security, presentation }: CapturedCall): ClientProfileName {
  const { orpcthis, ORPCthis } = (value ?? {}) as { orpcthis?: ORPCTHIS; ORPCthis?: ORPCTHIS };
  const minor = (orpcthis ?? ORPCthis)?.version.MinorVersion;
  if (security.authContextId === CLIENT_PROFILES.impacket.authContextId) return 'impacket';
  if (minor === CLIENT_PROFILES['node-dcom'].comVersion.MinorVersion) return 'node-dcom';
  if (minor === CLIENT_PROFILES['openvas-wmic'].comVersion.MinorVersion) return 'openvas-wmic';
  return presentation?.interface.uuid === IActivation.uuid ? 'openvas-wmic-5.7' : 'windows-2021-05';
}
