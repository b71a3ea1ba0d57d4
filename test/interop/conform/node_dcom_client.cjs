// A client for the conformance suite: the status of an OPC server by node-opc-da 1.0.x, which is on node-dcom 1.0.9:
// node_dcom_client.cjs ADDRESS DOMAIN USER PASSWORD. It takes MD4 and DES from OpenSSL: --openssl-legacy-provider.
// Without arguments it says "ready", and then runs once for each line of that on stdin, and says "ok" or the error.
const { createInterface } = require('node:readline');

// The library greets on stdout.
console.log = () => undefined;
const { createServer } = require('node-opc-da');

/** The OPC server that comes with the simulated one. */
const CLSID = '5c1e0da0-7b1d-4a6e-8f39-d1c0a5e2f7b4';

async function run(address, domain, user, password) {
  const { comServer, opcServer } = await createServer(address, domain, user, password, CLSID, {});
  await opcServer.getStatus();
  await opcServer.end();
  await comServer.closeStub();
}

/** Errors in its callbacks reach nobody else. */
let failed = () => undefined;
for (const name of ['uncaughtException', 'unhandledRejection']) process.on(name, (error) => failed(error));
const runOnce = (words) =>
  new Promise((resolve, reject) => {
    failed = reject;
    run(...words).then(resolve, reject);
  });
const textOf = (error) => String(error?.message ?? error).replaceAll('\n', ' ');

async function main() {
  const words = process.argv.slice(2);
  if (words.length > 0) {
    const text = await runOnce(words).then(() => undefined, textOf);
    process.stderr.write(`${text ?? 'done'}\n`, () => process.exit(text === undefined ? 0 : 1));
    return;
  }
  process.stdout.write('ready\n');
  for await (const line of createInterface({ input: process.stdin })) {
    const said = await runOnce(line.split(' ')).then(() => 'ok', textOf);
    process.stdout.write(`${said}\n`);
  }
  process.exit(0);
}

main();
