import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { SeenFinding, SeenUser } from './events.js';
import type { AuditFinding, AuditPlace, FindingName } from './records.js';

export interface NewFinding {
  readonly finding: FindingName;
  readonly severity: AuditFinding['severity'];
  readonly user?: SeenUser;
  readonly detail: string;
  readonly refusedBy?: RefusedBy;
  readonly facts?: AuditFinding['facts'];
}

export const findingAt = (place: AuditPlace, found: NewFinding, count = 1): SeenFinding => ({
  kind: 'finding',
  finding: found.finding,
  severity: found.severity,
  ...place,
  user: found.user ?? null,
  count,
  detail: found.detail,
  refused_by: found.refusedBy ?? null,
  facts: found.facts ?? {},
});

/** Kinds of findings that one stream can have; further ones are only counted, so that none can fill the memory. */
const MAX_KINDS = 256;

/** The findings of one stream: what happens again and again is one of them, with its first place and how often. */
export class StreamFindings {
  /** Made when there is one: most streams have none. */
  #found: Map<string, { readonly place: AuditPlace; readonly finding: NewFinding; count: number }> | undefined;
  /** Kinds that found no room. */
  #dropped = 0;

  add(place: () => AuditPlace, finding: NewFinding): void {
    const key = findingKey(finding);
    this.#found ??= new Map();
    const before = this.#found.get(key);
    if (before !== undefined) before.count++;
    else if (this.#found.size < MAX_KINDS) this.#found.set(key, { place: place(), finding, count: 1 });
    else this.#dropped++;
  }

  get all(): readonly SeenFinding[] {
    return [...(this.#found?.values() ?? [])].map(({ place, finding, count }) => findingAt(place, finding, count));
  }

  /** How many more there were that `all` does not have. */
  get dropped(): number {
    return this.#dropped;
  }
}

/** Findings of one stream that have the same key are one. */
export const findingKey = ({ finding, user = null, detail }: Pick<NewFinding, 'finding' | 'user' | 'detail'>): string =>
  `${finding} ${typeof user === 'object' ? (user?.ticket ?? '') : user} ${detail}`;
