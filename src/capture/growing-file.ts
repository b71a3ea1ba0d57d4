import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { CaptureError } from './error.js';

const PIECE = 1 << 20;
/** How often the file is looked at again, in milliseconds: watching it would miss what a network share changes. */
const INTERVAL = 100;

/** The octets of a file that is still written, as they come, until `signal`. Throws `CaptureError`. */
export async function* growingFile(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const file = await open(name).catch((cause: Error) => {
    throw new CaptureError('UNREADABLE', name, cause.message, { cause });
  });
  try {
    for (let at = 0; !signal.aborted; ) {
      const { size } = await file.stat();
      if (size < at)
        throw new CaptureError('UNREADABLE', name, `became shorter: ${size} octets, of which ${at} were read`);
      if (size === at) {
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

/** Ends early, and without an error, where the signal comes. */
const pause = (signal: AbortSignal): Promise<void> => setTimeout(INTERVAL, undefined, { signal }).catch(() => {});
