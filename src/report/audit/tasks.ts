import type { AuditedActivation, AuditFinding } from '../../capture/audit/audit.js';
import type { ActivationGroup, AuditGroups } from './groups.js';
import { className, isEncrypted, levelText, type Nameless, nameless } from './text.js';

/** What a client and user have to change. */
export interface AuditTask {
  /** A sentence or two, the same for everybody to whom it applies. */
  readonly advice: string;
  readonly who: string;
  /** Classes and levels, and where to look. */
  readonly what: string;
}

/** Who must change what: one task for each client and user whose activations would not pass, with where to look. */
export function auditTasks(groups: AuditGroups): AuditTask[] {
  const tasks = new Map<string, OpenTask>();
  for (const group of groups.activations) {
    const { client, first, relay } = group;
    const advice = adviceFor(group);
    if (advice === undefined) continue;
    const who = `${client}, ${userIn(first)}`;
    const key = `${advice}\n${who}`;
    const place = relay === undefined ? `first: ${placeOf(first)}` : `the finding: ${placeOf(relay)}`;
    const task = tasks.get(key) ?? { advice, who, place, levels: new Map<string, Set<string>>() };
    tasks.set(key, task);
    const level = levelText(first.auth_level);
    const classes = task.levels.get(level) ?? new Set();
    task.levels.set(level, classes.add(classIn(first)));
  }
  return [...tasks.values()].map(({ advice, who, place, levels }) => ({
    advice,
    who,
    what: `${[...levels].map(([level, classes]) => `${[...classes].join(', ')}${atLevel(level)}`).join('; ')} (${place})`,
  }));
}

/** The same in lines: each advice once, and below it to whom it is given. */
export function whatMustChange(groups: AuditGroups): string[] {
  const byAdvice = new Map<string, string[]>();
  for (const { advice, who, what } of auditTasks(groups)) {
    const lines = byAdvice.get(advice) ?? [];
    byAdvice.set(advice, lines);
    lines.push(`- ${who}: ${what}`);
  }
  return [...byAdvice].flatMap(([advice, lines], index) => [...(index === 0 ? [] : ['']), advice, ...lines]);
}

interface OpenTask {
  readonly advice: string;
  readonly who: string;
  readonly place: string;
  /** Classes by level. */
  readonly levels: Map<string, Set<string>>;
}

const placeOf = ({ file, frame }: AuditedActivation | AuditFinding): string => `${file} frame ${frame}`;

const atLevel = (level: string): string => (level === '?' ? '' : ` at ${level}`);

const userIn = (activation: AuditedActivation): string => activation.user ?? NAMELESS[nameless(activation)];

const NAMELESS: Readonly<Record<Nameless, string>> = {
  unauthenticated: 'unauthenticated',
  Kerberos: 'a user whose name Kerberos encrypts (see --keytab)',
  'not captured': 'a user whose logon is not in the capture',
};

const classIn = (activation: AuditedActivation): string =>
  className(activation) ?? (isEncrypted(activation) ? 'an encrypted class' : 'a class that cannot be read');

function adviceFor({ first: { decision, rule, reason }, relay }: ActivationGroup): string | undefined {
  const passes = decision === 'accepted' && rule !== 'enforcement disabled';
  if (passes) return undefined;
  // The man in the middle is no client that could be mended, and his victim's level does not stop him.
  if (relay !== undefined) return 'These were relayed: see the findings, and docs/relay.md for what stops a relay.';
  if (decision === 'refused') return RAISE;
  if (decision === 'accepted')
    return `These pass only because ${reason.replace(/^.*, and /, '')}: raise them to PKT_INTEGRITY.`;
  if (decision === 'not covered') return `Not covered: ${reason}.`;
  return `Whether these pass is not known, as ${reason.replace(/^its /, 'the ')}: capture from the beginning of the connection.`;
}

const RAISE =
  'Raise these to PKT_INTEGRITY or above. A Windows client does so by itself with the update of 2022-11-08; any other needs ' +
  'a version or a setting of its maker.';
