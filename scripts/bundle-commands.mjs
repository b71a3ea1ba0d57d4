// Joins the modules of the commands: dist/cli/run.js and what it loads become a few files in place of several hundred, so
// that a command starts in half the time. The package's own modules stay beside them for who imports them.
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = join(root, 'dist/cli');

/** A module that finds a file from where it stands still finds it, wherever in `outdir` its code has gone. */
const places = {
  name: 'places of modules',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.url')) return undefined;
      const module = relative(outdir, path.replace(`${root}/src/`, `${root}/dist/`)).replace(/\.ts$/, '.js');
      const place = `new URL(${JSON.stringify(module)}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', place), loader: 'ts' };
    });
  },
};

await build({
  // All stand in one folder, as `places` has it; a thread is started from where `audit` and `decode` look for theirs.
  entryPoints: ['run', 'audit/thread', 'decode/thread'].map((name) => ({
    in: join(root, `src/cli/${name}.ts`),
    out: name,
  })),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  plugins: [places],
});
