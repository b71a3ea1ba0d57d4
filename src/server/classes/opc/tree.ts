import type { AddressSpace, SpaceItem } from './address-space.js';

/** One place in the tree of an address space: a branch, an item, or both. */
export interface TreeNode {
  /** Within its branch. */
  readonly name: string;
  /** The whole identifier: of the item, or what the names above it come to. */
  readonly id: string;
  readonly item: SpaceItem | undefined;
  readonly children: ReadonlyMap<string, TreeNode>;
}

interface Growing extends TreeNode {
  item: SpaceItem | undefined;
  readonly children: Map<string, Growing>;
}

const node = (name: string, id: string): Growing => ({ name, id, item: undefined, children: new Map() });

/** The items by the parts of their identifiers, or all in one branch where the server is flat. */
export function treeOf({ data, items }: AddressSpace): TreeNode {
  const root = node('', '');
  for (const item of items.values()) {
    const parts = data.organisation === 'flat' ? [item.id] : item.id.split(data.separator);
    let at = root;
    for (const [index, name] of parts.entries()) {
      const next = at.children.get(name) ?? node(name, parts.slice(0, index + 1).join(data.separator));
      at.children.set(name, next);
      at = next;
    }
    at.item = item;
  }
  return root;
}

/** The place that an identifier names; undefined where there is none. */
export function nodeAt(root: TreeNode, id: string, separator: string): TreeNode | undefined {
  if (id === '') return root;
  const whole = root.children.get(id);
  if (whole !== undefined) return whole;
  let at: TreeNode | undefined = root;
  for (const name of id.split(separator)) at = at?.children.get(name);
  return at;
}

/** The items of a place and of all below it, in the order of the data. */
export function* itemsBelow(at: TreeNode): Generator<SpaceItem> {
  for (const child of at.children.values()) {
    if (child.item !== undefined) yield child.item;
    yield* itemsBelow(child);
  }
}
