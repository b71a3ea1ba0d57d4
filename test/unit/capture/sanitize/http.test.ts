import { describe, expect, test } from 'vitest';
import { replaceHttpHead } from '../../../../src/capture/sanitize/logon/http.js';
import { Pseudonyms } from '../../../../src/capture/sanitize/pseudonyms/pseudonyms.js';
import { Tally } from '../../../../src/capture/sanitize/tally.js';
import { TokenReplacer } from '../../../../src/capture/sanitize/tokens/token.js';

const rewritten = (line: string): string => {
  const head = `POST /x HTTP/1.1\r\n${line}\r\n\r\n`;
  const names = new Pseudonyms({ seed: 'a test' });
  const made = replaceHttpHead(names, new TokenReplacer(names, new Tally()), head);
  expect(made).toHaveLength(head.length);
  return made.split('\r\n')[1] as string;
};

describe('a header of HTTP that says how', () => {
  test.each([
    'Content-Type: application/soap+xml',
    'Content-Length: 1048576',
    'Accept: text/html,application/rpc',
    'Accept-Encoding: gzip, deflate',
    'Connection: Keep-Alive, Upgrade',
    'Keep-Alive: timeout=5, max=100',
    'Cache-Control: no-cache, max-age=0',
    'Pragma: MinConnTimeout=120',
    'Transfer-Encoding: chunked',
    'Upgrade: websocket',
    'Expect: 100-continue',
    'Date: Sat, 28 Nov 2026 11:30:00 GMT',
  ])('%s: known words and numbers stay', (line) => {
    expect(rewritten(line)).toBe(line);
  });

  test.each([
    ['Content-Type: multipart/form-data; boundary=secretcorpbob; name="payroll.xlsx"', /secretcorp|payroll|xlsx/i],
    ['Content-Type: application/vnd.secretcorp', /secretcorp/i],
    ['Content-Type: text/plain;charset="alice, close"', /alice/i],
    ['Connection: close, X-Secretcorp-Auth', /secretcorp/i],
    ['Upgrade: secretcorp/2.0', /secretcorp/i],
    ['Keep-Alive: timeout=5, host=alice', /alice/i],
    ['Keep-Alive: 4915112345678', /4915112345678/],
    ['Pragma: SessionId=fbd2ac61-7daf-42cd-8560-3cdb6e7a2729', /fbd2ac61|3cdb6e7a2729/i],
    ['Content-Length: alice', /alice/i],
    ['Date: Sat, 28 Nov 2026 11:30:00 alice', /alice/i],
    ['Accept: text/html;user=alice,text/plain', /alice/i],
  ])('%s: no other word or parameter stays', (line, secret) => {
    expect(line).toMatch(secret);
    expect(rewritten(line)).not.toMatch(secret);
  });

  test('has its known words beside those that are replaced', () => {
    expect(rewritten('Content-Type: multipart/form-data; boundary=alice')).toMatch(
      /^Content-Type: multipart\/form-data; /,
    );
    expect(rewritten('Connection: close, X-Secretcorp-Auth')).toMatch(/^Connection: close, /);
  });
});
