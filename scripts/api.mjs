// npm run api [-- --check]: writes down what each sub-path of the package exports, in etc/*.api.md, so that a change of
// the public API shows in review. With --check it changes nothing, and ends with 1 where a report is not as it stands
// there. A type that an export mentions and nobody can name, or an export that says nothing of itself, fails in both.
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { unnamedTypes } from './unnamed-types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const check = process.argv.includes('--check');
const report = join(root, 'etc');
const temp = join(root, 'out/api');
mkdirSync(report, { recursive: true });
mkdirSync(temp, { recursive: true });

const QUIET = { logLevel: ExtractorLogLevel.None };

/** `./rpc` is reported in etc/rpc.api.md, the package itself in etc/dcom-harness.api.md. */
function extract(name, types) {
  const prepared = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: report,
        reportTempFolder: temp,
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: QUIET },
        // 'ae-forgotten-export' asks of each sub-path by itself; a type can be named by that of its own layer.
        extractorMessageReporting: { default: QUIET },
        tsdocMessageReporting: { default: QUIET },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  const { apiReportChanged } = Extractor.invoke(prepared, {
    localBuild: !check,
    messageCallback(message) {
      message.handled = true;
    },
  });
  return apiReportChanged;
}

/** Declared once with its section and the meaning of its fields, which docs/wire.md prints; or a number of a specification. */
const DECLARATION =
  /const \w+: (NdrType|Operation|FixedHeader|InterfaceDef|Vtable|Asn1Structure)\b|const \w+ = |type \w+ = (Infer|RowOf|ValueOf|Asn1Value)</;

/** Options that mean the same wherever they are: the simulation or the machine that something runs on. */
const ENVIRONMENT = /^readonly (network|timers|clock|random|connector|simulated)\??:/;

/** Exports that say nothing of themselves, and options likewise. */
function silentIn(name) {
  const lines = textOf(name).split('\n');
  let options;
  return lines.flatMap((line, index) => {
    const [, declared] = /^(?:export )?(?:declare )?(?:abstract )?[a-z]+ (\w+)/.exec(line) ?? [];
    if (declared !== undefined) options = declared.endsWith('Options') ? declared : undefined;
    if (!line.includes('(undocumented)')) return [];
    const next = lines[index + 1].trim();
    if (line.startsWith('//')) return DECLARATION.test(next) ? [] : [next];
    return options === undefined || ENVIRONMENT.test(next) ? [] : [`${options}: ${next}`];
  });
}

const textOf = (name) => readFileSync(join(check ? temp : report, `${name}.api.md`), 'utf8');

const entries = Object.entries(exports)
  .filter(([, { types }]) => types !== undefined)
  .map(([path, { types }]) => ({ name: path === '.' ? 'dcom-harness' : path.slice(2), types }))
  .map(({ name, types }) => ({ name, types, changed: extract(name, types) }));

let failed = false;
const say = (text) => {
  failed = true;
  process.stderr.write(`${text}\n`);
};
const declarations = entries.map(({ types }) => join(root, types));
for (const unnamed of unnamedTypes(join(root, 'dist'), declarations)) say(`${unnamed}, which no sub-path exports`);
for (const { name, changed } of entries) {
  for (const silent of silentIn(name)) say(`${name}: without a docstring: ${silent}`);
  if (check && changed)
    say(`${name}: etc/${name}.api.md is not what the package exports; run npm run api, and look at what it changes`);
}
process.exitCode = failed ? 1 : 0;
