import { join } from 'node:path';
import { expect, test } from 'vitest';
import { program } from '../support/program.js';

const SCRIPT = join(import.meta.dirname, '../../scripts/corpus.mjs');

test('the corpus of captures comes out again octet by octet, with all that stands beside it', async () => {
  const { code, output } = await program(process.execPath, [SCRIPT, '--check']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\d+ files, 0 differ\n$/) });
});
