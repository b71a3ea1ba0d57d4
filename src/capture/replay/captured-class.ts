import {
  type ActivationReply,
  isActivator,
  RemoteActivation,
  RemoteCreateInstance,
  RemQueryInterface,
  unpackActivationReply,
  unpackRemoteActivationReply,
} from '../../codec/dcom/index.js';
import { interfaceName } from '../../codec/interfaces.js';
import type { Infer } from '../../codec/ndr/index.js';
import { CreateInstance } from '../../codec/oaut/index.js';
import { RpcFault } from '../../rpc/index.js';
import type { ComClass, ComInterface, ComMethod, ComObject, ObjectCall } from '../../server/classes/index.js';
import { HRESULT } from '../../server/com.js';
import type { CapturedCall } from '../decode/captured-call.js';
import { isObjref, partsOf, type StandardObjref } from '../decode/references.js';
import { classOf } from '../decode/wanted-class.js';
import { IGNORED } from './compare-answers.js';

/** What one method of one interface of one object answered. */
interface CapturedMethod {
  readonly operation: ComMethod['operation'];
  /** In the order of the capture, by the parameters. */
  readonly answers: Map<string, CapturedCall[]>;
}

/** By opnum. */
type CapturedInterface = Map<number, CapturedMethod>;

/** Told what clients ask such objects for. */
export interface CapturedClassListener {
  /** A captured call was asked for, and is answered as it was. */
  asked(call: CapturedCall): void;
  /** Something that the capture does not have. */
  notCaptured(what: string): void;
}

/**
 * The classes that captured conversations activate, as objects that answer what the captured ones answered: the n-th of
 * a class as the n-th captured one, later ones as the last; to the same operation with the same parameters on the same
 * object, the same results in their order, the last one again and again, with references to objects of this server. A
 * call that was not captured is answered with E_NOTIMPL, and an interface that was not handed out with E_NOINTERFACE.
 */
export function capturedClasses(calls: readonly CapturedCall[], listener?: CapturedClassListener): ComClass[] {
  const memory = new Memory(calls, listener);
  const classes = new Map<string, ComClass>();
  for (const [clsid, objects] of memory.created) {
    let made = 0;
    const next = (): string => objects[Math.min(made++, objects.length - 1)] as string;
    classes.set(clsid, { clsid, name: `captured ${clsid}`, create: () => memory.object(next(), clsid) });
  }
  return [...classes.values()];
}

/** The least level that the captured exporters ask for, [MS-DCOM] 2.2.22.2.8.1; undefined where no answer names it. */
export function capturedAuthnHint(calls: readonly CapturedCall[]): number | undefined {
  for (const call of calls) {
    const reply = replyOf(call);
    if (reply !== undefined) return reply.authnHint;
  }
  return undefined;
}

class Memory {
  /** The objects of each class, in the order in which they were created. */
  readonly created = new Map<string, string[]>();
  /** By IPID. */
  readonly #references = new Map<string, CapturedInterface>();
  /** The objects that they are of, likewise. */
  readonly #objects = new Map<string, string>();
  /** Those that were handed out, by object and IID. */
  readonly #interfaces = new Map<string, CapturedInterface>();
  /** Those that were asked for and not handed out, likewise. */
  readonly #withheld = new Set<string>();
  readonly #listener: CapturedClassListener | undefined;

