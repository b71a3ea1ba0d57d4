import { createHash } from 'node:crypto';
import type { Result } from '../result.js';
import type { AuditGroups } from './groups.js';
import { classText, decisionText, levelText, userText } from './text.js';

/** Only what is severe fails a test of findings. */
const FAILS = 'high';

/**
 * An audit in the model of all results: one for each group of activations, and one for each finding. Their identifiers
 * are made of what they are about, and their times are those of the captures, so that they stay the same from run to run.
 */
export function auditResults(groups: AuditGroups): Result[] {
  return [...activationResults(groups), ...findingResults(groups)];
}

const activationResults = (groups: AuditGroups): Result[] =>
  groups.activations.map(({ client, first, count }): Result => {
    const name = first.operation.replace(/^.*::/, '');
    const about = [client, first.server, userText(first), name, first.clsid, first.auth_type, first.auth_level];
    const known = first.decision === 'accepted' || first.decision === 'refused';
    return {
      id: `audit.activation.${digest([...about, first.outcome])}`,
      title: `${client}, ${userText(first)}: ${name} of ${classText(first)} at ${levelText(first.auth_level)}`,
      section: 'KB5004442; [MS-DCOM] 3.1.2.5.2.3',
      level: 'WINDOWS',
      outcome: first.decision === 'refused' ? 'fail' : known ? 'pass' : 'skip',
      expected: `a server as of ${first.as_of} does not refuse it`,
      actual: `${decisionText(first)}: ${first.reason}`,
      pdus: [`${count} in the captures, the first: ${first.file} frame ${first.frame}, captured: ${first.outcome}`],
      ...(known ? {} : { reason: first.reason }),
      file: first.file,
      time: Date.parse(first.time),
    };
  });

const findingResults = (groups: AuditGroups): Result[] =>
  groups.findings.map(({ client, first, count }): Result => {
    const about = [client, first.server, first.user, first.finding, first.detail];
    return {
      id: `audit.${first.finding}.${digest(about)}`,
      title: `${client}${first.user === null ? '' : `, ${first.user}`}: ${first.finding}`,
      section: SECTIONS[first.finding],
      level: 'SHOULD',
      outcome: first.severity === FAILS ? 'fail' : 'skip',
      expected: 'nothing of this kind',
      actual: first.detail,
      pdus: [`${count} in the captures, the first: ${first.file} frame ${first.frame}`],
      ...(first.severity === FAILS ? {} : { reason: `${first.severity}: ${first.detail}` }),
      file: first.file,
      time: Date.parse(first.time),
    };
  });

const SECTIONS = {
  relay: '[MS-NLMP] 5.1',
  'challenge-changed': '[MS-NLMP] 3.1.5.1.2',
  'target-name': '[MS-NLMP] 2.2.2.1',
  ntlmv1: '[MS-NLMP] 3.3.1',
  anonymous: '[MS-NLMP] 3.2.5.1.2',
  'missing-mic': '[MS-NLMP] 3.1.5.1.2',
  'wrong-mic': '[MS-NLMP] 3.2.5.1.2',
  'misplaced-mic': '[MS-NLMP] 2.2.1.3',
  'repeated-av-flags': '[MS-NLMP] 2.2.2.1',
  callback: '[MS-DCOM] 3.1.1.5.4',
  unreachable: '[MS-DCOM] 3.2.4.1.2',
  'orpc-low-level': '[MS-DCOM] 3.1.1.5.4',
  refusal: '[MS-RPCE] 2.2.2.8',
  'bind-refused': '[MS-RPCE] 2.2.2.5',
  'unidentified-calls': 'C706 12.6.4.9',
} as const;

const digest = (parts: readonly unknown[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 10);
