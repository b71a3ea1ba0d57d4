import fc from 'fast-check';
import { edited, editsOf } from './mutated.js';
import type { Sent } from './segments.js';

/** A conversation of which octets of one segment are changed, one is cut, one comes at another place, and some are lost. */
export function damaged(sent: readonly Sent[]): fc.Arbitrary<Sent[]> {
  const which = fc.nat({ max: sent.length - 1 });
  const damage = fc.record({
    edits: editsOf(3, 0),
    changed: which,
    cut: which,
    keep: fc.nat({ max: 400 }),
    moved: which,
    to: which,
    lost: fc.array(which, { maxLength: 2 }),
  });
  return damage.map(({ edits, changed, cut, keep, moved, to, lost }) => {
    const all = sent.map((each, index) => {
      const data = Buffer.from((each.data ?? '') as Uint8Array);
      const other = index === changed ? edited(data, edits) : data;
      return { ...each, data: index === cut ? other.subarray(0, keep) : other };
    });
    all.splice(to, 0, ...all.splice(moved, 1));
    return all.filter((_, index) => !lost.includes(index));
  });
}