  constructor(calls: readonly CapturedCall[], listener: CapturedClassListener | undefined) {
    this.#listener = listener;
    let clsid: string | undefined;
    for (const call of calls) {
      this.#learn(call);
      if (isActivator(call.presentation?.interface.uuid)) clsid = classOf(call);
      const created = clsid === undefined ? undefined : createdBy(call);
      for (const { iid, objref } of replyOf(call)?.interfaces ?? [])
        if (objref === null && created !== undefined) this.#withheld.add(keyOf(created, iid));
      if (clsid !== undefined && created !== undefined) entry(this.created, clsid, () => []).push(created);
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
    const key = keyOf(object, iid);
    const methods = this.#interfaces.get(key);
    if (methods !== undefined)
      return new Map([...methods].map(([opnum, method]) => [opnum, methodOf(method, find, this.#listener)]));
    if (!this.#withheld.has(key)) this.#listener?.notCaptured(`interface ${interfaceName(iid)} of an object`);
    return undefined;
  }

  #remember(call: CapturedCall): void {
    const { object, operation, opnum, value, answer } = call;
    const methods = object === undefined ? undefined : this.#references.get(object);
    if (methods === undefined || operation === undefined || value === undefined) return;
    if (answer === undefined || (answer.kind === 'response' && answer.value === undefined)) return;
    const method = entry(methods, opnum, () => ({ operation, answers: new Map() }));
    entry(method.answers, parametersKey(value), () => []).push(call);
  }

  /** References that answers hand out, wherever they have them, and those of RemQueryInterface. */
  #learn(call: CapturedCall): void {
    if (call.answer?.kind !== 'response') return;
    for (const part of partsOf(call.answer.value)) if (isObjref(part)) this.#refer(part.std, part.iid);
    if (call.operation !== RemQueryInterface || call.answer.value === undefined) return;
    const { iids, ripid } = call.value as Infer<typeof RemQueryInterface.request>;
    const { ppQIResults } = call.answer.value as Infer<typeof RemQueryInterface.response>;
    ppQIResults?.forEach(({ hResult, std }, index) => {
      const iid = iids[index];
      if (hResult === 0 && iid !== undefined) this.#refer(std, iid);
      else if (iid !== undefined) this.#withheld.add(keyOf(this.#objects.get(ripid) ?? '', iid));
    });
  }

  #refer(std: StandardObjref['std'], iid: string): void {
    this.#objects.set(std.ipid, objectOf(std));
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
function createdBy(call: CapturedCall): string | undefined {
  const { operation, answer } = call;
  if (operation === CreateInstance && answer?.kind === 'response' && answer.value !== undefined) {
    const { ppvObject } = answer.value as Infer<typeof CreateInstance.response>;
    return ppvObject !== null && 'std' in ppvObject ? objectOf(ppvObject.std) : undefined;
  }
  if (operation !== RemoteCreateInstance && operation !== RemoteActivation) return undefined;
  const objref = replyOf(call)?.interfaces.find((each) => each.objref !== null)?.objref;
  return objref && 'std' in objref ? objectOf(objref.std) : undefined;
}

/** What an activation was answered with, where that was an object or a class factory. */
function replyOf({ presentation, operation, value, answer }: CapturedCall): ActivationReply | undefined {
  if (!isActivator(presentation?.interface.uuid) || answer?.kind !== 'response') return undefined;
  if (answer.value === undefined) return undefined;
  if (operation !== RemoteActivation)
    return unpackActivationReply((answer.value as Infer<typeof RemoteCreateInstance.response>).ppActProperties);
  const { pIIDs } = (value ?? {}) as Partial<Infer<typeof RemoteActivation.request>>;
  const response = answer.value as Infer<typeof RemoteActivation.response>;
  return response.phr === 0 ? unpackRemoteActivationReply(response, pIIDs ?? []) : undefined;
}

/** Answers the n-th of equal calls as the n-th captured one was answered, and later ones as the last. */
function methodOf(
  { operation, answers }: CapturedMethod,
  find: (object: string) => ComObject,
  listener: CapturedClassListener | undefined,
): ComMethod {
  const answered = new Map<string, number>();
  return {
    operation,
    handler: ((input: object, call: ObjectCall) => {
      const key = parametersKey(input);
      const before = answered.get(key) ?? 0;
      answered.set(key, before + 1);
      const same = answers.get(key);
      if (same === undefined) {
        listener?.notCaptured(`${operation.name} with the parameters ${key.slice(0, SHOWN)}`);
        throw new RpcFault(HRESULT.E_NOTIMPL);
      }
      const captured = same[Math.min(before, same.length - 1)] as CapturedCall;
      listener?.asked(captured);
      const { answer } = captured;
      if (answer?.kind === 'fault') throw new RpcFault(answer.status);
      return withReferences(answer?.value, call, find);
    }) as ComMethod['handler'],
  };
}

/** Characters of parameters that a report shows. */
const SHOWN = 200;

/** The same text for the same parameters, as the codec reads them; a reference counts only by its interface. */
function parametersKey(value: unknown): string {
  const { ORPCthis: _, ...parameters } = value as { ORPCthis: unknown };
  return JSON.stringify(parameters, (name, each) => {
    if (IGNORED.has(name)) return undefined;
    if (isObjref(each)) return `reference to ${each.iid}`;
    return isWritten(each) ? each : `${typeof each} ${each}`;
  });
}

/** JSON has no bigint, and writes null for what is no finite number. */
const isWritten = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isFinite(value) : typeof value !== 'bigint' && value !== undefined;

/** The captured answer, with references to this server's objects in the places of the captured ones. */
function withReferences(value: unknown, call: ObjectCall, find: (object: string) => ComObject): unknown {
  if (isObjref(value)) {
    const here = call.marshal(find(objectOf(value.std)), value.iid);
    // The rest of an OBJREF_HANDLER or OBJREF_EXTENDED, beside the reference, is the object's own ([MS-DCOM] 2.2.18.5,
    // 2.2.18.7).
    return here && 'std' in here ? { ...value, std: here.std, saResAddr: here.saResAddr } : null;
  }
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((each) => withReferences(each, call, find));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withReferences(each, call, find)]));
}
