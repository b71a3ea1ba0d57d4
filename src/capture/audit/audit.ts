import { serverDecision } from '../../hardening/decision.js';
import { OptionError } from '../../hardening/error.js';
import type { PolicyProfile } from '../../hardening/profile.js';
import { REGISTRY_VALUES, type Registry } from '../../hardening/registry.js';
import { type AsOf, type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import type { CallLevel } from '../../rpc/index.js';
import { type Sniffer, sniffer } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import { type CaptureInput, fileOf } from '../file/source.js';
import { Understood } from '../file/understood.js';
import { readCapture } from '../pdu/pdus.js';
import type { ConnectionAttempt } from '../stream/attempt.js';
import { ActivatedPairs } from './callbacks.js';
import { AuditLogons } from './logons.js';
import { auditBudget } from './open-call.js';
import type { AuditedActivation, AuditFinding, AuditItem } from './records.js';
import { RelayWatch } from './relay.js';
import { AuditStream, type Judgement, type StreamOptions } from './stream.js';

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

/** Who is told what an audit finds, as it finds it. */
export interface AuditHandlers {
  /** An activation when its answer is there, a finding when its stream has ended. */
  readonly item: (item: AuditItem) => void;
  readonly problem?: (problem: Problem) => void;
  /** Waited for after each piece of the file. */
  readonly pause?: () => Promise<void>;
  /** Told of octets that were read, as they stand in the file. */
  readonly onRead?: (octets: number) => void;
}

/** What an audit of one file, or of files that belong together, read. */
export interface AuditedFile {
  readonly file: string;
  readonly frames: number;
  readonly streams: number;
  readonly pdus: number;
  /** Findings of streams that had more kinds of them than are kept. */
  readonly droppedFindings: number;
  readonly understood: Understood;
}

const OPTIONS: readonly (keyof AuditOptions)[] = ['asOf', 'registry', 'profile', 'observe'];
const REGISTRY_NAMES = REGISTRY_VALUES.map(({ name }) => name);

function checkNames(place: string, given: object | undefined, known: readonly string[]): void {
  const strange = Object.keys(given ?? {}).find((name) => !known.includes(name));
  if (strange !== undefined)
    throw new OptionError('Auditor', place + strange, `no such option; there are ${known.join(', ')}`);
}

/** Audits captures one after the other; relays are found across them. */
export class Auditor {
  readonly patchLevel: PatchLevel;
  readonly #options: AuditOptions;
  readonly #observe: Sniffer;
  readonly #relays = new RelayWatch();
  readonly #pairs = new ActivatedPairs();

  /** Throws `OptionError`, which names the option, for a mistake, and `PolicyInputError` for a date that is none. */
  constructor(options: AuditOptions = {}) {
    checkNames('', options, OPTIONS);
    checkNames('registry.', options.registry, REGISTRY_NAMES);
    this.#options = options;
    this.patchLevel = patchLevel(options.asOf ?? LAST_PHASE);
    this.#observe = options.observe ?? sniffer();
  }

  /** Throws `CaptureError` where nothing can be read. */
  async file(source: CaptureInput, { item, problem, pause, onRead }: AuditHandlers): Promise<AuditedFile> {
    const options: StreamOptions = {
      relays: this.#relays,
      pairs: this.#pairs,
      observe: this.#observe,
      judge: this.#judge,
      emit: item,
      budget: auditBudget(item),
      told: { pdus: 0, droppedFindings: 0 },
      understood: new Understood(),
    };
    const handlers = {
      onAttempt: (attempt: ConnectionAttempt) => {
        const finding = this.#pairs.attempted(attempt);
        if (finding !== undefined) item(finding);
      },
      open: (_stream: number, remainder: string | undefined) => new AuditStream(options, remainder),
      openLogons: () => new AuditLogons({ ...options, observe: this.#observe }),
      ...(problem && { onProblem: problem }),
      ...(pause && { onPiece: pause }),
      onKdcMessage: this.#observe.kdcMessage,
    };
    const read = await readCapture(source, handlers, { ...(onRead && { onRead }), reuse: true });
    read.understood.add(options.understood);
    return { file: fileOf(source), ...read, ...options.told };
  }

  readonly #judge = (operation: string, { authType, level }: CallLevel, anonymous: boolean): Judgement => {
    const { date } = this.patchLevel;
    if (level === undefined || authType === undefined) {
      const reason = 'its authentication level is not in the capture';
      return { as_of: date, decision: 'unknown', rule: 'no level', reason, event: null, unconfirmed: false };
    }
    const { registry, profile } = this.#options;
    const decision = serverDecision({
      asOf: this.patchLevel,
      authType,
      level,
      anonymous,
      method: operation,
      ...(registry && { registry }),
      ...(profile && { profile }),
    });
    return {
      as_of: date,
      decision: decision.outcome,
      rule: decision.rule,
      reason: decision.reason,
      event: decision.event ?? null,
      unconfirmed: decision.unconfirmed === true,
    };
  };
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
