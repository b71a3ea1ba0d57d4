import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  EPT_S_NOT_REGISTERED,
  ept,
  ept_lookup,
  ept_map,
  forAtMost,
  packTower,
  type Tower,
  type TowerBinding,
  twr_t,
  unpackTower,
} from '../../../../src/codec/epm/index.js';
import { CodecError } from '../../../../src/codec/error.js';
import { NULL_CONTEXT_HANDLE } from '../../../../src/codec/ndr/index.js';
import * as stubs from '../../../vectors/epm-stubs.js';

const netlogon = { uuid: '12345678-1234-abcd-ef00-01234567cffb', major: 1, minor: 0 };
const ndr20 = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', major: 2, minor: 0 };
const binding: TowerBinding = {
  interface: netlogon,
  transferSyntax: ndr20,
  protseq: 'ncacn_ip_tcp',
  address: '172.16.5.58',
  endpoint: '49668',
};

describe('ept_map', () => {
  test.each([
    ['request of impacket', ept_map.request, stubs.eptMapRequest, 'ndr20'],
    ['response of Windows', ept_map.response, stubs.eptMapResponse, 'ndr20'],
    ['request of Windows in NDR64', ept_map.request, stubs.eptMapRequest64, 'ndr64'],
    ['response of Windows in NDR64', ept_map.response, stubs.eptMapResponse64, 'ndr64'],
  ] as const)('%s is encoded again octet for octet', (_, type, stub, syntax) => {
    const { value, layout } = type.decode(stub, { syntax });
    expect(toHex(type.encode(value as never, { syntax, layout }))).toBe(toHex(stub));
  });

  test('gives where an interface listens', () => {
    const { ITowers, status } = ept_map.response.decode(stubs.eptMapResponse).value;
    expect(status).toBe(0);
    expect(ITowers.map((tower) => tower && unpackTower(tower))).toEqual([binding]);
  });

  test('answers with the max_count of the request', () => {
    const value = { entry_handle: NULL_CONTEXT_HANDLE, ITowers: [], status: EPT_S_NOT_REGISTERED };
    const bytes = ept_map.response.encode(value, { layout: forAtMost(4) });
    expect(bytes.readUInt32LE(24)).toBe(4);
    expect(ept_map.response.decode(bytes)).toEqual({ value, layout: forAtMost(4) });
  });
});

test('ept_lookup gives entries with their annotations', () => {
  const value = {
    entry_handle: NULL_CONTEXT_HANDLE,
    entries: [{ object: netlogon.uuid, tower: packTower(binding), annotation: 'Netlogon' }],
    status: 0,
  };
  for (const syntax of ['ndr20', 'ndr64'] as const) {
    expect(ept_lookup.response.decode(ept_lookup.response.encode(value, { syntax }), { syntax })).toEqual({
      value,
      layout: undefined,
    });
  }
});

describe('a tower', () => {
  test('has little-endian protocol integers and a big-endian port, whatever the stub is', () => {
    const bytes = twr_t.encode(packTower(binding), { little: false });
    expect(toHex(bytes)).toBe(
      [
        '0000004b0000004b', // max_count and tower_length, in the stub's order
        '0500',
        '13000d78563412341 2cdabef0001234567cffb0100 02000000'.replaceAll(' ', ''),
        '13000d045d888aeb1cc9119fe808002b1048600200 02000000'.replaceAll(' ', ''),
        '01000b02000000',
        '0100070200c204',
        '0100090400ac10053a',
      ].join(''),
    );
  });

  test.each<[string, Partial<TowerBinding>]>([
    ['ncacn_ip_tcp', {}],
    ['ncadg_ip_udp', { protseq: 'ncadg_ip_udp' }],
    ['ncacn_http', { protseq: 'ncacn_http', endpoint: '593' }],
    ['ncacn_np', { protseq: 'ncacn_np', endpoint: '\\pipe\\lsass', address: '\\\\DC1' }],
  ])('of %s is packed and unpacked to the same binding', (_, change) => {
    const whole = { ...binding, ...change };
    expect(unpackTower(twr_t.decode(twr_t.encode(packTower(whole))).value)).toEqual(whole);
  });

  test('of another protocol keeps both sides of its floors', () => {
    const tower: Tower = { floors: [{ protocol: 0x1c, lhs: Uint8Array.of(1), rhs: Uint8Array.of(2, 3) }] };
    expect(twr_t.decode(twr_t.encode(tower)).value).toEqual(tower);
    expect(unpackTower(tower)).toBeUndefined();
  });

  test('whose lengths lead astray is kept as octets', () => {
    const tower: Tower = { tower_octet_string: Uint8Array.of(2, 0, 1, 0, 7) };
    expect(twr_t.decode(twr_t.encode(tower)).value).toEqual(tower);
  });

  test('with a floor of the wrong form is not encoded', () => {
    for (const floor of [{ protocol: 7, port: 70000 }, { protocol: 9, address: '1.2.3.256' }, { protocol: 300 }, null])
      expect(() => twr_t.encode({ floors: [floor] } as never)).toThrow(CodecError);
    expect(() => twr_t.encode({ floors: 3 } as never)).toThrow(CodecError);
  });
});

test('the interface has seven operations', () => {
  expect([...ept.operations.values()].map(({ name }) => name)).toEqual([
    'ept_insert',
    'ept_delete',
    'ept_lookup',
    'ept_map',
    'ept_lookup_handle_free',
    'ept_inq_object',
    'ept_mgmt_delete',
  ]);
});
