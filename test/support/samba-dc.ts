import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { peer } from './peers.js';
import { program } from './program.js';

export const samba = peer('samba');
export const sambaTool = peer('samba-tool');

export const DC = { domain: 'LAB', realm: 'LAB.EXAMPLE', user: 'Administrator', password: 'P4ssw0rd.Lab' } as const;

const STARTS_WITHIN = 120_000;

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

  /** Starts a copy of the provisioned domain in a folder of its own; takes some seconds. Needs root. */
  static async start(address: string, services = 'rpc'): Promise<SambaDc> {
    const folder = await mkdtemp(join(tmpdir(), 'samba-dc-'));
    try {
      await settle(await provisioned(), folder, address, services);
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

/** Beside the other peers. */
const TEMPLATES = join(import.meta.dirname, '../../.peers/samba-dc');

/** Provisioning takes most of a start, so that it is done once for all tests; the name says what with, and on which day. */
async function provisioned(): Promise<string> {
  const day = Math.floor(Date.now() / 86_400_000);
  const { output } = await program(samba.required(), ['--version']);
  const name = `${output.replace(/\W+/g, '-')}${day}`;
  const template = join(TEMPLATES, name);
  await mkdir(TEMPLATES, { recursive: true });
  const own = await mkdtemp(join(TEMPLATES, 'new-'));
  try {
    // Of several that come at once one provisions, and the others wait for it.
    while (!existsSync(template) && !(await claimed(`${template}.lock`))) await sleep(200);
    if (!existsSync(template)) {
      await provision(own);
      await rename(own, template);
      for (const old of await readdir(TEMPLATES))
        if (!old.startsWith(name) && !old.startsWith('new-'))
          await rm(join(TEMPLATES, old), { recursive: true, force: true });
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return template;
}

/** Whether this process is the one that provisions; a claim of a process that has died counts for nothing. */
async function claimed(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
    if (owner > 0 && !existsSync(`/proc/${owner}`)) await rm(lock, { force: true });
    return false;
  }
}

async function provision(folder: string): Promise<void> {
  const { code, output } = await program(sambaTool.required(), [
    ...['domain', 'provision', `--realm=${DC.realm}`, `--domain=${DC.domain}`, '--server-role=dc'],
    ...[`--adminpass=${DC.password}`, '--dns-backend=SAMBA_INTERNAL', '--host-name=dc1', '--host-ip=127.0.0.1'],
    ...[`--targetdir=${folder}`, '--option=vfs objects=dfs_samba4', '--option=bind interfaces only=yes'],
    '--option=interfaces=127.0.0.1/8',
  ]);
  if (code !== 0) throw new Error(`samba-tool domain provision failed: ${output}`);
  // Its configuration names the folder, which is somebody else's with each copy.
  const conf = join(folder, 'etc/smb.conf');
  await writeFile(conf, (await readFile(conf, 'utf8')).replaceAll(folder, PLACE));
}

/** Stands in the template for the folder of a copy. */
const PLACE = '/PLACE-OF-THE-COPY';

async function settle(template: string, folder: string, address: string, services: string): Promise<void> {
  await cp(template, folder, { recursive: true, preserveTimestamps: true });
  const conf = join(folder, 'etc/smb.conf');
  // No LDAP, DNS or SMB: what is tested here stands on TCP, and Kerberos where a test asks for its KDC.
  // Folders of its own, so that several of them can run.
  const own = ['pid directory', 'ncalrpc dir', 'lock directory'].map((name) => `\t${name} = ${folder}\n`).join('');
  const options = `[global]\n${own}\tserver services = ${services}\n\tlog file = ${join(folder, 'log.samba')}\n`;
  const text = (await readFile(conf, 'utf8')).replaceAll(PLACE, folder);
  await writeFile(
    conf,
    text.replace('[global]\n', options).replace('interfaces = 127.0.0.1/8', `interfaces = ${address}/8`),
  );
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
