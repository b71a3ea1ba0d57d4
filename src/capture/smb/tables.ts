import { AgedMap, Allowance } from '../../rpc/index.js';
import type { Direction } from '../stream/connection.js';
import { type NamedPipe, Pipe } from './pipe.js';
import type { Logon, SessionKeys } from './sessions.js';

/** Of SMB1: it can come, and be answered, in several messages. */
export interface Transaction {
  /** Octets that have come. */
  asked: number;
  answered: number;
  /** What the client has announced. */
  readonly total: number;
}

/** A tree connect. Where it is not known what it is to, no tree is kept. */
export interface Tree {
  readonly share: string | undefined;
  readonly kind: 'pipe' | 'other';
}

/** A request whose answer has not come. */
export interface SmbRequest {
  readonly command: number;
  /** Of a tree connect. */
  readonly share?: string | undefined;
  /** What is there once the answer says so. */
  readonly opens?: Pipe;
  /** What the answer has octets of. */
  readonly reads?: Pipe | undefined;
  /** What a transaction in several messages writes to. */
  readonly writes?: Pipe;
  readonly transaction?: Transaction;
  readonly closes?: Pipe;
  /** Of a SESSION_SETUP; of one of SMB1, which logon it belongs to. */
  readonly logon?: Logon;
  readonly exchange?: string;
}

/** Bounds of memory for what is open in connections of SMB, of all of them together: the oldest give way. */
export interface SmbLimits {
  /** Pipes, and what may be one, that were not closed. Default 12288. */
  readonly pipes?: number;
  /** Tree connects. Default 16384. */
  readonly trees?: number;
  /** Requests without an answer. Default 32768. */
  readonly requests?: number;
  /** Sessions, and handshakes that begin them. Default 4096. */
  readonly sessions?: number;
}

/** What all connections of a capture share. */
export class SmbBudget {
  readonly pipes: Allowance<string, Pipe>;
  readonly trees: Allowance<string, Tree>;
  readonly requests: Allowance<bigint | number, SmbRequest>;
  /** What is open in sessions, which several connections can share: by server and key. */
  readonly sessionPipes: AgedMap<string, Pipe>;
  readonly sessionTrees: AgedMap<string, Tree>;
  readonly logons: Allowance<bigint, Logon>;
  readonly sessionKeys: AgedMap<string, SessionKeys>;

  /** `forgotten` is told of each pipe that gives way while PDUs are taken of it. */
  constructor(
    { pipes = 12_288, trees = 16_384, requests = 32_768, sessions = 4096 }: SmbLimits = {},
    forgotten: () => void = () => {},
  ) {
    this.trees = new Allowance(trees);
    this.requests = new Allowance(requests, ({ opens }) => opens?.close());
    this.pipes = new Allowance(pipes, (pipe) => {
      if (pipe.consumer?.valued) forgotten();
      pipe.close();
    });
    this.sessionPipes = new AgedMap(new Allowance(pipes));
    this.sessionTrees = new AgedMap(new Allowance(trees));
    this.logons = new Allowance(sessions);
    this.sessionKeys = new AgedMap(new Allowance(sessions));
  }
}

/** A message of one direction, of which the last `missing` octets may not be there. */
export interface SmbMessage {
  readonly direction: Direction;
  readonly bytes: Buffer;
  readonly missing: number;
}

/** Passes octets of a message on to what was opened: `from` and `to` are places in the message. */
export type Deliver = (pipe: Pipe, message: SmbMessage, from: number, to: number) => void;

/** How often messages of either direction have been lost. */
export type Losses = () => readonly [forward: number, backward: number];

/** What `SmbTables` needs of its connection. */
export interface TablesOptions {
  readonly budget: SmbBudget;
  readonly deliver: Deliver;
  readonly losses: Losses;
  /** The server, where opens belong to sessions ([MS-SMB2] 3.3.1.10), of which the connection may be one of several. */
  readonly server: () => string;
}

/** What one connection has open: trees by their ids, pipes by theirs, and requests by that of their message. */
export class SmbTables {
  readonly requests: AgedMap<bigint | number, SmbRequest>;
  readonly deliver: Deliver;
  readonly #trees: AgedMap<string, Tree>;
  readonly #pipes: AgedMap<string, Pipe>;
  readonly #options: TablesOptions;

