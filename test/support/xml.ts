/** An element of a document that is well-formed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/**
 * Parses the XML that this project writes, strictly: throws where tags do not match, an attribute is unquoted or doubled,
 * an & or < is bare, an entity is unknown, or a character is one that XML 1.0 has not.
 */
export function parseXml(xml: string): XmlElement {
  const forbidden = FORBIDDEN.exec(xml);
  if (forbidden !== null) throw new Error(`character U+${forbidden[0].charCodeAt(0).toString(16)} is not XML`);
  const document: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [document];
  const rest = xml.replace(/^<\?xml [^?]*\?>/, '').replace(TOKEN, (_all, end, name, attributes, empty, text) => {
    const parent = open.at(-1) as XmlElement;
    if (end !== undefined) {
      if (parent.name !== end) throw new Error(`</${end}> closes <${parent.name}>`);
      open.pop();
    } else if (name !== undefined) {
      const element = { name, attributes: attributesOf(attributes), children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    } else parent.text += unescaped(text);
    return '';
  });
  if (rest !== '') throw new Error(`not XML: ${rest.slice(0, 40)}`);
  if (open.length !== 1 || document.children.length !== 1) throw new Error('not one element');
  return document.children[0] as XmlElement;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const TOKEN = /<\/([\w-]+)>|<([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/g;

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w:-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`attribute ${name} twice`);
    attributes[name] = unescaped(value);
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replace(/&(?:(\w+)|#(\d+)|#x([0-9A-Fa-f]+));|&/g, (all, name?: string, decimal?: string, hex?: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    const char = name === undefined ? undefined : ENTITIES[name];
    if (char === undefined) throw new Error(`${all} is no entity`);
    return char;
  });
