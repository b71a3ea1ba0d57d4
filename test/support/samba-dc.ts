import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { peer } from './peers.js';
import { program } from './program.js';

export const samba = peer('samba');
export const sambaTool = peer('samba-tool');

export const DC = { domain: 'LAB', realm: 'LAB.EXAMPLE', user: 'Administrator', password: 'P4ssw0rd.Lab' } as const;

const STARTS_WITHIN = 30_000;

/** A Samba AD DC of this machine's own, with its RPC services alone, at one loopback address. */
export class SambaDc {
  readonly address: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = '';

  private constructor(address: string, folder: string, child: ChildProcess) {
    this.address = address;
    this.#folder = folder;
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
  }

  /** Provisions a domain in a folder of its own and starts it; takes some seconds. Needs root. */
  static async start(address: string, services = 'rpc'): Promise<SambaDc> {
    const folder = await mkdtemp(join(tmpdir(), 'samba-dc-'));
    try {
      await provision(folder, address, services);
      const conf = join(folder, 'etc/smb.conf');
      // A process group of its own, because Samba has one process for each service and more.
      const child = spawn(samba.required(), ['-F', '-M', 'standard', '-s', conf, '-l', folder], { detached: true });
      const started = new SambaDc(address, folder, child);
      await started.#listening();
      return started;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A file among those that go with it. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  /** What `samba-tool` does to its directory. */
  async tool(...args: readonly string[]): Promise<void> {
    const { code, output } = await program(sambaTool.required(), [...args, '-s', this.path('etc/smb.conf')]);
    if (code !== 0) throw new Error(`samba-tool ${args.join(' ')} failed: ${output}`);
  }

  /** Ends every process of it, and removes what it left. */
  async stop(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined) signal(-pid, 'SIGTERM');
    const late = setTimeout(() => pid !== undefined && signal(-pid, 'SIGKILL'), 5_000);
    await this.#ended;
    clearTimeout(late);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #listening(): Promise<void> {
    const deadline = Date.now() + STARTS_WITHIN;
    while (!(await accepts(this.address))) {
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        await this.stop();
        throw new Error(`samba did not start: ${this.#output}`);
      }
      await sleep(100);
    }
  }
}

async function provision(folder: string, address: string, services: string): Promise<void> {
  const { code, output } = await program(sambaTool.required(), [
    ...['domain', 'provision', `--realm=${DC.realm}`, `--domain=${DC.domain}`, '--server-role=dc'],
    ...[`--adminpass=${DC.password}`, '--dns-backend=SAMBA_INTERNAL', '--host-name=dc1', `--host-ip=${address}`],
    ...[`--targetdir=${folder}`, '--option=vfs objects=dfs_samba4', '--option=bind interfaces only=yes'],
    `--option=interfaces=${address}/8`,
  ]);
  if (code !== 0) throw new Error(`samba-tool domain provision failed: ${output}`);
  const conf = join(folder, 'etc/smb.conf');
  // No LDAP, DNS or SMB: what is tested here stands on TCP, and Kerberos where a test asks for its KDC.
  // Folders of its own, so that several of them can run.
  const own = ['pid directory', 'ncalrpc dir', 'lock directory'].map((name) => `\t${name} = ${folder}\n`).join('');
  const options = `[global]\n${own}\tserver services = ${services}\n\tlog file = ${join(folder, 'log.samba')}\n`;
  await writeFile(conf, (await readFile(conf, 'utf8')).replace('[global]\n', options));
}

const accepts = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port: 135 });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}
