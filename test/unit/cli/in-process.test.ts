import { expect, test } from 'vitest';
import { inProcess, printedBy } from '../../support/in-process.js';

test('a command that runs in the process of the tests leaves nothing that listens for signals', async () => {
  const listening = (): number[] => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
  const before = listening();
  const { code } = await inProcess('serve', '--listen', '127.0.0.1:0', '--user', 'LAB\\op:secret', '--for', '1ms');
  expect({ code, listening: listening() }).toEqual({ code: 0, listening: before });
});

test('a record that a command prints as it ends is found, and one that it never printed is not waited for', async () => {
  await printedBy(async (printed) => {
    const command = new Promise<void>((resolve) => {
      setImmediate(() => {
        process.stdout.write('{"kind":"listening"}\n');
        resolve();
      });
    });
    expect(await printed.record('listening', command)).toEqual({ kind: 'listening' });
    await expect(printed.record('kdc', command)).rejects.toThrow('ended without a record kdc');
  });
});
