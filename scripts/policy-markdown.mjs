// What docs/policy.md says: the tables of src/hardening that decide, as they are.

const INTRODUCTION = `# What decides about an activation

The values and options that the simulated machines know, made by \`npm run docs\` from \`src/hardening\`; do not edit it.

## Registry values

Set by \`--registry NAME=VALUE\` and by the lab's \`registry\`. Any number that is not listed is an option below.
`;

const OPTIONS = `
## What no source confirms

Each is an option of \`policy\` with a default, and no claim about Windows.
`;

const cell = (text) => text.replaceAll('|', '\\|');
const line = (...cells) => `| ${cells.map(cell).join(' | ')} |`;

/** A value as one writes it in a scenario. */
const shown = (value) => (value === undefined ? 'absent' : `\`${JSON.stringify(value).replaceAll('"', '')}\``);

export function policyMarkdown({ options, defaults, values }) {
  const registry = values.flatMap(({ name, path, role, reboot, meanings, absent, source }) => [
    `\n### ${name}\n`,
    `\`${path}\`, REG_DWORD; for the ${role === 'both' ? 'server and the client' : role}; counts ${reboot ? 'after a reboot' : 'at once'}. ${source}.\n`,
    line('value', 'meaning'),
    '| --- | --- |',
    ...Object.entries(meanings).map(([value, meaning]) => line(value, meaning)),
    line('absent', absent),
  ]);
  const rows = Object.entries(options).map(([name, why]) => line(`\`${name}\``, shown(defaults[name]), why));
  return [
    INTRODUCTION.trimEnd(),
    ...registry,
    OPTIONS,
    line('option', 'default', 'why'),
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
