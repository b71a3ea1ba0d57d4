import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CIM_TYPE } from '../../../../src/codec/wmi/index.js';
import { CimRepository, CLASSES, wmiClass } from '../../../../src/server/classes/index.js';
import { comparison } from '../../../../src/server/classes/wmi/compare.js';
import { wholeInstance } from '../../../../src/server/classes/wmi/query.js';
import { rowOf } from '../../../../src/server/classes/wmi/row.js';
import type { DcomServer } from '../../../../src/server/server.js';
import { serve } from '../../../support/live.js';
import { inNamespace, rowsOf } from '../../../support/wmi.js';

let server: DcomServer;
beforeAll(async () => {
  server = await serve({ classes: [CLASSES.wmi] });
});
afterAll(() => server.close());

const query = (text: string, options = {}) => inNamespace(server, {}, (wmi) => rowsOf(wmi.query(text, options)));
const names = async (text: string) => (await query(text)).map((row) => Object.values(row)[0]);

describe('a query of the shipped repository', () => {
  test('gives the properties that it asks for, and no others', async () => {
    expect(await query("SELECT Name, ProcessId FROM Win32_Process WHERE Name = 'lsass.exe'")).toEqual([
      { Name: 'lsass.exe', ProcessId: 640 },
    ]);
  });

  test('gives all properties for *, with NULL where there is no value', async () => {
    const [row] = await query("SELECT * FROM Win32_LogicalDisk WHERE DeviceID = 'E:'");
    expect(row).toMatchObject({ DeviceID: 'E:', DriveType: 5, FreeSpace: null, SystemName: 'HARNESS' });
  });

  test('fills in what depends on the host', async () => {
    expect(await query('SELECT Name, Domain FROM Win32_ComputerSystem')).toEqual([{ Name: 'HARNESS', Domain: 'LAB' }]);
  });

  test.each([
    ["Name LIKE 'svc%'", ['svchost.exe', 'svchost.exe']],
    ["Name LIKE '[ls]%s.exe' AND NOT ProcessId > 620", ['services.exe']],
    ['ProcessId >= 640 AND ProcessId < 1000', ['lsass.exe', 'svchost.exe']],
    ['ProcessId = 4 OR 612 = ProcessId', ['System', 'services.exe']],
    ["NAME = 'SYSTEM'", ['System']],
    ['ExecutablePath IS NULL', ['System Idle Process', 'System']],
    ["CommandLine <> 'C:\\\\Windows\\\\system32\\\\lsass.exe' AND ProcessId < 700", ['services.exe']],
    ["CreationDate > '20200101000000.000000+000' AND Handle = 4", ['System']],
    ["__CLASS = 'Win32_Process' AND ProcessId = 0", ['System Idle Process']],
    ['KernelModeTime = 71234375000 AND Priority = 0', ['System Idle Process']],
  ])('WHERE %s', async (where, expected) => {
    expect(await names(`SELECT Name FROM Win32_Process WHERE ${where}`)).toEqual(expected);
  });

  test('of a class gives the instances of those derived from it too', async () => {
    expect(await names("SELECT Name FROM CIM_LogicalElement WHERE __CLASS = 'Win32_LogicalDisk'")).toEqual([
      'C:',
      'D:',
      'E:',
    ]);
  });

  test('of meta_class gives classes', async () => {
    expect(await query("SELECT * FROM meta_class WHERE __this ISA 'CIM_Service'")).toEqual([
      { __CLASS: 'CIM_Service' },
      { __CLASS: 'Win32_BaseService' },
      { __CLASS: 'Win32_Service' },
    ]);
    expect(await query("SELECT * FROM meta_class WHERE __superclass = 'CIM_Process'")).toEqual([
      { __CLASS: 'Win32_Process' },
    ]);
  });

  test('ASSOCIATORS OF and REFERENCES OF follow associations', async () => {
    const of = '{Win32_LogicalDisk.DeviceID="C:"}';
    expect(await query(`ASSOCIATORS OF ${of}`)).toMatchObject([{ DeviceID: 'Disk #0, Partition #1' }]);
    expect(await query(`ASSOCIATORS OF ${of} WHERE ResultClass = Win32_Service`)).toEqual([]);
    expect(await query(`REFERENCES OF ${of} WHERE KeysOnly`)).toEqual([
      {
        Antecedent: 'Win32_DiskPartition.DeviceID="Disk #0, Partition #1"',
        Dependent: 'Win32_LogicalDisk.DeviceID="C:"',
      },
    ]);
    expect(await query(`ASSOCIATORS OF ${of} WHERE ClassDefsOnly`)).toEqual([{ __CLASS: 'Win32_DiskPartition' }]);
    expect(await names("ASSOCIATORS OF {Win32_Service='RpcSs'} WHERE Role = Antecedent")).toHaveLength(1);
  });

  test.each([
    ['SELECT * FROM NoSuchClass', 0x80041010],
    ['SELECT NoSuchProperty FROM Win32_Process', 0x80041017],
    ['SELECT * FROM Win32_Process WHERE NoSuchProperty = 1', 0x80041017],
    ['SELECT * FROM Win32_Process WHERE MUILanguages = 1', 0x80041017],
    ['SELECT * FROM Win32_OperatingSystem WHERE MUILanguages = "x"', 0x80041017],
    ["SELECT * FROM Win32_Process WHERE ProcessId LIKE '4%'", 0x80041017],
    ["SELECT * FROM Win32_Process WHERE ProcessId = 'four'", 0x80041017],
    ['SELECT * FROM', 0x80041017],
    ["ASSOCIATORS OF {Win32_LogicalDisk='X:'}", 0x80041002],
  ])('%s fails with 0x%x', async (text, hresult) => {
    await expect(query(text)).rejects.toMatchObject({ operation: 'ExecQuery', hresult });
  });
});

