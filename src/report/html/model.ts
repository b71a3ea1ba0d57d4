/** What a report holds. The page in the browser and the commands that make reports share these types and nothing else. */

/** How something is to be taken: the page has one colour and one sign for each. */
export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'none';

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** Where it leads, as `#/pdu/17`. */
  readonly href?: string;
}

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly tone?: Tone;
  readonly href?: string;
}

export interface Task {
  readonly who: string;
  readonly what: string;
  readonly why?: string;
  readonly href?: string;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  readonly section: string;
  readonly level: string;
  readonly outcome: 'pass' | 'fail' | 'skip' | 'xfail';
  readonly expected: string;
  readonly actual: string;
  readonly reason?: string;
  readonly href?: string;
}

export interface TraceStep {
  readonly text: string;
  readonly found: boolean;
}

export interface PhaseMark {
  /** YYYY-MM-DD. */
  readonly from: string;
  readonly title: string;
  readonly server: string;
  readonly client: string;
}

export interface HostMark {
  readonly name: string;
  readonly what: string;
  /** The newest update in force, YYYY-MM-DD; absent where the hardening does not apply to it. */
  readonly date?: string;
}

export type Block =
  | { readonly kind: 'tasks'; readonly title: string; readonly tasks: readonly Task[] }
  | {
      /** `matrix`: cells are verdicts, to be seen at a glance. */
      readonly kind: 'table' | 'matrix';
      readonly title: string;
      readonly about?: string;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Cell[])[];
    }
  | { readonly kind: 'checks'; readonly title: string; readonly checks: readonly Check[] }
  | {
      readonly kind: 'trace';
      readonly title: string;
      readonly steps: readonly TraceStep[];
      readonly conclusion: string;
      readonly advice: string;
    }
  | {
      readonly kind: 'timeline';
      readonly title: string;
      readonly phases: readonly PhaseMark[];
      readonly hosts: readonly HostMark[];
    };

/** One TCP stream. */
export interface Conversation {
  readonly file: string;
  readonly stream: number;
  /** `ADDRESS:PORT`, and `NAME:PORT` where the host has a name. */
  readonly client: string;
  readonly server: string;
  readonly clientName?: string;
  readonly serverName?: string;
  /** PDUs of it, those too that are not listed one by one. */
  readonly pdus: number;
  /** Of it: faults, refusals and PDUs that cannot be read. */
  readonly bad: number;
  /** Seconds since the first PDU of the report. */
  readonly start: number;
  readonly end: number;
  /** Streams that meet are shown together: the relay's two legs, the call and its call back. */
  readonly scene: number;
}

export interface ReportHead {
  readonly title: string;
  readonly subtitle: string;
  readonly figures: readonly Figure[];
  readonly blocks: readonly Block[];
  /** Said beside the PDUs: what is not in the report. */
  readonly notes: readonly string[];
}

/** One column a member, all of the same length: gzip and the browser like it so. Texts are places in `texts`. */
export interface PduIndex {
  readonly texts: readonly string[];
  readonly conversations: readonly Conversation[];
  /** ISO 8601, of the first PDU. */
  readonly epoch: string;
  /** PDUs a page of details. */
  readonly page: number;
  readonly conversation: readonly number[];
  readonly frame: readonly number[];
  /** Seconds since `epoch`. */
  readonly time: readonly number[];
  /** 1 from the server. */
  readonly back: readonly number[];
  readonly type: readonly number[];
  readonly call: readonly number[];
  /** What is called, or what a token is. */
  readonly what: readonly number[];
  /** RPC_C_AUTHN_LEVEL_*; 0 where there is none. */
  readonly level: readonly number[];
  readonly result: readonly number[];
  readonly user: readonly number[];
  /** 0 nothing, 1 bad, 2 a warning. */
  readonly tone: readonly number[];
  readonly size: readonly number[];
}

/** The details of one PDU: octets and fields. Fields are seven numbers each, see `FIELD`. */
export interface PduDetail {
  readonly parts: readonly {
    readonly title: string;
    /** Base64. */
    readonly octets: string;
    readonly fields: readonly number[];
    /** Octets that are not shown, where there are more than a report takes. */
    readonly cut?: number;
  }[];
  /** Why it could not be read, or only in part. */
  readonly error?: string;
  /** What a record without octets says. */
  readonly json?: string;
}

/** Start, length, and the places of path, type, section, note and value in the page's texts; 0 is none. */
export const FIELD = 7;

export interface DetailPage {
  readonly texts: readonly string[];
  readonly pdus: readonly PduDetail[];
}
