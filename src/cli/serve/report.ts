import { userName } from '../../capture/decode/record.js';
import { callName, interfaceUuid, operationName } from '../../codec/interfaces.js';
import { authnLevelName } from '../../codec/status/authn.js';
import { hexStatus } from '../../codec/status/hex.js';
import { bindNakReasonName } from '../../codec/status/pdu.js';
import { formatEndpoint } from '../../net/channel.js';
import { plain } from '../../report/ndjson.js';
import { members, recordTime } from '../../report/record.js';
import { callerRecord, invocationRecord, servedRecord } from '../../report/served.js';
import type { AssociationEvent } from '../../rpc/index.js';
import type { Identity } from '../../security/index.js';
import type { Activation } from '../../server/activation/log.js';
import type { CallBack } from '../../server/objects/callbacks.js';
import type { Invocation } from '../../server/objects/exporter.js';
import type { RefusedCall } from '../../server/objects/refused-call.js';
import { classThatAnswers, E_NOTIMPL, withNames } from '../class-text.js';
import type { Output } from '../io.js';
import { shortened } from './peer-lines.js';

const who = (identity: Identity | undefined): string => (identity === undefined ? 'nobody' : userName(identity));

export function tellInvocation(out: Output, invocation: Invocation): void {
  if (out.json) {
    out.record('served-invocation', invocationRecord(invocation));
    return;
  }
  const { time, client, identity, level, object, member, arguments: given } = invocation;
  const what = shortened(`${object}.${member}(${given.map((item) => JSON.stringify(plain(item))).join(', ')})`);
  out.line(
    `${new Date(time).toISOString()} ${formatEndpoint(client)} ${who(identity)} ${what} at ${authnLevelName(level)}: written down, not run`,
  );
}

export function tellRefusedCall(out: Output, { time, client, identity, ...rest }: RefusedCall): void {
  if (out.json) {
    const operation = operationName(interfaceUuid(rest.interface), rest.opnum);
    out.record('refused-call', {
      time: recordTime(time),
      client: formatEndpoint(client),
      ...callerRecord(identity),
      ...members(rest),
      ...(operation === undefined ? {} : { operation }),
    });
    return;
  }
  const { interface: name, opnum, level, refusedBy, reason, status } = rest;
  const answers = status === E_NOTIMPL ? classThatAnswers(name) : undefined;
  const advice = answers === undefined ? '' : `; --class ${answers} answers it`;
  const verdict = `refused by ${refusedBy}, ${hexStatus(status)} (${withNames(reason)}${advice})`;
  out.line(
    `${new Date(time).toISOString()} ${formatEndpoint(client)} ${who(identity)} ${callName(name, opnum)} at ${authnLevelName(level)}: ${verdict}`,
  );
}

export function tellActivation(out: Output, activation: Activation): void {
  if (out.json) {
    out.record('served-activation', servedRecord(activation));
    return;
  }
  const { time, client, identity } = activation;
  const who = identity === undefined ? 'nobody' : userName(identity);
  const odd = (activation.departures ?? []).map((departure) => `; ${departure}`).join('');
  const verdict =
    activation.outcome === 'accepted'
      ? 'accepted'
      : `refused by ${activation.refusedBy}, ${activation.form} ${hexStatus(activation.status)}`;
  out.line(
    `${new Date(time).toISOString()} ${formatEndpoint(client)} ${who} ${activation.method} ${withNames(activation.clsid ?? '(unreadable)')} at ${authnLevelName(activation.level)}: ${verdict} (${activation.reason}${odd})`,
  );
}

/** What the runtime refuses, or takes though it need not. */
export function tellAssociation(out: Output, event: AssociationEvent, client: string): void {
  if (!('why' in event)) return;
  const time = Date.now();
  if (out.json) out.record('association', { time: recordTime(time), client, ...members(event) });
  else out.line(`${new Date(time).toISOString()} ${client} ${associationText(event)} (${event.why})`);
}

function associationText(event: Extract<AssociationEvent, { why: string }>): string {
  if (event.type === 'tolerated') return `tolerated by the option ${event.option}`;
  const by = `refused by ${event.refusedBy}`;
  if (event.type === 'bind_nak') return `bind ${by}, bind_nak ${bindNakReasonName(event.reason)}`;
  return event.type === 'fault' ? `${by}, fault ${hexStatus(event.status)}` : `logon ${by}`;
}

/** A call back that failed, or an object of a client that was found; with `--json` every call that was made. */
export function tellCallBack(out: Output, { time, client, target, outcome, ...rest }: CallBack): void {
  const at = target === undefined ? {} : { target: formatEndpoint(target) };
  if (out.json) {
    const base = { time: recordTime(time), client: formatEndpoint(client) };
    out.record('call-back', { ...base, ...at, ...rest, ...members(outcome) });
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
