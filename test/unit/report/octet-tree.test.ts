import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readPdus } from '../../../src/capture/pdu/pdus.js';
import { octetTree } from '../../../src/report/octet-tree.js';
import { inProcess } from '../../support/in-process.js';
import { SHIPPED, shippedPath } from '../../support/shipped.js';

const span = (path: string, start: number, end: number, value?: string | number) => ({
  ...{ path, start, end, type: '', section: '' },
  ...(value !== undefined && { value }),
});

describe('a tree of octets', () => {
  test('has a line for each field, below the names of what it belongs to, as they stand', () => {
    const bytes = Buffer.from('0b00112233445566778899aabb', 'hex');
    const spans = [span('header.flags', 1, 2), span('header.type', 0, 1, 11), span('body.text', 2, 13, 'x\u001b[1m')];
    expect(octetTree({ bytes, spans })).toEqual([
      '                               header',
      '0000  0b                        type = 11 (0xb)',
      '0001  00                        flags',
      '                               body',
      '0002  11 22 33 44 55 66 … 11    text = x\ufffd[1m',
    ]);
  });

  test.each(SHIPPED)('decode -v of %s shows every octet of every header, where it is, in 80 columns', async (name) => {
    const { printed } = await inProcess('decode', '-v', shippedPath(name));
    const lines = printed.stdout.split('\n').filter((line) => /^ {2}[0-9a-f]{4} /.test(line));
    const headers = lines.filter((line) => line.startsWith('  0000 '));
    const pdus: Buffer[] = [];
    for await (const item of readPdus(readFileSync(shippedPath(name))))
      if (item.kind === 'pdu') pdus.push(Buffer.from(item.bytes));
    expect(headers).toHaveLength(pdus.length);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    let pdu = -1;
    for (const line of lines) {
      if (line.startsWith('  0000 ')) pdu++;
      const [, at = '', octets = ''] = /^ {2}([0-9a-f]{4}) {2}((?:[0-9a-f]{2} ?)+)/.exec(line) ?? [];
      // What a password could be guessed from is left out.
      if (/^(00 ?)+$/.test(octets.trim())) continue;
      const length = octets.trim().split(' ').length;
      const start = Number.parseInt(at, 16);
      expect(octets.trim().replaceAll(' ', '')).toBe(pdus[pdu]?.toString('hex', start, start + length));
    }
  });

  test('decode --hex -v is one of a PDU, and of a token', async () => {
    const pdu = '05 00 0d 03 10 00 00 00 15 00 00 00 01 00 00 00 04 00 01 05 00';
    const { printed } = await inProcess('decode', '-v', '--hex', pdu);
    expect(printed.stdout).toMatch(/^0010 {2}04 00 +provider_reject_reason = 4$/m);
    const token = '4e544c4d5353500001000000978208e2000000000000000000000000000000000a00614a0000000f';
    expect((await inProcess('decode', '-v', '--hex', token)).printed.stdout).toMatch(
      /^0008 {2}01 00 00 00 +MessageType = 1$/m,
    );
  });
});
