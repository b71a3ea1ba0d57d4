import { randomBytes } from 'node:crypto';
import { DcomClient } from '../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import { WmiNamespace } from '../../src/client/wmi.js';
import type { CimObject } from '../../src/codec/wmi/index.js';
import { Secret } from '../../src/security/index.js';
import { CLASSES } from '../../src/server/classes/index.js';
import type { DcomServer } from '../../src/server/server.js';
import { ACCOUNT, serve } from './live.js';

export interface WmiOptions {
  readonly namespace?: string;
  readonly level?: number;
  readonly user?: string;
}

/** A client of the server that logs on as `ACCOUNT`. */
export const client = (
  { address }: DcomServer,
  { level = 6, user = ACCOUNT.user }: { level?: number | undefined; user?: string | undefined } = {},
): DcomClient =>
  new DcomClient({
    host: address.address,
    port: address.port,
    profile: CLIENT_PROFILES['windows-2023-03'],
    authType: 10,
    level,
    credentials: { domain: 'LAB', user, secret: Secret.password(ACCOUNT.password) },
    random: randomBytes,
  });

/** Connects to a namespace as `ACCOUNT`, runs something there and takes its leave. */
export async function inNamespace<T>(
  server: DcomServer,
  { namespace, level, user }: WmiOptions,
  run: (wmi: WmiNamespace, client: DcomClient) => Promise<T>,
): Promise<T> {
  const dcom = client(server, { level, user });
  try {
    const wmi = await WmiNamespace.connect(dcom, namespace === undefined ? {} : { namespace });
    try {
      return await run(wmi, dcom);
    } finally {
      await wmi.close();
    }
  } finally {
    await dcom.close();
  }
}

/** A session of this project's client with WMI at a level, as it is recorded: queries, objects and a method. */
export async function recordedWmi(level: number): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const server = await serve({ classes: [CLASSES.wmi], record: (block) => blocks.push(block) });
  try {
    await inNamespace(server, { level }, async (wmi) => {
      for (const smart of [false, true])
        await rowsOf(wmi.query("SELECT Name, State FROM Win32_Service WHERE Name LIKE '%s%'", { smart, page: 1 }));
      await rowsOf(wmi.query('SELECT State FROM Win32_Service', { page: 2 }));
      await rowsOf(wmi.instances('Win32_LogicalDisk'));
      await wmi.get('Win32_Process.Handle="4"');
      await wmi.execute('Win32_Process', 'Create', { CommandLine: 'notepad "a b"' });
      await wmi.get('Win32_Nothing').catch(() => undefined);
    });
  } finally {
    await server.close();
  }
  return Buffer.concat(blocks);
}

/** The values of instances, and the names of classes. */
export async function rowsOf(objects: AsyncIterable<CimObject>): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const object of objects)
    rows.push(object.kind === 'instance' ? { ...object.values } : { __CLASS: object.class.name });
  return rows;
}
