import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';

/** From 1. */
export interface YamlPlace {
  readonly line: number;
  readonly column: number;
}

/** Where a value stands in what a text means: `['steps', 2, 'activate', 'on']`. */
export type YamlPath = readonly (string | number)[];

/** A YAML or JSON text that means something. */
export interface YamlDocument {
  readonly content: unknown;
  /** Where a value begins; where there is none, where that begins in which it is missing. */
  placeOf(path: YamlPath): YamlPlace;
  /** Where the key of a value begins, which may be lines before the value. */
  placeOfKey(path: YamlPath, key: string): YamlPlace;
}

export interface YamlOptions {
  /** Whether `<<` takes over the members of another map. */
  readonly merge?: boolean;
  /** What is thrown for a text that means nothing. */
  readonly mistake: (place: YamlPlace, why: string) => Error;
}

/** Throws a `mistake`, and nothing else. */
export function yamlDocument(text: string, { merge = false, mistake }: YamlOptions): YamlDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge });
  const at = (offset: number): YamlPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const fail = (offset: number, why: string): never => {
    throw mistake(at(offset), why);
  };
  const placeOf = (path: YamlPath): YamlPlace => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return at(0);
  };

  const [broken] = document.errors;
  if (broken !== undefined) fail(broken.pos[0], broken.message);
  const lost = lostAlias(document);
  if (lost !== undefined) fail(lost.at, `nothing before is marked &${lost.name}`);
  const nameless = protoKey(document);
  if (nameless !== undefined) fail(nameless, "nothing can be named '__proto__'");
  return {
    content: contentOf(document, (why) => fail(0, why)),
    placeOf,
    placeOfKey(path, key) {
      const offset = keyOf(document, path, key);
      return offset === undefined ? placeOf([...path, key]) : at(offset);
    },
  };
}

/** What the text means; more aliases than any file has are refused, and merging of what is no map. */
function contentOf(document: Document, failed: (why: string) => never): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    return failed((error as Error).message);
  }
}

/** An alias whose anchor is not there. */
function lostAlias(document: Document): { name: string; at: number } | undefined {
  let lost: { name: string; at: number } | undefined;
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return undefined;
      lost = { name: node.source, at: node.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return lost;
}

/** A key that means something to JavaScript: it would be left out without a word. */
function protoKey(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_key, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

function keyOf(document: Document, path: YamlPath, key: string): number | undefined {
  const found = path.length === 0 ? document.contents : document.getIn(path, true);
  const map = isAlias(found) ? found.resolve(document) : found;
  if (!isMap(map)) return undefined;
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
