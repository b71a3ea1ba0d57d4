import { CodecError } from '../../codec/error.js';
import { FAULT } from '../../codec/rpce/index.js';
import { RpcFault, type ServerCheck } from '../../rpc/index.js';
import type { CallContext, Method } from './service.js';

/** What a call ends with. */
export type Outcome =
  | { readonly stub: Buffer }
  | {
      readonly status: number;
      readonly flags: number;
      readonly disconnect: boolean;
      /** Somebody has said what was refused, and why. */
      readonly reported: boolean;
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
  if (found === undefined)
    return failed('opnum', new RpcFault(FAULT.OP_RNG_ERROR, { detail: 'no such method' }), false);
  const { stub, transferSyntax, littleEndian } = call;
  const refused = attempt(() => found.guard?.(context));
  // Who refuses a call before its parameters are read reports it in terms of his own.
  if (refused instanceof RpcFault) return failed('method', refused, true);
  const format = { syntax: transferSyntax, little: littleEndian };
  const input = refused ?? attempt(() => found.operation.request.decode(stub, format).value);
  if (input instanceof CodecError) {
    found.unreadable?.(context, input);
    const fault = new RpcFault(FAULT.BAD_STUB_DATA, { detail: input.message });
    return failed('stub', fault, found.unreadable !== undefined);
  }
  if (input instanceof Error) return failed('method', input, false);
  try {
    const output = await found.handler(input as never, context);
    // Answers go out in this side's own byte order; the receiver converts (C706 14.2).
    const layout = found.layout?.(input as never);
    return { stub: found.operation.response.encode(output, { syntax: transferSyntax, little: true, layout }) };
  } catch (error) {
    return failed('method', error as Error, false);
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

function failed(check: ServerCheck, error: Error, reported: boolean): Outcome {
  if (!(error instanceof RpcFault)) {
    const why = 'a method failed';
    return { check, status: UNSPECIFIED, flags: 0, disconnect: false, reported: false, why, error };
  }
  const { status, flags, disconnect, message } = error;
  return { check, status, flags, disconnect, reported, why: message };
}
