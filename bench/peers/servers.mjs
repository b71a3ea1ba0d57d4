// The servers that are compared: each gives host, port, an interface that it has registered, and stop().
import { execFileSync, fork, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IObjectExporter } from '../../dist/codec/dcom/index.js';
import { ept } from '../../dist/codec/epm/index.js';
import { ACCOUNT } from './account.mjs';

/** This project's server in another process; `heap()` gives its memory after garbage collection. */
export const harnessServer = async () => ({
  ...(await forked('harness-server.mjs', [])),
  registered: IObjectExporter,
});

/** The same with 10,000 instances of WMI, at an address; `heap()` gives the octets of its heap. */
export async function wmiServer(listen) {
  const server = await forked('wmi-server.mjs', [listen]);
  return { ...server, heap: async () => (await server.heap()).heapUsed };
}

async function forked(file, args) {
  const path = join(import.meta.dirname, file);
  const execArgv = ['--expose-gc', ...(process.env.BENCH_SERVER_ARGS?.split(' ') ?? [])];
  const child = fork(path, args, { execArgv, stdio: 'inherit' });
  const message = () => new Promise((resolve) => child.once('message', resolve));
  const { host = '127.0.0.1', port, kdc } = await message();
  return {
    host,
    port,
    kdc,
    heap() {
      const answer = message();
      child.send('heap');
      return answer;
    },
    stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      return ended;
    },
  };
}

const SAMBA_ADDRESS = '127.0.0.43';

/** Why there can be no Samba here; undefined where there can. */
export function whyNoSamba() {
  if (process.getuid?.() !== 0) return 'Samba listens on port 135, which needs root';
  const missing = ['samba', 'samba-tool'].filter((name) => !onPath(name));
  return missing.length === 0
    ? undefined
    : `${missing.join(' and ')} not on PATH (Debian: samba-ad-dc, samba-ad-provision)`;
}

/** A fresh Samba AD DC with its RPC services and its KDC alone, on one loopback address. */
export async function sambaServer() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-samba-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    provision(folder);
  } catch (error) {
    remove();
    throw error;
  }
  const conf = join(folder, 'etc/smb.conf');
  const child = spawn('samba', ['-F', '-M', 'standard', '-s', conf, '-l', folder], { detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    // The whole group: Samba has a process for each service and each connection.
    if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
    remove();
  };
  const kdc = { host: SAMBA_ADDRESS, port: 88 };
  const server = { host: SAMBA_ADDRESS, port: 135, registered: ept, kdc, stop };
  for (let tries = 0; !((await accepts(server)) && (await accepts(kdc))); tries++) {
    if (tries === 300 || child.exitCode !== null) {
      await stop();
      throw new Error('samba did not start');
    }
    await sleep(100);
  }
  return server;
}

function provision(folder) {
  execFileSync(
    'samba-tool',
    [
      ...['domain', 'provision', '--realm=LAB.EXAMPLE', `--domain=${ACCOUNT.domain}`, '--server-role=dc'],
      ...[`--adminpass=${ACCOUNT.password}`, '--dns-backend=SAMBA_INTERNAL', '--host-name=dc1'],
      ...[`--host-ip=${SAMBA_ADDRESS}`, `--targetdir=${folder}`, '--option=vfs objects=dfs_samba4'],
      ...['--option=bind interfaces only=yes', `--option=interfaces=${SAMBA_ADDRESS}/8`],
    ],
    { stdio: 'ignore' },
  );
  const conf = join(folder, 'etc/smb.conf');
  const options = `[global]\n\tserver services = rpc, kdc\n\tlog file = ${join(folder, 'log.samba')}\n`;
  writeFileSync(conf, readFileSync(conf, 'utf8').replace('[global]\n', options));
}

const accepts = ({ host, port }) =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const onPath = (name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
