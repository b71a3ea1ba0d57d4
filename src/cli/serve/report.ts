import { userName } from '../../capture/decode/record.js';
import { authnLevelName } from '../../codec/status/authn.js';
import { formatEndpoint } from '../../net/channel.js';
import { plain } from '../../report/ndjson.js';
import type { AssociationEvent } from '../../rpc/index.js';
import type { Identity } from '../../security/index.js';
import type { Activation } from '../../server/activation/log.js';
import type { CallBack } from '../../server/objects/callbacks.js';
import type { Invocation } from '../../server/objects/exporter.js';
import type { RefusedCall } from '../../server/objects/refused-call.js';
import type { Output } from '../io.js';

const who = (identity: Identity | undefined): string => (identity === undefined ? 'nobody' : userName(identity));

export function tellInvocation(
  out: Output,
  { time, client, identity, level, object, member, arguments: given }: Invocation,
): void {
  if (out.json) {
    const user = identity === undefined ? {} : { user: userName(identity), sid: identity.sid };
    out.record({
      event: 'invocation',
      time: new Date(time).toISOString(),
      client: formatEndpoint(client),
      ...user,
      level,
      object,
      member,
      arguments: given,
    });
    return;
  }
  const what = `${object}.${member}(${given.map((item) => JSON.stringify(plain(item))).join(', ')})`;
  out.line(
    `${new Date(time).toISOString()} ${formatEndpoint(client)} ${who(identity)} ${what} at ${authnLevelName(level)}: written down, not run`,
  );
}

export function tellRefusedCall(out: Output, { time, client, identity, ...rest }: RefusedCall): void {
  if (out.json) {
    const user = identity === undefined ? {} : { user: userName(identity), sid: identity.sid };
    out.record({
      event: 'refused-call',
      time: new Date(time).toISOString(),
      client: formatEndpoint(client),
      ...user,
      ...rest,
    });
    return;
  }
  const { interface: name, opnum, level, refusedBy, reason, status } = rest;
  const verdict = `refused by ${refusedBy}, 0x${status.toString(16).padStart(8, '0')} (${reason})`;
  out.line(
    `${new Date(time).toISOString()} ${formatEndpoint(client)} ${who(identity)} ${name} opnum ${opnum} at ${authnLevelName(level)}: ${verdict}`,
  );
}

export function tellActivation(out: Output, activation: Activation): void {
  const { time, client, identity, event: _, ...rest } = activation;
  if (out.json) {
    out.record({
      event: 'activation',
      time: new Date(time).toISOString(),
      client: formatEndpoint(client),
      ...(identity === undefined ? {} : { user: userName(identity), sid: identity.sid }),
      ...rest,
    });
    return;
  }
  const who = identity === undefined ? 'nobody' : userName(identity);
  const odd = (activation.departures ?? []).map((departure) => `; ${departure}`).join('');
  const verdict =
    activation.outcome === 'accepted'
      ? 'accepted'
      : `refused by ${activation.refusedBy}, ${activation.form} 0x${activation.status.toString(16).padStart(8, '0')}`;
  out.line(
    `${new Date(time).toISOString()} ${formatEndpoint(client)} ${who} ${activation.method} ${activation.clsid ?? '(unreadable)'} at ${authnLevelName(activation.level)}: ${verdict} (${activation.reason}${odd})`,
  );
}

/** What the runtime refuses, or takes though it need not. */
export function tellAssociation(out: Output, event: AssociationEvent, client: string): void {
  if (!('why' in event)) return;
  const time = new Date().toISOString();
  const how = event.type === 'tolerated' ? `by the option ${event.option}` : `by ${event.refusedBy}`;
  if (out.json) out.record({ ...event, event: event.type, time, client });
  else out.line(`${time} ${client} ${event.type} ${how}: ${event.why}`);
}

/** A call back that failed, or an object of a client that was found; with `--json` every call that was made. */
export function tellCallBack(out: Output, { time, client, target, outcome, ...rest }: CallBack): void {
  const at = target === undefined ? {} : { target: formatEndpoint(target) };
  if (out.json) {
    const base = { event: 'call-back', time: new Date(time).toISOString(), client: formatEndpoint(client) };
    out.record({ ...base, ...at, ...rest, ...outcome });
    return;
  }
  const { interface: name, method, level } = rest;
  if (method !== undefined && outcome.accepted) return;
  const where = target === undefined ? `an object of ${formatEndpoint(client)}` : formatEndpoint(target);
  const how = level === undefined ? '' : ` at ${authnLevelName(level)}`;
  const verdict = outcome.accepted ? 'will be called back' : `cannot be called back: ${outcome.text}`;
  out.line(
    `${new Date(time).toISOString()} ${where} ${method === undefined ? name : `${name}::${method}`}${how}: ${verdict}`,
  );
}
