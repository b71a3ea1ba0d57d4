import { INTERFACE_ALIASES, interfaceName, interfaceNames, operationNames } from '../../codec/interfaces.js';
import { didYouMean } from '../../codec/near.js';
import { PTYPE } from '../../codec/rpce/index.js';
import { explain } from '../../codec/status/explain.js';
import { normaliseUuid } from '../../codec/uuid.js';
import type { Transport } from '../pdu/pdu.js';
import type { CallRecord } from './call-record.js';
import { classNames, clsidOf } from './class-names.js';
import { portOf } from './filter-addresses.js';
import {
  ANY_NAME,
  addressed,
  type Filtered,
  type Key,
  levelOf,
  matching,
  named,
  numberOf,
  ordered,
  type Predicate,
  pattern,
  timeOf,
} from './filter-kinds.js';
import { WIRESHARK_KEYS } from './names.js';
import { resultOf } from './result.js';

/** Which records are wanted, as `decode --filter` says it. */
export interface Filter extends Predicate {
  readonly key: string;
  /** As it was given. */
  readonly text: string;
}

/** A call as the filters see it: as what became of it, from the client to the server, at its first frame. */
export const filteredCall = (call: CallRecord): Filtered => ({
  ...call,
  ptype: call.outcome,
  src: call.client,
  dst: call.server,
  ...(call.request_frame === undefined ? {} : { frame: call.request_frame }),
});

export const FILTER_HELP = `
Filters: --filter KEY=VALUE[,VALUE…], also != and, of numbers, >= and <=. One of the values has to fit, and every filter
that is given. A PDU that does not have the key fits no =, >= or <=. Wireshark's names of fields are keys too. Keys:`;

/** Parses one `--filter`. Throws an `Error` that names what is wrong and what would be right. */
export function parseFilter(text: string): Filter {
  const match = /^\s*([a-z_][a-z_0-9.]*)\s*(!=|>=|<=|==?)\s*(.+?)\s*$/is.exec(text);
  if (match === null) throw new Error('expected KEY=VALUE, such as level>=connect');
  const [, given = '', sign = '', values = ''] = match;
  const name = WIRESHARK_KEYS.get(given.toLowerCase()) ?? given;
  const operator = sign === '==' ? '=' : sign;
  const key = KEYS.get(name.toLowerCase());
  if (key === undefined) {
    const near = didYouMean(name, [...KEYS.keys(), ...WIRESHARK_KEYS.keys()]);
    throw new Error(`there is no key ${name}${near}; there are ${[...KEYS.keys()].join(', ')}`);
  }
  const predicate = isOrder(operator) ? comparison(name, key, operator, values) : equality(key, operator, values);
  return Object.assign(predicate, { key: name.toLowerCase(), text: text.trim() });
}

/** Why a filter for PDU types can let nothing through at all; undefined where it may. */
export function whyNothingFits(filters: readonly Filter[], { calls }: { readonly calls: boolean }): string | undefined {
  const given = filters.filter(({ key }) => key === 'ptype');
  const fits = (ptype: Filtered['ptype']): boolean =>
    given.every((filter) => filter({ stream: 0, src: '', dst: '', ptype }));
  const texts = given.map(({ text }) => text).join(' and ');
  if (calls && !CALL_ENDS.some(fits))
    return `${texts} fits no call: with --calls the types are response, fault and unanswered`;
  // A type that the protocol does not have may fit as a number.
  if (!calls && given.length > 0 && fits('unanswered') && !PDU_TYPES.some((type) => fits(type as Filtered['ptype'])))
    return `${texts} fits no PDU: a call is what is unanswered, see --calls`;
  return undefined;
}

const isOrder = (operator: string): boolean => operator === '>=' || operator === '<=';

function equality(key: Key, operator: string, values: string): Predicate {
  const alternatives = values.split(',').map((value) => key.value(value.trim()));
  const fits: Predicate = (record) => alternatives.some((alternative) => alternative(record));
  return operator === '=' ? fits : (record) => !fits(record);
}

function comparison(name: string, { order }: Key, operator: string, value: string): Predicate {
  if (order === undefined) throw new Error(`${name} has no order: = and != only`);
  const bound = order.parse(value);
  return (record) => {
    const number = order.of(record);
    return number !== undefined && (operator === '>=' ? number >= bound : number <= bound);
  };
}

/** A bind is about the interfaces that it proposes. */
function interfacesOf({ interface: own, value }: Filtered): readonly (string | undefined)[] {
  const { p_context_elem } = (value ?? {}) as { p_context_elem?: { abstract_syntax: { uuid: string } }[] };
  if (!Array.isArray(p_context_elem)) return [own];
  return p_context_elem.map(({ abstract_syntax }) => interfaceName(abstract_syntax.uuid));
}

const STATUS_KINDS: ReadonlySet<string> = new Set(['fault status', 'HRESULT', 'Win32 error', 'NTSTATUS']);
const REFUSALS: ReadonlySet<string> = new Set(['fault', 'bind_nak']);

const STATUS_WORDS: ReadonlyMap<string, Predicate> = new Map([
  ['ok', (record) => resultOf(record) === 0],
  ['failed', (record) => REFUSALS.has(String(record.ptype)) || (resultOf(record) ?? 0) !== 0],
  ['fault', ({ ptype }) => ptype === 'fault'],
]);

