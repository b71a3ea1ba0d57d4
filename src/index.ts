/**
 * The public API: what a vendor's own test imports. The sub-paths `dcom-harness/codec`, `/security`, `/rpc`, `/net`,
 * `/hardening`, `/client`, `/server`, `/relay`, `/capture`, `/lab` and
 * `/conform` export the layers by themselves; here are all of them
 * but the codecs, of which `/codec` has the structures.
 *
 * Addresses are numeric text and ports numbers; times are milliseconds since 1970-01-01 UTC; octets are Uint8Array.
 */

export * from './api/capture.js';
export * from './api/client.js';
export * from './api/conform.js';
export * from './api/hardening.js';
export * from './api/lab.js';
export * from './api/net.js';
export * from './api/relay.js';
export * from './api/rpc.js';
export * from './api/security.js';
export * from './api/server.js';
export { CodecError } from './codec/error.js';
export type { KeytabEntry } from './codec/kerberos/keytab.js';
export { explain } from './codec/status/explain.js';
/** These two mean one thing in the hardening and another in `/rpc` and `/security`, which have their own. */
export type { ClientEvent } from './hardening/events.js';
export type { Account } from './hardening/machine.js';
