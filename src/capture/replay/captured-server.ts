import type { CallOutcome } from '../../client/outcome.js';
import { IObjectExporter, IRemUnknown, IRemUnknown2, isActivator } from '../../codec/dcom/index.js';
import { interfaceByUuid } from '../../codec/interfaces.js';
import { IClassFactory } from '../../codec/oaut/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { type Endpoint, formatEndpoint } from '../../net/channel.js';
import { PduAssembler } from '../../rpc/core/assembler.js';
import { PassiveAssociation } from '../../rpc/index.js';
import type { Activation } from '../../server/activation/log.js';
import type { AskedOfClass, ClassRefusal, ComClass } from '../../server/classes/index.js';
import type { EndpointObserver } from '../../server/endpoint/endpoint.js';
import type { CapturedCall } from '../decode/captured-call.js';
import { classOf } from '../decode/wanted-class.js';
import { capturedClasses } from './captured-class.js';
import { outcomeOfAnswer } from './compare-answers.js';
import { capturedOutcome } from './replay.js';

/** A captured call, and how often clients have asked for it. */
export interface AskedCall {
  readonly call: CapturedCall;
  /** Undefined where the answer is not in the capture. */
  readonly captured: CallOutcome | undefined;
  readonly times: number;
}

/** What the server answers by itself, with identifiers of its own; such calls are told only by their operation. */
const OWN: ReadonlySet<string> = new Set(
  [IObjectExporter, IRemUnknown, IRemUnknown2, IClassFactory].map(({ uuid }) => uuid),
);

/**
 * The server's side of a capture: its classes with their captured outcomes, refusals too, and an account of which
 * captured calls clients have asked for, and of what they have asked for that was not captured.
 */
export class CapturedServer implements EndpointObserver {
  readonly classes: readonly ComClass[];
  /** Whether a captured activation without authentication was accepted. */
  readonly allowAnonymous: boolean;
  readonly #calls: readonly CapturedCall[];
  readonly #times = new Map<CapturedCall, number>();
  readonly #notCaptured = new Map<string, number>();
  /** How many of equal things were asked for, so that the n-th is the n-th that was captured. */
  readonly #cursors = new Map<string, number>();
  readonly #connections = new Map<string, { observed: PassiveAssociation; assembler: PduAssembler }>();
  readonly #told: (what: string) => void;

  constructor(calls: readonly CapturedCall[], notCaptured: (what: string) => void = () => {}) {
    this.#calls = calls;
    this.#told = notCaptured;
    const objects = capturedClasses(calls, {
      asked: (call) => this.#count(call),
      notCaptured: (what) => this.#miss(what),
    });
    this.classes = this.#withOutcomes(objects);
    this.allowAnonymous = calls.some((call) => activates(call) && levelOf(call) === NONE && isAccepted(call));
  }

