// The layers as a picture: a row each, with its rooms, and which of those below it imports, as the source has it.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const ROW = 46;
const LEFT = 16;
const NAMES = 560;
const CELL = 30;
const TOP = 96;

/** What a source imports, as it stands there: a path that begins with a dot, or a package. */
export const importsIn = (text) => [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name);

/** What the files of a layer import of the other layers. */
function importsOf(src, layer) {
  const files = readdirSync(join(src, layer), { recursive: true, encoding: 'utf8' });
  const targets = files
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .flatMap((file) =>
      importsIn(readFileSync(join(src, layer, file), 'utf8'))
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(src, join(src, layer, dirname(file), name)).split(sep)[0]),
    );
  return new Set(targets.filter((other) => other !== layer));
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** @param {string} src the folder of the layers @param {{ layer: string, holds: string, rooms?: string[][] }[]} layers top to bottom */
export function architectureSvg(src, layers) {
  const width = LEFT + NAMES + layers.length * CELL + 24;
  const height = TOP + layers.length * ROW + 16;
  const rows = layers.map(({ layer, holds, rooms = [] }, row) => {
    const y = TOP + row * ROW;
    const imports = importsOf(src, layer);
    const inside = rooms.length === 0 ? holds : `rooms: ${rooms.map((floor) => floor.join(' ')).join(' → ')}`;
    const cells = layers.map(({ layer: other }, column) => {
      const x = LEFT + NAMES + column * CELL;
      const box = `<rect class="${row === column ? 'own' : 'cell'}" x="${x}" y="${y}" width="${CELL - 2}" height="${ROW - 4}"/>`;
      if (!imports.has(other)) return box;
      return `${box}<circle cx="${x + CELL / 2 - 1}" cy="${y + ROW / 2 - 2}" r="5"/>`;
    });
    return [
      `<rect class="layer" x="${LEFT}" y="${y}" width="${NAMES - 12}" height="${ROW - 4}" rx="4"/>`,
      `<text class="name" x="${LEFT + 10}" y="${y + 17}">${layer}</text>`,
      `<text class="holds" x="${LEFT + 10}" y="${y + 34}">${escaped(inside)}</text>`,
      ...cells,
    ].join('\n');
  });
  const heads = layers.map(({ layer }, column) => {
    const x = LEFT + NAMES + column * CELL + CELL / 2 + 3;
    return `<text class="head" transform="translate(${x} ${TOP - 8}) rotate(-60)">${layer}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">
<title>Layers, top to bottom, and which imports which</title>
<style>
rect.layer { fill: #eef2f7; stroke: #8793a3 }
rect.cell { fill: #f6f8fa }
rect.own { fill: #c9d2dd }
text { fill: #1c2733; font-size: 12px }
text.name { font-weight: 600; font-size: 14px }
text.holds { fill: #3b4754 }
circle { fill: #33669c }
@media (prefers-color-scheme: dark) {
rect.layer { fill: #1f2937; stroke: #64748b }
rect.cell { fill: #161e29 }
rect.own { fill: #374151 }
text { fill: #e5e9ef }
text.holds { fill: #b6c0cc }
circle { fill: #7fb2e5 }
}
</style>
<text x="${LEFT}" y="24" class="name">Imports go downwards only</text>
<text x="${LEFT}" y="44" class="holds">A dot says that the row's layer imports the column's.</text>
${rows.join('\n')}
${heads.join('\n')}
</svg>
`;
}
