// What it costs to sign and seal 1 MiB of stub in fragments of 5840 octets, as RPC over TCP sends it, beside Node's own
// AES-128-GCM over the same octets. Needs `npm run build`.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AccountTable, ntlmAcceptor, ntlmInitiator, Secret } from '../dist/security/index.js';

const STUB = 1024 * 1024;
const HEADER = 24;
const TRAILER = 8;
const BODY = 5840 - HEADER - TRAILER - 16;
const ROUNDS = 24;

function context() {
  const accounts = new AccountTable(['LAB\\op:password'], 'LAB');
  const server = { netbiosName: 'DC1', netbiosDomain: 'LAB' };
  const acceptor = ntlmAcceptor({ server, accounts, random: randomBytes }).accept();
  const credentials = { domain: 'LAB', user: 'op', secret: Secret.password('password') };
  const initiator = ntlmInitiator({ credentials, random: randomBytes }).initiate({ level: 6 });
  const now = Date.now();
  const challenge = acceptor.step(initiator.step(undefined, now).token, now).token;
  acceptor.step(initiator.step(challenge, now).token, now);
  return { initiator, acceptor };
}

/** The fragments of one stub, each as the security layer gets it. */
function fragments() {
  const list = [];
  for (let left = STUB; left > 0; left -= BODY) {
    const size = Math.min(BODY, left);
    const pdu = randomBytes(HEADER + size + TRAILER);
    list.push({ pdu, bodyStart: HEADER, bodyEnd: HEADER + size, signHeader: true });
  }
  return list;
}

/** The best of many rounds, in milliseconds a MiB: what the machine can do when nothing else disturbs it. */
function best(prepare, run) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const input = prepare();
    const start = performance.now();
    run(input);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const key = randomBytes(16);
const iv = Buffer.alloc(12);

function gcmSeal({ pdu, bodyStart, bodyEnd }) {
  const cipher = createCipheriv('aes-128-gcm', key, iv);
  const aad = pdu.subarray(0, bodyStart);
  cipher.setAAD(aad);
  const body = cipher.update(pdu.subarray(bodyStart, bodyEnd));
  cipher.final();
  return { aad, body, tag: cipher.getAuthTag() };
}

function gcmOpen({ aad, body, tag }) {
  const decipher = createDecipheriv('aes-128-gcm', key, iv);
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  decipher.update(body);
  decipher.final();
}

/** A fresh context and the fragments, so that every round starts at the same place. */
const plain = () => ({ ...context(), list: fragments() });
const protectedBy = (how) => {
  const { initiator, acceptor, list } = plain();
  return { acceptor, list: list.map((message) => ({ message, signature: initiator[how](message) })) };
};
const each = (how) => (input) => {
  for (const message of input.list) input.initiator[how](message);
};
const open = (how) => (input) => {
  for (const { message, signature } of input.list) input.acceptor[how](message, signature);
};

const rows = {
  'NTLM seal (HMAC-MD5, RC4)': best(plain, each('seal')),
  'NTLM unseal': best(() => protectedBy('seal'), open('unseal')),
  'NTLM sign (HMAC-MD5)': best(plain, each('sign')),
  'NTLM verify': best(() => protectedBy('sign'), open('verify')),
  'AES-128-GCM seal': best(fragments, (list) => {
    for (const message of list) gcmSeal(message);
  }),
  'AES-128-GCM unseal': best(
    () => fragments().map(gcmSeal),
    (list) => {
      for (const message of list) gcmOpen(message);
    },
  ),
};

const reference = rows['AES-128-GCM seal'];
console.log(`1 MiB of stub in ${fragments().length} fragments, PKT_PRIVACY, Node ${process.version}`);
console.log('operation                     ms     MiB/s   times AES-128-GCM seal');
for (const [name, ms] of Object.entries(rows)) {
  const cells = [
    ms.toFixed(2).padStart(6),
    (1000 / ms).toFixed(0).padStart(9),
    (ms / reference).toFixed(1).padStart(9),
  ];
  console.log(name.padEnd(26), cells.join(' '));
}
