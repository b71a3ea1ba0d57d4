import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/constants.js';
import { effectiveAuthnLevel } from '../codec/status/authn.js';
import { type AsOf, ORPC_CLIENT_RAISE_FROM, patchLevel } from './timeline.js';

/** What decides about the authentication level of a call. */
export type CoverageKind = 'activation' | 'liveness' | 'resolver' | 'remote unknown' | 'object' | 'wmi';

export interface Coverage {
  readonly kind: CoverageKind;
  /** `Interface::Method (opnum)`, or only the interface. */
  readonly calls: readonly string[];
  readonly covered: boolean;
  readonly rule: string;
  readonly section: string;
}

/** Which calls CVE-2021-26414 covers: activations, and nothing else. */
export const COVERAGE: readonly Coverage[] = [
  {
    kind: 'activation',
    calls: [
      'IActivation::RemoteActivation (0)',
      'IRemoteSCMActivator::RemoteGetClassObject (3)',
      'IRemoteSCMActivator::RemoteCreateInstance (4)',
    ],
    covered: true,
    rule: 'an authenticated activation needs PKT_INTEGRITY where enforcement is on',
    section: '[MS-DCOM] 3.1.2.5.2.3, note <81>; KB5004442',
  },
  {
    kind: 'liveness',
    calls: ['IObjectExporter::ServerAlive (3)', 'IObjectExporter::ServerAlive2 (5)'],
    covered: false,
    rule: 'permissions are never checked, and clients specify no security',
    section: '[MS-DCOM] 3.1.2.5.1.4, 3.1.2.5.1.6, 3.2.4.1.1.1, 3.2.4.1.2.1',
  },
  {
    kind: 'resolver',
    calls: [
      'IObjectExporter::ResolveOxid (0)',
      'IObjectExporter::SimplePing (1)',
      'IObjectExporter::ComplexPing (2)',
      'IObjectExporter::ResolveOxid2 (4)',
    ],
    covered: false,
    rule: 'clients use PKT_INTEGRITY or above; for servers no lowest level is documented, only MachineAccessRestriction',
    section: '[MS-DCOM] 3.2.4.1.2.2, 3.2.6.1, notes <53>, <54>, <56>, <84>, <93>',
  },
  {
    kind: 'remote unknown',
    calls: ['IRemUnknown', 'IRemUnknown2'],
    covered: false,
    rule: "the object exporter's own level counts; a call below it gets E_ACCESSDENIED",
    section: '[MS-DCOM] 3.1.1.5.4, notes <40>, <41>, <42>',
  },
  {
    kind: 'wmi',
    calls: ['IWbemLevel1Login', 'IWbemServices', 'IEnumWbemClassObject'],
    covered: false,
    rule: 'PKT or above; a namespace with RequiresEncryption needs PKT_PRIVACY',
    section: '[MS-WMI] 3.1.4, note <19>',
  },
  {
    kind: 'object',
    calls: [],
    covered: false,
    rule: "the object exporter's own level counts; a call below it gets ERROR_ACCESS_DENIED",
    section: '[MS-DCOM] 3.1.1.5.4, notes <40>, <41>, <42>',
  },
];

/**
 * The row of a call, given as `IObjectExporter::ServerAlive2`, as the method of one of these interfaces alone, or as an
 * interface; every call that no row names is a call of some object.
 */
export function coverageOf(call: string): Coverage {
  const [interfaceName = call] = call.split('::');
  const known = ALIASES[interfaceName] ?? interfaceName;
  return BY_NAME.get(call.replace(interfaceName, known)) ?? BY_NAME.get(known) ?? OBJECT;
}

/** What network analysers call two of the interfaces. */
const ALIASES: Readonly<Record<string, string>> = {
  ISystemActivator: 'IRemoteSCMActivator',
  IOXIDResolver: 'IObjectExporter',
};

const OBJECT = COVERAGE.find(({ kind }) => kind === 'object') as Coverage;
const BY_NAME: ReadonlyMap<string, Coverage> = new Map(
  COVERAGE.flatMap((row) =>
    row.calls.flatMap((call) => {
      const full = call.replace(/ \(\d+\)$/, '');
      return [full, full.replace(/^.*::/, '')].map((name) => [name, row] as const);
    }),
  ),
);

export interface OrpcClient {
  readonly asOf: AsOf;
  readonly platform: 'windows' | 'other';
  /** authnHint of the activation's reply. */
  readonly authnHint: number;
  /** What the application set on the proxy. */
  readonly requested?: number | undefined;
  /** The process's default level, which counts where the application set none. */
  readonly processDefault: number;
}

/**
 * The level at which a client calls an object exporter, [MS-DCOM] 3.2.4.2 and notes <37>, <86>: what the application
 * asked for, else the higher of its default and the hint; Windows with CVE-2022-37978 never below the hint or
 * PKT_INTEGRITY.
 */
export function orpcLevel({ asOf, platform, authnHint, requested, processDefault }: OrpcClient): number {
  const own = effectiveAuthnLevel(requested ?? Math.max(processDefault, authnHint));
  if (platform === 'other' || patchLevel(asOf).date < ORPC_CLIENT_RAISE_FROM) return own;
  return Math.max(own, authnHint, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY);
}
