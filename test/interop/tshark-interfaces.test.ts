import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { INTERFACE_ALIASES, interfaceName, interfaceUuids } from '../../src/codec/interfaces.js';
import { encodePdu, NDR20_SYNTAX } from '../../src/codec/rpce/index.js';
import { bindPdu } from '../support/raw-server.js';
import { captureOf } from '../support/segments.js';
import { tshark, tsharkFields } from '../support/tshark.js';

/** Names of tshark that are others than by case, a prefix or an alias. */
const THEIRS: Readonly<Record<string, string>> = {
  remact: 'IActivation',
  epmv4: 'ept',
  rpc_netlogon: 'netlogon',
  taskschedulerservice: 'ITaskSchedulerService',
  efs: 'efsrpc',
};

test.skipIf(tshark.skip)('tshark gives every interface UUID that it knows the name that it has here', async () => {
  const uuids = interfaceUuids();
  const sent = uuids.map((uuid, index) => {
    const element = { p_cont_id: 0, abstract_syntax: { uuid, version: 0 }, transfer_syntaxes: [NDR20_SYNTAX] };
    return { sequence: 1, clientPort: 20_000 + index, serverPort: 135, data: encodePdu(bindPdu([element])) };
  });
  const folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  try {
    const file = join(folder, 'binds.pcapng');
    await writeFile(file, captureOf(...sent));
    const rows = await tsharkFields(file, 'dcerpc', ['_ws.col.Info']);
    const aliases = new Map(Object.entries(INTERFACE_ALIASES).map(([alias, name]) => [alias.toLowerCase(), name]));
    const named = rows.flatMap(([info = ''], index) => {
      const theirs = (/items: (\S+) V/.exec(info)?.[1] ?? '').toLowerCase();
      const uuid = uuids[index] as string;
      return theirs === '' || theirs === uuid ? [] : [[uuid, THEIRS[theirs] ?? aliases.get(theirs) ?? theirs] as const];
    });
    expect(named.map(([uuid, name]) => [uuid, name.toLowerCase()])).toEqual(
      named.map(([uuid]) => [uuid, interfaceName(uuid).toLowerCase()]),
    );
    expect(named.length).toBeGreaterThan(20);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
