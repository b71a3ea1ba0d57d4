/** `; did you mean …?` where a known name is near, or has the name for one of its words; nothing where none is. */
export function didYouMean(name: string, known: readonly string[]): string {
  const most = Math.max(1, Math.floor(name.length / 4));
  const wanted = name.toLowerCase();
  let [best, least] = ['', most + 1];
  for (const each of known) {
    const distance = Math.abs(each.length - name.length) > most ? least : distanceOf(wanted, each.toLowerCase());
    if (distance < least) [best, least] = [each, distance];
  }
  if (best === '' && wanted !== '') best = known.find((each) => wordsOf(each).includes(wanted)) ?? '';
  return best === '' ? '' : `; did you mean ${best}?`;
}

const wordsOf = (name: string): string[] => name.toLowerCase().split(/[^a-z0-9]/);

/** Edits that make one text of the other: a letter more, less, or another one. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at++) {
      const same = to[at - 1] === letter ? 0 : 1;
      next[at] = Math.min((row[at - 1] as number) + same, (row[at] as number) + 1, (next[at - 1] as number) + 1);
    }
    row = next;
  }
  return row[to.length] as number;
}
