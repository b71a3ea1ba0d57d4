import type { AuditedActivation, AuditFinding } from '../../capture/audit/audit.js';
import { addressOf } from '../../capture/audit/place.js';
import { isOfRpc, protocolName } from '../../capture/audit/protocol.js';
import type { AuditPlace } from '../../capture/audit/records.js';
import { UNNAMED_PIPE } from '../../capture/smb/pipe.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnTypeName, shortAuthnLevelName } from '../../codec/status/authn.js';
import type { Column, Style } from '../table.js';
import type { ActivationGroup, AuditGroups, FindingGroup } from './groups.js';

/** Who activates, as far as the capture shows it. */
export function userText({ user, mechanism, auth_level, transport }: AuditedActivation): string {
  if (user !== null) return user;
  // In a pipe the session of SMB has authenticated somebody.
  if (auth_level === RPC_C_AUTHN_LEVEL.NONE && transport !== 'ncacn_np') return '(nobody: unauthenticated)';
  if (mechanism === 'Kerberos') return '(Kerberos: name is encrypted)';
  return '(not in the capture)';
}

/** At PKT_PRIVACY it is encrypted; otherwise a part of the request is missing or damaged. */
export const classText = ({ class: name, clsid, auth_level }: AuditedActivation): string =>
  name ?? clsid ?? (auth_level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY ? '(encrypted)' : '(not readable)');

export const levelText = (level: number | null): string => (level === null ? '?' : shortAuthnLevelName(level));

const typeText = ({ auth_type, mechanism }: AuditedActivation): string => {
  if (auth_type === null) return '?';
  const type = authnTypeName(auth_type).replace('RPC_C_AUTHN_', '');
  return type === 'GSS_NEGOTIATE' ? `SPNEGO${mechanism === null ? '' : `/${mechanism}`}` : (mechanism ?? type);
};

/** What the server of the date does, in a few words. */
export const decisionText = ({ decision, event, unconfirmed }: AuditedActivation): string =>
  `${decision}${event === null ? '' : `, event ${event}`}${unconfirmed ? ' (unconfirmed)' : ''}`;

/** An activation as it is told while captures are still written, in one line. */
export const activationLine = (activation: AuditedActivation): string => {
  const { time, client, server, operation, outcome, as_of } = activation;
  const what = `${operation.replace(/^.*::/, '')} of ${classText(activation)} at ${levelText(activation.auth_level)}`;
  const who = `${addressOf(client)} > ${addressOf(server)}, ${userText(activation)}`;
  return `${time} ${who}: ${what}, ${outcome}; as of ${as_of}: ${decisionText(activation)}`;
};

const STYLES: Readonly<Record<AuditedActivation['decision'], Style>> = {
  accepted: 'green',
  refused: 'red',
  'not covered': 'yellow',
  unknown: 'yellow',
};

export const activationColumns = (date: string): readonly Column<ActivationGroup>[] => [
  { title: 'client', value: ({ client }) => client },
  { title: 'user', value: ({ first }) => userText(first) },
  { title: 'server', value: ({ first }) => `${addressOf(first.server)}${inPipe(first)}` },
  { title: 'activation', value: ({ first }) => first.operation.replace(/^.*::/, '') },
  { title: 'class', value: ({ first }) => classText(first) },
  { title: 'by', value: ({ first }) => typeText(first) },
  { title: 'at', value: ({ first }) => levelText(first.auth_level) },
  { title: 'times', value: ({ count }) => count, align: 'right' },
  { title: 'captured', value: ({ first }) => first.outcome },
  {
    title: `as of ${date}`,
    value: ({ first }) => decisionText(first),
    style: ({ first }) => STYLES[first.decision],
  },
];

/** Nothing over TCP itself. */
const inPipe = ({ transport, pipe }: AuditPlace): string =>
  transport === 'ncacn_np' ? ` ${pipe ?? UNNAMED_PIPE}` : '';

/** The pipe of RPC, or the other protocol of a relay's leg. */
const carriedBy = (place: AuditPlace): string =>
  isOfRpc(place.transport) ? inPipe(place) : ` ${protocolName(place.transport)}`;

const SEVERITY_STYLES = { high: 'red', warning: 'yellow', info: 'gray' } as const;

export const FINDING_COLUMNS: readonly Column<FindingGroup>[] = [
  { title: 'severity', value: ({ first }) => first.severity, style: ({ first }) => SEVERITY_STYLES[first.severity] },
  { title: 'finding', value: ({ first }) => first.finding },
  { title: 'client', value: ({ client }) => client },
  { title: 'user', value: ({ first }) => first.user ?? '' },
  { title: 'times', value: ({ count }) => count, align: 'right' },
  { title: 'first', value: ({ first }) => `${first.file} frame ${first.frame}${carriedBy(first)}` },
  { title: 'what', value: ({ first }) => first.detail },
];

/** Who must change what: one line for each client and user whose activations would not pass, with where to look. */
export function whatMustChange(groups: AuditGroups): string[] {
  const lines = new Map<string, TaskLine>();
  for (const { client, first, relay } of groups.activations) {
    const task = taskFor(first);
    if (task === undefined) continue;
    const says = relay === undefined ? task : relayedTask(first, relay);
    const who = `${client}, ${userText(first)}`;
    const key = `${who}\n${says('')}`;
    const line = lines.get(key) ?? {
      who,
      says,
      place: relay === undefined ? placeText(first) : '',
      classes: new Set<string>(),
    };
    line.classes.add(classText(first));
    lines.set(key, line);
  }
  return [...lines.values()].map(
    ({ who, says, classes, place }) => `- ${who}: ${says([...classes].join(', '))}${place}`,
  );
}

const placeText = ({ file, frame }: AuditedActivation): string => ` (the first: ${file} frame ${frame})`;

interface TaskLine {
  readonly who: string;
  readonly says: Task;
  /** Where one of them stands; a relay is named by its own finding. */
  readonly place: string;
  readonly classes: Set<string>;
}

/** The man in the middle of a relay is no client that could be mended, and his victim's level does not stop him. */
const relayedTask =
  ({ auth_level }: AuditedActivation, { file, frame }: AuditFinding): Task =>
  (classes) =>
    `${classes} at ${levelText(auth_level)} was relayed: see the finding of ${file} frame ${frame}`;

/** What is to be done about classes. */
type Task = (classes: string) => string;

function taskFor({ decision, rule, auth_level, reason }: AuditedActivation): Task | undefined {
  const level = levelText(auth_level);
  if (decision === 'refused') {
    return (classes) =>
      `raise what activates ${classes} from ${level} to PKT_INTEGRITY or above. A Windows client does it by itself ` +
      'with the update of 2022-11-08; any other needs a version or a setting of its maker';
  }
  if (rule === 'enforcement disabled') {
    const why = reason.replace(/^.*, and /, '');
    return (classes) => `${classes} at ${level} passes only because ${why}; raise it to PKT_INTEGRITY`;
  }
  if (decision === 'not covered') return (classes) => `${classes}: ${reason}`;
  if (decision === 'unknown') return (classes) => `${classes}: ${reason}; capture from the beginning of the connection`;
  return undefined;
}
