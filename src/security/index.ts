export * from './accounts.js';
export * from './error.js';
export { type NtlmAcceptorOptions, ntlmAcceptor } from './ntlm/acceptor.js';
export type { ServerNames } from './ntlm/challenge.js';
export { type NtlmCredentials, type NtlmInitiatorOptions, ntlmInitiator, windowsFlags } from './ntlm/initiator.js';
export * from './ntlm/policy.js';
export * from './provider.js';
export { Secret } from './secret.js';
export { ANONYMOUS_SID, accountSid, domainSid } from './sid.js';
