import { type ActivationRequest, unpackActivationRequest, unpackRemoteActivation } from '../codec/dcom/index.js';
import { shortAuthnLevelName } from '../codec/status/authn.js';
import type { CapturedCall } from './conversation.js';
import type { ReplayedCall } from './replay.js';

/** The class that a captured activation asks for. */
export const classOf = (call: CapturedCall): string | undefined => classIn(call.value);

/** The same from the parameters of an activation; undefined where there are none, or they name no class. */
export const classIn = (parameters: unknown): string | undefined => wantedIn(parameters)?.clsid;

/** Class and interfaces that the parameters of an activation ask for. */
export function wantedIn(parameters: unknown): Pick<ActivationRequest, 'clsid' | 'iids'> | undefined {
  const value = parameters as { pActProperties?: unknown; Clsid?: unknown } | undefined;
  if (value === undefined) return undefined;
  if ('Clsid' in value) return unpackRemoteActivation(value as Parameters<typeof unpackRemoteActivation>[0]);
  return unpackActivationRequest((value.pActProperties ?? null) as Parameters<typeof unpackActivationRequest>[0]);
}

/** What was compared, in words that a report can show. */
export function replayTitle({ call, level: sent }: ReplayedCall): string {
  const clsid = classOf(call);
  const name = call.operation?.name ?? `opnum ${call.opnum}`;
  return `frame ${call.frame}: ${name}${clsid === undefined ? '' : ` of ${clsid}`} at ${shortAuthnLevelName(sent)}`;
}
