import { z } from 'zod';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { authnLevelOf } from '../codec/status/authn.js';
import { patchLevel } from '../hardening/timeline.js';
import { date, level, name, registrySetting } from './values.js';
import type { ActivationVerdict } from './verdict.js';

export const timelineTable = z.strictObject({
  enforced: z
    .record(z.string(), z.array(registrySetting))
    .describe('by phase, the values of the registry at which the server enforces'),
  logs: date.describe('the phase from which on it logs event 10036'),
  raises: z
    .record(name, z.enum(['default', 'all']))
    .default({})
    .describe('what a client raises to PKT_INTEGRITY by itself'),
  defaults: z.record(name, level).default({}).describe('the default level of a client, where that is not CONNECT'),
});

export type TimelineTable = z.output<typeof timelineTable>;

/** One activation of a timeline: the server's phase and registry, the client, and what its application asks for. */
export interface TimelineCase {
  readonly phase: string;
  readonly registry: number | 'absent';
  readonly client: string;
  readonly asked: string;
}

const { NONE, CONNECT, CALL, PKT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;

/** The outcome by the scenario's own table: nothing here asks the code that decides in the server and the client. */
export function byTable(table: TimelineTable, { phase, registry, client, asked }: TimelineCase): ActivationVerdict {
  const anonymous = asked === 'anonymous';
  const level = onTheWire(table, client, asked);
  if (anonymous || level === NONE) return { level, refusedBy: 'access control', event: false };
  const enforced = Object.entries(table.enforced).some(
    ([date, values]) => patchLevel(date).date === phase && values.includes(registry),
  );
  if (!enforced || level >= PKT_INTEGRITY) return { level, refusedBy: undefined, event: false };
  return { level, refusedBy: 'activation policy', event: phase >= table.logs };
}

function onTheWire({ raises, defaults }: TimelineTable, client: string, asked: string): number {
  const own = defaults[client] ?? CONNECT;
  // A null session asks for no level, and is not raised.
  if (asked === 'anonymous') return own;
  const raised = raises[client];
  if (asked === 'default') return raised === undefined ? own : Math.max(own, PKT_INTEGRITY);
  const level = authnLevelOf(asked) as number;
  if (raised === 'all' && level !== NONE && level < PKT_INTEGRITY) return PKT_INTEGRITY;
  // [MS-RPCE] 2.2.1.1.8: a client that is asked for CALL uses PKT.
  return level === CALL ? PKT : level;
}
