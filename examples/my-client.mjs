// Stands in for a DCOM client of your own: activates a class, calls a method, and releases.
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