describe('a condition', () => {
  const { boolean, datetime } = CIM_TYPE;
  const interval = '00000001000000.000000:000';

  test.each([
    ['a text that says whether something is true', boolean, false, '=', 'FALSE', true],
    ['a text that says so of something else', boolean, true, '=', 'false', false],
    ['moments of different places', datetime, '20261128120000.000000+060', '<', '20261128113000.000000+000', true],
    ['intervals', datetime, interval, '<', '00000002000000.000000:000', true],
    ['an interval and a moment, which are not the same', datetime, interval, '=', '20261128113000.000000+000', false],
  ] as const)('compares %s', (_, type, value, operator, constant, expected) => {
    expect(comparison(type, operator, constant)(value)).toBe(expected);
  });

  test.each([
    ['How.Show = 5', ['shown']],
    ['How.Show IS NULL', ['plain']],
    ['How.Show.Further IS NULL', ['plain', 'shown']],
    ["How.__CLASS = 'Startup'", ['shown']],
    ["How ISA 'Startup'", ['shown']],
  ])('asks for what is in an embedded object, which may be missing: WHERE %s', async (where, expected) => {
    const repository = new CimRepository();
    const jobs = repository.namespace('root\\jobs').addClass('Startup', { properties: { Show: 'uint16' } });
    jobs
      .addClass('Job', { properties: { Name: { type: 'string', key: true }, How: 'object:Startup' } })
      .provide('Job', (moment) => [
        { Name: 'plain', How: null },
        { Name: 'shown', How: wholeInstance(jobs, rowOf(jobs.existing('Startup'), { Show: 5 }, moment), moment) },
      ]);
    const own = await serve({ classes: [wmiClass(repository)] });
    try {
      const rows = await inNamespace(own, { namespace: 'root\\jobs' }, (wmi) =>
        rowsOf(wmi.query(`SELECT Name FROM Job WHERE ${where}`)),
      );
      expect(rows.map(({ Name }) => Name)).toEqual(expected);
    } finally {
      await own.close();
    }
  });
});

describe('enumerators', () => {
  const all = 'SELECT Handle FROM Win32_Process';

  test.each([1, 2, 5, 6, 100])(
    'give the same objects in pages of %d, by Next and by the smart enumerator',
    async (page) => {
      const plain = await query(all, { page });
      expect(plain).toHaveLength(6);
      expect(await query(all, { page, smart: true })).toEqual(plain);
    },
  );

  test('are given back with the namespace and the login object', () => {
    expect(server.objects).toBe(0);
  });
});

describe('GetObject', () => {
  const get = (path: string) => inNamespace(server, {}, (wmi) => wmi.get(path));

  test('gives a class with its parent and its methods', async () => {
    const object = await get('Win32_Process');
    expect(object).toMatchObject({
      kind: 'class',
      server: 'HARNESS',
      parent: { name: 'CIM_Process' },
      class: { name: 'Win32_Process', derivation: ['CIM_Process', 'CIM_LogicalElement', 'CIM_ManagedSystemElement'] },
    });
    const methods = object.kind === 'class' ? object.class.methods : [];
    expect(methods.map(({ name }) => name)).toEqual(['Create', 'Terminate', 'GetOwner', 'GetOwnerSid', 'SetPriority']);
    expect(methods[0]?.input?.class.properties.map(({ name }) => name)).toEqual([
      'CommandLine',
      'CurrentDirectory',
      'ProcessStartupInformation',
    ]);
  });

  test.each([
    ['Win32_Process.Handle="4"', { Name: 'System' }],
    ['Win32_Process="4"', { Name: 'System' }],
    ['\\\\.\\root\\cimv2:Win32_Process.Handle=4', { Name: 'System' }],
    ['Win32_OperatingSystem=@', { Version: '10.0.20348' }],
    ['CIM_LogicalDisk.DeviceID="c:"', { VolumeName: 'System' }],
  ])('gives the instance of %s', async (path, values) => {
    expect(await get(path)).toMatchObject({ kind: 'instance', values });
  });

  test.each([
    ['Win32_Process.Handle="5"', 0x80041002],
    ['NoSuchClass', 0x80041010],
    ['Win32_Process.', 0x80041017],
    ['root\\default:Win32_Process', 0x8004100e],
  ])('of %s fails with 0x%x', async (path, hresult) => {
    await expect(get(path)).rejects.toMatchObject({ hresult });
  });
});

describe('CreateInstanceEnum and CreateClassEnum', () => {
  test('give the instances of a class, and the classes below one', async () => {
    await inNamespace(server, {}, async (wmi) => {
      expect(await rowsOf(wmi.instances('CIM_Service'))).toHaveLength(4);
      expect(await rowsOf(wmi.classes('CIM_Service'))).toEqual([
        { __CLASS: 'Win32_BaseService' },
        { __CLASS: 'Win32_Service' },
      ]);
      expect((await rowsOf(wmi.classes())).length).toBeGreaterThan(40);
    });
  });
});
