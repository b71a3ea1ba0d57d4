// The stages that a capture goes through, each with those before it, in this process; `by hand` is the least that any
// JavaScript has to do.
import { CaptureReader } from '../dist/capture/file/reader.js';
import { pieces } from '../dist/capture/file/source.js';
import { readBatches, readCapture } from '../dist/capture/pdu/pdus.js';
import { StreamReader } from '../dist/capture/stream/reader.js';
import { findHeaders } from './by-hand.mjs';

/** By name; each gives how many of something it has found. */
export function stages(file) {
  let count;
  const counting = (run) => async () => {
    count = 0;
    return (await run()) ?? count;
  };
  const drive = async (reader) => {
    for await (const piece of pieces(file, { reuse: true })) reader.push(piece);
    reader.end();
  };
  return {
    'headers by hand': () => findHeaders(file),
    records: counting(() => drive(new CaptureReader({ onPacket: () => void count++ }))),
    'TCP streams': counting(() =>
      drive(new StreamReader({ open: () => ({ valued: false, data: () => void count++, gap() {}, end() {} }) })),
    ),
    PDUs: counting(async () => {
      await readCapture(file, { open: () => ({ pdu: () => void count++ }) }, { reuse: true });
    }),
    items: counting(async () => {
      for await (const batch of readBatches(file)) count += batch.length;
    }),
  };
}
