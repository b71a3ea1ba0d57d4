import type { RefusedBy } from './refused-by.js';

/** What the same code can come from; the order is that of likelihood. */
export interface Cause {
  readonly refusedBy: RefusedBy;
  readonly text: string;
  /** What to look at to tell this cause from the others. */
  readonly check: string;
}

/** Refusals that are taken for one another, and how to tell them apart. */
export const causesOf = (code: number): readonly Cause[] =>
  CONFUSED.find(({ codes }) => codes.includes(code))?.causes ?? [];

const HARDENING: Cause = {
  refusedBy: 'activation policy',
  text: 'an authenticated activation below PKT_INTEGRITY (KB5004442)',
  check:
    'auth_level 2, 3 or 4 on the activation, and the same call at PKT_INTEGRITY works; event 10036 on the server proves it, but its absence proves nothing',
};
const ACCESS_LIST: Cause = {
  refusedBy: 'access control',
  text: 'the launch, activation or access permissions do not allow the user',
  check: 'PKT_INTEGRITY or PKT_PRIVACY does not help, another user does; often event 10016 on the server',
};
const HANDSHAKE: Cause = {
  refusedBy: 'authentication',
  text: 'the handshake failed; after auth3 this shows only on the first call ([MS-RPCE] 3.3.1.5.2.1)',
  check:
    'every call of the connection is refused, not only the activation; a wrong password, NTLMv1, an unknown account, or a shell took the \\ out of DOMAIN\\user',
};
const EXPORTER_LEVEL: Cause = {
  refusedBy: 'exporter level',
  text: "an object call below the exporter's own level ([MS-DCOM] 3.1.1.5.4)",
  check: 'the activation worked and its authnHint is above the level of this call',
};
const VERIFICATION_TRAILER: Cause = {
  refusedBy: 'verification trailer',
  text: 'a verification trailer with an unknown command that must be processed, or a stub that is too large',
  check: 'only calls with a verification trailer, or only large ones, are refused',
};
const UNREACHABLE: Cause = {
  refusedBy: 'transport',
  text: 'the address or port does not answer; DCOM needs port 135 and then a dynamic port',
  check: 'ServerAlive2 on port 135, then the port in the bindings of the activation reply, past the firewall',
};
const CALLBACK: Cause = {
  refusedBy: 'activation policy',
  text: 'the way back: the server activates or calls the client, which is refused there',
  check: 'event 10036 on the computer that receives the call back, with the address of the server',
};

const CONFUSED: readonly { readonly codes: readonly number[]; readonly causes: readonly Cause[] }[] = [
  { codes: [0x00000005], causes: [HARDENING, ACCESS_LIST, HANDSHAKE, EXPORTER_LEVEL, VERIFICATION_TRAILER] },
  { codes: [0x80070005], causes: [HARDENING, ACCESS_LIST, HANDSHAKE, EXPORTER_LEVEL] },
  {
    codes: [0x80010110],
    causes: [
      {
        refusedBy: 'version',
        text: 'the COM version in ORPCTHIS has another major or a higher minor than the server takes',
        check: 'the same call with version 5.7 or lower works; the level makes no difference',
      },
    ],
  },
  {
    codes: [0x80010111],
    causes: [
      {
        refusedBy: 'version',
        text: 'a COM minor version below 7, which Windows since version 2004 and Server 2022 refuses',
        check: 'the same call with version 5.7 works; the level makes no difference',
      },
      {
        refusedBy: 'header',
        text: 'ORPCTHIS.flags is not zero on an object call ([MS-DCOM] 3.1.1.5.4)',
        check: 'the activation worked (there the flags may be 1) and the first object call fails; flags 0 helps',
      },
    ],
  },
  {
    codes: [0x00000721, 0x80070721],
    causes: [
      {
        refusedBy: 'signature',
        text: 'the signature of the call is wrong: another session key, a changed packet, or a relay that cannot sign',
        check:
          'the bind succeeded and the first signed call fails; the session key, sequence number and header signing',
      },
      {
        refusedBy: 'security context',
        text: 'the handshake did not finish before the first call',
        check: 'auth3 or the last alter_context is missing',
      },
    ],
  },
  {
    codes: [0x000006f7, 0x800706f7],
    causes: [
      {
        refusedBy: 'codec',
        text: 'the stub cannot be decoded, also an activation whose properties are malformed: alignment, NDR64 instead of NDR, a count that contradicts its array',
        check: 'the stub with a decoder; activations must use NDR 2.0 ([MS-DCOM] 3.1.2.5.2)',
      },
      {
        refusedBy: 'signature',
        text: 'a stub that was encrypted and not decrypted looks malformed',
        check: 'auth_level 6 and the padding before the sec_trailer',
      },
    ],
  },
  { codes: [0x000006ba, 0x800706ba], causes: [UNREACHABLE, CALLBACK] },
  {
    codes: [0x80040154],
    causes: [
      {
        refusedBy: 'class',
        text: 'the class is not registered on the server, or only for the other architecture',
        check: 'the policy and the access lists let the activation pass: the level is not the cause',
      },
    ],
  },
  {
    codes: [0x80041003],
    causes: [
      {
        refusedBy: 'access control',
        text: 'the namespace does not allow the user',
        check: 'PKT_PRIVACY does not help',
      },
      {
        refusedBy: 'authentication',
        text: 'the namespace requires encryption, or the call is below PKT ([MS-WMI] 3.1.4)',
        check: 'PKT_PRIVACY helps',
      },
    ],
  },
];
