import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { RefusedBy } from '../codec/status/refused-by.js';
import { NTLM_UPDATES, type NtlmUpdate } from '../hardening/ntlm-updates.js';
import type { RequestClaim } from './claims.js';
import { TAMPERINGS, type Tampering } from './tamper.js';

/** One way to relay, as data. */
export interface RelayVariant {
  readonly id: string;
  /** What the attacker does, in words. */
  readonly title: string;
  readonly section: string;
  /** RPC_C_AUTHN_* that the victim authenticates with. */
  readonly authType: number;
  /** auth_level of the attacker's bind: nothing in NTLM ties it to the victim's. */
  readonly bindLevel: number;
  /** The sec_trailer of the attacker's requests; absent for requests without one. */
  readonly claim?: RequestClaim;
  readonly tampering?: Tampering;
  /** The victim authenticates by Kerberos, by itself or inside SPNEGO. */
  readonly kerberos?: {
    /** What the victim's ticket is for: a name that leads to the attacker makes it the target's own. */
    readonly ticketFor: TicketFor;
    /** The authentication goes to the target as it came, and then again over another connection. */
    readonly replayed?: boolean;
  };
  /** The server that is relayed to runs on the victim's own host. */
  readonly reflection?: boolean;
  /** Nothing is activated: the attacker knows a reference to an object that somebody else has activated. */
  readonly knownReference?: boolean;
  /** What stops it according to the sources, without and with enforcement; absent where it succeeds. */
  readonly stopped: {
    readonly unhardened?: RefusedBy;
    readonly hardened?: RefusedBy;
    /** On hosts from before an update of NTLM that stops the variant by itself; the hardening is not there then either. */
    readonly before?: { readonly update: NtlmUpdate; readonly refusedBy?: RefusedBy };
    /** Whatever the server: where the victim's own level is PKT or above, so that it insists on signing ([MS-NLMP] 3.1.5.1.2). */
    readonly signingVictim?: RefusedBy;
  };
}

/** Whose service a victim's ticket is for: the target's own, another one of its account, or the attacker's. */
export type TicketFor = 'target' | 'another service' | 'another host';

/** A variant before it is said how the victim authenticates. */
export type Base = Omit<RelayVariant, 'authType'>;

const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;

