import { datagramRecord, filteredDatagram } from '../../capture/decode/datagram.js';
import { filteredCall } from '../../capture/decode/filter.js';
import { openRecords, type RecordHandlers } from '../../capture/decode/records.js';
import type { Problem } from '../../capture/file/error.js';
import type { Understood } from '../../capture/file/understood.js';
import { readCapture } from '../../capture/pdu/pdus.js';
import type { ConnectionlessPdu } from '../../capture/stream/connectionless.js';
import type { Sniffer } from '../../security/index.js';
import { tellWaiting } from '../files.js';
import { inputOf, titleOf } from '../input.js';
import type { Output } from '../io.js';
import { ProblemNotes } from '../problems.js';
import { type SecretOptions, secretsGiven } from '../secrets.js';
import type { CallStatistics } from './statistics.js';
import { FileSummary } from './summary.js';
import { type Choice, type View, type ViewOptions, viewOf } from './view.js';
import type { ChosenPackets } from './write/chosen-packets.js';

/** What is asked for of a capture. */
export interface SetOptions extends ViewOptions, SecretOptions {
  readonly follow: boolean;
  readonly statistics: boolean;
}

/** What is gathered of all files. */
export interface All {
  readonly several: boolean;
  readonly choice: Choice;
  /** With `--write`. */
  readonly packets: ChosenPackets | undefined;
  readonly statistics: CallStatistics;
  readonly understood: Understood;
}

/** Reads one file, or files that belong together, and shows what `options` ask for. */
export async function decodeSet(
  out: Output,
  set: readonly string[],
  { several, understood, statistics, choice, packets }: All,
  options: SetOptions,
  observe: Sniffer,
  progress?: (octets: number) => void,
): Promise<FileSummary> {
  if (!options.follow) tellWaiting(out, set);
  const name = titleOf(set);
  const { source, note, onRead, end } = inputOf(out, set, name, { follow: options.follow, quiet: options.summary });
  const summary = new FileSummary(name);
  // Beside the PDUs each has its place; where there are none, equal ones say no more than how many they are.
  const problems = new ProblemNotes(note, { each: !(options.summary || options.statistics) });
  const view: View = options.summary
    ? {
        record: (record) => void (choice.fits(record) && summary.add(record)),
        datagram: (record) => void (choice.fits(filteredDatagram(record)) && summary.addDatagram(record)),
      }
    : options.statistics
      ? { call: (call) => void (choice.fits(filteredCall(call)) && statistics.add(call)) }
      : viewOf(out, options, choice, several ? `${name}:` : undefined);
  const given = secretsGiven(options);
  const handlers: RecordHandlers = {
    ...view,
    unread: ({ file, frame }, error) => note(`warning: ${file} frame ${frame}: ${error}`),
    end({ stream, unopened }) {
      for (const who of given ? unopened : [])
        note(`note: ${name} stream ${stream}: no secret that was given opens the session of ${who}`);
    },
  };
  const fields = options.filter === undefined ? options.fields : undefined;
  try {
    const chosen = packets?.choosing(handlers, () => choice.fitting) ?? handlers;
    const records = openRecords(chosen, { fields, observe });
    const open = packets?.consumers(records) ?? records;
    const onProblem = (problem: Problem): void => {
      summary.problem(problem.severity);
      problems.tell(problem);
    };
    const onPiece = () => out.flush();
    const { kdcMessage: onKdcMessage } = observe;
    // A file that is followed has no name of its own.
    const named = options.follow ? { file: set[0] as string } : {};
    const onConnectionless = view.datagram && ((pdu: ConnectionlessPdu) => view.datagram?.(datagramRecord(pdu)));
    const handlersOf = { open, onProblem, observe, onKdcMessage, onConnectionless, onPiece, packets };
    const read = await readCapture(source, handlersOf, { ...named, onRead: progress ?? onRead, reuse: true });
    understood.add(read.understood);
  } finally {
    problems.end();
    end();
  }
  return summary;
}
