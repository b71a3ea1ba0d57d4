import { RemoteActivation, RemoteCreateInstance, RemoteGetClassObject } from '../../codec/dcom/index.js';
import { CodecError } from '../../codec/error.js';
import type { Endpoint } from '../../codec/inet/address.js';
import type { Operation } from '../../codec/ndr/index.js';
import type { CallLevel, Observed } from '../../rpc/index.js';
import type { CapturedPdu } from '../pdu/pdu.js';
import type { NamedPipe } from '../smb/pipe.js';
import { className } from './class-names.js';
import { askedInterfaces } from './references.js';
import { requestText } from './said/index.js';
import { classIn } from './wanted-class.js';

/** A call as the first fragment of its request stood in the capture. */
export interface DecodedCall {
  /** The name of the file that `frame` is in. */
  readonly file: string;
  readonly stream: number;
  readonly callId: number;
  readonly frame: number;
  /** Since 1970-01-01T00:00:00Z; both 0 where the capture holds no time. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Of SMB, that it came by; undefined over TCP itself. */
  readonly pipe: NamedPipe | undefined;
  readonly security: CallLevel;
  /** Name or UUID; undefined where the bind was not seen. */
  readonly interface: string | undefined;
  readonly opnum: number | undefined;
  /** Its name. */
  readonly operation: string | undefined;
  /** The IPID of an object that is called. */
  readonly object: string | undefined;
  /** The class that an activation asks for. */
  clsid?: string;
  /** What it asks for, in one line; of a request that could be read, and whose operation says something. */
  request?: string;
  /** The interfaces that a RemQueryInterface asks for. */
  asked?: readonly string[];
}

/** The call that a request begins. */
export const callOf = (
  captured: CapturedPdu,
  { security, call }: Observed,
  name: string | undefined,
  operation: string | undefined,
): DecodedCall => ({
  file: captured.file,
  stream: captured.stream,
  callId: (call as NonNullable<typeof call>).callId,
  frame: captured.frame,
  seconds: captured.seconds,
  nanoseconds: captured.nanoseconds,
  client: captured.client,
  server: captured.server,
  pipe: captured.pipe,
  security,
  interface: name,
  opnum: call?.opnum,
  operation,
  object: call?.object,
});

/** What the answer to a call is read with, and what is shown beside it. */
export function keep(call: DecodedCall, operation: Operation, input: unknown): void {
  const [request, asked] = [requestText(operation, input), askedInterfaces(operation, input)];
  if (request !== undefined) call.request = request;
  if (asked !== undefined) call.asked = asked;
  const clsid = ACTIVATIONS.has(operation) ? classOfActivation(input) : undefined;
  if (clsid === undefined) return;
  call.clsid = clsid;
  call.request ??= className(clsid) ?? clsid;
}

const ACTIVATIONS: ReadonlySet<Operation> = new Set<Operation>([
  RemoteActivation as Operation,
  RemoteGetClassObject as Operation,
  RemoteCreateInstance as Operation,
]);

/** The properties of an activation may be damaged; the request around them can still be read. */
function classOfActivation(input: unknown): string | undefined {
  try {
    return classIn(input);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** Seconds from a call to its answer, as tshark's `dcerpc.time`; undefined where the capture holds no time. */
export function elapsed(call: DecodedCall, answer: CapturedPdu): number | undefined {
  // Both 0 is what a Simple Packet Block gives.
  if (call.seconds === 0 && call.nanoseconds === 0) return undefined;
  // Of whole nanoseconds, so that 0.1 s is 0.1.
  return ((answer.seconds - call.seconds) * 1e9 + answer.nanoseconds - call.nanoseconds) / 1e9;
}
