import { CodecError } from '../../codec/error.js';
import { FAULT } from '../../codec/rpce/index.js';
import { RpcFault, type ServerCheck } from '../../rpc/index.js';
import { type CallContext, LoggedFault, type Method } from './service.js';

/** What a call ends with. */
export type Outcome =
  | { readonly stub: Buffer }
  | {
      readonly status: number;
      readonly flags: number;
      readonly disconnect: boolean;
      /** The server's log says what was refused, and why. */
      readonly logged: boolean;
      readonly check: ServerCheck;
      /** Why, in words; the client learns only the status. */
      readonly why: string;
      /** A fault of this program, to be logged. */
      readonly error?: Error;
    };

/** nca_s_fault_unspec, C706 N.2. */
export const UNSPECIFIED = 0x1c000012;

/** Unmarshals the parameters, runs the method and marshals what it gives: [MS-RPCE] 3.1.3.5.2 for stubs that are bad. */
export async function dispatch(found: Method | undefined, context: CallContext): Promise<Outcome> {
  const { call } = context;
  if (found === undefined) return failed('opnum', new RpcFault(FAULT.OP_RNG_ERROR, { detail: 'no such method' }));
  const { stub, transferSyntax, littleEndian } = call;
  const permit = attempt(() => found.guard?.(context));
  const format = { syntax: transferSyntax, little: littleEndian, strict: found.strict };
  const input = permit instanceof Error ? permit : attempt(() => found.operation.request.decode(stub, format).value);
  if (input instanceof CodecError) {
    found.unreadable?.(context, input, permit as never);
    const Fault = found.unreadable === undefined ? RpcFault : LoggedFault;
    return failed('stub', new Fault(FAULT.BAD_STUB_DATA, { detail: input.message }));
  }
  if (input instanceof Error) return failed('method', input);
  try {
    const output = await found.handler(input as never, context, permit as never);
    // Answers go out in this side's own byte order; the receiver converts (C706 14.2).
    const layout = found.layout?.(input as never);
    return { stub: found.operation.response.encode(output, { syntax: transferSyntax, little: true, layout }) };
  } catch (error) {
    return failed('method', error as Error);
  }
}

/** What a function gives, or the error that it throws. */
function attempt<T>(run: () => T): T | Error {
  try {
    return run();
  } catch (error) {
    return error as Error;
  }
}

function failed(check: ServerCheck, error: Error): Outcome {
  if (!(error instanceof RpcFault)) {
    const why = 'a method failed';
    return { check, status: UNSPECIFIED, flags: 0, disconnect: false, logged: false, why, error };
  }
  const { status, flags, disconnect, message } = error;
  const how = { check, status, flags, disconnect, why: message };
  if (!(error instanceof LoggedFault)) return { ...how, logged: false };
  return { ...how, logged: true, ...(error.mistake && { error: error.mistake }) };
}
