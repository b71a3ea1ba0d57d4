import { describe, expect, test } from 'vitest';
import { pastedCodes } from '../../../../src/codec/status/pasted.js';

describe('the codes in what users paste', () => {
  test.each([
    ['0x80070005', ['0x80070005']],
    ['Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))', ['0x80070005']],
    ['HRESULT: 0x80010111', ['0x80010111']],
    ['HRESULT:-2147417839', ['-2147417839']],
    ['Message: 2147549457', ['2147549457']],
    ['NT code 0x80010111', ['0x80010111']],
    ['DCOM SessionError: code: 0x80010111 - RPC_E_INVALID_HEADER - OLE received a packet', ['0x80010111']],
    ['(-2147024891, "Access is denied.", None, None)', ['-2147024891']],
    ['Error: nca_s_fault_access_denied 5', ['nca_s_fault_access_denied']],
    ['Error: 5 – Access denied', ['5']],
    ['rpc_s_access_denied', ['rpc_s_access_denied']],
    ['0x80070005L', ['0x80070005']],
    ['error 80070005h at line 12', ['80070005']],
    ['2026-11-28 12:00:01 connect failed: 0x800706BA after 5 tries', ['0x800706BA']],
    ['Win32 error 1722', ['1722']],
    ['first 0x80070005, then 0x800706ba', ['0x80070005', '0x800706ba']],
    ['0xC0040007 (-1073479673)', ['0xC0040007']],
  ])('%s', (text, codes) => {
    expect(pastedCodes(text)).toEqual(codes);
  });

  test.each(['', 'nothing here', 'version 1.2.3 of 10.0.0.5', 'a_name_that_nobody_knows'])('%j has none', (text) => {
    expect(pastedCodes(text)).toEqual([]);
  });

  test('what the caller knows counts as telling, however small', () => {
    expect(pastedCodes('Event ID 10036, 5 times', (token) => token === '10036')).toEqual(['10036']);
  });
});
