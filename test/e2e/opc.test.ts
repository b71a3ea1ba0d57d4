import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, ndjsonLines, RunningCli } from '../support/cli.js';

const USER = ['--user', 'LAB\\op:Pa55-opc'];
const PLANT = `
items:
  Boiler.Temperature: {type: R8, value: {ramp: [0, 100], period: 10s}, range: [0, 100]}
  Boiler.Setpoint: {type: R8, value: 75, access: read-write}
`;

let folder = '';
let server: RunningCli;
let target = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  const plant = join(folder, 'plant.yaml');
  await writeFile(plant, PLANT);
  server = new RunningCli(['serve', '--listen', '127.0.0.1:0', ...USER, '--opc', plant, '--json']);
  target = `127.0.0.1:${(await server.record('listening')).port}`;
});
afterAll(async () => {
  await server.stop('SIGINT');
  await rm(folder, { recursive: true, force: true });
});

const opc = (...args: string[]) => cli(['opc', target, ...args, ...USER]);

describe('opc', () => {
  test('lists the server of serve --opc, browses and reads it', async () => {
    const servers = await opc('servers');
    expect(servers.stdout).toMatch(/DcomHarness\.Simulation\.1/);
    const browsed = await opc('browse', '--filter', '*set*');
    expect([browsed.code, browsed.stdout]).toEqual([0, 'Boiler.Setpoint\n']);
    const nothing = await opc('browse', '--filter', 'none');
    expect([nothing.code, nothing.stdout, nothing.stderr]).toEqual([0, '', 'nothing fits\n']);
    const read = await opc('read', 'Boiler.Setpoint', 'Boiler.None');
    expect(read.code).toBe(1);
    expect(read.stdout).toMatch(/Boiler\.Setpoint 75 GOOD\nBoiler\.None: refused, OPC_E_UNKNOWNITEMID\n$/);
  });

  test('writes, and reads what it wrote', async () => {
    expect((await opc('write', 'Boiler.Setpoint=80.5')).stdout).toBe('Boiler.Setpoint = 80.5: written\n');
    const refused = await opc('write', 'Boiler.Temperature=1');
    expect([refused.code, refused.stdout]).toEqual([1, 'Boiler.Temperature = 1: refused, OPC_E_BADRIGHTS\n']);
    expect((await opc('read', 'Boiler.Setpoint')).stdout).toMatch(/Boiler\.Setpoint 80\.5 GOOD/);
  });

  test('subscribe is called back, and prints a record for each change', async () => {
    const { code, stdout } = await opc('subscribe', 'Boiler.Temperature', '--rate', '50', '--count', '3', '--json');
    const changes = ndjsonLines(stdout);
    expect(code).toBe(0);
    expect(changes).toHaveLength(3);
    expect(changes[0]).toMatchObject({ kind: 'opc-change', item: 'Boiler.Temperature', type: 5, quality_name: 'GOOD' });
    expect(await server.record('call-back')).toMatchObject({ interface: 'IOPCDataCallback', accepted: true });
  });

  test('a client whose object names a dead address is told so, and the server says where it called', async () => {
    const elsewhere = ['--advertise', '127.9.9.9', '--for', '5'];
    const { code, stdout, stderr } = await opc('subscribe', 'Boiler.Temperature', ...elsewhere);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^subscribe: refused, Advise: .*RPC_S_SERVER_UNAVAILABLE.* \(0x800706ba\)$/m);
    expect(stderr).toMatch(
      /^the server reached nobody where this client says its object is: --listen and --advertise/m,
    );
    const failed = await server.line((line) => line.includes('"kind":"call-back"') && line.includes('127.9.9.9'));
    expect(JSON.parse(failed)).toMatchObject({
      interface: 'IOPCDataCallback',
      accepted: false,
      refused_by: 'transport',
      text: expect.stringMatching(/cannot connect to 127\.9\.9\.9:\d+: nothing listens there/),
    });
  });

  test.each([
    [['read'], /read needs items/],
    [['status', 'Boiler.Setpoint'], /status takes no items/],
    [['write', 'Boiler.Setpoint'], /ITEM=VALUE/],
    [['shout'], /choices/i],
  ])('%j is a mistake', async (args, said) => {
    const { code, stderr } = await opc(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
  });

  test('a mistake in an address space is named with its line', async () => {
    const bad = join(folder, 'bad.yaml');
    await writeFile(bad, 'items:\n  A: {type: R9, value: 1}\n');
    const { code, stderr } = await cli(['serve', '--listen', '127.0.0.1:0', '--opc', bad]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:2:13: items\.A\.type: one of I1/);
  });

  test('a server that nobody answers for is exit code 2', async () => {
    const { code, stdout } = await cli(['opc', '127.0.0.1:1', 'status', ...USER]);
    expect(code).toBe(2);
    expect(stdout).toMatch(/^status: .*cannot connect to 127\.0\.0\.1:1: nothing listens there/);
    expect(stdout).not.toContain('refused,');
  });
});
