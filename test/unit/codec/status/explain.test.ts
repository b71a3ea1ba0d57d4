import { describe, expect, test } from 'vitest';
import { codeOf, namesOf } from '../../../../src/codec/status/errref.js';
import { explain, faultName, hresultName, meaningsOf } from '../../../../src/codec/status/explain.js';
import { FAULT_STATUSES } from '../../../../src/codec/status/fault.js';
import { TEXTS } from '../../../../src/codec/status/texts.js';
import { WBEM_RESULTS } from '../../../../src/codec/status/wbem.js';

const first = (text: string) => explain(text)?.meanings[0];
const refusers = (text: string) => explain(text)?.causes.map(({ refusedBy }) => refusedBy);

describe('a code is found by its number', () => {
  test.each([
    ['5', 'nca_s_fault_access_denied'],
    ['0x5', 'nca_s_fault_access_denied'],
    ['0x00000005', 'nca_s_fault_access_denied'],
    [' 0x80010111 ', 'RPC_E_INVALID_HEADER'],
    ['0X80010111', 'RPC_E_INVALID_HEADER'],
    ['2147549457', 'RPC_E_INVALID_HEADER'],
    ['-2147417839', 'RPC_E_INVALID_HEADER'],
    ['80010111', 'RPC_E_INVALID_HEADER'],
    ['80070005', 'E_ACCESSDENIED'],
    ['0x80070005', 'E_ACCESSDENIED'],
    ['0x1C010002', 'nca_s_op_rng_error'],
    ['469827586', 'nca_s_op_rng_error'],
    ['0x721', 'RPC_S_SEC_PKG_ERROR'],
    ['0x6f7', 'RPC_X_BAD_STUB_DATA'],
    ['0x800706ba', 'HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)'],
    ['0xC000006D', 'STATUS_LOGON_FAILURE'],
    ['c000006d', 'STATUS_LOGON_FAILURE'],
    ['0xD000006D', 'HRESULT_FROM_NT(STATUS_LOGON_FAILURE)'],
    ['0x80041003', 'WBEM_E_ACCESS_DENIED'],
    ['0x80020006', 'DISP_E_UNKNOWNNAME'],
    ['0x776', 'OR_INVALID_OXID'],
    ['0xC0040007', 'OPC_E_UNKNOWNITEMID'],
    ['-1073479673', 'OPC_E_UNKNOWNITEMID'],
    ['0', 'ERROR_SUCCESS'],
  ])('%s is %s', (text, name) => {
    expect(first(text)?.name).toBe(name);
  });

  test.each(['', 'x', '0x', '0x123456789', '-1.5', '99999999999', '-4294967297', '0xabcd1234', 'constructor'])(
    '%j means nothing',
    (text) => {
      expect(explain(text)).toBeUndefined();
    },
  );

  test('a small number has all its meanings, those of this field first', () => {
    expect(explain('8')?.meanings.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'bind_nak reason authentication_type_not_recognized',
      'Win32 error ERROR_NOT_ENOUGH_MEMORY',
    ]);
    expect(explain('5')?.meanings.map(({ kind }) => kind)).toEqual([
      'fault status',
      'Win32 error',
      'Win32 error',
      'authentication level',
    ]);
    expect(meaningsOf(2).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['LOCAL_LIMIT_EXCEEDED', 'provider_rejection', 'RPC_C_AUTHN_LEVEL_CONNECT', 'response']),
    );
  });
});

describe('a code is found by its name', () => {
  test.each([
    ['nca_s_op_rng_error', 0x1c010002],
    ['nca_op_rng_error', 0x1c010002],
    ['NCA_S_OP_RNG_ERROR', 0x1c010002],
    ['nca_proto_error', 0x1c01000b],
    ['nca_s_fault_access_denied', 5],
    ['rpc_s_access_denied', 5],
    ['rpc_e_invalid_header', 0x80010111],
    ['RPC_S_SEC_PKG_ERROR', 0x721],
    ['STATUS_LOGON_FAILURE', 0xc000006d],
    ['RPC_C_AUTHN_LEVEL_PKT_INTEGRITY', 5],
    ['pkt_integrity', 5],
    ['RPC_C_AUTHN_WINNT', 10],
    ['RPC_C_IMPL_LEVEL_DELEGATE', 4],
    ['authentication_type_not_recognized', 8],
    ['negotiate_ack', 3],
    ['bind_nak', 13],
    ['PFC_SUPPORT_HEADER_SIGN', 4],
    ['E_ACCESSDENIED', 0x80070005],
    ['S_FALSE', 1],
  ])('%s is %i', (text, code) => {
    expect(explain(text)?.code).toBe(code);
  });

  test('the meaning that was named comes first', () => {
    expect(first('PKT_INTEGRITY')).toMatchObject({ kind: 'authentication level', code: 5 });
    expect(first('ERROR_ACCESS_DENIED')).toMatchObject({ kind: 'Win32 error', code: 5 });
    expect(first('nca_s_fault_access_denied')).toMatchObject({ kind: 'fault status', code: 5 });
  });
});

