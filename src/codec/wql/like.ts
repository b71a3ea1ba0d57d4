/** One place of a pattern: any run, any character, or one of a set. */
type Part = '%' | '_' | { readonly has: (character: string) => boolean };

/**
 * [MS-WMI] 2.2.1.1: a LIKE pattern as a test of texts, without case. It takes time in proportion to text and pattern
 * together, whatever the pattern.
 */
export function likePattern(pattern: string): (text: string) => boolean {
  const parts = partsOf(pattern.toLowerCase());
  return (text) => matches(parts, text.toLowerCase());
}

/** Whether a pattern has characters with a meaning. */
export const isPattern = (pattern: string): boolean => /[%_[]/.test(pattern);

function partsOf(pattern: string): Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === '%') {
      if (parts.at(-1) !== '%') parts.push('%');
    } else if (character === '_') parts.push('_');
    else if (character === '[') {
      const end = pattern.indexOf(']', at + 1);
      if (end < 0) parts.push(literal(character));
      else {
        parts.push(setOf(pattern.slice(at + 1, end)));
        at = end;
      }
    } else parts.push(literal(character));
  }
  return parts;
}

const literal = (wanted: string): Part => ({ has: (character) => character === wanted });

/** `[^]` holds a caret. */
function setOf(content: string): Part {
  const negated = content.length > 1 && content.startsWith('^');
  const body = negated ? content.slice(1) : content;
  const ranges: [string, string][] = [];
  for (let i = 0; i < body.length; i++) {
    const first = body[i] as string;
    const isRange = (body[i + 1] === '-' || body[i + 1] === '=') && i + 2 < body.length;
    ranges.push([first, isRange ? (body[i + 2] as string) : first]);
    if (isRange) i += 2;
  }
  return { has: (character) => ranges.some(([low, high]) => character >= low && character <= high) !== negated };
}

/** Only the last run can still be made longer, so that nothing is tried twice. */
function matches(parts: readonly Part[], text: string): boolean {
  let at = 0;
  let part = 0;
  let run = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === '%') {
      run = part++;
      resume = at;
    } else if (wanted !== undefined && (wanted === '_' || wanted.has(text[at] as string))) {
      part++;
      at++;
    } else if (run >= 0) {
      part = run + 1;
      at = ++resume;
    } else return false;
  }
  while (parts[part] === '%') part++;
  return part === parts.length;
}
