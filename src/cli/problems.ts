import type { Problem } from '../capture/file/error.js';
import { fileOf } from '../capture/file/source.js';

/** Kinds of problems that are remembered of what is read; those of further kinds are told one by one. */
const MOST_KINDS = 256;

interface Kind {
  readonly first: Problem;
  last: Problem;
  more: number;
}

/**
 * Tells people what is wrong with a capture, in one line on stderr: of problems that differ in their numbers alone the
 * first one as it comes, and how many more there were when all is read. What loses nothing is not told.
 */
export class ProblemNotes {
  readonly #note: (text: string) => void;
  readonly #each: boolean;
  readonly #kinds = new Map<string, Kind>();

  /** `each`: all of them are told as they come. */
  constructor(note: (text: string) => void, { each = false }: { readonly each?: boolean } = {}) {
    this.#note = note;
    this.#each = each;
  }

  tell(problem: Problem): void {
    if (problem.severity === 'info') return;
    if (this.#each) return this.#note(problemLine(problem));
    const key = [problem.severity, problem.file, problem.message.replace(/\d+/g, '0')].join('\n');
    const kind = this.#kinds.get(key);
    if (kind === undefined) {
      if (this.#kinds.size < MOST_KINDS) this.#kinds.set(key, { first: problem, last: problem, more: 0 });
      this.#note(problemLine(problem));
    } else {
      kind.more++;
      kind.last = problem;
    }
  }

  /** All is read. */
  end(): void {
    for (const { first, last, more } of this.#kinds.values()) {
      if (more === 1) this.#note(problemLine(last));
      else if (more > 1)
        this.#note(`${first.severity}: ${fileOf(first.file)}: ${more} more like ${placeOf(first)}${upTo(last)}`);
    }
    this.#kinds.clear();
  }
}

/** `warning: a.pcap frame 7: 24 octets that are no PDU skipped` */
function problemLine({ severity, file, frame, offset, message }: Problem): string {
  const place = `${frame === undefined ? '' : ` frame ${frame}`}${offset === undefined ? '' : ` offset ${offset}`}`;
  return `${severity}: ${fileOf(file)}${place}: ${message}`;
}

const placeOf = ({ frame, message }: Problem): string =>
  frame === undefined ? `the one above: ${message}` : `the one of frame ${frame}`;

const upTo = ({ frame }: Problem): string => (frame === undefined ? '' : `, the last of frame ${frame}`);
