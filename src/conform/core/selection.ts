import { didYouMean } from '../../codec/near.js';

/**
 * Whether an id is meant by a pattern: the id itself, a prefix of whole parts (`rpce/2.2.2.11`, `ntlm`), or a glob in
 * which `*` stands for any characters. The hardening has two names, one in each suite: either means it in both.
 */
export const matchesId = (pattern: string, id: string): boolean =>
  [pattern, ...HARDENING.map((name) => pattern.replace(TOPIC_OF_HARDENING, name))].some((each) => isMeant(each, id));

const HARDENING = ['hardening', 'kb5004442'] as const;
const TOPIC_OF_HARDENING = new RegExp(`^(${HARDENING.join('|')})(?=/|$)`, 'i');

function isMeant(pattern: string, id: string): boolean {
  if (pattern.includes('*')) return globbed(pattern).test(id);
  return id === pattern || id.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`);
}

const globbed = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`);

/** Which checks of a suite are wanted. */
export interface Selection {
  /** Patterns of ids; all where absent. */
  readonly only?: readonly string[];
  /** Patterns of ids that are left out. */
  readonly skip?: readonly string[];
}

/** The checks that a selection means, in their order. Throws `TypeError` for a pattern that means none. */
export function selected<T extends { readonly id: string }>(
  checks: readonly T[],
  { only = [], skip = [] }: Selection,
): readonly T[] {
  for (const pattern of [...only, ...skip]) {
    if (checks.some(({ id }) => matchesId(pattern, id))) continue;
    throw new TypeError(`no check has an id like ${pattern}${didYouMean(pattern, namesOf(checks))}`);
  }
  const meant = (patterns: readonly string[], id: string) => patterns.some((pattern) => matchesId(pattern, id));
  return checks.filter(({ id }) => (only.length === 0 || meant(only, id)) && !meant(skip, id));
}

/** The ids, and the beginnings of ids, that a pattern can be. */
const namesOf = (checks: readonly { readonly id: string }[]): string[] => {
  const names = checks.flatMap(({ id }) => id.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')));
  return [...new Set(names)];
};
