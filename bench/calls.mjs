// Calls of ept_map a second on one connection at PKT_INTEGRITY: one after the other, and 16 under way at once.
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { authenticated, map, parallel } from './peers/client.mjs';
import { harnessServer, sambaServer, whyNoSamba } from './peers/servers.mjs';

const CALLS = 500;
const ROUNDS = 21;

const why = whyNoSamba();
if (why !== undefined) {
  leftOut('ept_map calls a second', why);
  process.exit();
}

const [ours, samba] = await Promise.all([harnessServer(), sambaServer()]);
try {
  const connections = { ours: await authenticated(ours), samba: await authenticated(samba) };
  for (const width of [1, 16]) {
    const side = (connection, server) => () => rate(() => parallel(CALLS, width, () => map(connection, server)));
    const medians = await inTurns(ROUNDS, {
      ours: side(connections.ours, ours),
      samba: side(connections.samba, samba),
    });
    row({
      what: `ept_map at PKT_INTEGRITY, ${width} under way`,
      ours: medians.ours,
      reference: medians.samba,
      against: "Samba's server",
      unit: 'calls/s',
      // One at a time measures how soon two processes wake each other; the server's own speed shows with more.
      ...(width === 1 ? {} : { wanted: '>= 1' }),
    });
  }
  for (const connection of Object.values(connections)) connection.close();
} finally {
  await Promise.all([ours.stop(), samba.stop()]);
}
