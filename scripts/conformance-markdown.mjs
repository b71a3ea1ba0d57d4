// What docs/conformance.md says: the statements of src/conform/statements, and the checks that test them.

const INTRODUCTION = `# What the conformance suites test

This page lists every normative statement about the wire in [MS-DCOM] 3.1 and 3.2 and in [MS-RPCE] 3.1 and 3.3, in our own
words. Beside each stand the checks of \`conform server\` and \`conform client\` that test it, or the reason why none does.
\`npm run docs\` makes the page from \`src/conform/statements\`; do not edit it.

A statement is *visible* if the other end of a connection can tell whether an implementation follows it.
`;

const cell = (text) => text.replaceAll('|', '\\|');
const line = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
const percent = (part, whole) => (whole === 0 ? '–' : `${Math.floor((100 * part) / whole)} %`);

export function conformanceMarkdown({ statements, reasons, isVisible }) {
  const bySpecification = grouped(statements, chapterOf);
  const count = (name, rows) => {
    const visible = rows.filter(isVisible);
    const tested = visible.filter(({ checks }) => checks.length > 0);
    return line(
      name,
      ...[rows, visible, tested].map(({ length }) => `${length}`),
      percent(tested.length, visible.length),
    );
  };
  return [
    INTRODUCTION,
    line('part', 'statements', 'visible', 'tested', 'of those visible'),
    '| --- | ---: | ---: | ---: | ---: |',
    ...[...bySpecification].map(([name, rows]) => count(name, rows)),
    ...['server', 'client'].map((role) =>
      count(
        `of the ${role}`,
        statements.filter((each) => each.role === role),
      ),
    ),
    count('all', statements),
    '\n## Why a statement is not tested\n',
    line('reason', 'visible', 'meaning', 'statements'),
    '| --- | --- | --- | ---: |',
    ...Object.entries(reasons).map(([name, { seen, text }]) =>
      line(name, seen ? 'yes' : 'no', text, `${statements.filter(({ untested }) => untested === name).length}`),
    ),
    ...[...bySpecification].flatMap(([name, rows]) => [`\n## ${name}`, ...sections(rows)]),
    '',
  ].join('\n');
}

function grouped(rows, key) {
  const groups = new Map();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

/** `[MS-DCOM] 3.1`. */
const chapterOf = ({ section }) => /^\S+ \d+(\.\d+)?/.exec(section)[0];

function sections(rows) {
  return [...grouped(rows, ({ section }) => section)].flatMap(([title, own]) => {
    return [
      `\n### ${title} ${own[0].topic}\n`,
      line('who', 'strength', 'statement', 'checks'),
      '| --- | --- | --- | --- |',
      ...own.map(({ role, strength, subject, checks, untested }) =>
        line(
          role,
          strength,
          subject,
          untested === undefined ? checks.map((id) => `\`${id}\``).join(' ') : `*${untested}*`,
        ),
      ),
    ];
  });
}
