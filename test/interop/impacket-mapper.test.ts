import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { IObjectExporter } from '../../src/codec/dcom/index.js';
import { RPC_PROFILES } from '../../src/rpc/index.js';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { ndjsonLines } from '../support/cli.js';
import { impacket } from '../support/impacket.js';
import { port135 } from '../support/peers.js';
import { program } from '../support/program.js';
import { Witness } from '../support/witness.js';

const ADDRESS = '127.0.0.32';
const SAMBA_LIKE = '127.0.0.33';
const PASSWORD = 'Mapper.Pass1';
/** Where Debian's package lays impacket's example programs, which it puts on no PATH. */
const EXAMPLES = '/usr/share/doc/python3-impacket/examples';

const example = (name: string, args: readonly string[]) => {
  const path = join(EXAMPLES, name);
  if (!existsSync(path)) throw new Error(`${path} is missing (Debian: apt-get install python3-impacket)`);
  return program(impacket.required(), [path, ...args]);
};

describe.skipIf(impacket.skip || port135().skip)('impacket at the endpoint mapper and the management interface', () => {
  const witness = new Witness();
  const servers: DcomServer[] = [];
  beforeAll(async () => {
    port135().required();
    const accounts = [`LAB\\op:${PASSWORD}`];
    servers.push(await startServer({ listen: `${ADDRESS}:135`, accounts, observers: [witness.observer] }));
    const profile = RPC_PROFILES['samba-4.17'];
    if (profile !== undefined) servers.push(await startServer({ listen: `${SAMBA_LIKE}:135`, accounts, profile }));
  });
  afterAll(() => Promise.all(servers.map((server) => server.close())));
  beforeEach(() => {
    witness.take();
  });

  /** At CALL and PKT impacket sends requests without a trailer; the endpoint mapper serves anybody. */
  test('ept_map is answered at every level, from NONE to PKT_PRIVACY', async () => {
    const levels = [1, 2, 3, 4, 5, 6];
    const { uuid, version } = IObjectExporter;
    const { output } = await program(impacket.required(), [
      join(import.meta.dirname, 'impacket_map.py'),
      ...[ADDRESS, 'op', PASSWORD, uuid, `${version.major}.${version.minor}`],
      ...levels.map(String),
    ]);
    const binding = `ncacn_ip_tcp:${ADDRESS}[135]`;
    expect(ndjsonLines(output)).toEqual(levels.map((level) => ({ level, binding })));
    const { securities, faults, failures } = witness.take();
    expect(securities.map(({ authType, statedLevel }) => [authType, statedLevel])).toEqual(
      levels.slice(1).map((level) => [10, level]),
    );
    expect({ faults, failures }).toEqual({ faults: [], failures: [] });
  });

  test('rpcdump.py lists the whole map: the page with the last elements has status 0, as it takes for granted', async () => {
    const { code, output } = await example('rpcdump.py', [ADDRESS]);
    expect(code, output).toBe(0);
    expect(output).toContain(`ncacn_ip_tcp:${ADDRESS}[135]`);
    for (const uuid of ['99FCFEC4-5260-101B-BBCB-00AA0021347A', '000001A0-0000-0000-C000-000000000046'])
      expect(output).toContain(`UUID    : ${uuid} v0.0`);
    expect(output).toMatch(/Received [1-9]\d* endpoints/);
  });

  test("rpcdump.py fails at a server with Samba's profile as it does at Samba, which ends with a page of nothing", async () => {
    const { output } = await example('rpcdump.py', [SAMBA_LIKE]);
    expect(output).toContain('ept_s_not_registered');
  });

  test.each([2, 3, 4, 5, 6])('rpcmap.py lists the interfaces at level %d', async (level) => {
    const { code, output } = await example('rpcmap.py', [
      `ncacn_ip_tcp:${ADDRESS}[135]`,
      ...['-auth-rpc', `LAB/op:${PASSWORD}`, '-auth-level', String(level)],
    ]);
    expect(code, output).toBe(0);
    const interfaces = [...output.matchAll(/^UUID: (\S+) v/gm)].map(([, uuid]) => uuid);
    expect(interfaces).toEqual([
      '000001A0-0000-0000-C000-000000000046',
      '4D9F4AB8-7D1C-11CF-861E-0020AF6E7C57',
      '99FCFEC4-5260-101B-BBCB-00AA0021347A',
      'AFA8BD80-7D8A-11C9-BEF4-08002B102989',
      'E1AF8308-5D1F-11C9-91A4-08002B14A0FA',
    ]);
    const { securities } = witness.take();
    expect(securities.map(({ statedLevel, identity }) => [statedLevel, identity.user])).toEqual([[level, 'op']]);
  });
});
