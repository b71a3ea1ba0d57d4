// What it costs to sign and seal 1 MiB of stub in fragments of 5840 octets, as RPC over TCP sends it, beside Node's own
// AES-128-GCM over the same octets.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AccountTable, ntlmAcceptor, ntlmInitiator, Secret } from '../dist/security/index.js';
import { inTurns, row } from './measure.mjs';

const STUB = 1024 * 1024;
const HEADER = 24;
const TRAILER = 8;
const BODY = 5840 - HEADER - TRAILER - 16;
const ROUNDS = 15;

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

/** MiB a second of `run`, without what `prepare` takes. */
const side = (prepare, run) => () => {
  const input = prepare();
  const start = performance.now();
  run(input);
  return 1000 / (performance.now() - start);
};

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

const gcmSealed = () => fragments().map(gcmSeal);
const gcmSealAll = (list) => {
  for (const message of list) gcmSeal(message);
};
const gcmOpenAll = (list) => {
  for (const message of list) gcmOpen(message);
};

const medians = await inTurns(ROUNDS, {
  seal: side(plain, each('seal')),
  unseal: side(() => protectedBy('seal'), open('unseal')),
  sign: side(plain, each('sign')),
  verify: side(() => protectedBy('sign'), open('verify')),
  gcmSeal: side(fragments, gcmSealAll),
  gcmOpen: side(gcmSealed, gcmOpenAll),
});
for (const [name, what, reference, against] of [
  ['seal', 'seal 1 MiB at PKT_PRIVACY', 'gcmSeal', 'AES-128-GCM seal'],
  ['unseal', 'unseal 1 MiB at PKT_PRIVACY', 'gcmOpen', 'AES-128-GCM unseal'],
  ['sign', 'sign 1 MiB at PKT_INTEGRITY', 'gcmSeal', 'AES-128-GCM seal'],
  ['verify', 'verify 1 MiB at PKT_INTEGRITY', 'gcmOpen', 'AES-128-GCM unseal'],
])
  row({ what, ours: medians[name], reference: medians[reference], against, unit: 'MiB/s' });
