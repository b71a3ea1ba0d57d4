import type { CheckResult } from '../core/index.js';

/** What a run says of the hardening of CVE-2021-26414. */
export interface HardeningVerdict {
  readonly verdict: 'hardened' | 'not hardened' | 'partly hardened' | 'cannot tell';
  /** Why, in words for people. */
  readonly text: string;
  /** Ids of the checks that say what is missing. */
  readonly missing: readonly string[];
}

/** The groups of the checks, by what fails where one of theirs does. */
const PARTS: readonly (readonly [prefix: string, missing: string])[] = [
  ['hardening/refused/', 'activations below PKT_INTEGRITY are accepted'],
  ['hardening/anonymous/', 'activations by nobody are accepted'],
  ['hardening/changed-level/', 'requests may claim another level than their security context has'],
  ['hardening/tampered/', 'activations are accepted that were changed on the way'],
  ['hardening/replayed/', 'activations are accepted that were sent before'],
  ['hardening/reordered/', 'activations are accepted that came out of order'],
  ['hardening/relayed/', 'a relay activates'],
  ['hardening/accepted/', 'activations at PKT_INTEGRITY or above are refused, or answered without protection'],
];

const LOW = 'hardening/refused/';
const MOST_NAMED = 6;

/** What the checks of the hardening come to. Undefined where the run had none of them. */
export function hardeningVerdict(results: readonly CheckResult[]): HardeningVerdict | undefined {
  const parts = PARTS.map(([prefix, missing]) => ({ missing, of: results.filter(({ id }) => id.startsWith(prefix)) }));
  const all = parts.flatMap(({ of }) => of);
  if (all.length === 0) return undefined;
  const tried = all.filter(({ outcome }) => outcome.outcome === 'passed' || outcome.outcome === 'failed');
  const broken = all.find(({ outcome }) => outcome.outcome === 'error' || outcome.outcome === 'not run');
  const failed = tried.filter(({ outcome }) => outcome.outcome === 'failed');
  const missing = failed.map(({ id }) => id);
  const low = tried.filter(({ id }) => id.startsWith(LOW));
  if (low.length > 0 && low.every(({ outcome }) => outcome.outcome === 'failed')) {
    const text =
      'Activations below PKT_INTEGRITY are accepted, by every method: this is CVE-2021-26414, and KB5004442 is not in force.';
    return { verdict: 'not hardened', text: `${text}${besides(parts, failed)}`, missing };
  }
  if (failed.length > 0)
    return { verdict: 'partly hardened', text: `Missing: ${missingText(parts, failed)}.`, missing };
  if (broken !== undefined) return cannotTell(`${broken.id}: ${reasonOf(broken)}`);
  const inapplicable = all.find(({ outcome }) => outcome.outcome === 'not applicable');
  if (tried.length === 0 || low.length === 0) return cannotTell(reasonOf(inapplicable));
  const left = inapplicable === undefined ? '' : ` Not tried: ${reasonOf(inapplicable)}.`;
  return {
    verdict: 'hardened',
    text: `Activations below PKT_INTEGRITY are refused${alsoText(tried)}.${left}`,
    missing,
  };
}

/** Other refusals, as far as they were tried. */
const ALSO: readonly (readonly [prefix: string, what: string])[] = [
  ['hardening/tampered/', 'changed'],
  ['hardening/replayed/', 'repeated'],
  ['hardening/relayed/', 'relayed'],
];

function alsoText(tried: readonly CheckResult[]): string {
  const found = ALSO.filter(([prefix]) => tried.some(({ id }) => id.startsWith(prefix))).map(([, what]) => what);
  const last = found.pop();
  if (last === undefined) return '';
  return `, and what was ${found.length === 0 ? '' : `${found.join(', ')} or `}${last} too`;
}

interface Part {
  readonly missing: string;
  readonly of: readonly CheckResult[];
}

const cannotTell = (why: string): HardeningVerdict => ({
  verdict: 'cannot tell',
  text: `Not tried: ${why}.`,
  missing: [],
});

function reasonOf(result: CheckResult | undefined): string {
  const outcome = result?.outcome;
  if (outcome?.outcome === 'error') return outcome.message;
  if (outcome?.outcome === 'not run') return `not run: ${outcome.reason}`;
  return outcome?.outcome === 'not applicable' ? outcome.reason : 'these checks were not run';
}

/** Each part with the checks of it that failed. */
function missingText(parts: readonly Part[], failed: readonly CheckResult[]): string {
  const texts = parts.flatMap(({ missing, of }) => {
    const own = of.filter((result) => failed.includes(result));
    if (own.length === 0) return [];
    const named = own.slice(0, MOST_NAMED).map(({ id }) => id.replace(/^hardening\//, ''));
    const more = own.length > MOST_NAMED ? ` and ${own.length - MOST_NAMED} more` : '';
    return [`${missing} (${named.join(', ')}${more})`];
  });
  return texts.join('; ');
}

/** Failures that have nothing to do with the level: a server without the hardening signs and checks all the same. */
function besides(parts: readonly Part[], failed: readonly CheckResult[]): string {
  const others = failed.filter(({ id }) => /^hardening\/(tampered|replayed|reordered|anonymous|accepted)\//.test(id));
  return others.length === 0 ? '' : ` Besides: ${missingText(parts, others)}.`;
}
