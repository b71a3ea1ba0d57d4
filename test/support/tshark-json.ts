import { runTshark } from './tshark.js';

/** What `tshark -T json` makes of a protocol: text by field, subtrees by label; arrays where a key comes again. */
export type Tree = string | readonly Tree[] | { readonly [key: string]: Tree };

export interface TsharkFrame {
  readonly frame: number;
  readonly layers: Readonly<Record<string, Tree>>;
}

/** The frames that a display filter lets through, with the trees of these protocols. */
export async function tsharkJson(
  file: string,
  filter: string,
  protocols: readonly string[],
  options: readonly string[] = [],
): Promise<TsharkFrame[]> {
  const shown = ['-T', 'json', '--no-duplicate-keys', '-J', ['frame', ...protocols].join(' ')];
  const packets = JSON.parse(await runTshark(['-r', file, ...options, '-Y', filter, ...shown])) as {
    _source: { layers: Record<string, Tree> };
  }[];
  return packets.map(({ _source: { layers } }) => ({ frame: Number(textsOf(layers, 'frame.number')[0]), layers }));
}

/** One tree a PDU: a frame with several PDUs has an array of them. */
export const treesOf = ({ layers }: TsharkFrame, protocol: string): readonly Tree[] => {
  const tree = layers[protocol];
  if (tree === undefined) return [];
  return Array.isArray(tree) ? tree : [tree];
};

/** Every text of a tree with its field, in the order in which tshark shows them. */
export function* textOf(tree: Tree, field = ''): Generator<[field: string, text: string]> {
  if (typeof tree === 'string') yield [field, tree];
  else if (Array.isArray(tree)) for (const each of tree as readonly Tree[]) yield* textOf(each, field);
  else for (const [key, each] of Object.entries(tree)) yield* textOf(each, key);
}

export const textsOf = (tree: Tree, wanted: string): string[] =>
  [...textOf(tree)].filter(([field]) => field === wanted).map(([, text]) => text);
