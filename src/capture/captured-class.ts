import { isDeepStrictEqual } from 'node:util';
import {
  IRemoteSCMActivator,
  type OBJREF,
  RemoteCreateInstance,
  RemQueryInterface,
  unpackActivationReply,
} from '../codec/dcom/index.js';
import type { Infer } from '../codec/ndr/index.js';
import { CreateInstance } from '../codec/oaut/index.js';
import { RpcFault } from '../rpc/index.js';
import type { ComClass, ComInterface, ComMethod, ComObject, ObjectCall } from '../server/classes/index.js';
import type { CapturedCall } from './conversation.js';
import { classOf } from './replay-result.js';

const E_NOTIMPL = 0x80004001;

/** A captured reference: which object, by its OXID and OID, through which interface. */
interface Reference {
  readonly object: string;
  readonly iid: string;
}

/**
 * The classes that captured conversations activate, as objects that answer what the captured ones answered: to the same
 * operation with the same parameters on the same object, the same results, with references to objects of this server.
 * What was not captured is answered with E_NOTIMPL, and an interface that was not handed out with E_NOINTERFACE.
 */
export function capturedClasses(calls: readonly CapturedCall[]): ComClass[] {
  const memory = new Memory(calls);
  const classes = new Map<string, ComClass>();
  for (const [clsid, object] of memory.created) {
    classes.set(clsid, { clsid, name: `captured ${clsid}`, create: () => memory.object(object, clsid) });
  }
  return [...classes.values()];
}

/** The least level that the captured exporters ask for, [MS-DCOM] 2.2.22.2.8.1; undefined where no answer names it. */
export function capturedAuthnHint(calls: readonly CapturedCall[]): number | undefined {
  for (const { presentation, answer } of calls) {
    if (presentation?.interface.uuid !== IRemoteSCMActivator.uuid || answer?.kind !== 'response') continue;
    const value = answer.value as Infer<typeof RemoteCreateInstance.response> | undefined;
    const reply = value && unpackActivationReply(value.ppActProperties);
    if (reply !== undefined) return reply.authnHint;
  }
  return undefined;
}

class Memory {
  /** The first object of each class. */
  readonly created = new Map<string, string>();
  readonly #references = new Map<string, Reference>();
  readonly #calls = new Map<string, CapturedCall[]>();

  constructor(calls: readonly CapturedCall[]) {
    let clsid: string | undefined;
    for (const call of calls) {
      this.#learn(call);
      if (call.presentation?.interface.uuid === IRemoteSCMActivator.uuid) clsid = classOf(call);
      const created = clsid === undefined ? undefined : createdBy(call);
      if (clsid !== undefined && created !== undefined && !this.created.has(clsid)) this.created.set(clsid, created);
    }
    for (const call of calls) {
      const target = call.object === undefined ? undefined : this.#references.get(call.object);
      if (target === undefined || call.answer?.kind !== 'response' || call.answer.value === undefined) continue;
      const key = keyOf(target.object, target.iid);
      this.#calls.set(key, [...(this.#calls.get(key) ?? []), call]);
    }
  }

  object(id: string, name: string): ComObject {
    const others = new Map<string, ComObject>();
    const find = (other: string): ComObject => {
      const before = others.get(other);
      if (before !== undefined) return before;
      const made: ComObject = {
        name: `captured ${name}`,
        queryInterface: (iid) => this.#interface(other, iid, find),
      };
      others.set(other, made);
      return made;
    };
    return find(id);
  }

  #interface(object: string, iid: string, find: (object: string) => ComObject): ComInterface | undefined {
    const known = [...this.#references.values()].some((each) => each.object === object && each.iid === iid);
    if (!known) return undefined;
    const calls = this.#calls.get(keyOf(object, iid)) ?? [];
    return new Map(calls.map((call) => [call.opnum, methodOf(call, calls, find)]));
  }

  /** References that answers hand out, wherever they have them, and those of RemQueryInterface. */
  #learn(call: CapturedCall): void {
    if (call.answer?.kind !== 'response') return;
    visitObjrefs(call.answer.value, ({ iid, std }) => {
      this.#references.set(std.ipid, { object: objectOf(std), iid });
    });
    if (call.operation !== RemQueryInterface) return;
    const { iids } = call.value as Infer<typeof RemQueryInterface.request>;
    const { ppQIResults } = call.answer.value as Infer<typeof RemQueryInterface.response>;
    ppQIResults?.forEach(({ hResult, std }, index) => {
      const iid = iids[index];
      if (hResult === 0 && iid !== undefined) this.#references.set(std.ipid, { object: objectOf(std), iid });
    });
  }
}

const keyOf = (object: string, iid: string): string => `${object} ${iid}`;
const objectOf = ({ oxid, oid }: { oxid: bigint; oid: bigint }): string => `${oxid.toString(16)} ${oid.toString(16)}`;

/** The new object of an activation, or of a class factory. */
function createdBy({ operation, answer }: CapturedCall): string | undefined {
  if (answer?.kind !== 'response' || answer.value === undefined) return undefined;
  if (operation === CreateInstance) {
    const { ppvObject } = answer.value as Infer<typeof CreateInstance.response>;
    return ppvObject !== null && 'std' in ppvObject ? objectOf(ppvObject.std) : undefined;
  }
  if (operation !== RemoteCreateInstance) return undefined;
  const reply = unpackActivationReply((answer.value as Infer<typeof RemoteCreateInstance.response>).ppActProperties);
  const objref = reply?.interfaces.find((each) => each.objref !== null)?.objref;
  return objref && 'std' in objref ? objectOf(objref.std) : undefined;
}

/** Answers a call as the first captured one with the same parameters was answered. */
function methodOf(of: CapturedCall, calls: readonly CapturedCall[], find: (object: string) => ComObject): ComMethod {
  const same = calls.filter(({ opnum }) => opnum === of.opnum);
  return {
    operation: of.operation as ComMethod['operation'],
    handler: ((input: object, call: ObjectCall) => {
      const found = same.find(({ value }) => isDeepStrictEqual(parametersOf(value), parametersOf(input)));
      if (found?.answer?.kind !== 'response') throw new RpcFault(E_NOTIMPL);
      return withReferences(found.answer.value, call, find);
    }) as ComMethod['handler'],
  };
}

const parametersOf = (value: unknown): unknown => {
  const { ORPCthis: _, ...parameters } = value as { ORPCthis: unknown };
  return parameters;
};

/** The captured answer, with references to this server's objects in the places of the captured ones. */
function withReferences(value: unknown, call: ObjectCall, find: (object: string) => ComObject): unknown {
  if (isObjref(value)) return call.marshal(find(objectOf(value.std)), value.iid) ?? null;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((each) => withReferences(each, call, find));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withReferences(each, call, find)]));
}

type StandardObjref = Extract<OBJREF, { std: unknown }>;

const isObjref = (value: unknown): value is StandardObjref =>
  typeof value === 'object' && value !== null && 'std' in value && 'iid' in value && 'saResAddr' in value;

function visitObjrefs(value: unknown, visit: (objref: StandardObjref) => void): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (isObjref(value)) visit(value);
  else for (const each of Object.values(value)) visitObjrefs(each, visit);
}
