// The simulated server in a process of its own, as the servers that it is compared with are. Tells its port, and its
// heap when it is asked, over the channel of child_process.fork.
import { startKdc } from '../../dist/server/kdc.js';
import { startServer } from '../../dist/server/server.js';
import { ACCOUNT, REALM } from './account.mjs';

const kdc = await startKdc({
  ...{ listen: '127.0.0.1:0', realm: REALM, domain: ACCOUNT.domain, accounts: [ACCOUNT] },
  machines: [{ name: 'DC1', hosts: ['dc1.lab.example'] }],
});

const server = await startServer({
  listen: '127.0.0.1:0',
  accounts: [ACCOUNT],
  kerberos: { keys: kdc.keysOf('DC1') },
  interfaces: ['rpcecho'],
  names: { netbiosName: 'DC1', netbiosDomain: ACCOUNT.domain },
});
process.send({ port: server.address.port, kdc: { host: kdc.address.address, port: kdc.address.port } });

process.on('message', async () => {
  // Twice, with a pause: what finalizers free shows only then.
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 200));
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  process.send({ heapUsed, external, rss });
});
process.on('disconnect', () => process.exit());
