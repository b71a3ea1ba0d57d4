import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { systemReason } from '../../net/error.js';
import { CaptureError } from './error.js';

const PIECE = 1 << 20;
/** How often the file is looked at again, in milliseconds: watching it would miss what a network share changes. */
const INTERVAL = 100;

/** The octets of a file that is still written, as they come, until `signal`. Throws `CaptureError`. */
export async function* growingFile(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await opened(name);
  try {
    for (let at = 0; !signal.aborted; ) {
      // Looked for before the size is: what was written before the other file came is read first.
      const replaced = await isReplaced(file, name);
      const { size } = await file.stat();
      if (size < at) throw unreadable(name, `became shorter: ${size} octets, of which ${at} were read`);
      if (size === at) {
        if (replaced) throw unreadable(name, 'was replaced by another file, which is not followed');
        await pause(signal);
        continue;
      }
      // Of its own size: a view of a few octets would hold all of a larger piece.
      const piece = Buffer.allocUnsafeSlow(Math.min(PIECE, size - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      at += bytesRead;
      if (bytesRead > 0) yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Opening a pipe would wait for somebody who writes, so it is looked at first. */
async function opened(name: string): Promise<FileHandle> {
  try {
    if ((await stat(name)).isFile()) return await open(name);
  } catch (cause) {
    throw unreadable(name, systemReason(cause), cause);
  }
  throw unreadable(name, 'is no regular file, and cannot be followed; decode reads a pipe without --follow');
}

/** Whether another file has the name now. Where none has, the writer may still have this one open. */
async function isReplaced(file: FileHandle, name: string): Promise<boolean> {
  const now = await stat(name, { bigint: true }).catch(() => undefined);
  if (now === undefined) return false;
  const { dev, ino } = await file.stat({ bigint: true });
  return now.dev !== dev || now.ino !== ino;
}

const unreadable = (name: string, detail: string, cause?: unknown): CaptureError =>
  new CaptureError('UNREADABLE', name, detail, { cause });

/** Ends early, and without an error, where the signal comes. */
const pause = (signal: AbortSignal): Promise<void> => setTimeout(INTERVAL, undefined, { signal }).catch(() => {});
