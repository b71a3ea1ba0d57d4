// What Kerberos costs: handshakes beside NTLM's, and 1 MiB of stub sealed under AES-256 in fragments of 5840 octets beside
// what Node's own AES-256-CBC and HMAC-SHA1 take for the same octets.
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import {
  AccountTable,
  AsExchange,
  Kdc,
  KerberosKey,
  kerberosAcceptor,
  kerberosInitiator,
  ntlmAcceptor,
  ntlmInitiator,
  Secret,
  TgsExchange,
  TicketTable,
} from '../dist/security/index.js';
import { inTurns, row } from './measure.mjs';

const STUB = 1024 * 1024;
const HEADER = 24;
const TRAILER = 8;
const BODY = 5840 - HEADER - TRAILER - 76;
const ROUNDS = 9;
const HANDSHAKES = 200;
const REALM = 'LAB.EXAMPLE';
const TARGET = 'HOST/server';
const now = Date.now();

const kdc = new Kdc({
  ...{ realm: REALM, domain: 'LAB', random: randomBytes },
  accounts: [
    { user: 'op', sid: 'S-1-5-21-1-2-3-1000', secret: Secret.password('password') },
    { user: 'SERVER$', sid: 'S-1-5-21-1-2-3-1001', secret: Secret.password('machine'), services: [TARGET] },
  ],
});

function ticket() {
  const keys = (etype, salt, params) => KerberosKey.fromPassword(etype, 'password', salt, params);
  const as = new AsExchange({ realm: REALM, user: 'op', keys, etypes: [18], random: randomBytes }, now);
  let next = { send: as.start() };
  while ('send' in next) next = as.receive(kdc.answer(next.send, now).reply, now);
  const tgs = new TgsExchange({ tgt: next.credential, service: TARGET, etypes: [18], random: randomBytes });
  return tgs.receive(kdc.answer(tgs.start(now), now).reply);
}

const kerberos = {
  initiator: kerberosInitiator({ tickets: new TicketTable([ticket()]), random: randomBytes }),
  acceptor: kerberosAcceptor({ keys: kdc.keysOf('SERVER$'), random: randomBytes, replayCache: false }),
};
const ntlm = {
  initiator: ntlmInitiator({
    credentials: { domain: 'LAB', user: 'op', secret: Secret.password('p') },
    random: randomBytes,
  }),
  acceptor: ntlmAcceptor({
    ...{ server: { netbiosName: 'DC1', netbiosDomain: 'LAB' }, accounts: new AccountTable(['LAB\\op:p'], 'LAB') },
    random: randomBytes,
  }),
};

function handshake({ initiator, acceptor }) {
  const [client, server] = [initiator.initiate({ level: 6, target: TARGET }), acceptor.accept()];
  const answer = server.step(client.step(undefined, now).token, now).token;
  server.step(client.step(answer, now).token, now);
  return { client, server };
}

const handshakes = (mechanism) => () => {
  const start = performance.now();
  for (let i = 0; i < HANDSHAKES; i++) handshake(mechanism);
  return (1000 * HANDSHAKES) / (performance.now() - start);
};

function fragments() {
  const list = [];
  for (let left = STUB; left > 0; left -= BODY) {
    const size = Math.min(BODY, left);
    list.push({
      pdu: randomBytes(HEADER + size + TRAILER),
      bodyStart: HEADER,
      bodyEnd: HEADER + size,
      signHeader: true,
    });
  }
  return list;
}

const key = randomBytes(32);
const iv = Buffer.alloc(16);
function cbcAndHmac({ pdu, bodyStart, bodyEnd }) {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  cipher.update(pdu.subarray(bodyStart, bodyEnd));
  cipher.final();
  createHmac('sha1', key).update(pdu).digest();
}

/** MiB a second of `run`, without what `prepare` takes. */
const side = (prepare, run) => () => {
  const input = prepare();
  const start = performance.now();
  run(input);
  return 1000 / (performance.now() - start);
};
const fresh = () => ({ ...handshake(kerberos), list: fragments() });
const sealed = () => {
  const { client, server, list } = fresh();
  return { server, list: list.map((message) => ({ message, token: client.seal(message) })) };
};

const medians = await inTurns(ROUNDS, {
  kerberos: handshakes(kerberos),
  ntlm: handshakes(ntlm),
  seal: side(fresh, ({ client, list }) => list.map((message) => client.seal(message))),
  unseal: side(sealed, ({ server, list }) => list.map(({ message, token }) => server.unseal(message, token))),
  sign: side(fresh, ({ client, list }) => list.map((message) => client.sign(message))),
  node: side(fragments, (list) => list.map(cbcAndHmac)),
});
row({
  what: 'handshakes of Kerberos, AES-256',
  ours: medians.kerberos,
  reference: medians.ntlm,
  against: 'NTLM',
  unit: '/s',
});
for (const [name, what] of [
  ['seal', 'seal 1 MiB under AES-256'],
  ['unseal', 'unseal 1 MiB under AES-256'],
  ['sign', 'sign 1 MiB under AES-256'],
])
  row({ what, ours: medians[name], reference: medians.node, against: 'AES-256-CBC and HMAC-SHA1', unit: 'MiB/s' });
