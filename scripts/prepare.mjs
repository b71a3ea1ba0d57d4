// Makes a fresh clone ready: installs the packages where they are missing or out of date, and with --build compiles
// src/ to dist/ where a source is newer than the last build. Uses nothing but Node, so that npm start and npm test
// work by themselves. Prints only when there is something to do.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const modified = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (folder) =>
  Math.max(0, ...readdirSync(folder, { recursive: true }).map((name) => modified(join(folder, String(name)))));

function step(what, command, args) {
  process.stderr.write(`${what}\n`);
  // npm is a shell script on Windows, which execFile cannot start without a shell.
  execFileSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`dcom-harness needs Node 20.19 or later; this is ${process.versions.node}\n`);
  process.exit(2);
}

if (modified(at('node_modules/.package-lock.json')) < modified(at('package-lock.json'))) {
  step('installing packages …', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
const stamp = at('dist/cli/main.js');
const bundlers = {
  'building the page of reports …': at('scripts/bundle-report.mjs'),
  'joining the modules of the commands …': at('scripts/bundle-commands.mjs'),
};
const madeOf = [at('tsconfig.json'), at('package-lock.json'), ...Object.values(bundlers)];
const sources = Math.max(newest(at('src')), ...madeOf.map(modified));
if (process.argv.includes('--build') && modified(stamp) < sources) {
  rmSync(at('dist'), { recursive: true, force: true });
  step('building …', process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.json')]);
  for (const [what, bundler] of Object.entries(bundlers)) step(what, process.execPath, [bundler]);
  chmodSync(stamp, 0o755);
}
