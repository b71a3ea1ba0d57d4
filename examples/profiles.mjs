// A client and a server that behave as yours do: a profile is data, so begin with the nearest and change what differs.
// node examples/profiles.mjs
import { CLIENT_PROFILES, DcomClient, RPC_PROFILES, Secret, startServer } from 'dcom-harness';

// A gateway of ours: as node-dcom, but it asks for PKT_INTEGRITY and sends fragments of 4280 bytes.
const gateway = {
  ...CLIENT_PROFILES['node-dcom'],
  name: 'gateway-3.1',
  source: 'captures of our gateway 3.1',
  activationLevel: () => 5,
  association: { ...CLIENT_PROFILES['node-dcom'].association, maxFragment: 4280 },
};

// A server of ours: as Samba, but it takes fragments of 2048 bytes at most.
const appliance = { ...RPC_PROFILES['samba-4.17'], name: 'appliance', transportMaxFragment: 2048 };

const server = await startServer({
  listen: '127.0.0.1:0',
  profile: appliance,
  accounts: ['LAB\\op:secret'],
});
const client = new DcomClient({
  host: server.address.address,
  port: server.address.port,
  profile: gateway,
  credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
});
try {
  await client.activate('49b2791a-b1ae-4c90-9b8e-e860ba07f889', '00000000-0000-0000-c000-000000000046');
  console.log(server.activations.map(({ method, level, outcome }) => ({ method, level, outcome })));
} finally {
  await client.close();
  await server.close();
}
