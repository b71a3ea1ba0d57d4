// How much memory connections take that a capture leaves open: an audit of a hundred thousand that bind, are idle and
// speak again, and of a million that are open for a few packets. The captures are made here.
//   node bench/streams.mjs [--bound 100000] [--short 1000000]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodePdu } from '../dist/codec/rpce/codec.js';
import { row } from './measure.mjs';
import { SyntheticCapture } from './synthetic-capture.mjs';
import { watch } from './watch.mjs';

const { values } = parseArgs({
  options: { bound: { type: 'string', default: '100000' }, short: { type: 'string', default: '1000000' } },
});
const LIMIT_MB = 200;
const cli = join(import.meta.dirname, '../dist/cli/main.js');
const CLIENT = true;
const SERVER = false;
const [SYN, ACK, FIN] = [0x02, 0x10, 0x01];

const NDR20 = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', version: 2 };
const ACTIVATOR = { uuid: '000001a0-0000-0000-c000-000000000046', version: 0 };
const FRAGMENTS = { max_xmit_frag: 5840, max_recv_frag: 5840 };
const WHOLE = { pfc_flags: 3, call_id: 1 };
const bind = encodePdu({
  PTYPE: 'bind',
  ...WHOLE,
  ...FRAGMENTS,
  assoc_group_id: 0,
  p_context_elem: [{ p_cont_id: 0, abstract_syntax: ACTIVATOR, transfer_syntaxes: [NDR20] }],
});
const bindAck = encodePdu({
  PTYPE: 'bind_ack',
  ...WHOLE,
  ...FRAGMENTS,
  assoc_group_id: 1,
  sec_addr: Buffer.from('135\0'),
  results: [{ result: 0, reason: 0, transfer_syntax: NDR20 }],
});
const request = encodePdu({
  PTYPE: 'request',
  ...WHOLE,
  alloc_hint: 0,
  p_cont_id: 0,
  opnum: 4,
  stub: Buffer.alloc(64),
});
const fault = encodePdu({
  PTYPE: 'fault',
  ...WHOLE,
  alloc_hint: 0,
  p_cont_id: 0,
  cancel_count: 0,
  status: 5,
  stub: Buffer.alloc(0),
});

/** What a connection sends, by who sends it, with the flags of TCP. */
const OPENS = [
  [CLIENT, SYN],
  [SERVER, SYN | ACK],
];
const BINDS = [
  [CLIENT, ACK, bind],
  [SERVER, ACK, bindAck],
];
const CALLS = [
  [CLIENT, ACK, request],
  [SERVER, ACK, fault],
];
const ENDS = [
  [CLIENT, ACK | FIN],
  [SERVER, ACK | FIN],
];

const folder = mkdtempSync(join(tmpdir(), 'bench-streams-'));
try {
  const bound = Number(values.bound);
  const short = Number(values.short);
  await audited(`${bound} connections that bind, are idle and speak again`, (capture) => {
    const positions = new Map();
    for (let each = 0; each < bound; each++) positions.set(each, capture.send(each, [...OPENS, ...BINDS]));
    for (let each = 0; each < bound; each++) capture.send(each, [...CALLS, ...ENDS], positions.get(each));
  });
  await audited(`${short} connections of a bind and a call`, (capture) => {
    for (let each = 0; each < short; each++) capture.send(each, [...OPENS, ...BINDS, ...CALLS, ...ENDS]);
  });
  await audited(`${short} connections that never say anything`, (capture) => {
    for (let each = 0; each < short; each++) capture.send(each, OPENS);
  });
} finally {
  rmSync(folder, { recursive: true });
}

async function audited(what, fill) {
  const file = join(folder, 'streams.pcap');
  const capture = new SyntheticCapture(file);
  fill(capture);
  capture.close();
  const child = spawn(process.execPath, [cli, 'audit', '--json', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.resume();
  const watched = watch(child.pid);
  await new Promise((resolve) => child.once('close', resolve));
  const { peak } = watched();
  row({ what, ours: peak, reference: LIMIT_MB, against: 'the limit', unit: 'MB', wanted: '< 1' });
}
