import { describe, expect, test } from 'vitest';
import { cli, ndjsonLines } from '../support/cli.js';
import { corpusMissing, corpusPath } from '../support/corpus.js';

const SHELL_WINDOWS = 'otrf__empire_dcom_shellwindows_WORKSTATION6_2020-09-18130751.cap';

describe.skipIf(corpusMissing)(`replay conversations${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  const file = corpusMissing ? '' : corpusPath(SHELL_WINDOWS);

  test('every call of a conversation comes out as captured, before the hardening', async () => {
    const { code, stdout } = await cli(['replay', 'conversations', file, '--as-of', '2021-05', '--json']);
    const records = ndjsonLines(stdout);
    expect(records).toHaveLength(54);
    expect(records.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
    expect(code).toBe(0);
  });

  test('after it, the activation at CONNECT is refused, and nothing else can be sent', async () => {
    const { code, stdout } = await cli(['replay', 'conversations', file, '--as-of', '2023-03-14', '--json']);
    const [first, ...others] = ndjsonLines(stdout);
    expect(first).toMatchObject({ operation: 'RemoteGetClassObject', outcome: 'fail', repeated: { status: 5 } });
    expect(others.filter(({ outcome }) => outcome !== 'skip')).toEqual([]);
    expect(code).toBe(1);
  });

  test('and passes again at PKT_INTEGRITY', async () => {
    const args = ['--as-of', '2023-03-14', '--level', 'pkt_integrity', '--json'];
    expect((await cli(['replay', 'conversations', file, ...args])).code).toBe(0);
  });

  test('by the other provider, where --auth says so', async () => {
    const args = ['--as-of', '2021-05', '--auth', 'ntlm', '--json'];
    expect((await cli(['replay', 'conversations', file, ...args])).code).toBe(0);
  });

  test('a file that cannot be read is named, does not end the others, and is no success', async () => {
    const args = ['--as-of', '2021-05', '--json'];
    const { code, stdout, stderr } = await cli(['replay', 'conversations', import.meta.filename, file, ...args]);
    expect(ndjsonLines(stdout)).toHaveLength(54);
    expect(stderr).toContain('replay-conversations.test.ts');
    expect(code).toBe(2);
  });

  test('where nobody answers it ends with 2', async () => {
    const args = ['--target', '127.0.0.1:1', '--user', 'LAB\\op:secret', '--json'];
    const { code, stdout } = await cli(['replay', 'conversations', file, ...args]);
    expect(code).toBe(2);
    expect(ndjsonLines(stdout)[0]).toMatchObject({ repeated: { refused_by: 'transport' } });
  });
});
