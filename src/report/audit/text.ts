import type { AuditedActivation } from '../../capture/audit/audit.js';
import { addressOf } from '../../capture/audit/place.js';
import { isOfRpc, protocolName } from '../../capture/audit/protocol.js';
import type { AuditPlace } from '../../capture/audit/records.js';
import { UNNAMED_PIPE } from '../../capture/smb/pipe.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { authnTypeName, shortAuthnLevelName } from '../../codec/status/authn.js';
import type { Column, Style } from '../table.js';
import type { ActivationGroup, FindingGroup } from './groups.js';

/** Why a capture does not name the user that activates. */
export type Nameless = 'unauthenticated' | 'Kerberos' | 'not captured';

export function nameless({ mechanism, auth_level, transport }: AuditedActivation): Nameless {
  // In a pipe the session of SMB has authenticated somebody.
  if (auth_level === RPC_C_AUTHN_LEVEL.NONE && transport !== 'ncacn_np') return 'unauthenticated';
  return mechanism === 'Kerberos' ? 'Kerberos' : 'not captured';
}

const NAMELESS: Readonly<Record<Nameless, string>> = {
  unauthenticated: '(nobody: unauthenticated)',
  Kerberos: '(Kerberos: name is encrypted)',
  'not captured': '(not in the capture)',
};

/** Who activates, as far as the capture shows it. */
export const userText = (activation: AuditedActivation): string => activation.user ?? NAMELESS[nameless(activation)];

/** At PKT_PRIVACY it is encrypted; otherwise a part of the request is missing or damaged. */
export const classText = (activation: AuditedActivation): string =>
  className(activation) ?? (isEncrypted(activation) ? '(encrypted)' : '(not readable)');

/** As everybody calls it, else its CLSID. */
export const className = ({ class: name, clsid }: AuditedActivation): string | undefined => name ?? clsid ?? undefined;

export const isEncrypted = ({ auth_level }: AuditedActivation): boolean => auth_level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY;

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
