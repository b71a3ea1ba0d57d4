import { randomBytes } from 'node:crypto';
import { DcomClient } from '../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../src/client/profiles.js';
import { WmiNamespace } from '../../src/client/wmi.js';
import type { CimObject } from '../../src/codec/wmi/index.js';
import { Secret } from '../../src/security/index.js';
import type { DcomServer } from '../../src/server/server.js';
import { ACCOUNT } from './live.js';

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

/** The values of instances, and the names of classes. */
export async function rowsOf(objects: AsyncIterable<CimObject>): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const object of objects)
    rows.push(object.kind === 'instance' ? { ...object.values } : { __CLASS: object.class.name });
  return rows;
}
