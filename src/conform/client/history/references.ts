import type { REMINTERFACEREF, STDOBJREF } from '../../../codec/dcom/index.js';
import { CodecError } from '../../../codec/error.js';
import { DREP_LITTLE, endianOf } from '../../../codec/rpce/index.js';
import type { Milliseconds } from '../../../security/index.js';
import type { Answer } from '../middle/answer.js';
import { callsOf, isRemAddRef, isRemRelease, parametersOf } from './calls.js';
import type { History } from './history.js';

/** What became of the references to one interface. */
export interface Held {
  readonly ipid: string;
  readonly oid: bigint;
  /** Public references that the client was given, asked for besides, and gave back. */
  given: number;
  added: number;
  released: number;
  readonly since: Milliseconds;
  /** When the last was given back; undefined where that did not happen. */
  until: Milliseconds | undefined;
}

/** The references of an attempt by IPID, in the order in which they were given. */
export function referencesOf(history: History): Held[] {
  const held = givenTo(history);
  const times = new Map(history.pdus.map(({ at, time }) => [at, time]));
  for (const call of callsOf(history)) {
    if (!isRemAddRef(call) && !isRemRelease(call)) continue;
    const { InterfaceRefs = [] } = parametersOf<{ InterfaceRefs: REMINTERFACEREF[] }>(call) ?? {};
    for (const { ipid, cPublicRefs } of InterfaceRefs) {
      const known = held.get(ipid);
      if (known === undefined) continue;
      known[isRemAddRef(call) ? 'added' : 'released'] += cPublicRefs;
      if (known.released >= known.given + known.added) known.until = times.get(call.at);
    }
  }
  return [...held.values()];
}

function givenTo({ answers }: History): Map<string, Held> {
  const held = new Map<string, Held>();
  for (const { answer, time } of answers)
    for (const { ipid, oid, cPublicRefs } of standardReferences(answer)) {
      const known = held.get(ipid);
      if (known !== undefined) known.given += cPublicRefs;
      else held.set(ipid, { ipid, oid, given: cPublicRefs, added: 0, released: 0, since: time, until: undefined });
    }
  return held;
}

/** Every STDOBJREF that an answer carries, wherever it stands. */
function standardReferences({ call, pdu }: Answer): STDOBJREF[] {
  if (pdu.PTYPE !== 'response' || call?.operation === undefined) return [];
  const little = endianOf(pdu.packed_drep ?? DREP_LITTLE) === 'little';
  try {
    return within(call.operation.response.decode(pdu.stub, { syntax: call.transferSyntax, little }).value, DEPTH);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return [];
  }
}

/** Values are no deeper than their declarations; this bounds what a walk may take. */
const DEPTH = 24;

function within(value: unknown, depth: number): STDOBJREF[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || depth === 0) return [];
  if (isStandard(value)) return value.cPublicRefs === 0 && value.oid === 0n ? [] : [value];
  return Object.values(value).flatMap((each) => within(each, depth - 1));
}

const isStandard = (value: object): value is STDOBJREF => 'ipid' in value && 'oid' in value && 'oxid' in value;