describe('refusals that are taken for one another', () => {
  test.each(['5', '0x80070005'])(
    '%s has the activation policy, access control and authentication among its causes',
    (code) => {
      expect(refusers(code)).toEqual(expect.arrayContaining(['activation policy', 'access control', 'authentication']));
    },
  );

  test('a version, a header, a wrong signature and a closed port are told apart from hardening', () => {
    expect(refusers('0x80010110')).toEqual(['version']);
    expect(refusers('0x80010111')).toEqual(['version', 'header']);
    expect(refusers('0x721')).toEqual(['signature', 'security context']);
    expect(refusers('0x6f7')).toEqual(['codec', 'signature']);
    expect(refusers('0x800706ba')).toEqual(['transport', 'activation policy']);
  });

  test('event 10036 proves the hardening; that there is none proves nothing, and no cause is told by it', () => {
    const checks = explain('5')?.causes.map(({ refusedBy, check }) => [refusedBy, check] as const) ?? [];
    const [, hardening] = checks.find(([refusedBy]) => refusedBy === 'activation policy') ?? [];
    expect(hardening).toMatch(/event 10036 on the server proves it, but its absence proves nothing/);
    expect(checks.filter(([, check]) => /no event 10036/.test(check))).toEqual([]);
  });

  test('every cause says what to check, and every code with causes has a name', () => {
    const codes = [
      '5',
      '0x80070005',
      '0x80010110',
      '0x80010111',
      '0x721',
      '0x6f7',
      '0x6ba',
      '0x80040154',
      '0x80041003',
    ];
    for (const code of codes) {
      const explanation = explain(code);
      expect(explanation?.causes.length, code).toBeGreaterThan(0);
      expect(explanation?.meanings[0]?.name, code).toMatch(/^[A-Za-z]/);
      expect(explanation?.causes.every(({ text, check }) => text !== '' && check !== '')).toBe(true);
    }
  });
});

describe('the tables', () => {
  test.each(Object.keys(TEXTS))('%s, which has a text, is a code', (name) => {
    expect(codeOf(name)).toBeDefined();
  });

  test('hold every code of MS-ERREF, sampled at the ends of its runs', () => {
    expect(namesOf('HRESULT', 0x00030200)).toEqual(['STG_S_CONVERTED']);
    expect(namesOf('HRESULT', 0xc00d1052)).toEqual(['NS_E_WMG_COPP_SECURITY_INVALID']);
    expect(namesOf('Win32 error', 0)).toEqual(['ERROR_SUCCESS', 'NERR_Success']);
    expect(namesOf('Win32 error', 1779)).toEqual(['RPC_X_SS_CANNOT_GET_CALL_HANDLE']);
    expect(namesOf('NTSTATUS', 0xc0000022)).toEqual(['STATUS_ACCESS_DENIED']);
  });

  test('map every fault status of [MS-RPCE] 3.1.1.5.5 to a Win32 error that exists, or to none', () => {
    const unmapped = FAULT_STATUSES.filter(({ win32 }) => win32 === undefined).map(({ name }) => name);
    expect(unmapped).toEqual([
      'nca_s_fault_remote_comm_failure',
      'nca_s_fault_user_defined',
      'nca_s_fault_tx_open_failed',
      'nca_s_fault_codeset_conv_error',
      'nca_s_fault_object_not_found',
      'nca_s_fault_no_client_stub',
      'nca_s_wrong_boot_time',
    ]);
    const names = FAULT_STATUSES.flatMap(({ win32 }) => win32 ?? []);
    expect(names.filter((name) => codeOf(name)?.space !== 'Win32 error')).toEqual([]);
  });

  test('hold each fault status once, with a text and a section', () => {
    expect(new Set(FAULT_STATUSES.map(({ code }) => code)).size).toBe(FAULT_STATUSES.length);
    expect(FAULT_STATUSES.filter(({ text, section }) => text === '' || !/^(C706|\[MS-)/.test(section))).toEqual([]);
  });
});

describe('the name of a status', () => {
  test('in a fault is that of the runtime, else that of the HRESULT, else hexadecimal', () => {
    expect(faultName(5)).toBe('nca_s_fault_access_denied');
    expect(faultName(0x80010108)).toBe('RPC_E_DISCONNECTED');
    expect(faultName(0x6be)).toBe('RPC_S_CALL_FAILED');
    expect(faultName(0xdeadbeef)).toBe('0xdeadbeef');
  });

  test('in a result is that of the HRESULT, also where it wraps another code', () => {
    expect(hresultName(0)).toBe('S_OK');
    expect(hresultName(5)).toBe('ERROR_ACCESS_DENIED');
    expect(hresultName(0x800706ba)).toBe('HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)');
    expect(hresultName(0xc000006d)).toBe('STATUS_LOGON_FAILURE');
    expect(hresultName(0xc0ffee00)).toBe('0xc0ffee00');
  });
});

test('every WBEMSTATUS has a name and a text', () => {
  for (const { code, name } of WBEM_RESULTS) {
    expect(hresultName(code)).toBe(name);
    expect(explain(name)).toMatchObject({ code, meanings: [{ kind: 'HRESULT', section: '[MS-WMI] 2.2.11' }] });
  }
});
