import { CodecError } from '../codec/error.js';
import { FAULT } from '../codec/rpce/index.js';
import { RpcFault } from '../rpc/index.js';
import type { CallContext, Method } from './service.js';

/** What a call ends with. `error`: a fault of this program, to be logged; the client learns only the status. */
export type Outcome =
  | { readonly stub: Buffer }
  | { readonly status: number; readonly flags: number; readonly disconnect?: boolean; readonly error?: Error };

/** nca_s_fault_unspec, C706 N.2. */
const UNSPECIFIED = 0x1c000012;

/** Unmarshals the parameters, runs the method and marshals what it gives: [MS-RPCE] 3.1.3.5.2 for stubs that are bad. */
export async function dispatch(found: Method | undefined, context: CallContext): Promise<Outcome> {
  if (found === undefined) return { status: FAULT.OP_RNG_ERROR, flags: 0 };
  const { call } = context;
  const format = { syntax: call.transferSyntax, little: call.littleEndian };
  try {
    found.guard?.(context);
    const input = found.operation.request.decode(call.stub, format).value;
    const output = await found.handler(input as never, context);
    // Answers go out in this side's own byte order; the receiver converts (C706 14.2).
    return {
      stub: found.operation.response.encode(output, {
        syntax: call.transferSyntax,
        little: true,
        layout: found.layout?.(input as never),
      }),
    };
  } catch (error) {
    if (error instanceof RpcFault) return { status: error.status, flags: error.flags, disconnect: error.disconnect };
    if (error instanceof CodecError && error.code !== 'UNENCODABLE') return { status: FAULT.BAD_STUB_DATA, flags: 0 };
    return { status: UNSPECIFIED, flags: 0, error: error as Error };
  }
}
