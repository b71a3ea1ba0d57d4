import { userName } from '../capture/decode/record.js';
import { formatEndpoint } from '../net/channel.js';
import type { Identity } from '../security/index.js';
import type { Activation } from '../server/activation/log.js';
import type { Invocation } from '../server/objects/exporter.js';
import { members, recordTime } from './record.js';

/** Who called, where somebody authenticated. */
export const callerRecord = (identity: Identity | undefined): object =>
  identity === undefined ? {} : { user: userName(identity), sid: identity.sid };

/** An activation as a server tells it. */
export const servedRecord = ({ time, client, identity, event, ...rest }: Activation): object => ({
  time: recordTime(time),
  client: formatEndpoint(client),
  ...callerRecord(identity),
  ...members(rest),
  ...(event === undefined ? {} : { event_id: event.id }),
});

/** What a client asked an object to do. */
export const invocationRecord = ({ time, client, identity, arguments: given, ...rest }: Invocation): object => ({
  time: recordTime(time),
  client: formatEndpoint(client),
  ...callerRecord(identity),
  ...rest,
  arguments: given,
});
