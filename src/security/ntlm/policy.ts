import type { NegotiateFlag } from '../../codec/ntlm/flags.js';
import type { Milliseconds } from '../provider.js';

/** HKLM\SYSTEM\CurrentControlSet\Control\Lsa LmCompatibilityLevel: which responses are sent, and which are taken. */
export type LmCompatibilityLevel = 0 | 1 | 2 | 3 | 4 | 5;

/** After `threshold` wrong responses within `window`, the account is refused for `duration`. */
export interface Lockout {
  readonly threshold: number;
  readonly window: Milliseconds;
  readonly duration: Milliseconds;
}

/** What a server asks of its NTLM clients. Every refusal by it is a `SecurityError` `POLICY` that names the field. */
export interface NtlmServerPolicy {
  /** 4 refuses LM responses, 5 refuses NTLMv1 too. */
  readonly lmCompatibilityLevel: LmCompatibilityLevel;
  /** Whether NTLMv1 is taken where `lmCompatibilityLevel` would allow it. */
  readonly ntlmV1: boolean;
  /**
   * Whether an LM response by itself logs on where `lmCompatibilityLevel` would allow it: it knows no case, and Windows
   * as installed since Vista keeps no LM hash to check it with (NoLMHash). LMv2 is no such response.
   */
  readonly lm: boolean;
  /** Whether an account without a password logs on over the network; LimitBlankPasswordUse, on as installed, forbids it. */
  readonly blankPasswords: boolean;
  /** NtlmMinServerSec: flags that a client has to negotiate, if it negotiates signing or sealing at all. */
  readonly minimumSessionSecurity: readonly NegotiateFlag[];
  /** Whether a client without name and response is let in as ANONYMOUS LOGON. */
  readonly anonymous: boolean;
  /** Whether an AUTHENTICATE_MESSAGE may come without a MIC. One that is announced has to be right in any case. */
  readonly missingMic: boolean;
  /** Whether a MIC that MsvAvFlags announces has to be there. Windows before the update of CVE-2019-1040 did not ask. */
  readonly announcedMic: boolean;
  /** Whether an AV pair may stand twice; the first of a kind counts then. So it was before CVE-2019-1166. */
  readonly repeatedPairs: boolean;
  /** MaxLifetime, [MS-NLMP] 3.1.1.1: how far an NTLMv2 timestamp may be from the server's time; Infinity: not looked at. */
  readonly maxClockSkew: Milliseconds;
  readonly lockout?: Lockout;
  /** ApplicationRequiresCBT, [MS-NLMP] 3.2.1.2: refuse NTLMv2 clients that name no channel bindings. */
  readonly requireChannelBindings: boolean;
  /** Whether signing and sealing are agreed to; the acceptor of j-interop, where clients are called back, does neither. */
  readonly signs: boolean;
}

/** Windows as it is installed: LmCompatibilityLevel 3, 128 bits required, 36 hours ([MS-NLMP] product notes 39, 60). */
export const WINDOWS_SERVER_POLICY: NtlmServerPolicy = {
  lmCompatibilityLevel: 3,
  ntlmV1: true,
  lm: false,
  blankPasswords: false,
  minimumSessionSecurity: ['NTLMSSP_NEGOTIATE_128'],
  anonymous: true,
  missingMic: true,
  announcedMic: true,
  repeatedPairs: false,
  maxClockSkew: 36 * 60 * 60 * 1000,
  requireChannelBindings: false,
  signs: true,
};

/** What a client sends and accepts. */
export interface NtlmClientPolicy {
  /** 0: LM and NTLMv1; 1: the same, with extended session security where the server has it; 2: NTLMv1; 3 to 5: NTLMv2. */
  readonly lmCompatibilityLevel: LmCompatibilityLevel;
  /** NtlmMinClientSec: flags that the server has to choose, if signing or sealing was asked for. */
  readonly minimumSessionSecurity: readonly NegotiateFlag[];
  /** Whether MsvAvFlags of the server stays before the client's own. So it was before CVE-2019-1166. */
  readonly keepsServerFlags: boolean;
}

export const WINDOWS_CLIENT_POLICY: NtlmClientPolicy = {
  lmCompatibilityLevel: 3,
  minimumSessionSecurity: ['NTLMSSP_NEGOTIATE_128'],
  keepsServerFlags: false,
};
