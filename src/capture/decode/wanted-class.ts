import { type ActivationRequest, unpackActivationRequest, unpackRemoteActivation } from '../../codec/dcom/index.js';
import type { CapturedCall } from './captured-call.js';

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
