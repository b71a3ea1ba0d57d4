import { FILETIME_OF_1970 } from '../../../codec/filetime.js';
import { type CimValue, WBEM_FLAG_FORWARD_ONLY, WBEM_FLAG_RETURN_IMMEDIATELY } from '../../../codec/wmi/index.js';
import { parseWql } from '../../../codec/wql/index.js';
import type { ObjectHost } from '../class.js';
import { isA } from './class-table.js';
import { predicate } from './condition.js';
import { WmiError } from './error.js';
import { NT_LOG_EVENT, ntLogEvent } from './event-log.js';
import type { CimNamespace } from './namespace.js';
import { Projection } from './projection.js';
import { wholeInstance } from './query.js';
import { rowOf } from './row.js';
import { EventSource } from './source.js';

const SEMISYNCHRONOUS = WBEM_FLAG_RETURN_IMMEDIATELY | WBEM_FLAG_FORWARD_ONLY;

/**
 * [MS-WMI] 3.1.4.3.20: what happens from now on. The events of this server are those of its event log: an instance of
 * Win32_NTLogEvent is created for each. Throws `WqlError` and `WmiError`.
 */
export function notifications(namespace: CimNamespace, text: string, flags: number, host: ObjectHost): EventSource {
  if ((flags & SEMISYNCHRONOUS) !== SEMISYNCHRONOUS)
    throw new WmiError('WBEM_E_INVALID_PARAMETER', 'a notification query returns at once and goes forward only');
  const query = parseWql(text);
  if (query.kind !== 'select') throw new WmiError('WBEM_E_NOT_EVENT_CLASS', 'a notification query selects events');
  const entry = namespace.existing(query.from);
  if (!isA(entry, '__Event')) throw new WmiError('WBEM_E_NOT_EVENT_CLASS', `${entry.name} is not an event class`);
  if (query.group !== undefined) throw new WmiError('WBEM_E_NOT_SUPPORTED', 'GROUP is not supported');
  const test = predicate(query.where, entry);
  const projection = new Projection(entry, query.properties, namespace.name);
  const creation = namespace.class('__InstanceCreationEvent');
  const log = namespace.class(NT_LOG_EVENT);
  if (creation === undefined || log === undefined || !isA(creation, entry.name))
    return new EventSource(host.timers, () => () => {});
  return new EventSource(host.timers, (put) =>
    host.onEvent((entryOfLog) => {
      const moment = { host, time: entryOfLog.at.time };
      const target = wholeInstance(namespace, rowOf(log, ntLogEvent(entryOfLog), moment), moment);
      const values = new Map<string, CimValue>([
        ['security_descriptor', null],
        ['time_created', BigInt(Math.trunc(entryOfLog.at.time)) * 10_000n + FILETIME_OF_1970],
        ['targetinstance', target],
      ]);
      const row = { entry: creation, values };
      if (test(row, moment)) put(projection.instance(row, host.name));
    }),
  );
}
