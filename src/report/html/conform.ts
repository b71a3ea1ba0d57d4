import type { Result } from '../result.js';
import type { Block, Figure, ReportHead, Tone } from './model.js';
import { checkFigures, checksBlock, figuresOf, notesOf } from './overview.js';
import type { Rows } from './rows.js';

/** What a suite says at its end, and how it is to be taken. */
export interface SaidVerdict {
  readonly title: string;
  readonly text: string;
  readonly tone: Tone;
}

/** The report of a conformance suite: the verdict, each check, and all that went over the wire. */
export function conformHead(
  { title, subtitle, verdict }: { title: string; subtitle: string; verdict: SaidVerdict | undefined },
  results: readonly Result[],
  rows: Rows,
): ReportHead {
  const figure: Figure[] =
    verdict === undefined ? [] : [{ label: 'hardening', value: verdict.title, tone: verdict.tone }];
  const said: Block[] =
    verdict === undefined
      ? []
      : [{ kind: 'tasks', title: 'Verdict', tasks: [{ who: verdict.title, what: verdict.text }] }];
  return {
    title,
    subtitle,
    figures: [...figure, ...checkFigures(results), ...figuresOf(rows)],
    blocks: [...said, checksBlock(results)],
    notes: notesOf(rows),
  };
}
