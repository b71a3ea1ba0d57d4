import { expect, test } from 'vitest';
import { toHex } from '../../../../src/codec/bytes.js';
import {
  forNameOf,
  inq_if_ids,
  inq_princ_name,
  inq_stats,
  is_server_listening,
  mgmt,
} from '../../../../src/codec/mgmt/index.js';
import { inqPrincNameResponse64 } from '../../../vectors/epm-stubs.js';

test('inq_princ_name of Windows in NDR64 is encoded again octet for octet', () => {
  const { value, layout } = inq_princ_name.response.decode(inqPrincNameResponse64, { syntax: 'ndr64' });
  expect(value).toEqual({ princ_name: 'node3$@W2K12DOM.BER.REDHAT.COM', status: 0 });
  expect(layout).toEqual(forNameOf(256));
  expect(inq_princ_name.response.encode(value, { syntax: 'ndr64', layout: forNameOf(256) })).toEqual(
    inqPrincNameResponse64,
  );
});

test('inq_if_ids gives pointers to interface ids', () => {
  const ids = [{ Uuid: mgmt.uuid, VersMajor: 1, VersMinor: 0 }];
  const value = { if_id_vector: { IfId: ids }, status: 0 };
  const bytes = inq_if_ids.response.encode(value);
  expect(toHex(bytes)).toBe(
    '00000200' + '01000000' + '01000000' + '04000200' + '80bda8af8a7dc911bef408002b102989' + '01000000' + '00000000',
  );
  expect(inq_if_ids.response.decode(bytes).value).toEqual(value);
});

test('inq_stats counts its statistics', () => {
  const bytes = inq_stats.response.encode({ statistics: [1, 2], status: 0 });
  expect(toHex(bytes)).toBe('02000000' + '02000000' + '01000000' + '02000000' + '00000000');
});

test('is_server_listening gives its status before its result', () => {
  expect(toHex(is_server_listening.response.encode({ status: 0, ReturnValue: 1 }))).toBe('00000000' + '01000000');
});
