import { OptionError } from '../../codec/input-error.js';
import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import type { PolicyProfile } from '../../hardening/profile.js';
import { REGISTRY_VALUES, type Registry } from '../../hardening/registry.js';
import { type AsOf, type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import { type Sniffer, sniffer } from '../../security/index.js';
import type { CaptureInput } from '../file/source.js';
import { type AuditedFile, type AuditReading, readEvents } from './read.js';
import type { AuditedActivation, AuditFinding, AuditItem } from './records.js';
import { AuditReducer } from './reducer.js';

export type { AuditedFile } from './read.js';
export type { AuditedActivation, AuditFinding, AuditItem, FindingName } from './records.js';

/** The day on which the last phase of KB5004442 began: what every patched server does now. */
export const LAST_PHASE = '2023-03-14';

/** The server that activations are held against. */
export interface AuditOptions {
  /** Patch level of the server that the activations are held against; 2023-03-14 where absent. */
  readonly asOf?: AsOf;
  /** Registry values of the server. */
  readonly registry?: Registry;
  /** What no source confirms of the server's policy. */
  readonly profile?: Partial<PolicyProfile>;
  /** Follows handshakes with the secrets that are known; without it, names are read and nothing is unsealed. */
  readonly observe?: Sniffer;
}

/** Told what an audit finds, as it finds it. */
export interface AuditHandlers extends AuditReading {
  /** An activation when its answer is there, a finding when its stream has ended. */
  readonly item: (item: AuditItem) => void;
}

const OPTIONS: OptionNames<AuditOptions> = { asOf: true, registry: true, profile: true, observe: true };
const REGISTRY_NAMES = REGISTRY_VALUES.map(({ name }) => name);

function checkRegistry(given: Registry = {}): void {
  const strange = Object.keys(given).find((name) => !(REGISTRY_NAMES as readonly string[]).includes(name));
  if (strange !== undefined)
    throw new OptionError('Auditor', `registry.${strange}`, `no such option; there are ${REGISTRY_NAMES.join(', ')}`);
}

/**
 * Holds what captures tell against a server. Throws `OptionError`, which names the option, for a mistake, and
 * `PolicyInputError` for an invalid date.
 */
export function auditReducer(options: AuditOptions = {}): AuditReducer {
  knownOptions('Auditor', options, OPTIONS);
  checkRegistry(options.registry);
  const { asOf = LAST_PHASE, registry, profile } = options;
  return new AuditReducer({ patchLevel: patchLevel(asOf), registry, profile });
}

/** Audits captures one after the other; relays are found across them. */
export class Auditor {
  readonly patchLevel: PatchLevel;
  readonly #observe: Sniffer;
  readonly #reducer: AuditReducer;

  /** Throws `OptionError`, which names the option, for a mistake, and `PolicyInputError` for an invalid date. */
  constructor(options: AuditOptions = {}) {
    this.#reducer = auditReducer(options);
    this.patchLevel = this.#reducer.patchLevel;
    this.#observe = options.observe ?? sniffer();
  }

  /** Throws `CaptureError` where nothing can be read. */
  file(source: CaptureInput, { item, ...reading }: AuditHandlers): Promise<AuditedFile> {
    return readEvents(source, this.#observe, this.#reducer.capture(item), reading);
  }
}

/** What captures hold, all at once: for a test of a few files. For many use `Auditor`, which keeps nothing. */
export interface AuditReport {
  readonly activations: readonly AuditedActivation[];
  readonly findings: readonly AuditFinding[];
}

/**
 * Every activation of captures, what a server of a date would make of it, and what else is weak in them. Throws
 * `CaptureError` where a file cannot be read.
 */
export async function audit(sources: readonly CaptureInput[], options: AuditOptions = {}): Promise<AuditReport> {
  const auditor = new Auditor(options);
  const activations: AuditedActivation[] = [];
  const findings: AuditFinding[] = [];
  const item = (each: AuditItem): void => {
    if (each.kind === 'activation') activations.push(each);
    else findings.push(each);
  };
  for (const source of sources) await auditor.file(source, { item });
  return { activations, findings };
}
