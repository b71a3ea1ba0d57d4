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
import { HRESULT } from '../server/com.js';
import type { CapturedCall } from './conversation.js';
import { classOf } from './replay-result.js';

/** What one method of one interface of one object answered. */
interface CapturedMethod {
  readonly operation: ComMethod['operation'];
  /** In the order of the capture, by the parameters. */
  readonly answers: Map<string, unknown[]>;
}

/** By opnum. */
type CapturedInterface = Map<number, CapturedMethod>;

/**
 * The classes that captured conversations activate, as objects that answer what the captured ones answered: to the same
 * operation with the same parameters on the same object, the same results in their order, the last one again and again,
 * with references to objects of this server.
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
  /** By IPID. */
  readonly #references = new Map<string, CapturedInterface>();
  /** Those that were handed out, by object and IID. */
  readonly #interfaces = new Map<string, CapturedInterface>();

  constructor(calls: readonly CapturedCall[]) {
    let clsid: string | undefined;
    for (const call of calls) {
      this.#learn(call);
      if (call.presentation?.interface.uuid === IRemoteSCMActivator.uuid) clsid = classOf(call);
      const created = clsid === undefined ? undefined : createdBy(call);
      if (clsid !== undefined && created !== undefined && !this.created.has(clsid)) this.created.set(clsid, created);
    }
    for (const call of calls) this.#remember(call);
  }

  /** Each object counts by itself which of several answers to the same call comes next. */
  object(id: string, name: string): ComObject {
    const others = new Map<string, ComObject>();
    const find = (other: string): ComObject => {
      const before = others.get(other);
      if (before !== undefined) return before;
      const interfaces = new Map<string, ComInterface | undefined>();
      const made: ComObject = {
        name: `captured ${name}`,
        queryInterface: (iid) => {
          if (!interfaces.has(iid)) interfaces.set(iid, this.#interface(other, iid, find));
          return interfaces.get(iid);
        },
      };
      others.set(other, made);
      return made;
    };
    return find(id);
  }

  #interface(object: string, iid: string, find: (object: string) => ComObject): ComInterface | undefined {
    const methods = this.#interfaces.get(keyOf(object, iid));
    return methods && new Map([...methods].map(([opnum, method]) => [opnum, methodOf(method, find)]));
  }

  #remember({ object, operation, opnum, value, answer }: CapturedCall): void {
    const methods = object === undefined ? undefined : this.#references.get(object);
    if (methods === undefined || operation === undefined || value === undefined) return;
    if (answer?.kind !== 'response' || answer.value === undefined) return;
    const method = entry(methods, opnum, () => ({ operation, answers: new Map() }));
    entry(method.answers, parametersKey(value), () => []).push(answer.value);
  }

  /** References that answers hand out, wherever they have them, and those of RemQueryInterface. */
  #learn(call: CapturedCall): void {
    if (call.answer?.kind !== 'response') return;
    visitObjrefs(call.answer.value, ({ iid, std }) => {
      this.#refer(std, iid);
    });
    if (call.operation !== RemQueryInterface) return;
    const { iids } = call.value as Infer<typeof RemQueryInterface.request>;
    const { ppQIResults } = call.answer.value as Infer<typeof RemQueryInterface.response>;
    ppQIResults?.forEach(({ hResult, std }, index) => {
      const iid = iids[index];
      if (hResult === 0 && iid !== undefined) this.#refer(std, iid);
    });
  }

  #refer(std: StandardObjref['std'], iid: string): void {
    this.#references.set(
      std.ipid,
      entry(this.#interfaces, keyOf(objectOf(std), iid), () => new Map()),
    );
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const before = map.get(key);
  if (before !== undefined) return before;
  const made = make();
  map.set(key, made);
  return made;
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

/** Answers the n-th of equal calls as the n-th captured one was answered, and later ones as the last. */
function methodOf({ operation, answers }: CapturedMethod, find: (object: string) => ComObject): ComMethod {
  const answered = new Map<string, number>();
  return {
    operation,
    handler: ((input: object, call: ObjectCall) => {
      const key = parametersKey(input);
      const before = answered.get(key) ?? 0;
      answered.set(key, before + 1);
      const same = answers.get(key);
      if (same === undefined) throw new RpcFault(HRESULT.E_NOTIMPL);
      return withReferences(same[Math.min(before, same.length - 1)], call, find);
    }) as ComMethod['handler'],
  };
}

/** The same text for the same parameters, as the codec reads them. */
function parametersKey(value: unknown): string {
  const { ORPCthis: _, ...parameters } = value as { ORPCthis: unknown };
  return JSON.stringify(parameters, (_name, each) => (isWritten(each) ? each : `${typeof each} ${each}`));
}

/** JSON has no bigint, and writes null for what is no finite number. */
const isWritten = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isFinite(value) : typeof value !== 'bigint' && value !== undefined;

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
