import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inProcess } from '../../support/in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'wrong-values-'));
afterAll(() => rmSync(folder, { recursive: true }));
const TEXT = join(folder, 'text');
writeFileSync(TEXT, 'just words\n');

const SERVE = ['serve', '--listen', '127.0.0.1:0', '--for', '1ms'];
const TEST = ['test', '--listen', '127.0.0.1:0'];
const ACTIVATE = ['activate', '127.0.0.1:1', '--clsid', '49B2791A-B1AE-4C90-9B8E-E860BA07F889'];
const CONFORM = ['conform', 'server', '127.0.0.1:1'];

test.each([
  [SERVE, ['--keytab', TEXT]],
  [SERVE, ['--keytab', '/no/such/file']],
  [SERVE, ['--opc', TEXT]],
  [SERVE, ['--access', TEXT]],
  [SERVE, ['--wmi', TEXT]],
  [SERVE, ['--realm', 'LAB.EXAMPLE']],
  [SERVE, ['--until', 'activations=0']],
  [SERVE, ['--expect', 'weather=fine']],
  [SERVE, ['--kdc', 'a:b']],
  [TEST, ['--for', 'ever', '--', 'true']],
  [TEST, ['--expect', 'level>=strong', '--', 'true']],
  [ACTIVATE, ['--ccache', TEXT]],
  [ACTIVATE, ['--level', 'strong']],
  [ACTIVATE, ['--registry', 'RaiseActivationAuthenticationLevel=1']],
  [ACTIVATE, ['--invoke', 'Quit', 'number:many']],
  [CONFORM, ['--expect', TEXT]],
  [CONFORM, ['--only', 'weather']],
  [CONFORM, ['--timeout', '0']],
])('%j %j is refused in one line that names the option', async (command, wrong) => {
  const { code, printed } = await inProcess(...command, ...wrong);
  expect({ code, stdout: printed.stdout }).toEqual({ code: 2, stdout: '' });
  expect(printed.stderr).toMatch(new RegExp(`^dcom-harness: .*${wrong[0]}\\b.*\\n$`));
  expect(printed.stderr).not.toContain(': : ');
});
