import { shortAuthnLevelName } from '../../codec/status/authn.js';
import { classOf } from '../decode/wanted-class.js';
import type { ReplayedCall } from './replay.js';

/** What was compared, in words that a report can show. */
export function replayTitle({ call, level: sent }: ReplayedCall): string {
  const clsid = classOf(call);
  const name = call.operation?.name ?? `opnum ${call.opnum}`;
  return `frame ${call.frame}: ${name}${clsid === undefined ? '' : ` of ${clsid}`} at ${shortAuthnLevelName(sent)}`;
}