function statusOf(text: string): Predicate {
  const word = STATUS_WORDS.get(text.toLowerCase());
  if (word !== undefined) return word;
  const status = /^(0x[0-9a-f]{1,8}|\d+)$/i.test(text) ? Number(text) : statusNamed(text);
  // HRESULT_FROM_WIN32: what people know as 0x80070005 is status 5 in a fault ([MS-ERREF] 2.1).
  const win32 = status >>> 16 === FACILITY_WIN32 ? status & 0xffff : undefined;
  return (record) => {
    const result = resultOf(record);
    return result !== undefined && (result === status || (record.ptype === 'fault' && result === win32));
  };
}

const FACILITY_WIN32 = 0x8007;

function statusNamed(text: string): number {
  // The first meaning is that of the name; the others are further meanings of its number.
  const meaning = explain(text)?.meanings[0];
  if (meaning === undefined || !STATUS_KINDS.has(meaning.kind))
    throw new Error(`${text} is no status: ok, failed, fault, a number or a name such as nca_s_fault_access_denied`);
  return meaning.code;
}

/** Wireshark's dcerpc.pkt_type is a number. */
function ptypeOf(text: string): Predicate | undefined {
  const [name] = Object.entries(PTYPE).find(([, code]) => String(code) === text) ?? [];
  return name === undefined ? undefined : ({ ptype }) => ptype === name;
}

const opnumOf = (text: string): Predicate | undefined =>
  /^\d+$/.test(text) ? ({ opnum }) => opnum === Number(text) : undefined;

function uuidOf(text: string): Predicate | undefined {
  const alias = ALIASES.get(text.toLowerCase());
  if (alias !== undefined) return (record) => interfacesOf(record).includes(alias);
  const uuid = normaliseUuid(text);
  return uuid === undefined ? undefined : (record) => interfacesOf(record).includes(interfaceName(uuid));
}

/** Names of others, without regard to case as all names are. */
const ALIASES = new Map(Object.entries(INTERFACE_ALIASES).map(([alias, name]) => [alias.toLowerCase(), name]));

const PDU_TYPES = [...Object.keys(PTYPE), 'malformed', 'cut'];
const CALL_ENDS = ['response', 'fault', 'unanswered'] as const;
const PTYPES = [...PDU_TYPES, 'unanswered'];

/** In front of the name of every pipe. */
const PIPE = /^\\PIPE\\/i;
const TRANSPORTS: readonly Transport[] = ['ncacn_ip_tcp', 'ncacn_np', 'ncacn_http'];

const DECLARED: Readonly<Record<string, Key>> = {
  address: addressed('either end: an address, a subnet such as 10.0.0.0/8, or ADDRESS:PORT', ({ src, dst }) => [
    src,
    dst,
  ]),
  src: addressed('the sender', ({ src }) => [src]),
  dst: addressed('the receiver', ({ dst }) => [dst]),
  port: {
    help: 'the port of either end',
    value: (text) => {
      const port = numberOf(text);
      return ({ src, dst }) => portOf(src) === port || portOf(dst) === port;
    },
  },
  interface: named(
    "its name, Wireshark's name or its UUID; a bind has those that it proposes",
    interfacesOf,
    interfaceNames,
    uuidOf,
  ),
  operation: named('its name or opnum', ({ operation }) => [operation], operationNames, opnumOf),
  class: {
    help: 'that an activation asks for: its name, with or without *, or its CLSID; answers have that of their request',
    value: (text) => {
      const uuid = normaliseUuid(text) ?? clsidOf(text);
      if (uuid !== undefined) return ({ clsid }) => clsid === uuid;
      if (!text.includes('*')) throw new Error(`${text} is not known${didYouMean(text, classNames())}; ${ANY_NAME}`);
      const fits = pattern(text);
      return ({ class: own }) => own !== undefined && fits(own);
    },
  },
  object: {
    help: 'the IPID that is called',
    value: (text) => {
      const uuid = normaliseUuid(text);
      if (uuid === undefined) throw new Error(`${text} is no UUID`);
      return ({ object }) => object === uuid;
    },
  },
  level: ordered(
    'the effective authentication level: none < connect < pkt < …',
    ({ auth_level }) => auth_level,
    levelOf,
  ),
  status: {
    help: 'of a fault, or what an operation returned: ok, failed, fault, a name or a number; 0x80070005 fits a fault 5 too',
    value: statusOf,
  },
  user: matching('DOMAIN\\user, or either with a *', ({ user }) => user),
  transport: named(
    `how it travelled: ${TRANSPORTS.join(', ')}`,
    ({ transport }) => [transport],
    () => TRANSPORTS,
  ),
  share: matching('of SMB, such as \\\\server\\IPC$, or a part with a *', ({ share }) => share),
  pipe: matching('of SMB, such as svcctl, or a part with a *', ({ pipe }) => pipe?.replace(PIPE, ''), PIPE),
  ptype: named(
    `${PTYPES.slice(0, 4).join(', ')}, …, malformed, cut; with --calls response, fault, unanswered`,
    ({ ptype }) => [String(ptype)],
    () => PTYPES,
    ptypeOf,
  ),
  call_id: ordered('of the common header', ({ call_id }) => call_id),
  stream: ordered('the TCP stream', ({ stream }) => stream),
  frame: ordered("the packet; with --calls the request's", ({ frame }) => frame),
  time: ordered(
    'of the packet, as an RFC 3339 time or a date, which are UTC where no zone is said: time>=2023-03-14T09:00:00Z',
    ({ time }) => (time === undefined ? undefined : Date.parse(time)),
    timeOf,
  ),
  elapsed: ordered('seconds from the request to its answer', ({ elapsed }) => elapsed),
};

const KEYS: ReadonlyMap<string, Key> = new Map(Object.entries(DECLARED));

/** A line a key. */
export const FILTER_KEYS = [...KEYS].map(([name, { help }]) => `  ${name.padEnd(10)} ${help}`).join('\n');
