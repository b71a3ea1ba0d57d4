// A plugin of Stryker: where `MUTATE_SAMPLE` names a file with places, what is at no other place is changed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const { MUTATE_SAMPLE } = process.env;
const sample = MUTATE_SAMPLE === undefined ? undefined : JSON.parse(readFileSync(MUTATE_SAMPLE, 'utf8'));

/** Lines from 1, columns from 0, as one number that grows along the file. */
const along = ({ line, column }) => line * 1e4 + column;

/** Stryker takes a place with all that is in it, and leaves out all that is in a node which is ignored. */
function shouldIgnore({ node, hub }) {
  if (sample === undefined) return undefined;
  const places = sample[relative(process.cwd(), hub.file.opts.filename)] ?? [];
  const [from, to] = [along(node.loc.start), along(node.loc.end)];
  return places.some((place) => from <= place.from && place.to <= to) ? undefined : 'not in the sample';
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'sample', value: { shouldIgnore } }];
