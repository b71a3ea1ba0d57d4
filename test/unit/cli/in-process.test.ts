import { expect, test } from 'vitest';
import { inProcess } from '../../support/in-process.js';

test('a command that runs in the process of the tests leaves nothing that listens for signals', async () => {
  const listening = (): number[] => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
  const before = listening();
  const { code } = await inProcess('serve', '--listen', '127.0.0.1:0', '--user', 'LAB\\op:secret', '--for', '1ms');
  expect({ code, listening: listening() }).toEqual({ code: 0, listening: before });
});
