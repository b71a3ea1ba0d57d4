import { CapturedPdu } from '../../pdu/pdu.js';
import { learnClient } from '../../pdu/recognise.js';
import { type PduSink, PduSplitter } from '../../pdu/splitter.js';
import type { NamedPipe } from '../../smb/pipe.js';
import type { AssemblyBudget } from '../../stream/assembly.js';
import type { Connection, Direction } from '../../stream/connection.js';
import { type Give, giveBack, Provenance } from '../content/provenance.js';
import { type AssociationParts, AssociationReplacer } from './association.js';

/** Where octets that a direction hands on came from. */
export type PlaceOf = (direction: Direction, length: number) => number;

/** What the RPC streams of one capture share. */
export interface RpcStreamOptions extends AssociationParts {
  readonly assemblies: AssemblyBudget;
}

/** One way of a stream: where its octets came from, and its PDUs. */
interface Way {
  readonly provenance: Provenance;
  readonly splitter: PduSplitter<Direction>;
}

/** One connection of RPC, over TCP or in a pipe: finds its PDUs, has them rewritten, and gives them where they stood. */
export class RpcStream implements PduSink<Direction> {
  readonly #options: RpcStreamOptions;
  readonly #connection: Connection;
  readonly #give: Give;
  readonly #pipe: NamedPipe | undefined;
  readonly #onlyAtStart: boolean;
  #forward: Way | undefined;
  #backward: Way | undefined;
  #association: AssociationReplacer | undefined;
  #snapped = false;

  constructor(
    options: RpcStreamOptions,
    connection: Connection,
    give: Give,
    { pipe, onlyAtStart = false }: { readonly pipe?: NamedPipe; readonly onlyAtStart?: boolean } = {},
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#give = give;
    this.#pipe = pipe;
    this.#onlyAtStart = onlyAtStart;
  }

  /** PDUs were found. */
  get found(): boolean {
    return this.#association !== undefined;
  }

  /** The next octets of a direction, and where they stood. */
  data(direction: Direction, bytes: Buffer, start: number, end: number, { owner, place }: Source, when: When): void {
    const way = this.#way(direction, this.#pipe === undefined ? direction.fromSyn : this.#pipe.opened);
    way.provenance.add(owner, place, end - start);
    way.splitter.data(bytes, start, end, when.frame, when.seconds, when.nanoseconds);
    way.provenance.forget(way.splitter.start);
  }

  gap(direction: Direction, lost: number, snapped: boolean): void {
    const way = this.#way(direction, false);
    this.#snapped = snapped;
    way.splitter.gap(lost);
    this.#snapped = false;
    way.provenance.skip(Math.max(0, lost));
  }

  end(): void {
    this.#forward?.splitter.end();
    this.#backward?.splitter.end();
    this.#association?.end();
  }

  pdu(
    direction: Direction,
    bytes: Buffer,
    missing: number,
    firstFrame: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    learnClient(this.#connection, direction, bytes[2] as number);
    const { provenance, splitter } = this.#way(direction, false);
    const origins = provenance.origins(splitter.start, bytes.length);
    this.#association ??= new AssociationReplacer(this.#options, this.#connection.stream);
    const captured = new CapturedPdu(
      direction,
      bytes,
      missing,
      firstFrame,
      frame,
      seconds,
      nanoseconds,
      'capture',
      this.#snapped,
      this.#pipe,
    );
    this.#association.take(captured, (octets) => giveBack(this.#give, origins, octets));
  }

  skipped(): void {}

  #way(direction: Direction, fromStart: boolean): Way {
    const known = direction.forward ? this.#forward : this.#backward;
    if (known !== undefined) return known;
    const splitter = new PduSplitter<Direction>(
      direction,
      this,
      this.#options.assemblies,
      fromStart,
      this.#onlyAtStart,
    );
    const way = { provenance: new Provenance(), splitter };
    if (direction.forward) this.#forward = way;
    else this.#backward = way;
    return way;
  }
}

/** The direction of TCP that brought octets, which for a pipe can be one of another connection, and their place in it. */
export interface Source {
  readonly owner: Direction;
  readonly place: number;
}

/** The packet that brought something. */
export interface When {
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}
