// Connections a second: TCP, bind at PKT_INTEGRITY with NTLM and auth3, or with Kerberos and alter_context, one ept_map, and
// the end. The same client against this project's server and Samba's, each in processes of its own; the tickets are there
// already.

import { ept } from '../dist/codec/epm/index.js';
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { authenticated, authentication, kerberosAt, map, parallel } from './peers/client.mjs';
import { harnessServer, sambaServer, whyNoSamba } from './peers/servers.mjs';

const CONNECTIONS = 60;
const ROUNDS = 9;

const why = whyNoSamba();
if (why !== undefined) {
  leftOut('connections a second', why);
  process.exit();
}

const once = (server, how) => async () => {
  const connection = await authenticated(server, ept, how);
  await map(connection, server);
  connection.close();
};
const [ours, samba] = await Promise.all([harnessServer(), sambaServer()]);
try {
  for (const width of [1, 8]) {
    const side = (server, how) => () => rate(() => parallel(CONNECTIONS, width, once(server, how)));
    const [kerberos, sambaKerberos] = [ours, samba].map(kerberosAt);
    const medians = await inTurns(ROUNDS, {
      ours: side(ours, authentication()),
      samba: side(samba, authentication()),
      kerberos: side(ours, kerberos),
      sambaKerberos: side(samba, sambaKerberos),
    });
    const rows = [
      ['NTLM', medians.ours, medians.samba, "Samba's server", '>= 1'],
      ['Kerberos', medians.kerberos, medians.sambaKerberos, "Samba's server", undefined],
      ['Kerberos', medians.kerberos, medians.ours, 'NTLM, likewise', undefined],
    ];
    for (const [mechanism, mine, reference, against, wanted] of rows)
      row({
        what: `bind with ${mechanism} and ept_map, ${width} at a time`,
        ours: mine,
        reference,
        against,
        unit: 'connections/s',
        ...(wanted && { wanted }),
      });
  }
} finally {
  await Promise.all([ours.stop(), samba.stop()]);
}
