import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../../codec/status/authn.js';
import { must, NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, observed, reaction } from '../check.js';
import {
  callsOf,
  isComplexPing,
  isResolveOxid,
  isResolveOxid2,
  isSimplePing,
  type MadeCall,
} from '../history/calls.js';
import { activationsOf, type Baseline, goesOn, objectCallsOf } from '../judge.js';
import { activationReplies, either, values } from '../middle/changes.js';
import { otherExporter } from './binding-changes.js';

const { CONNECT, CALL, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

/** Each of the calls is made at a level at least. Throws `Mismatch`. */
function atLeast(calls: readonly MadeCall[], level: number): void {
  const low = calls.find((call) => call.level < level);
  const expected = `${shortAuthnLevelName(level)} or above`;
  must(low === undefined, expected, () => `${low?.name} at ${shortAuthnLevelName(low?.level ?? 0)}`);
}

const activatesAt = (level: number) => (attempted: Attempted) => atLeast(activationsOf(attempted), level);

/** The client is told a level, and so activates. */
const told = (level: number, at: number, rest: Pick<ClientCheck, 'id' | 'section' | 'requirement' | 'level'>) =>
  reaction({
    ...rest,
    needs: ['activation', 'level'],
    stimulus: `the client is told ${shortAuthnLevelName(level)}`,
    with: { level },
    judge: activatesAt(at),
  });

/** The exporter's least level, as an activation and a resolution give it. */
const hint = (authnHint: number) =>
  either(
    activationReplies((reply) => ({ ...reply, authnHint })),
    values<{ pAuthnHint: number }>(isResolveOxid2, (value) => ({ ...value, pAuthnHint: authnHint })),
  );

const objectsAtLeast =
  (level: number) =>
  (attempted: Attempted, _baseline: Baseline): void =>
    atLeast(objectCallsOf(attempted), level);

export const LEVELS: readonly ClientCheck[] = [
  observed({
    id: 'kb5004442/default-activation-level',
    section: 'KB5004442',
    requirement: 'A client that is told no level activates at PKT_INTEGRITY or above.',
    level: 'WINDOWS',
    needs: ['activation'],
    judge: activatesAt(PKT_INTEGRITY),
  }),
  reaction({
    id: 'kb5004442/hardened-server',
    section: 'KB5004442',
    requirement: 'A client is granted its activation by a server on which the hardening is on.',
    level: 'WINDOWS',
    needs: ['activation'],
    stimulus: 'the server of 2023-03-14',
    with: { server: { asOf: '2023-03-14' } },
    judge(attempted, baseline) {
      const refused = attempted.activations.find(({ outcome }) => outcome !== 'accepted');
      must(refused === undefined, 'its activation is granted', () => `refused: ${refused?.reason}`);
      goesOn(attempted, baseline);
    },
  }),
  observed({
    id: 'dcom/3.2.4.1.1.2/security-on-activation',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation is made with security.',
    level: 'SHOULD',
    needs: ['activation'],
    judge: activatesAt(CONNECT),
  }),
  told(PKT_INTEGRITY, PKT_INTEGRITY, {
    id: 'dcom/3.2.4.1.1.2/told-integrity',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation is made at the level that the application asks for, or above: PKT_INTEGRITY.',
    level: 'MUST',
  }),
  told(PKT_PRIVACY, PKT_PRIVACY, {
    id: 'dcom/3.2.4.1.1.2/told-privacy',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation is made at the level that the application asks for, or above: PKT_PRIVACY.',
    level: 'MUST',
  }),
  told(CONNECT, PKT_INTEGRITY, {
    id: 'kb5004442/told-connect',
    section: 'KB5004442',
    requirement: 'An activation for which the application asks for CONNECT is raised to PKT_INTEGRITY.',
    level: 'WINDOWS',
  }),
  told(PKT, PKT_INTEGRITY, {
    id: 'kb5004442/told-packet',
    section: 'KB5004442',
    requirement: 'An activation for which the application asks for PKT is raised to PKT_INTEGRITY.',
    level: 'WINDOWS',
  }),
  told(CALL, PKT, {
    id: 'rpce/2.2.1.1.8/told-call',
    section: '[MS-RPCE] 2.2.1.1.8',
    requirement: 'A client that is asked for CALL uses PKT or above instead.',
    level: 'MUST',
  }),
  reaction({
    id: 'dcom/3.2.4.2/hint-integrity',
    section: '[MS-DCOM] 3.2.4.2',
    requirement: 'Calls to objects are made at the level that the exporter hints at, or above: PKT_INTEGRITY.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'authnHint PKT_INTEGRITY',
    with: { change: hint(PKT_INTEGRITY) },
    judge: objectsAtLeast(PKT_INTEGRITY),
  }),
  reaction({
    id: 'dcom/3.2.4.2/hint-privacy',
    section: '[MS-DCOM] 3.2.4.2',
    requirement: 'Calls to objects are made at the level that the exporter hints at, or above: PKT_PRIVACY.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'authnHint PKT_PRIVACY',
    with: { change: hint(PKT_PRIVACY) },
    judge: objectsAtLeast(PKT_PRIVACY),
  }),
  reaction({
    id: 'dcom/3.2.4.2/hint-connect',
    section: '[MS-DCOM] 3.2.4.2, note <37>',
    requirement: 'Calls to objects are made at PKT_INTEGRITY or above, even where the exporter hints at CONNECT.',
    level: 'WINDOWS',
    needs: ['object'],
    stimulus: 'authnHint CONNECT',
    with: { change: hint(CONNECT) },
    judge: objectsAtLeast(PKT_INTEGRITY),
  }),
  reaction({
    id: 'dcom/3.2.4.1.2.2/resolution-level',
    section: '[MS-DCOM] 3.2.4.1.2.2',
    requirement: 'An OXID is resolved at PKT_INTEGRITY or above.',
    level: 'MUST',
    needs: ['object'],
    stimulus: "an object of an exporter other than the activation's",
    with: { change: otherExporter },
    judge({ history }) {
      const asked = callsOf(history).filter((call) => isResolveOxid2(call) || isResolveOxid(call));
      if (asked.length === 0) throw new NotApplicable('the client resolves no OXID');
      atLeast(asked, PKT_INTEGRITY);
    },
  }),
  observed({
    id: 'dcom/3.2.6.1/ping-level',
    section: '[MS-DCOM] 3.2.6.1',
    requirement: 'Pings are made at PKT_INTEGRITY or above.',
    level: 'MUST',
    needs: ['ping'],
    judge: ({ history }) =>
      atLeast(
        callsOf(history).filter((call) => isSimplePing(call) || isComplexPing(call)),
        PKT_INTEGRITY,
      ),
  }),
];
