import { parseAddress } from '../../../codec/inet/address.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { AddressPseudonyms } from './addresses.js';
import { Keyed } from './keyed.js';
import { isKnownUuid } from './uuids.js';
import { PROTOCOL_PHRASES, PROTOCOL_TEXTS, PROTOCOL_WORDS, WQL, WQL_WORDS } from './words.js';

/** The kinds of values that are replaced, for counting them. */
export type PseudonymKind = 'name' | 'number' | 'address' | 'MAC address' | 'UUID' | 'identifier' | 'secret';

/** What a table holds: the same seed and the same names give the same pseudonyms in any file. */
export interface PseudonymTable {
  readonly seed: string;
  /** By the name in lower case. */
  readonly names: Readonly<Record<string, string>>;
  readonly addresses: Readonly<Record<string, string>>;
  readonly uuids: Readonly<Record<string, string>>;
}

/** Names beyond these are replaced too, and not written down. */
const MOST_NAMES = 1 << 20;
const LONGEST_NAME = 64;
/** Numbers whose pseudonyms are kept at hand. */
const MOST_NUMBERS = 65_536;
const DIGITS = /^\d+$/;
/** Words of these have one pseudonym each, of these too. */
const CHARACTERS = '0123456789abcdefghijklmnopqrstuvwxyz';
const PLAIN_WORD = /^[0-9a-z]+$/;
/** Of other scripts there are too many words for that. */
const LETTERS = 'bcdfghjklmnpqrstvwxz';

/** Gives the same pseudonym for the same name, address or identifier, of the same length, and keeps the table of them. */
export class Pseudonyms {
  readonly seed: string;
  /** How often each kind was replaced. */
  readonly replaced = new Map<PseudonymKind, number>();
  readonly #keyed: Keyed;
  readonly #addresses: AddressPseudonyms;
  readonly #names: Map<string, string>;
  readonly #numbers = new Map<string, string>();
  readonly #told = { addresses: new Map<string, string>(), uuids: new Map<string, string>() };
  readonly #keepUuids: boolean;

  /** `keepUuids` where interfaces and classes that are not known here are to stay. */
  constructor(table: Partial<PseudonymTable> & { readonly seed: string }, { keepUuids = false } = {}) {
    this.seed = table.seed;
    this.#keyed = new Keyed(table.seed);
    this.#addresses = new AddressPseudonyms(this.#keyed);
    this.#names = new Map(Object.entries(table.names ?? {}));
    this.#told.addresses = new Map(Object.entries(table.addresses ?? {}));
    this.#told.uuids = new Map(Object.entries(table.uuids ?? {}));
    this.#keepUuids = keepUuids;
  }

