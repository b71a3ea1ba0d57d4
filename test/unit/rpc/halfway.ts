import { expect } from 'vitest';
import { type AuthVerifier, PFC, RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import type { SecurityContext } from '../../../src/security/index.js';
import { element, NOW } from '../../support/associations.js';
import { initiate, type RawOptions, RawServer, WHOLE } from '../../support/raw-server.js';

const { CONNECT } = RPC_C_AUTHN_LEVEL;

/** A fault that says that the call was not executed, in context 0. */
export const NOTHING_DONE = { pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE, p_cont_id: 0 };

/** A sec_trailer at CONNECT of context 2, but for what is changed. */
export const verifier = (
  auth_type: number,
  auth_value: Uint8Array,
  change: Partial<AuthVerifier> = {},
): AuthVerifier => ({
  auth_type,
  auth_level: CONNECT,
  auth_context_id: 2,
  auth_value,
  ...change,
});

/** A server with the first two legs behind it, and the client's next token. */
export function halfway(
  type: number,
  change: Partial<AuthVerifier> = {},
  options: RawOptions & { password?: string; user?: string } = {},
): { server: RawServer; next: Uint8Array; context: SecurityContext } {
  const server = new RawServer(options);
  const context = initiate(type, change.auth_level ?? CONNECT, options.password, options.user);
  const first = context.step(undefined, NOW).token as Uint8Array;
  const answer = server.bind([element(1)], { auth: verifier(type, first, change) });
  expect(answer).toMatchObject({ PTYPE: 'bind_ack' });
  return { server, context, next: context.step(answer?.auth?.auth_value, NOW).token as Uint8Array };
}

/** What is asked for once the handshake is over. */
export const request = { p_cont_id: 1, call_id: 3 };
