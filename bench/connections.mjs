// Connections a second: TCP, bind with NTLM at PKT_INTEGRITY, auth3, one ept_map, and the end. The same client against
// this project's server and Samba's, each in processes of its own.
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { authenticated, map, parallel } from './peers/client.mjs';
import { harnessServer, sambaServer, whyNoSamba } from './peers/servers.mjs';

const CONNECTIONS = 60;
const ROUNDS = 9;

const why = whyNoSamba();
if (why !== undefined) {
  leftOut('connections a second', why);
  process.exit();
}

const once = (server) => async () => {
  const connection = await authenticated(server);
  await map(connection, server);
  connection.close();
};
const [ours, samba] = await Promise.all([harnessServer(), sambaServer()]);
try {
  for (const width of [1, 8]) {
    const side = (server) => () => rate(() => parallel(CONNECTIONS, width, once(server)));
    const medians = await inTurns(ROUNDS, { ours: side(ours), samba: side(samba) });
    row({
      what: `bind with NTLM and ept_map, ${width} at a time`,
      ours: medians.ours,
      reference: medians.samba,
      against: "Samba's server",
      unit: 'connections/s',
      wanted: '>= 1',
    });
  }
} finally {
  await Promise.all([ours.stop(), samba.stop()]);
}
