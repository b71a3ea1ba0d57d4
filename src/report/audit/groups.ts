import type { AuditedActivation, AuditFinding, AuditItem } from '../../capture/audit/audit.js';
import { addressOf } from '../../capture/audit/place.js';

/** Activations that have client, user, class, level, outcome and verdict in common. */
export interface ActivationGroup {
  /** The client's address without its port. */
  readonly client: string;
  readonly first: AuditedActivation;
  /** The relay whose streams are all that these activations stand on; undefined where one stands on another stream. */
  readonly relay: AuditFinding | undefined;
  readonly count: number;
}

interface OpenActivationGroup extends Omit<ActivationGroup, 'relay' | 'count'> {
  /** Undefined where they are too many to be remembered. */
  streams: Set<string> | undefined;
  count: number;
}

/** Findings of one kind about one client and user. */
export interface FindingGroup {
  readonly client: string;
  readonly first: AuditFinding;
  count: number;
}

/** Groups of each kind, at most; what finds no room is only counted. */
const MAX_GROUPS = 5_000;
/** Streams of one group, and of all relays, that are remembered. */
const MAX_STREAMS = 64;
const MAX_RELAYED = 5_000;

/** Gathers an audit by client and user, in memory that does not grow with the number of activations. */
export class AuditGroups {
  readonly #activations = new Map<string, OpenActivationGroup>();
  readonly #findings = new Map<string, FindingGroup>();
  /** By the streams on which a man in the middle is certain. */
  readonly #relays = new Map<string, AuditFinding>();
  /** Activations by decision. */
  readonly #decisions = new Map<AuditedActivation['decision'], number>();
  /** Findings by severity. */
  readonly #severities = new Map<AuditFinding['severity'], number>();
  #total = 0;
  /** Activations and findings that are counted and in no group. */
  #ungrouped = 0;

  add(item: AuditItem): void {
    if (item.kind === 'finding') this.#addFinding(item);
    else this.#addActivation(item);
  }

  /** By client and user; what is refused comes first. */
  get activations(): readonly ActivationGroup[] {
    return [...this.#activations.values()]
      .map(({ streams, ...group }) => ({ ...group, relay: this.#relayOf(streams) }))
      .sort(
        (a, b) =>
          Number(b.first.decision === 'refused') - Number(a.first.decision === 'refused') ||
          a.client.localeCompare(b.client) ||
          (a.first.user ?? '').localeCompare(b.first.user ?? ''),
      );
  }

  /** The most severe ones first. */
  get findings(): readonly FindingGroup[] {
    const rank = ({ first }: FindingGroup): number => SEVERITIES.indexOf(first.severity);
    return [...this.#findings.values()].sort((a, b) => rank(a) - rank(b) || a.client.localeCompare(b.client));
  }

  get total(): number {
    return this.#total;
  }

  get found(): number {
    return [...this.#severities.values()].reduce((all, count) => all + count, 0);
  }

  count(decision: AuditedActivation['decision']): number {
    return this.#decisions.get(decision) ?? 0;
  }

  /** `8 of 10 activations would be refused; 4 findings: 1 high, 3 warnings` */
  get summary(): string {
    const others = (['not covered', 'unknown'] as const)
      .filter((decision) => this.count(decision) > 0)
      .map((decision) => `, ${this.count(decision)} ${decision}`);
    const more = this.#ungrouped === 0 ? '' : `; ${this.#ungrouped} more are counted and not shown`;
    const severities = SEVERITIES.flatMap((severity) => {
      const count = this.#severities.get(severity) ?? 0;
      return count === 0 ? [] : [`${count} ${severity === 'warning' && count > 1 ? 'warnings' : severity}`];
    });
    const findings = this.found === 1 ? '1 finding' : `${this.found} findings`;
    const found = severities.length === 0 ? findings : `${findings}: ${severities.join(', ')}`;
    const all = this.#total === 1 ? '1 activation' : `${this.#total} activations`;
    return `${this.count('refused')} of ${all} would be refused${others.join('')}; ${found}${more}`;
  }

  #addActivation(activation: AuditedActivation): void {
    const { decision, user, operation, clsid, auth_type, auth_level, outcome, rule, mechanism } = activation;
    this.#total++;
    this.#decisions.set(decision, this.count(decision) + 1);
    const client = addressOf(activation.client);
    const parts = [client, addressOf(activation.server), activation.pipe, user, mechanism, operation, clsid];
    const key = [...parts, auth_type, auth_level, outcome, decision, rule].join('\n');
    const group = this.#group(
      this.#activations,
      key,
      () => ({ client, first: activation, streams: new Set<string>(), count: 0 }),
      1,
    );
    group?.streams?.add(streamOf(activation.file, activation.stream));
    if (group !== undefined && (group.streams?.size ?? 0) > MAX_STREAMS) group.streams = undefined;
  }

  #relayOf(streams: ReadonlySet<string> | undefined): AuditFinding | undefined {
    const relays = [...(streams ?? [])].map((stream) => this.#relays.get(stream));
    return relays.includes(undefined) ? undefined : relays[0];
  }

  #addFinding(finding: AuditFinding): void {
    this.#severities.set(finding.severity, (this.#severities.get(finding.severity) ?? 0) + finding.count);
    if (finding.finding === 'relay' && finding.severity === 'high') this.#addRelay(finding);
    const client = addressOf(finding.client);
    const key = [client, addressOf(finding.server), finding.finding, finding.user, textOf(finding)].join('\n');
    this.#group(this.#findings, key, () => ({ client, first: finding, count: 0 }), finding.count);
  }

  #addRelay(finding: AuditFinding): void {
    const { file, stream, facts } = finding;
    if (this.#relays.size >= MAX_RELAYED) return;
    this.#relays.set(streamOf(file, stream), finding).set(streamOf(facts.other_file, facts.other_stream), finding);
  }

  #group<G extends { count: number }>(
    groups: Map<string, G>,
    key: string,
    make: () => G,
    count: number,
  ): G | undefined {
    let group = groups.get(key);
    if (group === undefined && groups.size < MAX_GROUPS) {
      group = make();
      groups.set(key, group);
    }
    if (group === undefined) this.#ungrouped += count;
    else group.count += count;
    return group;
  }
}

const streamOf = (file: unknown, stream: unknown): string => `${file}\n${stream}`;

const SEVERITIES: readonly AuditFinding['severity'][] = ['high', 'warning', 'info'];

/** Each relay is one of its own. */
const textOf = ({ finding, detail }: AuditFinding): string => `${finding} ${detail}`;
