import { EventLog } from '../../../src/hardening/event-log.js';
import type { DcomEvent } from '../../../src/hardening/events.js';
import type { Application, Machine, MachineOptions } from '../../../src/hardening/machine.js';
import {
  activationAsClient,
  activationAsServer,
  clientEventOf,
  serverEventOf,
} from '../../../src/hardening/machine-policy.js';
import { type TracedHost, traceServer } from '../../../src/hardening/trace.js';
import { CONNECT, plain, windows } from './hosts.js';

export const TIME = Date.UTC(2022, 5, 20, 8, 0, 0);
export const CLSID = '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}';
export const account = { domain: 'LAB', user: 'op', sid: 'S-1-5-21-1-2-3-1104' };

/** One activation of an application of `client` on `server`, and the two logs after it. */
export function activate(
  client: Machine,
  server: Machine,
  application: Application,
): { client: TracedHost; server: TracedHost } {
  const [clientLog, serverLog] = [new EventLog(), new EventLog()];
  const record = (log: EventLog, m: Machine, event: DcomEvent | undefined, time: number) =>
    event === undefined ? undefined : log.record(m, event, time);
  const sent = activationAsClient(client, application);
  record(clientLog, client, clientEventOf(sent, application, { clsid: CLSID, target: server.name }), TIME);
  const decision = activationAsServer(server, { level: sent.level });
  record(serverLog, server, serverEventOf(decision, account, client.addresses[0] as string), TIME + 5);
  return {
    client: { machine: client, entries: clientLog.entries },
    server: { machine: server, entries: serverLog.entries },
  };
}

export const weak: Application = { ...plain, activationLevel: CONNECT, account };
export const client = (update: string, options: Partial<MachineOptions> = {}) =>
  windows(update, { name: 'cli', addresses: ['10.0.0.7'], platform: { windows: 'Windows 10 22H2' }, ...options });
export const hardened = windows('2022-06-14');
export const traced = (sides: ReturnType<typeof activate>) =>
  traceServer({ server: sides.server, hosts: [sides.client] });
