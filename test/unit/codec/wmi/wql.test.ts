import { describe, expect, test } from 'vitest';
import { likePattern, parseNamespace, parseObjectPath, parseWql, WqlError } from '../../../../src/codec/wql/index.js';

const where = (text: string) => {
  const query = parseWql(`SELECT * FROM C WHERE ${text}`);
  return query.kind === 'select' ? query.where : undefined;
};
const compare = (property: string, operator: string, value: unknown) => ({
  kind: 'compare',
  property,
  operator,
  value,
});

describe('SELECT', () => {
  test('names properties or all, and a class', () => {
    expect(parseWql('SELECT * FROM Win32_Process')).toEqual({
      kind: 'select',
      properties: undefined,
      from: 'Win32_Process',
    });
    expect(parseWql('select Name,  ProcessId\nfrom Win32_Process')).toEqual({
      kind: 'select',
      properties: ['Name', 'ProcessId'],
      from: 'Win32_Process',
    });
  });

  test.each([
    ["Name = 'a'", compare('Name', '=', 'a')],
    ['Name <> "a"', compare('Name', '<>', 'a')],
    ['Name != "a"', compare('Name', '<>', 'a')],
    ['ProcessId >= 18446744073709551615', compare('ProcessId', '>=', 18446744073709551615n)],
    ['Load > -1.5', compare('Load', '>', -1.5)],
    ['4 < ProcessId', compare('ProcessId', '>', 4)],
    ['Started = TRUE', compare('Started', '=', true)],
    ["Path = 'C:\\\\temp\\\\x'", compare('Path', '=', 'C:\\temp\\x')],
    ["Name LIKE 'a\\%'", compare('Name', 'LIKE', 'a\\%')],
    ["NOT Name LIKE 'a%'", { kind: 'not', condition: compare('Name', 'LIKE', 'a%') }],
    ['Name IS NULL', { kind: 'null', property: 'Name', isNull: true }],
    ['Name IS NOT NULL', { kind: 'null', property: 'Name', isNull: false }],
    ['Name = NULL', { kind: 'null', property: 'Name', isNull: true }],
    [
      "TargetInstance ISA 'Win32_NTLogEvent'",
      { kind: 'isa', property: 'TargetInstance', className: 'Win32_NTLogEvent' },
    ],
    ['__CLASS = "Win32_Process"', compare('__CLASS', '=', 'Win32_Process')],
    ["TargetInstance.Name = 'x'", compare('TargetInstance.Name', '=', 'x')],
  ])('WHERE %s', (text, expected) => {
    expect(where(text)).toEqual(expected);
  });

  test('AND binds before OR, and parentheses before both', () => {
    expect(where('a = 1 OR b = 2 AND c = 3')).toEqual({
      kind: 'or',
      conditions: [compare('a', '=', 1), { kind: 'and', conditions: [compare('b', '=', 2), compare('c', '=', 3)] }],
    });
    expect(where('(a = 1 OR b = 2) AND NOT c = 3')).toEqual({
      kind: 'and',
      conditions: [
        { kind: 'or', conditions: [compare('a', '=', 1), compare('b', '=', 2)] },
        { kind: 'not', condition: compare('c', '=', 3) },
      ],
    });
  });

  test('for events says how often to look, and how to group', () => {
    expect(
      parseWql(
        "SELECT * FROM __InstanceCreationEvent WITHIN 5 WHERE TargetInstance ISA 'Win32_Process' GROUP WITHIN 10.5 BY TargetInstance.Name HAVING NumberOfEvents > 3",
      ),
    ).toEqual({
      kind: 'select',
      properties: undefined,
      from: '__InstanceCreationEvent',
      within: 5,
      where: { kind: 'isa', property: 'TargetInstance', className: 'Win32_Process' },
      group: { seconds: 10.5, by: ['TargetInstance.Name'], having: compare('NumberOfEvents', '>', 3) },
    });
  });

  test('for classes names meta_class', () => {
    expect(parseWql("SELECT * FROM meta_class WHERE __this ISA 'CIM_Process'")).toMatchObject({
      from: 'meta_class',
      where: { kind: 'isa', property: '__this', className: 'CIM_Process' },
    });
  });
});

describe('ASSOCIATORS OF and REFERENCES OF', () => {
  test('name an object and filters', () => {
    expect(
      parseWql(
        'ASSOCIATORS OF {Win32_LogicalDisk.DeviceID="C:"} WHERE AssocClass = Win32_LogicalDiskToPartition KeysOnly',
      ),
    ).toEqual({
      kind: 'associators',
      of: { className: 'Win32_LogicalDisk', keys: new Map([['DeviceID', 'C:']]) },
      assocClass: 'Win32_LogicalDiskToPartition',
      keysOnly: true,
    });
    expect(parseWql("references of {Win32_Service='x}y'} where ResultClass=A Role=B")).toEqual({
      kind: 'references',
      of: { className: 'Win32_Service', keys: new Map([['', 'x}y']]) },
      resultClass: 'A',
      role: 'B',
    });
  });
});

