import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/codec/bytes.js';
import {
  AP_REP,
  AP_REQ,
  decodeMessage,
  type EncryptedData,
  KRB_ERROR,
  type PrincipalName,
} from '../../src/codec/kerberos/index.js';
import { captureFile, recordedLab } from '../support/labs.js';
import { tshark, tsharkFields } from '../support/tshark.js';
import { type Tree, textOf, tsharkJson } from '../support/tshark-json.js';

const folder = join(import.meta.dirname, '../../../shared/pcaps');
const CAPTURES = existsSync(folder)
  ? readdirSync(folder).filter((name) => /^(zeek__(kerberos135|smb2_krb)|otrf__)/.test(name))
  : [];

type Row = readonly [field: string, text: string];

const octets = (bytes: Uint8Array): string => toHex(bytes).replace(/..(?!$)/g, '$&:');
const seconds = (time: number): string => new Date(time).toISOString().replace('T', ' ').slice(0, 19);

const principal = (kind: 'SName' | 'CName', { name_type, name_string }: PrincipalName): Row[] => [
  ['name_type', String(name_type)],
  ...name_string.map((part): Row => [`${kind}String`, part]),
];
const encrypted = ({ etype, kvno, cipher }: EncryptedData): Row[] => [
  ['etype', String(etype)],
  ...(kvno === undefined ? [] : [['kvno', String(kvno)] as Row]),
  ['cipher', octets(cipher)],
];
const flags = (bits: number): string => octets(Buffer.from(bits.toString(16).padStart(8, '0'), 'hex'));
const head = ({ pvno, msg_type }: { pvno: number; msg_type: number }): Row[] => [
  ['pvno', String(pvno)],
  ['msg_type', String(msg_type)],
];

/** The fields of a message in the order in which they stand, under tshark's names. */
function rowsOf(message: Uint8Array): Row[] {
  if (message[0] === AP_REQ.tag) {
    const { ticket, authenticator, ap_options, ...rest } = decodeMessage(AP_REQ, message);
    return [
      ...head(rest),
      ['ap_options', flags(ap_options)],
      ['tkt_vno', String(ticket.tkt_vno)],
      ['realm', ticket.realm],
      ...principal('SName', ticket.sname),
      ...encrypted(ticket.enc_part),
      ...encrypted(authenticator),
    ];
  }
  if (message[0] === AP_REP.tag) {
    const { enc_part, ...rest } = decodeMessage(AP_REP, message);
    return [...head(rest), ...encrypted(enc_part)];
  }
  const error = decodeMessage(KRB_ERROR, message);
  return [
    ...head(error),
    ...(error.ctime === undefined ? [] : [['ctime', seconds(error.ctime)] as Row]),
    ...(error.cusec === undefined ? [] : [['cusec', String(error.cusec)] as Row]),
    ['stime', seconds(error.stime)],
    ['susec', String(error.susec)],
    ['error_code', String(error.error_code)],
    ...(error.crealm === undefined ? [] : [['crealm', error.crealm] as Row]),
    ...(error.cname === undefined ? [] : principal('CName', error.cname)),
    ['realm', error.realm],
    ...principal('SName', error.sname),
    ...(error.e_data === undefined ? [] : [['e_data', octets(error.e_data)] as Row]),
  ];
}

const FIELDS = new Set(
  'pvno msg_type ap_options tkt_vno realm name_type SNameString CNameString etype kvno cipher ctime cusec stime susec error_code crealm e_data'.split(
    ' ',
  ),
);

/** tshark's fields of one message; what it reads out of e_data is another structure. */
function shownOf(tree: Tree): Row[] {
  const rows: Row[] = [];
  for (const [field, text] of textOf(tree)) {
    const name = field.replace(/^kerberos\./, '');
    if (!FIELDS.has(name)) continue;
    rows.push([name, /time$/.test(name) ? seconds(Date.parse(text.replace(/\.\d+ /, ' '))) : text]);
    if (name === 'e_data') break;
  }
  return rows;
}

