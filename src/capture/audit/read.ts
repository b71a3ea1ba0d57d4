import { clientIdentity, namedTicket, type Sniffer } from '../../security/index.js';
import { userName } from '../decode/record.js';
import type { Problem } from '../file/error.js';
import { type CaptureInput, fileOf } from '../file/source.js';
import { Understood } from '../file/understood.js';
import { readCapture } from '../pdu/pdus.js';
import type { ConnectionAttempt } from '../stream/attempt.js';
import type { TakeEvent } from './events.js';
import { AuditLogons } from './logons.js';
import { auditBudget } from './open-call.js';
import { placeOf } from './place.js';
import { SessionUsers } from './session-users.js';
import { AuditStream, type StreamOptions } from './stream.js';

/** Told how the reading of a capture goes. */
export interface AuditReading {
  /** The name of a source that has none of its own. */
  readonly name?: string;
  readonly problem?: (problem: Problem) => void;
  /** Told whose session of RPC no known secret opens, for each connection. */
  readonly unopened?: (user: string) => void;
  /** Waited for after each piece of the file. */
  readonly pause?: () => Promise<void>;
  /** Told of octets that were read, as they stand in the file. */
  readonly onRead?: (octets: number) => void;
}

/** What an audit of one file, or of files that belong together, read. */
export interface AuditedFile {
  readonly file: string;
  readonly frames: number;
  readonly streams: number;
  readonly pdus: number;
  /** Findings of streams that had more kinds of them than are kept. */
  readonly droppedFindings: number;
  readonly understood: Understood;
}

/**
 * Reads one capture, or files that belong together, and tells what an audit can come to know of it. It needs nothing of
 * any other capture. Throws `CaptureError` where nothing can be read.
 */
export async function readEvents(
  source: CaptureInput,
  observe: Sniffer,
  tell: TakeEvent,
  { name, problem, unopened, pause, onRead }: AuditReading = {},
): Promise<AuditedFile> {
  let exchanges = 0;
  const options: StreamOptions = {
    observe,
    tell,
    nextExchange: () => exchanges++,
    unopened,
    users: new SessionUsers(),
    budget: auditBudget(tell),
    told: { pdus: 0, droppedFindings: 0 },
    understood: new Understood(),
  };
  const handlers = {
    onAttempt: (attempt: ConnectionAttempt) =>
      tell({ kind: 'attempt', place: placeOf(attempt), outcome: attempt.outcome }),
    open: (_stream: number, remainder: string | undefined) => new AuditStream(options, remainder),
    openLogons: () => new AuditLogons({ ...options, observe }),
    observe,
    ...(problem && { onProblem: problem }),
    ...(pause && { onPiece: pause }),
    onKdcMessage(message: Uint8Array) {
      const named = namedTicket(message);
      if (named !== undefined)
        tell({ kind: 'ticket', ticket: named.ticket, user: userName(clientIdentity(named.client)) });
    },
  };
  const named = name === undefined ? {} : { file: name };
  const read = await readCapture(source, handlers, { ...named, ...(onRead && { onRead }), reuse: true });
  read.understood.add(options.understood);
  return { file: fileOf(name ?? source), ...read, ...options.told };
}