  get table(): PseudonymTable {
    return {
      seed: this.seed,
      names: Object.fromEntries(this.#names),
      addresses: Object.fromEntries(this.#told.addresses),
      uuids: Object.fromEntries(this.#told.uuids),
    };
  }

  /** How many different ones there are of each kind that is written down. */
  get distinct(): Readonly<Record<'names' | 'addresses' | 'uuids', number>> {
    return { names: this.#names.size, addresses: this.#told.addresses.size, uuids: this.#told.uuids.size };
  }

  /** A text in which words, addresses, SIDs and UUIDs are replaced, each by as many characters. */
  text(text: string): string {
    if (PROTOCOL_TEXTS.has(text.toLowerCase().trim())) return text;
    return WQL.test(text) ? this.#query(text) : this.#parts(text);
  }

  #parts(text: string, stays?: ReadonlySet<string>): string {
    return text.replace(PARTS, (part: string, phrase: string | undefined) =>
      phrase !== undefined || stays?.has(part.toLowerCase()) === true ? part : this.#part(part),
    );
  }

  #query(text: string): string {
    const parts = text.split(/("[^"]*"?|'[^']*'?)/);
    return parts.map((part, at) => this.#parts(part, at % 2 === 0 ? WQL_WORDS : undefined)).join('');
  }

  #part(part: string): string {
    if (UUID_TEXT.test(part)) return sameCase(part, this.uuid(part.toLowerCase()));
    if (SID_TEXT.test(part)) return this.#sid(part);
    const address = this.#addressText(part);
    if (address !== undefined) return address;
    return part.replace(WORDS, (word) => (DIGITS.test(word) ? this.number(word) : this.word(word)));
  }

  /** One word: no separators in it. */
  word(word: string): string {
    const key = word.toLowerCase();
    if (PROTOCOL_WORDS.has(key)) return word;
    this.#count('name');
    const known = this.#names.get(key);
    const made = known ?? this.#newName(key, word.length);
    if (known === undefined && word.length <= LONGEST_NAME && this.#names.size < MOST_NAMES) this.#names.set(key, made);
    const fitting = made.length === word.length ? made : this.#newName(key, word.length);
    const upper = word === word.toUpperCase();
    return Array.from({ length: word.length }, (_, at) => {
      const letter = fitting[at] as string;
      return upper || isUpper(word[at] as string) ? letter.toUpperCase() : letter;
    }).join('');
  }

  /** One to one, and only by the seed: what came before does not matter. Of other scripts only the second goes. */
  #newName(key: string, length: number): string {
    if (!PLAIN_WORD.test(key) || key.length !== length) {
      const octets = this.#keyed.octets('name', key, length);
      return Array.from(octets, (octet) => LETTERS[octet % LETTERS.length]).join('');
    }
    // Cycle walking: numbers and words of protocols are nobody's pseudonyms, as they have none here.
    let made = key;
    do made = this.#other('name', CHARACTERS, made);
    while (DIGITS.test(made) || PROTOCOL_WORDS.has(made));
    return made;
  }

  #other(label: string, characters: string, text: string): string {
    const digits = Array.from(text, (character) => characters.indexOf(character));
    return this.#keyed
      .derangeDigits(label, characters.length, digits)
      .map((digit) => characters[digit])
      .join('');
  }

  /** Digits: as many others, one to one. */
  number(digits: string): string {
    this.#count('number');
    const known = this.#numbers.get(digits);
    if (known !== undefined) return known;
    const made = this.#other('number', '0123456789', digits);
    if (this.#numbers.size >= MOST_NUMBERS) this.#numbers.clear();
    if (digits.length <= LONGEST_NAME) this.#numbers.set(digits, made);
    return made;
  }

  /** 4 or 16 octets. */
  address(octets: Uint8Array): Buffer {
    const made = this.#addresses.of(octets);
    if (!made.equals(octets)) {
      this.#count('address');
      if (this.#told.addresses.size < MOST_NAMES) this.#told.addresses.set(textOf(octets), textOf(made));
    }
    return made;
  }

  mac(octets: Uint8Array): Buffer {
    const made = this.#addresses.mac(octets);
    if (!made.equals(octets)) this.#count('MAC address');
    return made;
  }

  /** In lower case; what is known stays. */
  uuid(uuid: string): string {
    if (uuid === UUID_NULL || this.#keepUuids || isKnownUuid(uuid)) return uuid;
    this.#count('UUID');
    const known = this.#told.uuids.get(uuid);
    if (known !== undefined) return known;
    const hex = this.#keyed.octets('uuid', uuid, 16).toString('hex');
    const made = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    if (this.#told.uuids.size < MOST_NAMES) this.#told.uuids.set(uuid, made);
    return made;
  }

  /** OXIDs, OIDs, handles, nonces: as many octets, the same for the same ones. Zeros, which mean that there is none, stay. */
  identifier(octets: Uint8Array): Buffer {
    return this.#octets('identifier', octets);
  }

  /** Responses, keys, tickets: the same of the same, so that what was sent twice still shows. */
  secret(octets: Uint8Array): Buffer {
    return this.#octets('secret', octets);
  }

  #octets(kind: PseudonymKind, octets: Uint8Array): Buffer {
    if (octets.every((octet) => octet === 0)) return Buffer.from(octets);
    this.#count(kind);
    return this.#keyed.octets(kind, octets, octets.length);
  }

  /** Octets of a key or nonce of its own, made of what it stands for. */
  made(label: string, data: Uint8Array | string, length: number): Buffer {
    return this.#keyed.octets(`made ${label}`, data, length);
  }

  /** [MS-DTYP] 2.4.2: the three numbers of a domain or machine, and of an account one that is not everybody's. */
  #sid(text: string): string {
    const parts = text.split('-');
    return parts
      .map((part, at) => {
        const isRid = at === 7;
        return at < 4 || (isRid && Number(part) < FIRST_ACCOUNT) ? part : this.number(part);
      })
      .join('-');
  }

  #addressText(text: string): string | undefined {
    if (!ADDRESS_TEXT.test(text)) return undefined;
    let octets: Buffer;
    try {
      octets = parseAddress(text);
    } catch {
      return undefined;
    }
    const made = this.address(octets);
    if (octets.length !== 4) return sameShape(text, made);
    const octet = (digits: string, at: number): string => String(made[at]).padStart(digits.length, '0');
    return text.split('.').map(octet).join('.');
  }

  #count(kind: PseudonymKind): void {
    this.replaced.set(kind, (this.replaced.get(kind) ?? 0) + 1);
  }
}

/** RIDs below are those of every domain and machine ([MS-DTYP] 2.4.2.4). */
const FIRST_ACCOUNT = 1000;
const UUID_SOURCE = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
const UUID_TEXT = new RegExp(`^${UUID_SOURCE}$`);
const SID_TEXT = /^S-1-5-21(-\d{1,10}){3,4}$/i;
const ADDRESS_TEXT = /^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/i;
/** Everything but what separates words: letters, digits, whatever is no ASCII, and octets that are no text at all. */
const WORD_SOURCE = '[0-9A-Za-z\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\uffff]+';
const WORDS = new RegExp(WORD_SOURCE, 'g');
const PARTS = new RegExp(
  [
    `${UUID_SOURCE}(?![0-9a-fA-F-])`,
    'S-1-5-21(?:-\\d{1,10}){3,4}(?!\\d)',
    '(?<![0-9A-Za-z.])\\d{1,3}(?:\\.\\d{1,3}){3}(?![0-9A-Za-z.])',
    '(?<![0-9A-Za-z:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![0-9A-Za-z:.])',
    `(${PROTOCOL_PHRASES.join('|')})`,
    WORD_SOURCE,
  ].join('|'),
  'gi',
);

const isUpper = (character: string): boolean => character !== character.toLowerCase();

const sameCase = (like: string, text: string): string => (like === like.toUpperCase() ? text.toUpperCase() : text);

/** RFC 4291 2.2: the groups of `text` replaced by those of `octets`, with `::` where it was. */
function sameShape(text: string, octets: Buffer): string {
  const [head = '', tail] = text.split('::');
  const groups = (part: string, from: number): string =>
    part
      .split(':')
      .map((group, at) =>
        octets
          .readUInt16BE((from + at) * 2)
          .toString(16)
          .padStart(group.length, '0'),
      )
      .join(':');
  const count = (part: string): number => (part === '' ? 0 : part.split(':').length);
  const first = head === '' ? '' : groups(head, 0);
  if (tail === undefined) return sameCase(text, first);
  return sameCase(text, `${first}::${tail === '' ? '' : groups(tail, 8 - count(tail))}`);
}

function textOf(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  return Buffer.from(octets)
    .toString('hex')
    .replace(/(.{4})(?=.)/g, '$1:');
}
