import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../pcaps/corpus');

/** One PDU of a capture, by the word of its sender and of the server that took it. */
export interface CorpusRow {
  readonly frame: number;
  readonly stream: number;
  readonly from: string;
  readonly to: string;
  readonly ptype: string;
  readonly call_id: number;
  readonly pfc_flags: number;
  readonly frag_length: number;
  /** Absent where it is. */
  readonly little_endian?: false;
  readonly uuid?: string;
  readonly interface?: string;
  readonly opnum?: number;
  readonly operation?: string;
  readonly auth_type?: number;
  readonly auth_level?: number;
  readonly auth_context_id?: number;
  readonly status?: number;
  readonly refused_by?: string;
  readonly user?: string;
  readonly mechanism?: string;
  readonly request_frame?: number;
  readonly stub_length?: number;
  readonly stub?: string;
}

/** What an audit has to say of one activation. */
export interface ExpectedActivation {
  readonly frame: number;
  readonly from: string;
  readonly to: string;
  readonly operation: string;
  readonly clsid: string | null;
  readonly auth_type: number;
  readonly auth_level: number;
  readonly user: string | null;
  readonly answered: string | null;
  readonly refused_since: string | null;
}

/** What stands beside a capture. */
export interface CorpusEntry {
  readonly capture: string;
  readonly title: string;
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  readonly keytab: string | null;
  readonly pdus: number;
  readonly malformed: readonly { readonly frame: number; readonly why: string }[];
  readonly audit: {
    readonly activations: readonly ExpectedActivation[];
    readonly relays: readonly { readonly stream: number; readonly through: string; readonly to: string }[];
  };
}

/** A capture that comes with the package, and all that is said of it. */
export class RecordedCapture {
  readonly name: string;
  readonly entry: CorpusEntry;

  constructor(name: string) {
    this.name = name;
    this.entry = JSON.parse(this.#read('.json'));
  }

  get path(): string {
    return join(FOLDER, `${this.name}.pcapng`);
  }

  get rows(): CorpusRow[] {
    return this.#read('.ndjson')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  get keytab(): Buffer | undefined {
    return this.entry.keytab === null ? undefined : readFileSync(join(FOLDER, `${this.name}.keytab`));
  }

  #read(ending: string): string {
    return readFileSync(join(FOLDER, `${this.name}${ending}`), 'utf8');
  }
}

/** All of them, by name: `activate/ntlm-2022-06`. */
export const recordedCorpus: readonly RecordedCapture[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.pcapng'))
  .map((file) => new RecordedCapture(file.slice(0, -'.pcapng'.length)))
  .sort((a, b) => a.name.localeCompare(b.name));