/** Every subtree of a name, wherever it stands, with the octets that it is of. */
function* messagesIn(tree: Tree): Generator<{ octets: Buffer; tree: Tree }> {
  if (typeof tree === 'string') return;
  if (Array.isArray(tree)) {
    for (const each of tree as readonly Tree[]) yield* messagesIn(each);
    return;
  }
  for (const [key, each] of Object.entries(tree)) {
    const raw = (tree as Record<string, Tree>)[`${key}_raw`] as readonly Tree[] | undefined;
    if (key === 'kerberos' && raw !== undefined)
      yield { octets: withoutMark(Buffer.from(String(raw[0]), 'hex')), tree: each };
    else yield* messagesIn(each);
  }
}

/** Over TCP tshark counts the length in front in. */
const withoutMark = (message: Buffer): Buffer => (message[0] === 0 ? message.subarray(4) : message);

const KINDS = new Set([AP_REQ.tag, AP_REP.tag, KRB_ERROR.tag]);
const counted = { 110: 0, 111: 0, 126: 0 } as Record<number, number>;

describe.skipIf(tshark.skip || CAPTURES.length === 0)('Kerberos in captures of Windows', () => {
  test.each(CAPTURES)(
    '%s: every AP-REQ, AP-REP and KRB-ERROR has the fields that tshark shows',
    async (name) => {
      const file = join(folder, name);
      const frames = await tsharkJson(
        file,
        'kerberos',
        ['kerberos', 'dcerpc', 'smb2', 'smb', 'ldap', 'gss-api', 'spnego'],
        ['-x'],
      );
      for (const { frame, layers } of frames) {
        for (const { octets: message, tree } of messagesIn(layers as Tree)) {
          const kind = message[0] ?? 0;
          if (!KINDS.has(kind)) continue;
          expect(rowsOf(message), `frame ${frame}`).toEqual(shownOf(tree));
          counted[kind] = (counted[kind] ?? 0) + 1;
        }
      }
    },
    60_000,
  );

  test('there are enough of each to say so', () => {
    expect(counted[AP_REQ.tag]).toBeGreaterThan(20);
    expect(counted[AP_REP.tag]).toBeGreaterThan(20);
    expect(counted[KRB_ERROR.tag]).toBeGreaterThan(0);
  });
});

describe.skipIf(tshark.skip)('the recording of a domain, as tshark shows it with the keytab of the run', () => {
  let file: string;
  let keys: readonly string[];
  let activations: number;
  beforeAll(async () => {
    const { run, capture } = await recordedLab('kerberos-domain');
    file = captureFile('kerberos-domain', capture);
    const keytab = join(dirname(file), 'keytab');
    writeFileSync(keytab, run.keytab ?? expect.fail());
    keys = ['-K', keytab, '-o', 'kerberos.decrypt:TRUE'];
    // tshark looks into no token of SPNEGO at PKT.
    activations = run.activations.filter(({ mechanism, level }) => mechanism === 'Kerberos' && level !== 4).length;
  });
  afterAll(() => rmSync(dirname(file), { recursive: true }));

  test('each ticket opens: its client is named, which stands nowhere in the clear', async () => {
    const binds = 'dcerpc.pkt_type == 11 && kerberos.ticket_element';
    const named = await tsharkFields(file, binds, ['kerberos.CNameString'], keys);
    expect(named).toHaveLength(activations);
    for (const [names] of named) expect(names).toMatch(/^op(,op)*$/);
    expect(await tsharkFields(file, `${binds} && kerberos.CNameString`, ['frame.number'])).toEqual([]);
  });

  test('each activation that is sealed under Kerberos is dissected, AES and RC4, and none without the keytab', async () => {
    const sealed = 'dcerpc.auth_level == 6 && (dcerpc.pkt_type == 0 || dcerpc.pkt_type == 2)';
    const shown = (options: readonly string[] = []) =>
      tsharkFields(file, sealed, ['frame.number', 'dcom.clsid'], options);
    const withoutKeys = await shown();
    expect([withoutKeys.length, withoutKeys.filter(([, clsid]) => clsid)]).toEqual([8, []]);
    // One request and its response went by NTLM.
    expect((await shown(keys)).filter(([, clsid]) => clsid)).toHaveLength(6);
  });
});
