// 500 authenticated connections held open at once, each of which calls: no failure, and the heap of the server's process
// that each of them costs, after garbage collection, against a limit.
import { row } from './measure.mjs';
import { authenticated, map } from './peers/client.mjs';
import { harnessServer } from './peers/servers.mjs';

const CONNECTIONS = 500;
const AT_ONCE = 25;
const CALLS = 4;
const LIMIT_KIB = 40;

const server = await harnessServer();
try {
  // What is loaded and compiled with the first connections belongs to the server, not to the later ones.
  const warm = await Promise.all(Array.from({ length: AT_ONCE }, () => authenticated(server)));
  await Promise.all(warm.map((connection) => map(connection, server)));
  for (const connection of warm) connection.close();
  const before = await server.heap();

  const held = [];
  while (held.length < CONNECTIONS)
    held.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => authenticated(server)))));
  const answers = await Promise.all(
    held.flatMap((connection) => Array.from({ length: CALLS }, () => map(connection, server))),
  );
  const after = await server.heap();

  row({
    what: `calls answered on ${CONNECTIONS} connections held at once`,
    ours: answers.length,
    reference: CONNECTIONS * CALLS,
    against: 'calls made',
    unit: 'calls',
    wanted: '>= 1',
  });
  const kib = (name) => (after[name] - before[name]) / 1024 / CONNECTIONS;
  for (const [name, what] of Object.entries({ heapUsed: 'heap', external: 'memory beside the heap' })) {
    row({
      what: `${what} a connection`,
      ours: Math.max(0, kib(name)),
      reference: LIMIT_KIB,
      against: 'the limit',
      unit: 'KiB',
      wanted: '< 1',
    });
  }
  for (const connection of held) connection.close();
} finally {
  await server.stop();
}
