import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { AP_REQ_TAMPERINGS } from './tamper-ap-req.js';
import { type Base, byBoth, KNOWN_REFERENCE, LEFT_OPEN, RELAY_VARIANTS, type RelayVariant } from './variants.js';

const { CONNECT, PKT_INTEGRITY } = RPC_C_AUTHN_LEVEL;

const TO_TARGET = { ticketFor: 'target' } as const;
const TO_ANOTHER_SERVICE = { ticketFor: 'another service' } as const;
const TO_ANOTHER_HOST = { ticketFor: 'another host' } as const;

/** Nothing of Kerberos stops these: the server holds the key, and at CONNECT nobody asks the client for the session key again. */
const BY_HARDENING = { hardened: 'activation policy' } as const;
const REFUSED = { unhardened: 'authentication', hardened: 'authentication' } as const;
const UNSIGNED = { unhardened: 'signature', hardened: 'signature' } as const;

const BASES: readonly Base[] = [
  {
    id: 'kerberos-same-service',
    title: 'binds at CONNECT and passes the AP-REQ on to the service that its ticket is for',
    section: '[MS-KILE] 3.4.5.1',
    bindLevel: CONNECT,
    kerberos: TO_TARGET,
    stopped: BY_HARDENING,
  },
  {
    id: 'kerberos-other-service',
    title: 'binds at CONNECT and passes on an AP-REQ for another service of the server’s account',
    section: 'RFC 4120 3.2.3',
    bindLevel: CONNECT,
    kerberos: TO_ANOTHER_SERVICE,
    stopped: BY_HARDENING,
  },
  {
    id: 'kerberos-service-renamed',
    title: 'binds at CONNECT and puts the server’s service name on a ticket for another service of its account',
    section: 'RFC 4120 5.3',
    bindLevel: CONNECT,
    kerberos: TO_ANOTHER_SERVICE,
    tampering: AP_REQ_TAMPERINGS.renamed,
    stopped: BY_HARDENING,
  },
  {
    id: 'kerberos-options-cleared',
    title: 'binds at CONNECT and takes mutual-required out of the AP-REQ’s options',
    section: 'RFC 4120 5.5.1',
    bindLevel: CONNECT,
    kerberos: TO_TARGET,
    tampering: AP_REQ_TAMPERINGS.mutualCleared,
    stopped: BY_HARDENING,
  },
  {
    id: 'kerberos-other-host',
    title: 'binds at CONNECT and passes on an AP-REQ for the attacker’s own host',
    section: 'RFC 4120 3.2.3',
    bindLevel: CONNECT,
    kerberos: TO_ANOTHER_HOST,
    stopped: REFUSED,
  },
  {
    id: 'kerberos-host-renamed',
    title: 'binds at CONNECT and puts the server’s service name on a ticket for the attacker’s own host',
    section: 'RFC 4120 5.3',
    bindLevel: CONNECT,
    kerberos: TO_ANOTHER_HOST,
    tampering: AP_REQ_TAMPERINGS.renamed,
    stopped: REFUSED,
  },
  {
    id: 'kerberos-checksum-changed',
    title: 'binds at CONNECT and changes a bit of the authenticator, which has the flags and the checksum',
    section: 'RFC 4121 4.1.1',
    bindLevel: CONNECT,
    kerberos: TO_TARGET,
    tampering: AP_REQ_TAMPERINGS.checksumChanged,
    stopped: REFUSED,
  },
  {
    id: 'kerberos-replayed',
    title: 'binds at CONNECT, lets the authentication through, and sends it again over its own connection',
    section: 'RFC 4120 3.2.3',
    bindLevel: CONNECT,
    kerberos: { ...TO_TARGET, replayed: true },
    stopped: REFUSED,
  },
  {
    id: 'kerberos-integrity-zeros',
    title: 'binds at PKT_INTEGRITY and signs with zeros',
    section: 'RFC 4121 4.2.6.1',
    bindLevel: PKT_INTEGRITY,
    claim: { level: PKT_INTEGRITY, signature: 'zeros' },
    kerberos: TO_TARGET,
    stopped: UNSIGNED,
  },
  {
    id: 'kerberos-integrity-invented',
    title: 'binds at PKT_INTEGRITY and invents signatures',
    section: 'RFC 4121 4.2.6.1',
    bindLevel: PKT_INTEGRITY,
    claim: { level: PKT_INTEGRITY, signature: 'invented' },
    kerberos: TO_TARGET,
    stopped: UNSIGNED,
  },
  {
    id: 'kerberos-integrity-unsigned',
    title: 'binds at PKT_INTEGRITY and leaves the sec_trailer out',
    section: '[MS-RPCE] 3.3.1.5.4',
    bindLevel: PKT_INTEGRITY,
    kerberos: TO_TARGET,
    stopped: { unhardened: 'access control', hardened: 'access control' },
  },
  {
    id: 'kerberos-upgrade',
    title: 'binds at CONNECT and claims PKT_INTEGRITY in the request',
    section: '[MS-RPCE] 2.2.2.11',
    bindLevel: CONNECT,
    claim: { level: PKT_INTEGRITY, signature: 'invented' },
    kerberos: TO_TARGET,
    stopped: { unhardened: 'security context', hardened: 'security context' },
  },
];

const OPEN: Base = { ...KNOWN_REFERENCE, id: 'kerberos-known-reference', kerberos: TO_TARGET };

/** Every variant of Kerberos, by itself and by SPNEGO, that something stops, if only the hardening. */
export const KERBEROS_VARIANTS: readonly RelayVariant[] = BASES.flatMap((base) =>
  byBoth(base, RPC_C_AUTHN.GSS_KERBEROS),
);

/** What the hardening leaves open with Kerberos too. */
export const KERBEROS_LEFT_OPEN: readonly RelayVariant[] = byBoth(OPEN, RPC_C_AUTHN.GSS_KERBEROS);

/** All of them, of NTLM and of Kerberos. */
export const ALL_VARIANTS: readonly RelayVariant[] = [
  ...RELAY_VARIANTS,
  ...LEFT_OPEN,
  ...KERBEROS_VARIANTS,
  ...KERBEROS_LEFT_OPEN,
];

/** The variant of an id. */
export const relayVariant = (id: string): RelayVariant | undefined => ALL_VARIANTS.find((variant) => variant.id === id);
