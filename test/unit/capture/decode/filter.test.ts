import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../../src/capture/decode/filter.js';
import type { Filtered } from '../../../../src/capture/decode/filter-kinds.js';

const REQUEST: Filtered = {
  stream: 3,
  frame: 12,
  src: '10.0.0.1:50000',
  dst: '[2001:db8::2]:135',
  ptype: 'request',
  call_id: 7,
  auth_level: 2,
  user: 'LAB\\op',
  interface: 'IRemoteSCMActivator',
  opnum: 4,
  operation: 'RemoteCreateInstance',
  object: '00000000-0000-0000-0000-000000000001',
  clsid: '49b2791a-b1ae-4c90-9b8e-e860ba07f889',
  class: 'MMC20.Application',
  time: '2023-03-14T09:00:00.500000000Z',
};
const RESPONSE: Filtered = { ...REQUEST, ptype: 'response', elapsed: 0.25, value: { ReturnValue: 0x80070005 } };
const FAULT: Filtered = { ...REQUEST, ptype: 'fault', status: 5 };
const NAK: Filtered = { stream: 3, src: '10.0.0.2:135', dst: '10.0.0.1:50000', ptype: 'bind_nak' };
const BIND: Filtered = {
  ...NAK,
  ptype: 'bind',
  value: { p_context_elem: [{ abstract_syntax: { uuid: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa' } }] },
};

const fits = (filter: string, record: Filtered): boolean => parseFilter(filter)(record);

describe('--filter lets a PDU through', () => {
  test.each<[filter: string, record: Filtered]>([
    ['address=10.0.0.1', REQUEST],
    ['address=10.0.0.1:50000', REQUEST],
    ['address=10.0.0.0/8', REQUEST],
    ['address=2001:DB8::2', REQUEST],
    ['address=2001:db8::/32', REQUEST],
    ['address=[2001:db8::2]:135', REQUEST],
    ['src=10.0.0.1', REQUEST],
    ['dst!=10.0.0.1', REQUEST],
    ['port=135', REQUEST],
    ['port=50000', REQUEST],
    ['interface=iremotescmactivator', REQUEST],
    ['interface=000001a0-0000-0000-C000-000000000046', REQUEST],
    ['interface=IRem*', REQUEST],
    ['interface=ept', BIND],
    ['interface={e1af8308-5d1f-11c9-91a4-08002b14a0fa}', BIND],
    ['operation=RemoteCreateInstance', REQUEST],
    ['operation=4', REQUEST],
    ['operation=remote*', REQUEST],
    ['object=00000000-0000-0000-0000-000000000001', REQUEST],
    ['class=mmc20.*', REQUEST],
    ['class=mmc20.application', REQUEST],
    ['class=WbemLevel1Login', { ...REQUEST, clsid: '8bc3f05e-d86b-11d0-a075-00c04fb68820' }],
    ['class={49B2791A-B1AE-4C90-9B8E-E860BA07F889}', REQUEST],
    ['class!=Excel.Application', REQUEST],
    ['time>=2023-03-14', REQUEST],
    ['time>=2023-03-14T10:00:00+01:00', REQUEST],
    ['time<=2023-03-14 09:00:00.500', REQUEST],
    ['status=0x80070005', FAULT],
    ['status=E_ACCESSDENIED', FAULT],
    ['level=connect', REQUEST],
    ['level=RPC_C_AUTHN_LEVEL_CONNECT', REQUEST],
    ['level<=pkt', REQUEST],
    ['level>=2', REQUEST],
    ['level!=none', REQUEST],
    ['user=lab\\op', REQUEST],
    ['user=*op', REQUEST],
    ['ptype=bind,request', REQUEST],
    [' ptype != response , fault ', REQUEST],
    ['stream=3', REQUEST],
    ['frame>=12', REQUEST],
    ['call_id=7', REQUEST],
    ['elapsed>=0.25', RESPONSE],
    ['status=failed', RESPONSE],
    ['status=E_ACCESSDENIED', RESPONSE],
    ['status=0x80070005', RESPONSE],
    ['status=ok', { ...RESPONSE, value: { ReturnValue: 0 } }],
    ['status=fault', FAULT],
    ['status=nca_s_fault_access_denied', FAULT],
    ['status=5', FAULT],
    ['status=failed', NAK],
  ])('%s', (filter, record) => {
    expect(fits(filter, record)).toBe(true);
  });

  test.each<[filter: string, record: Filtered]>([
    ['address=10.0.0.2', REQUEST],
    ['address=10.0.0.1:135', REQUEST],
    ['address=11.0.0.0/8', REQUEST],
    ['src=2001:db8::2', REQUEST],
    ['port=136', REQUEST],
    ['interface=IRemUnknown', REQUEST],
    ['interface=Rem*', REQUEST],
    ['interface=mgmt', BIND],
    ['operation=3', REQUEST],
    ['object=00000000-0000-0000-0000-000000000002', REQUEST],
    ['level>=pkt_integrity', REQUEST],
    ['level!=connect', REQUEST],
    ['level=none', NAK],
    ['level<=6', NAK],
    ['user=op', REQUEST],
    ['user=*', NAK],
    ['frame>=13', REQUEST],
    ['class=mmc*x', REQUEST],
    ['class=ShellWindows', REQUEST],
    ['class=*', NAK],
    ['time>=2023-03-14T09:00:01Z', REQUEST],
    ['time>=2023-03-14', NAK],
    ['status=0x80070006', FAULT],
    ['elapsed<=9', REQUEST],
    ['status=ok', RESPONSE],
    ['status=ok', REQUEST],
    ['status=failed', REQUEST],
    ['status=fault', RESPONSE],
  ])('%s does not', (filter, record) => {
    expect(fits(filter, record)).toBe(false);
  });

  test('the status of a management call is the out parameter, not the truth value that it returns', () => {
    const listening = { ...RESPONSE, value: { status: 0, ReturnValue: 1 } };
    expect([fits('status=ok', listening), fits('status=failed', listening)]).toEqual([true, false]);
  });
});

describe('--filter refuses', () => {
  test.each([
    ['level', 'expected KEY=VALUE'],
    ['=5', 'expected KEY=VALUE'],
    ['level=', 'expected KEY=VALUE'],
    ['colour=red', 'there is no key colour; there are address, src, dst, port, interface'],
    ['constructor=1', 'there is no key constructor'],
    ['address=example', 'example is no address'],
    ['address=10.0.0.0/33', '10.0.0.0/33 is no address'],
    ['address=2001:db8::/129', '2001:db8::/129 is no address'],
    ['interface=IWurst', 'IWurst is not known'],
    ['operation=Fry', 'Fry is not known'],
    ['object=5', '5 is no UUID'],
    ['ptype=letter', 'letter is not known'],
    ['level=high', 'high is no level'],
    ['status=CONNECT', 'CONNECT is no status'],
    ['status=constructor', 'constructor is no status'],
    ['status=-1', '-1 is no status'],
    ['stream=one', 'one is no number'],
    ['time=yesterday', 'yesterday is no time'],
    ['time>=2023-02-30T25:00', 'is no time'],
    ['interface>=ept', 'interface has no order'],
    ['elapsed>=1,2', '1,2 is no number'],
  ])('%s: %s', (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(message);
  });
});

describe('a name that is nearly known', () => {
  test.each([
    ['opertion=Foo', 'there is no key opertion; did you mean operation?'],
    ['interface=IRemoteSCMActivater', 'did you mean IRemoteSCMActivator?'],
    ['operation=RemoteCreateInstanc', 'did you mean RemoteCreateInstance?'],
    ['class=MMC20.Aplication', 'did you mean MMC20.Application?'],
    ['class=mmc20', 'did you mean MMC20.Application?'],
    ['ptype=reqest', 'did you mean request?'],
    ['frame.nuber=5', 'did you mean frame.number?'],
  ])('%s: %s', (filter, message) => {
    expect(() => parseFilter(filter)).toThrow(message);
  });

  test('is not guessed from afar', () => {
    expect(() => parseFilter('colour=red')).not.toThrow('did you mean');
  });
});

describe("Wireshark's names of fields are keys", () => {
  test.each([
    ['frame.number==12', REQUEST],
    ['tcp.stream == 3', REQUEST],
    ['dcerpc.pkt_type=0', REQUEST],
    ['dcerpc.cn_call_id=7', REQUEST],
    ['dcerpc.opnum=4', REQUEST],
    ['ip.addr=10.0.0.0/8', REQUEST],
  ])('%s', (filter, record) => {
    expect(fits(filter, record)).toBe(true);
  });
});

describe('names of others', () => {
  test.each([
    ['ISystemActivator', 'IRemoteSCMActivator'],
    ['isystemactivator', 'IRemoteSCMActivator'],
    ['IOXIDResolver', 'IObjectExporter'],
  ])('%s, as Wireshark has it, stands for %s', (alias, name) => {
    const record = { stream: 0, src: '', dst: '', ptype: 'request' } as const;
    expect(parseFilter(`interface=${alias}`)({ ...record, interface: name })).toBe(true);
    expect(parseFilter(`interface=${alias}`)({ ...record, interface: 'ept' })).toBe(false);
  });

  test('operations whose parameters are not declared are known by name', () => {
    const record = { stream: 0, src: '', dst: '', ptype: 'request', operation: 'NetrServerReqChallenge' } as const;
    expect(parseFilter('operation=NetrServerReqChallenge')(record)).toBe(true);
    expect(parseFilter('operation=ROpenSCManagerW')(record)).toBe(false);
  });
});
