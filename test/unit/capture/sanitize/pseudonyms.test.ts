import { describe, expect, test } from 'vitest';
import { replaceText } from '../../../../src/capture/sanitize/pseudonyms/octets.js';
import { Pseudonyms } from '../../../../src/capture/sanitize/pseudonyms/pseudonyms.js';

const pseudonyms = (seed = 'a seed') => new Pseudonyms({ seed });
const ipv4 = (names: Pseudonyms, text: string): number[] => [
  ...names.address(Buffer.from(text.split('.').map(Number))),
];

describe('a name', () => {
  test('becomes another of the same length, the same whatever its case', () => {
    const names = pseudonyms();
    const made = names.text('Workstation5');
    expect(made).toHaveLength(12);
    expect(made.toLowerCase()).not.toBe('workstation5');
    expect(names.text('WORKSTATION5')).toBe(made.toUpperCase());
    expect(made[0]).toBe(made[0]?.toUpperCase());
  });

  test('is the same in a longer one: a host by itself and with its domain', () => {
    const names = pseudonyms();
    const [host, domain] = [names.text('dc01'), names.text('corp')];
    expect(names.text('dc01.corp')).toBe(`${host}.${domain}`);
    expect(names.text('CORP\\dc01$')).toBe(`${domain.toUpperCase()}\\${host}$`);
  });

  test('is the same with the same seed, and another with another', () => {
    expect(pseudonyms().text('workstation')).toBe(pseudonyms().text('workstation'));
    expect(pseudonyms('x').text('workstation')).not.toBe(pseudonyms('y').text('workstation'));
  });

  test('is never that of another name', () => {
    const names = pseudonyms();
    const made = Array.from({ length: 300 }, (_, index) => names.word(`a${index.toString(36).padStart(2, '0')}`));
    expect(new Set(made).size).toBe(300);
  });

  test('of letters and digits, however short, is never that of another one, nor itself, nor a number', () => {
    const names = pseudonyms();
    const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
    const words = characters.flatMap((first) => [first, ...characters.map((second) => first + second)]);
    const given = words.filter((word) => /\D/.test(word) && names.word(word) !== word);
    const made = given.map((word) => names.word(word));
    expect(given.length).toBeGreaterThan(1200);
    expect(new Set(made).size).toBe(given.length);
    expect(made.filter((word) => /^\d+$/.test(word))).toEqual([]);
    expect(words.filter((word) => /\D/.test(word) && !given.includes(word))).toEqual([]);
  });

  test('does not depend on the names before it', () => {
    const words = Array.from({ length: 400 }, (_, index) => `q${index.toString(36).padStart(2, '0')}`);
    const [forwards, backwards] = [pseudonyms(), pseudonyms()];
    for (const word of words) forwards.word(word);
    for (const word of words.toReversed()) backwards.word(word);
    expect(words.map((word) => backwards.word(word))).toEqual(words.map((word) => forwards.word(word)));
  });

  test('goes on from a table that was kept', () => {
    const first = pseudonyms();
    const made = first.text('workstation');
    const table = JSON.parse(JSON.stringify(first.table));
    expect(table.names).toEqual({ workstation: made });
    expect(new Pseudonyms(table).text('WorkStation').toLowerCase()).toBe(made);
  });

  test('of a protocol stays: shares, pipes, classes of service', () => {
    expect(pseudonyms().text('\\PIPE\\svcctl')).toBe('\\PIPE\\svcctl');
    const names = pseudonyms();
    expect(names.text('\\\\srv\\IPC$')).toBe(`\\\\${names.text('srv')}\\IPC$`);
    expect(names.text('RPCSS/10.0.0.1')).toBe(`RPCSS/${ipv4(names, '10.0.0.1').join('.')}`);
  });

  test.each(
    'dns router storage control browser ftp admin host http rpc ldap cifs kerberos root key class cache witness'.split(
      ' ',
    ),
  )('that a protocol uses for something else is replaced as any other: %s', (name) => {
    for (const text of [name, `${name}.corp.example`, `\\\\${name}\\data`, `CORP\\${name}`, `${name}$`, `cifs/${name}`])
      expect(
        pseudonyms()
          .text(text)
          .replace(/^cifs\//, ''),
      ).not.toMatch(new RegExp(`(^|[^a-z])${name}([^a-z]|$)`));
  });

  test.each([
    '\\PIPE\\browser',
    '\\pipe\\protected_storage',
    'ncacn_ip_tcp',
    'root\\cimv2',
    '__RELPATH',
    'NT AUTHORITY\\ANONYMOUS',
    'IPC$',
    'Not Found',
  ])('stays where the protocol puts it: %s', (text) => {
    expect(pseudonyms().text(text)).toBe(text);
  });

  test('of a class of service stays in front of its host alone', () => {
    const names = pseudonyms();
    expect(names.text('ldap/ldap.corp')).toBe(`ldap/${names.text('ldap')}.${names.text('corp')}`);
  });

  test('in a query of WMI goes, and the words of the language stay', () => {
    const names = pseudonyms();
    expect(names.text("SELECT Size FROM CIM_DataFile WHERE Drive='select'")).toBe(
      `SELECT ${names.text('Size')} FROM CIM_${names.text('DataFile')} WHERE ${names.text('Drive')}='${names.text('select')}'`,
    );
  });

  test.each(['Ätherwerk', '工作站', 'a\u0001b', '😀😀'])('in any script goes: %j', (name) => {
    const made = pseudonyms().text(name);
    expect(made).toHaveLength(name.length);
    expect(made).toMatch(/^[a-z]+$/i);
  });
});

describe('a text in octets', () => {
  test.each(['utf16le', 'utf16be'])('is replaced word by word where it is %s after all', (encoding) => {
    const names = pseudonyms();
    const wide = Buffer.from('\\\\DC01\\C', 'utf16le');
    if (encoding === 'utf16be') wide.swap16();
    replaceText(names, wide, 'octets');
    if (encoding === 'utf16be') wide.swap16();
    expect(wide.toString('utf16le')).toBe(names.text('\\\\DC01\\C'));
  });

  test('is replaced string by string where NULs separate them', () => {
    const names = pseudonyms();
    const strings = Buffer.from('host\0A\0domain\0', 'latin1');
    replaceText(names, strings, 'octets');
    expect(strings.toString('latin1')).toBe(`${names.text('host')}\0${names.text('A')}\0${names.text('domain')}\0`);
  });
});

describe('an address', () => {
  test('keeps what it shares with others: as many first octets as before', () => {
    const names = pseudonyms();
    const [a, b, c] = ['192.168.10.21', '192.168.10.99', '192.168.77.5'].map((text) => ipv4(names, text)) as number[][];
    expect(a?.slice(0, 3)).toEqual(b?.slice(0, 3));
    expect(a?.[3]).not.toBe(b?.[3]);
    expect(a?.slice(0, 2)).toEqual(c?.slice(0, 2));
    expect(a?.[0]).not.toBe(192);
  });

  test('is in text what it is in octets, and as long', () => {
    const names = pseudonyms();
    const made = ipv4(names, '192.168.10.2').join('.');
    expect(names.text('ncacn_ip_tcp:192.168.10.2[135]')).toMatch(`:${made}[`);
    expect(made).toHaveLength('192.168.10.2'.length);
  });

  test('maps one to one', () => {
    const names = pseudonyms();
    const all = Array.from({ length: 256 }, (_, last) => ipv4(names, `10.1.2.${last}`).join('.'));
    expect(new Set(all).size).toBe(256);
  });

  test.each(['127.0.0.1', '0.0.0.0', '255.255.255.255', '224.0.0.251'])('that means no machine stays: %s', (text) => {
    expect(ipv4(pseudonyms(), text).join('.')).toBe(text);
  });

  test('of IPv6 keeps its groups, its zeros and its scope', () => {
    const names = pseudonyms();
    const made = names.text('fe80::1ff:fe23:4567:890a');
    expect(made).toMatch(/^fe80::[0-9a-f]{3}:[0-9a-f]{4}:[0-9a-f]{4}:[0-9a-f]{3,4}$/);
    expect(made).not.toContain('4567');
    expect(names.text('::1')).toBe('::1');
  });

  test('of a link keeps the bits that say what it is for', () => {
    const names = pseudonyms();
    const made = names.mac(Buffer.from('005056ab1234', 'hex'));
    expect(made.toString('hex')).not.toContain('005056');
    expect((made[0] as number) & 3).toBe(0);
    expect(names.mac(Buffer.alloc(6, 0xff))).toEqual(Buffer.alloc(6, 0xff));
  });
});

describe('a number', () => {
  test.each([1, 2, 3])('of %i digits becomes another of as many, one to one', (length) => {
    const names = pseudonyms();
    const all = Array.from({ length: 10 ** length }, (_, number) => String(number).padStart(length, '0'));
    const made = all.map((digits) => names.number(digits));
    expect([...new Set(made)].sort()).toEqual(all);
    expect(made.filter((digits, at) => digits === all[at])).toEqual([]);
  });

  test('keeps machines apart whose names end in one', () => {
    const names = pseudonyms();
    expect(new Set(Array.from({ length: 10 }, (_, at) => names.text(`plc-${at}`))).size).toBe(10);
  });
});

describe('other identifiers', () => {
  test('UUIDs of what is known stay, others become the same others', () => {
    const names = pseudonyms();
    expect(names.uuid('00000143-0000-0000-c000-000000000046')).toBe('00000143-0000-0000-c000-000000000046');
    expect(names.uuid('49b2791a-b1ae-4c90-9b8e-e860ba07f889')).toBe('49b2791a-b1ae-4c90-9b8e-e860ba07f889');
    const made = names.uuid('deadbeef-cafe-babe-1234-567890abcdef');
    expect(made).not.toBe('deadbeef-cafe-babe-1234-567890abcdef');
    expect(names.text('{DEADBEEF-CAFE-BABE-1234-567890ABCDEF}')).toBe(`{${made.toUpperCase()}}`);
  });

  test('a SID keeps its form and the RIDs that all have', () => {
    const made = pseudonyms().text('S-1-5-21-1111111111-2222222222-3333333333-500');
    expect(made).toMatch(/^S-1-5-21-\d{10}-\d{10}-\d{10}-500$/);
    expect(made).not.toContain('1111111111');
  });
});
