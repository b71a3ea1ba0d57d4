import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import type { NdrType } from '../../../../src/codec/ndr/index.js';
import * as echo from '../../../../src/codec/rpcecho/index.js';

type Row = [name: string, type: NdrType<unknown>, value: unknown, octets: Record<string, string>];

const row = <T>(name: string, type: NdrType<T>, value: T, octets: Record<string, string>): Row => [
  name,
  type as NdrType<unknown>,
  value,
  octets,
];

/** What Samba 4.17 packs the same values to; le and be are the byte order, 20 and 64 the syntax. */
const rows: Row[] = [
  row(
    'EchoData',
    echo.EchoData.request,
    { in_data: Uint8Array.of(1, 2, 3) },
    {
      le20: '03000000 03000000 010203',
      be64: '00000003 00000000 0000000000000003 010203',
    },
  ),
  row(
    'TestCall in',
    echo.TestCall.request,
    { s1: 'héllo' },
    {
      le20: '06000000 00000000 06000000 6800e9006c006c006f000000',
      be64: '0000000000000006 0000000000000000 0000000000000006 006800e9006c006c006f0000',
    },
  ),
  row(
    'TestCall out',
    echo.TestCall.response,
    { s2: 'abc' },
    {
      le64: '0000020000000000 0400000000000000 0000000000000000 0400000000000000 6100620063000000',
      be20: '00020000 00000004 00000000 00000004 0061006200630000',
    },
  ),
  row(
    'TestEnum',
    echo.TestEnum.request,
    { foo1: 2, foo2: { e1: 1, e2: 2 }, foo3: { tag: 2, value: { e1: 1, e2: 2 } } },
    {
      le20: '0200 0000 0100 0000 02000000 0200 0000 0100 0000 02000000',
      be20: '0002 0000 0001 0000 00000002 0002 0000 0001 0000 00000002',
      be64: '00000002 00000001 00000002 0002 0000 00000001 00000002',
    },
  ),
  row(
    'TestSurrounding',
    echo.TestSurrounding.request,
    { data: { surrounding: [1, 2, 3] } },
    {
      le20: '03000000 03000000 010002000300',
      le64: '0300000000000000 03000000 010002000300 0000',
    },
  ),
  row(
    'TestCall2 level 5',
    echo.TestCall2.response,
    { info: { tag: 5, value: { v1: 1, v2: 2n } }, ReturnValue: 0 },
    {
      le20: '0500 000000000000 01 00000000000000 0200000000000000 00000000',
    },
  ),
  row(
    'TestCall2 level 6',
    echo.TestCall2.response,
    { info: { tag: 6, value: { v1: 1, info1: { v: 2 } } }, ReturnValue: 0 },
    {
      le20: '0600 01 02 00000000',
      le64: '0600 000000000000 01 02 0000 00000000',
    },
  ),
  row(
    'TestDoublePointer',
    echo.TestDoublePointer.request,
    { data: { to: 12 } },
    {
      le20: '00000200 04000200 0c00',
    },
  ),
];

describe('rpcecho', () => {
  test.each(rows)('%s looks as Samba packs it', (_, type, value, octets) => {
    for (const [mode, text] of Object.entries(octets)) {
      const options = { syntax: mode.endsWith('64') ? 'ndr64' : 'ndr20', little: mode.startsWith('le') } as const;
      const bytes = type.encode(value, options);
      expect(toHex(bytes), mode).toBe(text.replaceAll(' ', ''));
      expect(type.decode(bytes, options), mode).toEqual({ value, layout: undefined });
    }
  });

  test('has ten operations', () => {
    expect([...echo.rpcecho.operations.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
