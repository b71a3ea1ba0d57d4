// What docs/policy.md says: the tables of src/hardening that decide, as they are.

const INTRODUCTION = `# What decides about an activation

This page lists the registry values and policy options that the simulated machines know. \`npm run docs\` makes it from
\`src/hardening\`; do not edit it.

## Registry values

Set them by \`--registry NAME=VALUE\`, or by \`registry\` in a lab. The effect of any
other number is one of the options at the end of this page.
`;

const OPTIONS = `
## What no source confirms

Each of these is an option of \`policy\` with a default. None of them is a claim about Windows.
`;

const cell = (text) => text.replaceAll('|', '\\|');
const line = (...cells) => `| ${cells.map(cell).join(' | ')} |`;

/** A value as one writes it in a scenario. */
const shown = (value) => (value === undefined ? 'absent' : `\`${JSON.stringify(value).replaceAll('"', '')}\``);

export function policyMarkdown({ options, defaults, values }) {
  const registry = values.flatMap(({ name, path, role, reboot, meanings, absent, source }) => [
    `\n### ${name}\n`,
    `\`${path}\`, REG_DWORD; for the ${role === 'both' ? 'server and the client' : role}; takes effect ${reboot ? 'after a reboot' : 'at once'}. Source: ${source}.\n`,
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
