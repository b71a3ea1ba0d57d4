import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { cli, ndjsonLines } from '../support/cli.js';
import { SHIPPED, shippedPath } from '../support/shipped.js';

const folder = mkdtempSync(join(tmpdir(), 'sanitize-'));
const at = (name: string): string => join(folder, name);
const source = shippedPath(SHIPPED[0]);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a capture is written, and the map of who became whom goes on with the next one', async () => {
  const first = await cli(['sanitize', source, at('a.pcapng'), '--map', at('map.json'), '--json']);
  expect(first.code).toBe(0);
  expect(ndjsonLines(first.stdout)[0]).toMatchObject({ kind: 'sanitized', file: at('a.pcapng'), password: null });
  expect(statSync(at('map.json')).mode & 0o077).toBe(0);
  const again = await cli(['sanitize', source, at('b.pcapng.gz'), '--map', at('map.json')]);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('replaced') });
  expect(gunzipSync(readFileSync(at('b.pcapng.gz'))).equals(readFileSync(at('a.pcapng')))).toBe(true);
});

test('the input is never written over, whatever it is called', async () => {
  copyFileSync(source, at('own.pcapng'));
  const { code, stderr } = await cli(['sanitize', at('own.pcapng'), `${folder}/./own.pcapng`]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('one of the files to read') });
  expect(readFileSync(at('own.pcapng')).equals(readFileSync(source))).toBe(true);
});

test('a damaged capture ends with 1, and of a file that is no capture nothing is left', async () => {
  const whole = readFileSync(source);
  writeFileSync(at('cut.pcapng'), whole.subarray(0, whole.length - 10));
  expect(await cli(['sanitize', at('cut.pcapng'), at('c.pcapng')])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the file ends inside a block'),
  });
  writeFileSync(at('none.pcapng'), 'this is no capture');
  expect((await cli(['sanitize', at('none.pcapng'), at('d.pcapng')])).code).toBe(2);
  expect(existsSync(at('d.pcapng'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('a password is printed where one that was given opened something, and whose sessions none opens is said', async () => {
  const opened = await cli(['sanitize', source, at('e.pcapng'), '--password', 'P4ssw0rd.Lab', '--json']);
  expect(ndjsonLines(opened.stdout)[0]).toMatchObject({ kind: 'sanitized', password: expect.any(String) });
  expect({ code: opened.code, stderr: opened.stderr }).toEqual({ code: 0, stderr: '' });
  const wrong = await cli(['sanitize', source, at('f.pcapng'), '--password', 'wrong']);
  expect(wrong).toMatchObject({ code: 0, stdout: expect.not.stringContaining('--password') });
  expect(wrong.stderr).toBe('note: no secret that was given opens the sessions of LAB\\op\n');
});
