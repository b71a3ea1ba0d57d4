import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INTERFACES } from '../../../src/codec/interfaces.js';
import { structures } from '../../../src/codec/structures/index.js';

const src = join(import.meta.dirname, '../../../src');
const specs = join(import.meta.dirname, '../../../../shared/specs');

/** `[MS-DCOM] 2.2.18` → `OBJREF`, and `[MS-DCOM] note <37>` → its section, of every specification at hand. */
function titlesOf(folder: string): ReadonlyMap<string, string> {
  const titles = new Map<string, string>();
  for (const file of readdirSync(folder)) {
    const name = /^(MS-[A-Z0-9]+?)(-\d.*)?\.md$/.exec(file)?.[1];
    if (name === undefined) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, section, title] of text.matchAll(/^#+ (\d+(?:\.\d+)*) (.+)$/gm))
      titles.set(`[${name}] ${section}`, (title as string).trim());
    // Headings of more than six levels stand in the table of contents alone.
    for (const [, section, title] of text.matchAll(/^ *- \[(\d+(?:\.\d+)*) (.+)\]\(#/gm))
      titles.set(`[${name}] ${section}`, (title as string).trim());
    for (const [, note] of text.matchAll(/^(?:\*\*)?<(\d+)>/gm)) titles.set(`[${name}] note <${note}>`, '');
  }
  return titles;
}

const here = existsSync(specs);
const titles = here ? titlesOf(specs) : new Map<string, string>();
const known = new Set([...titles.keys()].map((key) => key.split(' ')[0]));

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

test.skipIf(!here)('every section and note that is cited exists', () => {
  const missing: string[] = [];
  for (const file of files) {
    const text = readFileSync(join(src, file), 'utf8');
    for (const [, spec, which] of text.matchAll(
      /(\[MS-[A-Z0-9]+\]) ((?:notes? <\d+>(?:,? (?:and )?<\d+>)*)|\d+(?:\.\d+)*)/g,
    )) {
      if (!known.has(spec)) continue;
      const keys = which?.startsWith('note') ? [...which.matchAll(/<\d+>/g)].map(([n]) => `note ${n}`) : [which];
      for (const key of keys) if (!titles.has(`${spec} ${key}`)) missing.push(`${file}: ${spec} ${key}`);
    }
  }
  expect(missing).toEqual([]);
});

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Parts of what their section is about, and names that the section's IDL gives beside its title. */
const PARTS: Readonly<Record<string, string>> = {
  SMB_COM_SESSION_SETUP_ANDX_Extended_Request: 'Client Request Extensions',
  SMB_COM_SESSION_SETUP_ANDX_Extended_Response: 'Server Response Extensions',
  SEC_VT: 'Verification Trailer',
  'UPN_DNS_INFO extension': 'UPN_DNS_INFO',
  rpc_sec_verification_trailer: 'Verification Trailer',
  SpecialPropertiesData_Alternate: 'SpecialPropertiesData',
  wireVARIANTStr: '_wireVARIANT',
  _varUnion: '_wireVARIANT',
  wireBRECORDStr: '_wireBRECORD',
  _tdUnion: 'TYPEDESC',
  rpc_if_id_vector_t: 'rpc_if_id_vector_p_t Type',
  AV_PAIRs: 'AV_PAIR',
};

const declared = [
  ...structures().map(({ name, section }) => ({ name: name.replace(/ (request|response)$/, ''), section })),
  ...INTERFACES.flatMap(({ operations }) => [...operations.values()].map(({ name, section }) => ({ name, section }))),
];

test.skipIf(!here)('a structure or operation has the name of a section that it cites', () => {
  const odd = declared.flatMap(({ name, section }) => {
    const cited = section.split(/[,;] /).flatMap((one) => titles.get(one) ?? []);
    const fits = cited.length === 0 || cited.some((title) => plain(title).includes(plain(PARTS[name] ?? name)));
    return fits ? [] : [`${name}: ${section} is ${cited.join(', ')}`];
  });
  expect(odd).toEqual([]);
});