  constructor(options: TablesOptions) {
    this.#options = options;
    const { budget, deliver } = options;
    this.#trees = new AgedMap(budget.trees);
    this.requests = new AgedMap(budget.requests);
    this.#pipes = new AgedMap(budget.pipes);
    this.deliver = deliver;
  }

  get pipes(): readonly Pipe[] {
    return this.#pipes.values();
  }

  /** A tree connect that was answered. `session` as in `opened`. */
  connected(key: string, tree: Tree, session = false): void {
    this.#trees.set(key, tree);
    if (session) this.#options.budget.sessionTrees.set(this.#options.server() + key, tree);
  }

  disconnected(key: string): void {
    this.#trees.delete(key);
    if (this.#options.budget.sessionTrees.size > 0)
      this.#options.budget.sessionTrees.delete(this.#options.server() + key);
  }

  tree(key: string): Tree | undefined {
    const { budget, server } = this.#options;
    return (
      this.#trees.get(key) ?? (budget.sessionTrees.size === 0 ? undefined : budget.sessionTrees.get(server() + key))
    );
  }

  /** What a client wants to open; undefined on a share of files. */
  opening(tree: Tree | undefined, name: string | undefined): Pipe | undefined {
    if (tree?.kind === 'other') return undefined;
    return new Pipe(
      { share: tree?.share, name, fid: undefined, opened: true },
      tree !== undefined,
      this.#options.losses(),
    );
  }

  /** It is open; `session` where all connections of its session can use it. */
  opened(key: string, fid: string, pipe: Pipe, session = false): void {
    pipe.named.fid = fid;
    // An id that is used again: that its first open was closed is not in the capture.
    this.closed(key);
    this.#keep(key, pipe);
    if (session) this.#options.budget.sessionPipes.set(this.#options.server() + key, pipe);
  }

  /** An open that is written to or read from: from now on the one that was used last. Undefined for a file. */
  used(key: string, fid: () => string, tree: Tree | undefined, isPipe = false): Pipe | undefined {
    const known = this.#pipes.delete(key);
    if (known === undefined) {
      const elsewhere = this.#elsewhere(key);
      if (elsewhere !== undefined || tree?.kind === 'other') return elsewhere;
    }
    const pipe = known ?? this.#unopened(fid(), tree);
    if (isPipe) pipe.certain = true;
    this.#keep(key, pipe);
    return pipe;
  }

  /** One whose open was not captured. */
  #unopened(fid: string, tree: Tree | undefined): Pipe {
    return new Pipe({ share: tree?.share, name: undefined, fid, opened: false }, false, this.#options.losses());
  }

  find(key: string): Pipe | undefined {
    return this.#pipes.get(key) ?? this.#elsewhere(key);
  }

  /** What another connection of the session has opened. */
  #elsewhere(key: string): Pipe | undefined {
    const { budget, server } = this.#options;
    if (budget.sessionPipes.size === 0) return undefined;
    const pipe = budget.sessionPipes.get(server() + key);
    return pipe?.closed ? undefined : pipe;
  }

  /** The only one that is open; undefined where there are several. */
  get only(): Pipe | undefined {
    return this.#pipes.size === 1 ? this.#pipes.values()[0] : undefined;
  }

  closed(key: string): void {
    const { budget, server } = this.#options;
    const elsewhere = budget.sessionPipes.size === 0 ? undefined : budget.sessionPipes.delete(server() + key);
    (this.#pipes.delete(key) ?? elsewhere)?.close();
  }

  /** A client wants to close: `ask` waits for the answer, which never comes where only its half was captured. */
  closing(pipe: Pipe | undefined, { reverse }: Direction, ask: () => void): void {
    if (pipe === undefined) return;
    if (reverse.started) ask();
    else this.closed(pipe.key);
  }

  /** What was open before the connection was forgotten. */
  restore(key: string, named: NamedPipe, remainder: string | undefined): void {
    // It may go on in the middle of a PDU.
    this.#keep(key, new Pipe({ ...named, opened: false }, true, this.#options.losses(), remainder));
  }

  /** The connection has ended. */
  end(): void {
    const open = this.#pipes.values();
    const opening = this.requests.values();
    this.#pipes.clear();
    this.#trees.clear();
    this.requests.clear();
    for (const { opens } of opening) opens?.close();
    for (const pipe of open) pipe.close();
  }

  #keep(key: string, pipe: Pipe): void {
    pipe.key = key;
    this.#pipes.set(key, pipe);
  }
}
