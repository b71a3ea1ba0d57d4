import { basename } from 'node:path';
import type { PassiveContext } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import { CapturedPdu } from '../pdu/pdu.js';
import { type CaptureItem, readBatches } from '../pdu/pdus.js';
import { CallPairing, type CapturedCall } from './conversation.js';
import { CaptureDecoder } from './decode.js';

export interface CapturedCalls {
  readonly file: string;
  readonly calls: readonly CapturedCall[];
  /** How many calls were left out, by the reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
}

const MAX_PROBLEMS = 100;

/** The calls of a capture that `whyNot` has no objection to; of the others only the number is kept. */
export async function readCalls(
  file: string,
  whyNot: (call: CapturedCall) => string | undefined,
  observe: (authType: number) => PassiveContext | undefined,
): Promise<CapturedCalls> {
  const decoder = new CaptureDecoder({ observe });
  const pairing = new CallPairing();
  const calls: CapturedCall[] = [];
  const leftOut = new Map<string, number>();
  const problems: Problem[] = [];

  const sort = (call: CapturedCall): void => {
    const objection = whyNot(call);
    if (objection === undefined) calls.push(call);
    else leftOut.set(objection, (leftOut.get(objection) ?? 0) + 1);
  };
  const take = (item: CaptureItem): void => {
    if (item instanceof CapturedPdu) {
      if (item.kind === 'cut') return;
      const decoded = decoder.take(item);
      const call = pairing.take(decoded, decoder.association(item.stream));
      if (call !== undefined) sort(call);
    } else if (item.kind === 'end') decoder.end(item.stream);
    else if (problems.length < MAX_PROBLEMS) problems.push(item);
  };
  for await (const batch of readBatches(file)) batch.forEach(take);
  return { file: file === '-' ? 'stdin' : basename(file), calls, leftOut, problems };
}
