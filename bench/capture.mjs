// How fast a capture is read: records alone, with TCP reassembly, and with PDU splitting.
//   node bench/capture.mjs FILE [records|streams|pdus|items …]
import { statSync } from 'node:fs';
import { readBatches, readCapture } from '../dist/capture/pdus.js';
import { CaptureReader } from '../dist/capture/reader.js';
import { pieces } from '../dist/capture/source.js';
import { StreamReader } from '../dist/capture/stream-reader.js';

const [file, ...chosen] = process.argv.slice(2);
const size = statSync(file).size;

async function drive(reader) {
  for await (const piece of pieces(file)) reader.push(piece);
  reader.end();
}

let count = 0;
const stages = {
  records: () => drive(new CaptureReader({ onPacket: () => count++ })),
  streams: () => drive(new StreamReader({ streams: { data: () => count++, gap() {}, end() {} } })),
  async pdus() {
    await readCapture(file, { onPdu: () => count++ });
  },
  async items() {
    for await (const batch of readBatches(file)) count += batch.length;
  },
};
for (const name of chosen.length > 0 ? chosen : Object.keys(stages)) {
  count = 0;
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  await stages[name]();
  const took = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  const rss = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(
    `${name.padEnd(8)} ${(size / took / 1e6).toFixed(0).padStart(6)} MB/s ${took.toFixed(2).padStart(7)} s ` +
      `${((user + system) / 1e6).toFixed(2).padStart(7)} s of CPU ${rss.toFixed(0).padStart(5)} MB peak ${count}\n`,
  );
}