describe('what is no query', () => {
  test.each([
    ['', 1, 'expected SELECT, ASSOCIATORS OF or REFERENCES OF, found the end'],
    ['SELEKT * FROM a', 1, 'expected SELECT, ASSOCIATORS OF or REFERENCES OF, found "SELEKT"'],
    ['SELECT * FORM a', 10, 'expected FROM, found "FORM"'],
    ['SELECT a, FROM b', 16, 'expected FROM, found "b"'],
    ['SELECT * FROM', 14, 'expected the name of a class, found the end'],
    ["SELECT * FROM a WHERE b = 'c", 27, "a string without its closing '"],
    ['SELECT * FROM a WHERE b ~ 1', 25, '"~" has no meaning here'],
    ['SELECT * FROM a WHERE (b = 1', 29, 'expected ), found the end'],
    ['SELECT * FROM a WHERE b 1', 25, 'expected =, <>, <, <=, >, >=, LIKE, ISA or IS, found "1"'],
    ['SELECT * FROM a b', 17, 'expected the end of the query, found "b"'],
    [
      'REFERENCES OF {a} WHERE AssocClass = b',
      25,
      'expected ResultClass or another filter of REFERENCES OF, found "AssocClass"',
    ],
  ])('%j: character %d', (text, character, detail) => {
    const error = (() => {
      try {
        parseWql(text);
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(WqlError);
    expect((error as WqlError).message).toBe(`at character ${character}: ${detail}`);
  });

  test('conditions that stand in each other a thousand times are refused, not followed', () => {
    expect(() => where(`${'('.repeat(1000)}a = 1${')'.repeat(1000)}`)).toThrow(
      /more than 100 conditions in each other/,
    );
    expect(() => where(`${'NOT '.repeat(1000)}a = 1`)).toThrow(/more than 100 conditions in each other/);
  });
});

describe('object paths', () => {
  test.each([
    ['Win32_Process', { className: 'Win32_Process' }],
    ['Win32_Process.Handle="4"', { className: 'Win32_Process', keys: new Map([['Handle', '4']]) }],
    ['Win32_LogicalDisk="C:"', { className: 'Win32_LogicalDisk', keys: new Map([['', 'C:']]) }],
    ['Win32_OperatingSystem=@', { className: 'Win32_OperatingSystem', keys: '@' }],
    [
      '\\\\HOST\\root\\cimv2:A.x=1,y="a,b"',
      {
        server: 'HOST',
        namespace: 'root\\cimv2',
        className: 'A',
        keys: new Map<string, unknown>([
          ['x', 1],
          ['y', 'a,b'],
        ]),
      },
    ],
    ['//./root/default:StdRegProv', { server: '.', namespace: 'root\\default', className: 'StdRegProv' }],
    ['root\\cimv2:A', { namespace: 'root\\cimv2', className: 'A' }],
  ])('%s', (text, expected) => {
    expect(parseObjectPath(text)).toEqual(expected);
  });

  test('a namespace is written with either slash, and a server before it', () => {
    expect(parseNamespace('//./root/cimv2')).toEqual({ server: '.', namespace: 'root\\cimv2' });
    expect(parseNamespace('\\\\HOST\\root\\cimv2')).toEqual({ server: 'HOST', namespace: 'root\\cimv2' });
    expect(parseNamespace('root\\cimv2')).toEqual({ namespace: 'root\\cimv2' });
  });
});

describe('LIKE', () => {
  test.each([
    ['%', '', true],
    ['%win%', 'Microsoft Windows', true],
    ['a_c', 'abc', true],
    ['a_c', 'ac', false],
    ['[a-f]x', 'dx', true],
    ['[a=f]x', 'gx', false],
    ['[^ad-f]', 'b', true],
    ['[^ad-f]', 'e', false],
    ['[^]', '^', true],
    ['[_]', '_', true],
    ['[_]', 'a', false],
    ['[a-]', '-', true],
    ['a%b%c', 'a1b2c', true],
    ['a%b%c', 'a1b2', false],
  ])('%s of %j: %s', (pattern, text, expected) => {
    expect(likePattern(pattern)(text)).toBe(expected);
  });

  test('takes no time that a pattern can stretch', () => {
    expect(likePattern(`${'%a'.repeat(200)}b`)('a'.repeat(20_000))).toBe(false);
  });
});
