// A service of a realm with its keys, and a ticket for it, as a KDC of this project gives it.
import {
  AsExchange,
  DEFAULT_ETYPES,
  Kdc,
  KerberosKey,
  Secret,
  TgsExchange,
  TicketTable,
} from '../dist/security/index.js';
import { counting } from './random.mjs';

const REALM = 'LAB.EXAMPLE';
export const SERVICE = 'RPCSS/srv.lab.example';
const USER = { user: 'op', sid: 'S-1-5-21-1-2-3-1104', secret: Secret.password('password') };
const MACHINE = {
  user: 'SRV$',
  sid: 'S-1-5-21-1-2-3-1105',
  secret: Secret.password('machine'),
  services: ['HOST/srv.lab.example'],
};

const kdc = new Kdc({ realm: REALM, domain: 'LAB', accounts: [USER, MACHINE], random: counting(11) });
export const KEYS = kdc.keysOf('SRV$');

/** Tickets of the user for the service, whose session key is of this type. */
export function ticketsOf(etype, now) {
  const keys = (type, salt, params) => KerberosKey.fromPassword(type, 'password', salt, params);
  const logon = new AsExchange({ realm: REALM, user: 'op', keys, etypes: DEFAULT_ETYPES, random: counting(12) }, now);
  let answer;
  for (let send = logon.start(); answer?.credential === undefined; send = answer.send)
    answer = logon.receive(kdc.answer(send, now).reply, now);
  const exchange = new TgsExchange({ tgt: answer.credential, service: SERVICE, etypes: [etype], random: counting(13) });
  return new TicketTable([exchange.receive(kdc.answer(exchange.start(now), now).reply)]);
}
