// What docs/wire.md says: made of the declarations themselves, so that it cannot say anything else.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const GROUPS = [
  ['C706', 'DCE/RPC: C706'],
  ['[MS-RPCE]', 'Remote Procedure Call extensions: [MS-RPCE]'],
  ['[MS-NLMP]', 'NTLM: [MS-NLMP]'],
  ['RFC 4178', 'SPNEGO'],
  ['RFC 4120', 'Kerberos: RFC 4120, [MS-KILE], [MS-PAC]'],
  ['[MS-KILE]', 'Kerberos: RFC 4120, [MS-KILE], [MS-PAC]'],
  ['[MS-PAC]', 'Kerberos: RFC 4120, [MS-KILE], [MS-PAC]'],
  ['[MS-DCOM]', 'DCOM: [MS-DCOM]'],
  ['[MS-OAUT]', 'Automation: [MS-OAUT]'],
  ['[MS-WMI', 'WMI: [MS-WMI], [MS-WMIO]'],
  ['OPC', 'OPC Data Access'],
  ['draft-', 'Capture files'],
  ['RFC', 'Network headers and GSS-API'],
  ['IEEE', 'Network headers and GSS-API'],
];
const OTHERS = 'Others';

const INTRODUCTION = `# Structures on the wire

This page lists every structure that \`src/codec\` declares. \`npm run docs\` makes it from the declarations; do not edit it.
The same declarations give the static types, decoding, encoding, the places of fields in reports, and the fuzzer.

Headers of fixed size give the offset of each field in octets. NDR types are laid out by the transfer syntax (NDR 2.0
or NDR64), so their fields have no fixed offset. \`/* … */\` says what a field is computed from if it is left out.
`;

/** `folder` is src/codec, where the declarations are looked for. */
export function wireMarkdown(structures, folder) {
  const sources = sourcesOf(folder);
  const groups = new Map();
  for (const each of structures) {
    const title = GROUPS.find(([start]) => each.section.startsWith(start))?.[1] ?? OTHERS;
    groups.set(title, [...(groups.get(title) ?? []), each]);
  }
  const titles = [...new Set([...GROUPS.map(([, title]) => title), OTHERS])].filter((title) => groups.has(title));
  const parts = titles.map((title) => [
    `## ${title}\n`,
    ...inOrder(groups.get(title)).map((each) => partOf(each, sources)),
  ]);
  return [INTRODUCTION, ...parts.flat()].join('\n');
}

const KINDS = { header: 'fixed size', type: 'NDR', stub: 'parameters', message: 'message' };

function partOf({ kind, name, section, fields }, sources) {
  const size = kind === 'header' ? `, ${sizeOf(fields)} octets` : '';
  const source = sources(name);
  const head = [`### ${name}\n`, `${section}; ${KINDS[kind]}${size}${source === undefined ? '' : `; \`${source}\``}\n`];
  if (fields.length === 0) return head.join('\n');
  const fixed = kind === 'header';
  const rows = fields.map(({ name: field, offset, type, note }) =>
    [...(fixed ? [String(offset)] : []), cell(field), `\`${cell(type)}\``, cell(note)].join(' | '),
  );
  const columns = [...(fixed ? ['offset'] : []), 'field', 'type', 'note'];
  const table = [columns.join(' | '), columns.map(() => '---').join(' | '), ...rows].map((row) => `| ${row} |`);
  return [...head, ...table, ''].join('\n');
}

const cell = (text) => text.replaceAll('|', '\\|');

const SIZES = { u8: 1, u16: 2, u32: 4, u64: 8, uuid: 16 };
function sizeOf(fields) {
  const { offset, type } = fields.at(-1);
  return offset + (SIZES[type] ?? Number(type.replace(/\D/g, '')));
}

/** By the numbers of their sections. */
const inOrder = (list) =>
  [...list].sort((a, b) => a.section.localeCompare(b.section, 'en', { numeric: true }) || (a.name < b.name ? -1 : 1));

/** In which file a name is declared. */
function sourcesOf(folder) {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const texts = files.map((name) => [
    `src/codec/${name.replaceAll('\\', '/')}`,
    readFileSync(join(folder, name), 'utf8'),
  ]);
  return (name) => {
    const stub = name.replace(/ (request|response)$/, '');
    const patterns = [`'${name}'`, `name: '${stub}'`, `'${stub}'`].filter((text) => text !== "''");
    for (const pattern of patterns) {
      const found = texts.find(([file, text]) => !file.includes('/structures/') && text.includes(pattern));
      if (found !== undefined) return found[0];
    }
    return texts.find(([file, text]) => !file.includes('/structures/') && text.includes(`${stub}`))?.[0];
  };
}
