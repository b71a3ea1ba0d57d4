import { readDecoded } from '../../src/capture/decode/decode.js';
import type { Operation } from '../../src/codec/ndr/index.js';
import { observerOf } from './observers.js';

/** The stubs of known operations in a recording: which operations answered, and what is not encoded again octet for octet. */
export async function stubsIn(recording: Buffer, password: string) {
  const called = new Set<Operation>();
  const odd: string[] = [];
  let stubs = 0;
  for await (const decoded of readDecoded(recording, { observe: observerOf(password) })) {
    const { captured, interface: name, operation, parameters, error, observed } = decoded;
    const where = `frame ${captured.frame} ${name}::${operation?.name}`;
    if (error !== undefined) odd.push(`${where}: ${error.message}`);
    const { message } = observed;
    if (message === undefined || message.kind === 'fault' || operation === undefined) continue;
    if (parameters === undefined) {
      odd.push(`${where}: not read, ${message.stubState}`);
      continue;
    }
    const type = message.kind === 'request' ? operation.request : operation.response;
    const { value, layout } = parameters;
    const syntax = message.presentation?.transferSyntax;
    const again = type.encode(value, { layout, syntax, little: message.littleEndian });
    if (!again.equals(message.stub)) odd.push(`${where} ${message.kind}: other octets`);
    stubs++;
    if (message.kind === 'response') called.add(operation);
  }
  return { called, odd, stubs };
}
