import { afterEach, describe, expect, test } from 'vitest';
import {
  CimRepository,
  type DcomServer,
  DefinitionError,
  parseDefinition,
  shippedRepository,
  wmiClass,
} from '../../../../src/index.js';
import { serve } from '../../../support/live.js';
import { inNamespace, rowsOf } from '../../../support/wmi.js';

let server: DcomServer | undefined;
afterEach(() => server?.close());

const serving = async (repository: CimRepository): Promise<DcomServer> => {
  server = await serve({ classes: [wmiClass(repository)] });
  return server;
};

describe('a vendor', () => {
  test('adds classes, instances, a provider and a method of its own in a test', async () => {
    const repository = new CimRepository();
    const opened: unknown[] = [];
    repository
      .namespace('root\\acme')
      .addClass('Acme_Valve', {
        properties: { Name: { type: 'string', key: true }, Position: 'real32', Alarms: 'string[]' },
        methods: { Open: { in: { Percent: 'uint8' }, out: { Reached: 'uint8' } } },
      })
      .addInstance('Acme_Valve', { Name: 'V1', Position: 0.5, Alarms: ['stuck'] })
      .provide('Acme_Valve', ({ host }) => [{ Name: `${host.name}-V2`, Position: null }])
      .handle('Acme_Valve', 'Open', ({ parameters, instance }) => {
        opened.push([instance?.values.get('name'), parameters.Percent]);
        return { Reached: 99, ReturnValue: 0 };
      });
    await inNamespace(await serving(repository), { namespace: 'root\\acme' }, async (wmi) => {
      expect(await rowsOf(wmi.query('SELECT Name, Position FROM Acme_Valve'))).toEqual([
        { Name: 'V1', Position: 0.5 },
        { Name: 'HARNESS-V2', Position: null },
      ]);
      const output = await wmi.execute('Acme_Valve.Name="V1"', 'Open', { Percent: 100 });
      expect({ ...output }).toEqual({ Reached: 99, ReturnValue: 0 });
    });
    expect(opened).toEqual([['V1', 100]]);
    expect(server?.invocations).toMatchObject([{ member: 'Acme_Valve.Open', arguments: [100] }]);
  });

  test('adds them from a file, also to what is shipped', async () => {
    const repository = shippedRepository().add(
      parseDefinition(
        `
namespaces:
  root\\cimv2:
    classes:
      Acme_Service: {parent: Win32_Service, properties: {LicensedUntil: datetime}}
    instances:
      Acme_Service: [{Name: AcmeSvc, State: Running, LicensedUntil: $(now)}]
      Win32_Service: [{Name: Spooler, State: Paused}]
`,
        'acme.yaml',
      ),
    );
    await inNamespace(await serving(repository), {}, async (wmi) => {
      const text = "SELECT Name, State FROM Win32_Service WHERE State = 'Paused' OR Name LIKE 'Acme%'";
      expect(await rowsOf(wmi.query(text))).toEqual([
        { Name: 'Spooler', State: 'Paused' },
        { Name: 'AcmeSvc', State: 'Running' },
      ]);
      expect(await rowsOf(wmi.query('SELECT Name FROM Acme_Service WHERE LicensedUntil IS NOT NULL'))).toHaveLength(1);
    });
  });

  test('makes the namespaces around its own, each of which names those in it', async () => {
    const repository = new CimRepository();
    repository.namespace('root\\acme\\valves');
    const served = await serving(repository);
    const inside = (namespace: string) =>
      inNamespace(served, { namespace }, (wmi) => rowsOf(wmi.query('SELECT Name FROM __Namespace')));
    expect(await inside('root')).toEqual([{ Name: 'acme' }]);
    expect(await inside('root\\acme')).toEqual([{ Name: 'valves' }]);
    expect(await inside('root\\acme\\valves')).toEqual([]);
  });

  test('declares references to the instances of a class, or of any', async () => {
    const repository = new CimRepository();
    const properties = { Of: 'REF:Acme_Valve', To: 'reference', With: 'ref', Name: 'string' };
    repository.namespace('root\\acme').addClass('Acme_Link', { properties });
    const link = await inNamespace(await serving(repository), { namespace: 'root\\acme' }, (wmi) =>
      wmi.get('Acme_Link'),
    );
    const cimtypes = link.class.properties.map(({ name, qualifiers }) => [
      name,
      qualifiers.find((each) => each.name === 'CIMTYPE')?.value,
    ]);
    // [MS-WMIO] 2.3.2: "ref:" and the class; "ref:object" for a reference without one.
    const declared = { Of: 'ref:Acme_Valve', To: 'ref:object', With: 'ref:object', Name: 'string' };
    expect(Object.fromEntries(cimtypes)).toEqual(declared);
  });

  test.each([
    ['a type that is none', 'a: {classes: {B: {properties: {C: int32}}}}', /B\.C: 'int32' is no CIM type/],
    ['a parent that is not there', 'a: {classes: {B: {parent: D}}}', /B: a has no class D to derive it from/],
    ['a class that is there', 'a: {classes: {__Event: {}}}', /a has a class __Event already/],
    ['an instance of no class', 'a: {instances: {B: [{}]}}', /a has no class B/],
    ['a property that is not there', 'a: {classes: {B: {}}, instances: {B: [{x: 1}]}}', /B has no property x/],
    [
      'a number that does not fit',
      'a: {classes: {B: {properties: {x: uint8}}}, instances: {B: [{x: 256}]}}',
      /B\.x: 256 is not within 0 to 255/,
    ],
    [
      'a value where a list has to be',
      "a: {classes: {B: {properties: {x: 'uint8[]'}}}, instances: {B: [{x: 1}]}}",
      /B\.x: expected a list/,
    ],
    [
      'a place that is not known',
      'a: {classes: {B: {properties: {x: string}}}, instances: {B: [{x: $(nowhere)}]}}',
      /no \$\(nowhere\); known: computer, domain, now, boot/,
    ],
    ['a key that nobody knows', 'a: {classs: {}}', /x\.yaml:1:\d+: namespaces\.a\.classs: no such key/],
  ])('is told of %s', (_, text, message) => {
    const add = () => new CimRepository().add(parseDefinition(`namespaces: {${text}}`, 'x.yaml'));
    expect(add).toThrow(DefinitionError);
    expect(add).toThrow(message);
  });
});
