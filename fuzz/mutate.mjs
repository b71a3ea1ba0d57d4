// What a hostile network makes of a conversation: changes of octets, of lengths, of fields and of the order of PDUs.
import { decodePdu, encodePdu } from '../dist/codec/rpce/index.js';

const INTERESTING = [0, 1, 2, 3, 7, 8, 15, 16, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0xffffffff];

/** Fields of the common header: offset and size. */
const HEADER = [
  [0, 1],
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 1],
  [5, 1],
  [8, 2],
  [10, 2],
  [12, 4],
  [16, 4],
  [20, 2],
  [22, 2],
];

const write = (pdu, at, size, value) => {
  for (let i = 0; i < size && at + i < pdu.length; i++) pdu[at + i] = (value >>> (8 * i)) & 0xff;
};

/** Changes of one PDU. */
const OF_PDU = [
  (pdu, random) => {
    for (let n = 1 + random.below(4); n > 0; n--) pdu[random.below(pdu.length)] ^= 1 << random.below(8);
    return pdu;
  },
  (pdu, random) => {
    const [at, size] = random.pick(HEADER);
    write(pdu, at, size, random.chance(2) ? random.pick(INTERESTING) : random.next());
    return pdu;
  },
  (pdu, random) => {
    write(pdu, random.below(pdu.length), random.pick([1, 2, 4]), random.pick(INTERESTING));
    return pdu;
  },
  (pdu, random) => pdu.subarray(0, 1 + random.below(pdu.length)),
  (pdu, random) => Buffer.concat([pdu, random.octets(random.below(64))]),
  (pdu, random) => {
    const at = random.below(pdu.length);
    return Buffer.concat([pdu.subarray(0, at), random.octets(random.below(32)), pdu.subarray(at)]);
  },
  (pdu, random) => {
    const [at, length] = [random.below(pdu.length), random.below(32)];
    return Buffer.concat([pdu.subarray(0, at), pdu.subarray(at + length)]);
  },
  // The same PDU with one field changed and its lengths right, which goes deeper.
  (pdu, random) => reencoded(pdu, random) ?? pdu,
];

function reencoded(octets, random) {
  try {
    const pdu = decodePdu(octets);
    const fields = Object.keys(pdu).filter((key) => typeof pdu[key] === 'number');
    const field = random.pick([...fields, 'call_id', 'pfc_flags']);
    pdu[field] = random.chance(2) ? pdu[field] + random.pick([-1, 1]) : random.pick(INTERESTING);
    if (pdu.auth !== undefined && random.chance(3)) {
      const part = random.pick(['auth_type', 'auth_level', 'auth_context_id']);
      pdu.auth = { ...pdu.auth, [part]: random.pick([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 16, 255]) };
    }
    if (random.chance(4)) delete pdu.auth;
    return encodePdu(pdu);
  } catch {
    // What cannot be decoded or encoded is left as it is; the other mutations deal with octets.
    return undefined;
  }
}

/** Changes of the list of PDUs; `others` are those of all conversations. */
const OF_LIST = [
  (list, random) => void list.splice(random.below(list.length), 1),
  (list, random) => {
    const at = random.below(list.length);
    list.splice(at, 0, Buffer.from(list[at]));
  },
  (list, random) => void list.push(...list.splice(random.below(list.length), 1)),
  (list, random, others) => void list.splice(random.below(list.length + 1), 0, Buffer.from(random.pick(others))),
  (list, random) => void list.splice(random.below(list.length + 1), 0, random.octets(1 + random.below(80))),
  (list, random, others) => {
    const flood = random.pick(others);
    for (let n = random.below(200); n > 0; n--) list.push(Buffer.from(flood));
  },
];

/** One to six changes. */
export function mutate(pdus, random, others) {
  const list = pdus.map((pdu) => Buffer.from(pdu));
  for (let n = 1 + random.below(6); n > 0 && list.length > 0; n--) {
    if (random.chance(3)) {
      random.pick(OF_LIST)(list, random, others);
      continue;
    }
    const at = random.below(list.length);
    list[at] = random.pick(OF_PDU)(Buffer.from(list[at]), random);
    if (list[at].length === 0) list.splice(at, 1);
  }
  return list;
}

/** The same octets in other pieces, as TCP may deliver them. */
export function* cut(pdus, random) {
  if (random.chance(2)) {
    for (const pdu of pdus) yield Buffer.from(pdu);
    return;
  }
  const octets = Buffer.concat(pdus);
  const most = random.pick([1, 3, 17, 300, 6000]);
  // One octet at a time is for short conversations.
  const least = octets.length > 20_000 ? 100 : 1;
  for (let at = 0; at < octets.length; ) {
    const size = least + random.below(most);
    yield Buffer.from(octets.subarray(at, at + size));
    at += size;
  }
}
