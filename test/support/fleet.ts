import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AuditItem, Auditor, auditReducer } from '../../src/capture/audit/audit.js';
import type { Problem } from '../../src/capture/file/error.js';
import { captureSets } from '../../src/capture/file/sets.js';
import { Understood } from '../../src/capture/file/understood.js';
import { mergeAudits, storedUnits } from '../../src/capture/fleet/merge.js';
import { partialAudit } from '../../src/capture/fleet/partial.js';
import { CSV_HEAD, csvLine } from '../../src/report/audit/csv.js';
import { ndjson } from '../../src/report/ndjson.js';
import { understoodRecord } from '../../src/report/understood.js';
import type { Sniffer } from '../../src/security/index.js';
import { ATTACKER, pdusOf, recordingOf, relayed, TARGET, VICTIM } from './relayed.js';

/** The packets of a recording of this project that are wanted, with all that is no packet. */
export function packetsOf(recording: Buffer, wanted: (ports: readonly [number, number]) => boolean): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < recording.length; at += recording.readUInt32LE(at + 4)) {
    const block = recording.subarray(at, at + recording.readUInt32LE(at + 4));
    const packet = block.subarray(28 + ETHERNET);
    const ports = ((packet[0] as number) & 0x0f) * 4;
    const kept =
      block.readUInt32LE(0) !== ENHANCED_PACKET || wanted([packet.readUInt16BE(ports), packet.readUInt16BE(ports + 2)]);
    if (kept) blocks.push(block);
  }
  return Buffer.concat(blocks);
}

const ENHANCED_PACKET = 6;
const ETHERNET = 14;

/** Captures none of which says by itself what all say together: both legs of a relay, an activation and its call back. */
export async function torn(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const pdus = await pdusOf();
  const [victim, target] = relayed(pdus);
  const captures = {
    'a-target.pcapng': recordingOf([target as never]),
    'b-victim.pcapng': recordingOf([victim as never]),
    'c-activation.pcapng': recordingOf([{ client: VICTIM, server: TARGET, pdus }]),
    'd-callback.pcapng': recordingOf([
      { client: { ...TARGET, port: 40_100 }, server: { ...VICTIM, port: 49_152 }, pdus },
    ]),
    'e-challenge.pcapng': recordingOf([
      { client: VICTIM, server: { address: ATTACKER, port: 135 }, pdus: pdus.slice(0, 2) },
    ]),
    'f-nothing.pcap': Buffer.from('nothing'),
  };
  return Object.entries(captures).map(([name, octets]) => {
    const path = join(folder, name);
    writeFileSync(path, octets);
    return path;
  });
}

/** All that an audit says, as the command prints it. */
export interface Said {
  readonly json: string;
  readonly csv: string;
  readonly problems: readonly string[];
}

function sayer() {
  const [json, csv, problems, understood] = [[] as string[], [CSV_HEAD], [] as string[], new Understood()];
  return {
    item(item: AuditItem): void {
      json.push(ndjson(item));
      csv.push(csvLine(item));
    },
    problem({ severity, file, frame, message }: Problem): void {
      if (severity !== 'info') problems.push(`${severity} ${basename(file)} ${frame} ${message}`);
    },
    end(end: { readonly message: string } | { readonly understood: Parameters<Understood['add']>[0] }): void {
      if ('message' in end) problems.push(end.message);
      else understood.add(end.understood);
    },
    said: (): Said => ({ json: json.join('') + ndjson(understoodRecord(understood)), csv: csv.join(''), problems }),
  };
}

/** One audit of files, in the order of their names. */
export async function auditedTogether(files: readonly string[], observe: Sniffer): Promise<Said> {
  const { item, problem, end, said } = sayer();
  const auditor = new Auditor({ observe });
  for (const unit of captureSets([...files].sort())) {
    await auditor.file(unit, { item, problem }).then(end, end);
  }
  return said();
}

/** What `audit --partial` writes of each unit of files, by itself. */
export async function partialsOf(files: readonly string[], observe: Sniffer): Promise<string[]> {
  const partials: string[] = [];
  for (const unit of captureSets([...files].sort())) {
    const lines: string[] = [];
    await partialAudit(unit, { observe }, (record) => lines.push(ndjson(record)));
    partials.push(lines.join(''));
  }
  return partials;
}

/** What partial audits in files come to together. */
export async function merged(files: readonly string[]): Promise<Said> {
  const { said, ...handlers } = sayer();
  await mergeAudits(await storedUnits(files), auditReducer(), handlers);
  return said();
}