  /** Every captured call, in the order of the capture. */
  get asked(): readonly AskedCall[] {
    return this.#calls.map((call) => ({
      call,
      captured: activates(call) ? capturedOutcome(call) : call.answer && outcomeOfAnswer(call, call.answer),
      times: this.#times.get(call) ?? 0,
    }));
  }

  /** What was asked for and is not in the capture, with how often. */
  get notCaptured(): ReadonlyMap<string, number> {
    return this.#notCaptured;
  }

  /** To be told of each activation that the server has answered. */
  readonly onActivation = ({ clsid, method, level }: Activation): void => {
    if (clsid === undefined) return;
    const call = this.#activation(clsid, { method, level });
    if (call === undefined) {
      this.#miss(`${method} of class ${clsid}`);
      return;
    }
    this.#count(call);
    this.#advance(activationKey(clsid, { method, level }));
  };

  connected(client: Endpoint, server: Endpoint): void {
    const observed = new PassiveAssociation({ observe: () => undefined });
    this.#connections.set(connectionOf(client, server), { observed, assembler: new PduAssembler() });
  }

  octets(from: 'client' | 'server', bytes: Uint8Array, client: Endpoint, server: Endpoint): void {
    const connection = this.#connections.get(connectionOf(client, server));
    if (connection === undefined) return;
    // The server's come PDU by PDU, the client's as TCP has them.
    if (from === 'server') connection.observed.take(from, bytes);
    else {
      const { assembler, observed } = connection;
      assembler.push(Buffer.from(bytes));
      for (let pdu = assembler.next(); pdu !== undefined; pdu = assembler.next()) {
        const { message } = observed.take(from, Buffer.from(pdu));
        if (message?.presentation !== undefined) this.#request(message.presentation.interface.uuid, message.opnum ?? 0);
      }
    }
  }

  disconnected(client: Endpoint, server: Endpoint): void {
    this.#connections.delete(connectionOf(client, server));
  }

  /** Calls of the server's own interfaces are counted here; those of captured objects where they are answered. */
  #request(uuid: string, opnum: number): void {
    if (isActivator(uuid)) return;
    const same = this.#calls.filter(
      ({ presentation, opnum: captured }) => presentation?.interface.uuid === uuid && captured === opnum,
    );
    const isObjects = this.#calls.some((call) => call.presentation?.interface.uuid === uuid) && !OWN.has(uuid);
    if (OWN.has(uuid)) {
      const call = same[Math.min(this.#advance(`${uuid} ${opnum}`), same.length - 1)];
      if (call !== undefined) this.#count(call);
    } else if (isObjects && same.length === 0) {
      const definition = interfaceByUuid(uuid);
      this.#miss(`${definition?.name ?? uuid}::${definition?.operations.get(opnum)?.name ?? `opnum ${opnum}`}`);
    }
  }

  /** Classes that answer as captured: those with objects, and those that only ever refused. */
  #withOutcomes(objects: readonly ComClass[]): ComClass[] {
    const byClass = new Map(objects.map((each) => [each.clsid as string, each]));
    for (const call of this.#calls) {
      const clsid = activates(call) ? classOf(call) : undefined;
      if (clsid !== undefined && !byClass.has(clsid) && capturedOutcome(call) !== undefined)
        byClass.set(clsid, { clsid, name: `captured ${clsid}`, create: () => NO_OBJECT });
    }
    return [...byClass].map(([clsid, each]) => ({ ...each, refuses: (asked) => this.#refusal(clsid, asked) }));
  }

  #refusal(clsid: string, asked: AskedOfClass): ClassRefusal | undefined {
    const call = this.#activation(clsid, asked);
    const outcome = call && capturedOutcome(call);
    if (call === undefined || outcome === undefined || outcome.accepted) return undefined;
    const form = call.answer?.kind === 'fault' ? 'fault' : 'response';
    return { form, status: outcome.status as number, reason: `as it was captured in frame ${call.frame}` };
  }

  /** The captured activation that such a one stands for: at the same level where there is one, in its turn. */
  #activation(clsid: string, asked: AskedOfClass): CapturedCall | undefined {
    const all = this.#calls.filter(
      (call) => activates(call) && classOf(call) === clsid && call.operation?.name === asked.method,
    );
    const alike = all.filter((call) => levelOf(call) === asked.level);
    const candidates = alike.length > 0 ? alike : all;
    const turn = this.#cursors.get(activationKey(clsid, asked)) ?? 0;
    return candidates[Math.min(turn, candidates.length - 1)];
  }

  #advance(key: string): number {
    const before = this.#cursors.get(key) ?? 0;
    this.#cursors.set(key, before + 1);
    return before;
  }

  #count(call: CapturedCall): void {
    this.#times.set(call, (this.#times.get(call) ?? 0) + 1);
  }

  #miss(what: string): void {
    const before = this.#notCaptured.get(what) ?? 0;
    if (before === 0 && this.#notCaptured.size >= MAX_MISSED) return;
    this.#notCaptured.set(what, before + 1);
    if (before === 0) this.#told(what);
  }
}

/** Different things that were asked for in vain are remembered up to this many. */
const MAX_MISSED = 10_000;
const { NONE } = RPC_C_AUTHN_LEVEL;
const NO_OBJECT = { name: 'not captured', queryInterface: () => undefined };

const activates = ({ presentation }: CapturedCall): boolean => isActivator(presentation?.interface.uuid);
const isAccepted = (call: CapturedCall): boolean => capturedOutcome(call)?.accepted ?? false;
const levelOf = ({ security }: CapturedCall): number => security.level ?? NONE;
const activationKey = (clsid: string, { method, level }: AskedOfClass): string => `${clsid} ${method} ${level}`;
const connectionOf = (client: Endpoint, server: Endpoint): string =>
  `${formatEndpoint(client)} ${formatEndpoint(server)}`;
