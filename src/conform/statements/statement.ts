import { REASONS, type ReasonName } from './reasons.js';

/** A normative statement of a specification, and which checks test it. */
export interface Statement {
  /** `[MS-DCOM] 3.1.1.5.4`. */
  readonly section: string;
  /** The title of the section. */
  readonly topic: string;
  /** Whose behaviour it is, and so which suite tests it. */
  readonly role: 'server' | 'client';
  /** As the specification words it; `states` where it only describes. */
  readonly strength: 'must' | 'should' | 'states';
  /** What it asks for, in one sentence of our own. */
  readonly subject: string;
  /** Ids of checks, or patterns of ids in which `*` stands for any characters; empty exactly where there is a reason. */
  readonly checks: readonly string[];
  /** Why no check tests it. */
  readonly untested?: ReasonName;
}

/** Whether the other end of a connection can tell if a statement is kept. */
export const isVisible = ({ untested }: Statement): boolean => untested === undefined || REASONS[untested].seen;

const SECTION = /^# (?<section>[\d.]+) (?<topic>.+)$/;
const ROW = /^(?<role>server|client) (?<strength>must|should|states) \| (?<subject>[^|]+) \| (?<tested>[^|]+)$/;
const REASON = /^\((?<reason>\w+)\)$/;

/**
 * The statements of a table: `# 3.1.1.5.4 ORPC Invocations` begins a section, and each further line is
 * `role strength | subject | ids of checks, or (reason)`. Throws `TypeError` for any other line.
 */
export function statements(specification: string, table: string): Statement[] {
  let place: Pick<Statement, 'section' | 'topic'> | undefined;
  return table
    .trim()
    .split('\n')
    .flatMap((line) => {
      const heading = SECTION.exec(line)?.groups;
      if (heading !== undefined) {
        place = { section: `${specification} ${heading.section}`, topic: heading.topic as string };
        return [];
      }
      const row = ROW.exec(line)?.groups as Record<'role' | 'strength' | 'subject' | 'tested', string> | undefined;
      if (row === undefined || place === undefined) throw new TypeError(`no statement: ${line}`);
      const { role, strength, subject } = row as Pick<Statement, 'role' | 'strength' | 'subject'>;
      return [{ ...place, role, strength, subject, ...testedBy(row.tested) }];
    });
}

function testedBy(text: string): Pick<Statement, 'checks' | 'untested'> {
  const reason = REASON.exec(text)?.groups?.reason;
  if (reason === undefined) return { checks: text.trim().split(/ +/) };
  if (!Object.hasOwn(REASONS, reason)) throw new TypeError(`no reason: ${reason}`);
  return { checks: [], untested: reason as ReasonName };
}