const BASES: readonly Base[] = [
  {
    id: 'connect',
    title: 'binds at CONNECT and sends requests without sec_trailer',
    section: '[MS-RPCE] 3.3.1.5.4',
    bindLevel: CONNECT,
    stopped: { hardened: 'activation policy' },
  },
  {
    id: 'integrity-zeros',
    title: 'binds at PKT_INTEGRITY and signs with zeros',
    section: '[MS-NLMP] 3.4.4',
    bindLevel: PKT_INTEGRITY,
    claim: { level: PKT_INTEGRITY, signature: 'zeros' },
    stopped: { unhardened: 'signature', hardened: 'signature' },
  },
  {
    id: 'integrity-invented',
    title: 'binds at PKT_INTEGRITY and invents signatures',
    section: '[MS-NLMP] 3.4.4.2',
    bindLevel: PKT_INTEGRITY,
    claim: { level: PKT_INTEGRITY, signature: 'invented' },
    stopped: { unhardened: 'signature', hardened: 'signature' },
  },
  {
    id: 'integrity-unsigned',
    title: 'binds at PKT_INTEGRITY and leaves the sec_trailer out',
    section: '[MS-RPCE] 3.3.1.5.4',
    bindLevel: PKT_INTEGRITY,
    stopped: { unhardened: 'access control', hardened: 'access control' },
  },
  {
    id: 'upgrade',
    title: 'binds at CONNECT and claims PKT_INTEGRITY in the request',
    section: '[MS-RPCE] 2.2.2.11',
    bindLevel: CONNECT,
    claim: { level: PKT_INTEGRITY, signature: 'invented' },
    stopped: { unhardened: 'security context', hardened: 'security context' },
  },
  {
    id: 'mic-dropped',
    title: 'binds at CONNECT and takes the MIC out of AUTHENTICATE_MESSAGE',
    section: '[MS-NLMP] 3.2.5.1.2',
    bindLevel: CONNECT,
    tampering: TAMPERINGS.micDropped,
    stopped: {
      unhardened: 'authentication',
      hardened: 'authentication',
      before: { update: NTLM_UPDATES.announcedMic },
    },
  },
  {
    id: 'flags-doubled',
    title: 'binds at CONNECT, takes the MIC out, and makes MsvAvFlags appear twice, the first time without its bit',
    section: '[MS-NLMP] 2.2.2.1',
    bindLevel: CONNECT,
    tampering: TAMPERINGS.flagsDoubled,
    stopped: {
      unhardened: 'authentication',
      hardened: 'authentication',
      before: { update: NTLM_UPDATES.repeatedFlags },
    },
  },
  {
    id: 'mic-disowned',
    title: 'binds at CONNECT and takes out the MIC and the bit of MsvAvFlags that announces it',
    section: '[MS-NLMP] 3.3.2',
    bindLevel: CONNECT,
    tampering: TAMPERINGS.micDisowned,
    stopped: { unhardened: 'authentication', hardened: 'authentication' },
  },
  {
    id: 'target-name-edited',
    title: 'binds at CONNECT and puts the server’s name into MsvAvTargetName',
    section: '[MS-NLMP] 3.3.2',
    bindLevel: CONNECT,
    tampering: TAMPERINGS.targetNameEdited,
    stopped: { unhardened: 'authentication', hardened: 'authentication' },
  },
  {
    id: 'flags-downgraded',
    title: 'binds at PKT_INTEGRITY and takes SIGN and KEY_EXCH out of NEGOTIATE_MESSAGE',
    section: '[MS-NLMP] 3.2.5.1.2',
    bindLevel: PKT_INTEGRITY,
    claim: { level: PKT_INTEGRITY, signature: 'invented' },
    tampering: TAMPERINGS.flagsDowngraded,
    stopped: { unhardened: 'authentication', hardened: 'authentication', signingVictim: 'victim' },
  },
  {
    id: 'time-removed',
    title: 'binds at CONNECT and takes MsvAvTimestamp out of CHALLENGE_MESSAGE, so that the victim adds no MIC',
    section: '[MS-NLMP] 3.1.5.1.2',
    bindLevel: CONNECT,
    tampering: TAMPERINGS.timeRemoved,
    stopped: { hardened: 'activation policy' },
  },
  {
    id: 'flags-downgraded-no-mic',
    title: 'binds at PKT_INTEGRITY and takes out MsvAvTimestamp, SIGN and KEY_EXCH',
    section: '[MS-NLMP] 3.4.4',
    bindLevel: PKT_INTEGRITY,
    claim: { level: PKT_INTEGRITY, signature: 'invented' },
    tampering: TAMPERINGS.timeRemovedAndFlagsDowngraded,
    stopped: { unhardened: 'signature', hardened: 'signature', signingVictim: 'victim' },
  },
  {
    id: 'reflection',
    title: 'binds at CONNECT, back to the DCOM server of the victim’s own host',
    section: '[MS-NLMP] 3.2.5.1.2',
    bindLevel: CONNECT,
    reflection: true,
    stopped: { unhardened: 'victim', hardened: 'victim' },
  },
];

/** What the hardening does not cover: calls to objects meet only the exporter’s own level ([MS-DCOM] 3.1.1.5.4). */
export const KNOWN_REFERENCE: Base = {
  id: 'known-reference',
  title: 'binds at CONNECT and calls an object that somebody else has activated, whose IPID it knows',
  section: '[MS-DCOM] 3.1.1.5.4',
  bindLevel: CONNECT,
  knownReference: true,
  stopped: {},
};

/** By the mechanism itself, and by SPNEGO. */
export const byBoth = (base: Base, authType: number): RelayVariant[] => [
  { ...base, authType },
  { ...base, id: `${base.id}-spnego`, title: `${base.title}, by SPNEGO`, authType: RPC_C_AUTHN.GSS_NEGOTIATE },
];

/** Every variant of NTLM, by itself and by SPNEGO; the hardening stops each, at its own place. */
export const RELAY_VARIANTS: readonly RelayVariant[] = BASES.flatMap((base) => byBoth(base, RPC_C_AUTHN.WINNT));

/** What the hardening leaves open. */
export const LEFT_OPEN: readonly RelayVariant[] = byBoth(KNOWN_REFERENCE, RPC_C_AUTHN.WINNT);
