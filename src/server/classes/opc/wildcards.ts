/** One place of a pattern: what a character has to be; undefined for any number of any. */
type Place = ((character: string) => boolean) | undefined;

/** More than a filter of a person has; a pattern is compared with every name. */
const MAX_PATTERN = 256;

/**
 * A filter as OPC's browsing has it, after Visual Basic's Like: `*`, `?`, `#` for a digit, `[a-c]`, `[!a-c]`; without
 * case. Undefined where it is none. The comparison takes no longer than name times pattern.
 */
export function wildcards(pattern: string): ((name: string) => boolean) | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  const places = placesOf(pattern.toLowerCase());
  return places && ((name) => matches(places, name.toLowerCase()));
}

function placesOf(pattern: string): Place[] | undefined {
  const places: Place[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] as string;
    if (character === '*') places.push(undefined);
    else if (character === '?') places.push(() => true);
    else if (character === '#') places.push((each) => each >= '0' && each <= '9');
    else if (character === '[') {
      const end = pattern.indexOf(']', i + 1);
      if (end < 0) return undefined;
      places.push(listOf(pattern.slice(i + 1, end)));
      i = end;
    } else places.push((each) => each === character);
  }
  return places;
}

function listOf(text: string): (character: string) => boolean {
  const not = text.startsWith('!');
  const listed = not ? text.slice(1) : text;
  const ranges: [string, string][] = [];
  for (let i = 0; i < listed.length; i++) {
    const first = listed[i] as string;
    const isRange = listed[i + 1] === '-' && i + 2 < listed.length;
    ranges.push([first, isRange ? (listed[i + 2] as string) : first]);
    if (isRange) i += 2;
  }
  return (character) => ranges.some(([low, high]) => character >= low && character <= high) !== not;
}

/** Where a `*` was met last is all that has to be kept in mind: what comes after it takes up what may come before. */
function matches(places: readonly Place[], name: string): boolean {
  let [at, place, star, from] = [0, 0, -1, 0];
  while (at < name.length) {
    const wanted = places[place];
    if (place < places.length && wanted === undefined) [star, from, place] = [place, at, place + 1];
    else if (wanted?.(name[at] as string)) [at, place] = [at + 1, place + 1];
    else if (star >= 0) [from, at, place] = [from + 1, from + 1, star + 1];
    else return false;
  }
  return places.slice(place).every((each) => each === undefined);
}
