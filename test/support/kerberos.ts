import type { KeytabEntry } from '../../src/codec/kerberos/index.js';
import {
  AsExchange,
  accountSid,
  type Credential,
  DEFAULT_ETYPES,
  Kdc,
  type KdcAccount,
  type KdcOptions,
  type KerberosAcceptorOptions,
  type KerberosInitiatorOptions,
  KerberosKey,
  kerberosAcceptor,
  kerberosInitiator,
  Secret,
  type SecurityContext,
  type ServiceKey,
  TgsExchange,
  TicketTable,
} from '../../src/security/index.js';
import { handshake, NOW, PASSWORD, seeded } from './security.js';

export const REALM = 'LAB.EXAMPLE';
export const SERVICE = 'RPCSS/server.lab.example';
const MACHINE_PASSWORD = 'machine password';
const MACHINE_SALT = `${REALM}hostserver.lab.example`;

export const USER: KdcAccount = { user: 'op', sid: accountSid('LAB', 'op'), secret: Secret.password(PASSWORD) };
export const MACHINE: KdcAccount = {
  user: 'SERVER$',
  sid: accountSid('LAB', 'SERVER$'),
  secret: Secret.password(MACHINE_PASSWORD),
  services: ['HOST/server.lab.example', 'HOST/server'],
};

export const labKdc = (options: Partial<KdcOptions> = {}): Kdc =>
  new Kdc({ realm: REALM, domain: 'LAB', accounts: [USER, MACHINE], random: seeded('kdc'), ...options });

/** The keys of the server's machine account, as a keytab would hold them. */
export const serverKeys = (): readonly ServiceKey[] =>
  DEFAULT_ETYPES.map((etype) => ({
    realm: REALM,
    name: ['HOST', 'server.lab.example'],
    kvno: 1,
    key: KerberosKey.fromPassword(etype, MACHINE_PASSWORD, MACHINE_SALT),
  }));

export const keytabEntries = (): readonly KeytabEntry[] =>
  serverKeys().map(({ realm, name, kvno, key }) => ({
    realm,
    name,
    kvno,
    name_type: 1,
    timestamp: 0,
    etype: key.etype,
    key: key.value.keyvalue,
  }));

const ask = (kdc: Kdc, request: Uint8Array, now: number): Uint8Array => {
  const { reply } = kdc.answer(request, now);
  if (reply === undefined) throw new Error('the KDC has no answer');
  return reply;
};

/** A ticket-granting ticket of the user `op`. */
export function logOn(
  kdc: Kdc,
  etypes: readonly number[] = DEFAULT_ETYPES,
  now = NOW,
  password = PASSWORD,
): Credential {
  const keys = (etype: number, salt: string, params: Uint8Array | undefined) =>
    KerberosKey.fromPassword(etype, password, salt, params);
  const exchange = new AsExchange({ realm: REALM, user: 'op', keys, etypes, random: seeded('as') }, now);
  for (let send = exchange.start(); ; ) {
    const next = exchange.receive(ask(kdc, send, now), now);
    if ('credential' in next) return next.credential;
    send = next.send;
  }
}

export function serviceTicket(
  kdc: Kdc,
  etypes: readonly number[] = DEFAULT_ETYPES,
  service = SERVICE,
  now = NOW,
): Credential {
  const exchange = new TgsExchange({ tgt: logOn(kdc, DEFAULT_ETYPES, now), service, etypes, random: seeded('tgs') });
  return exchange.receive(ask(kdc, exchange.start(now), now));
}

export interface Setup {
  readonly level?: number;
  readonly etypes?: readonly number[];
  readonly client?: Partial<KerberosInitiatorOptions>;
  readonly server?: Partial<KerberosAcceptorOptions>;
  readonly kdc?: Kdc;
}

export function kerberosProviders({ etypes, client, server, kdc = labKdc() }: Setup = {}) {
  const tickets = new TicketTable([serviceTicket(kdc, etypes)]);
  return {
    initiator: kerberosInitiator({ tickets, random: seeded('client'), ...client }),
    acceptor: kerberosAcceptor({ keys: serverKeys(), random: seeded('server'), ...server }),
  };
}

/** Two contexts at the end of their handshake. */
export function kerberosPair(setup: Setup = {}): {
  initiator: SecurityContext;
  acceptor: SecurityContext;
  tokens: Buffer[];
} {
  const providers = kerberosProviders(setup);
  const initiator = providers.initiator.initiate({ level: setup.level ?? 6, target: SERVICE });
  const acceptor = providers.acceptor.accept();
  const tokens = handshake(initiator, acceptor);
  return { initiator, acceptor, tokens };
}
