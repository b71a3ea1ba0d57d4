// Stands in for a DCOM client of your own: activates a class, calls a method, and releases. As a program:
//   node examples/my-client.mjs ADDRESS PORT DOMAIN USER PASSWORD
import { fileURLToPath } from 'node:url';
import { CLIENT_PROFILES, DcomClient, Secret } from 'dcom-harness';
import { oaut } from 'dcom-harness/codec';

const CLSID = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';

export async function useObject({ address, port, domain, user, password }) {
  const client = new DcomClient({
    host: address,
    port,
    profile: CLIENT_PROFILES['windows-2023-03'],
    credentials: { domain, user, secret: Secret.password(password) },
  });
  try {
    const object = await client.activate(CLSID, oaut.IDispatch.uuid);
    await object.call(oaut.IDispatch, oaut.GetTypeInfoCount, {});
    await object.release();
  } finally {
    await client.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [address, port, domain, user, password] = process.argv.slice(2);
  try {
    if (password === undefined) throw new Error('usage: node my-client.mjs ADDRESS PORT DOMAIN USER PASSWORD');
    await useObject({ address, port: Number(port), domain, user, password });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
