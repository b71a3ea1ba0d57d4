// Makes one script and one style of src/report/html/app, for the page that reports are: dist/report/html/app.{js,css}.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const app = join(root, 'src/report/html/app');

await build({
  entryPoints: { app: join(app, 'main.tsx') },
  outdir: join(root, 'dist/report/html'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  tsconfigRaw: {},
  charset: 'utf8',
  // The script stands in an HTML page, where this would end it.
  supported: { 'inline-script': false },
  legalComments: 'inline',
});
await build({
  entryPoints: { app: join(app, 'style.css') },
  outdir: join(root, 'dist/report/html'),
  bundle: true,
  minify: true,
  target: ['chrome111', 'firefox113', 'safari16.4'],
});
