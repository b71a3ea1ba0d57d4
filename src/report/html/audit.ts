import type { PatchLevel } from '../../hardening/timeline.js';
import { PHASES } from '../../hardening/timeline.js';
import type { ActivationGroup, AuditGroups, FindingGroup } from '../audit/groups.js';
import { auditResults } from '../audit/results.js';
import { auditTasks } from '../audit/tasks.js';
import { activationColumns, FINDING_COLUMNS } from '../audit/text.js';
import type { Block, ReportHead, Task } from './model.js';
import { checksBlock, figuresOf, notesOf, operationsBlock, tableBlock } from './overview.js';
import type { Rows } from './rows.js';

/** The report of an audit: who must change what, and the PDUs that show it. */
export function auditHead(groups: AuditGroups, level: PatchLevel, files: readonly string[], rows: Rows): ReportHead {
  const refused = groups.count('refused');
  const href = ({ first: { file, frame } }: ActivationGroup | FindingGroup): string | undefined => {
    const row = rows.ofFrame(file, frame);
    return row === undefined ? undefined : `#/pdu/${row}`;
  };
  const operations = operationsBlock(rows);
  return {
    title: `What a server as of ${level.date} refuses`,
    subtitle: `dcom-harness audit: ${files.join(', ')}; ${level.phase.title}`,
    figures: [
      { label: 'activations', value: groups.total.toLocaleString('en') },
      { label: 'would be refused', value: refused.toLocaleString('en'), tone: refused > 0 ? 'bad' : 'good' },
      { label: 'findings', value: groups.found.toLocaleString('en'), tone: groups.found > 0 ? 'warn' : 'good' },
      ...figuresOf(rows),
    ],
    blocks: [
      ...tasksBlock(groups),
      ...(groups.activations.length > 0
        ? [tableBlock('table', 'Activations', groups.activations, activationColumns(level.date), { href })]
        : []),
      ...(groups.findings.length > 0
        ? [tableBlock('table', 'Findings', groups.findings, FINDING_COLUMNS, { href })]
        : []),
      {
        kind: 'timeline',
        title: 'The server of this audit in the history of the hardening',
        phases: PHASES.map(({ from, title, server, client }) => ({ from, title, server, client })),
        hosts: [{ name: 'server', what: `as of ${level.date}`, date: level.date }],
      },
      ...(operations === undefined ? [] : [operations]),
      checksBlock(auditResults(groups)),
    ],
    notes: notesOf(rows),
  };
}

function tasksBlock(groups: AuditGroups): Block[] {
  const tasks = auditTasks(groups).map(({ who, what, advice }): Task => ({ who, what, why: advice }));
  return tasks.length === 0 ? [] : [{ kind: 'tasks', title: 'Who must change what', tasks }];
}
