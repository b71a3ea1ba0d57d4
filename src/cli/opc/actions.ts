import type { DcomClient } from '../../client/dcom-client.js';
import { OpcClient } from '../../client/opc/client.js';
import { opcServers } from '../../client/opc/servers.js';
import { isFailure } from '../../client/outcome.js';
import type { JsValue } from '../../codec/oaut/index.js';
import { fileTimeToMilliseconds, OPC_STATUS } from '../../codec/opc/index.js';
import { hresultName } from '../../codec/status/explain.js';
import { members, recordTime } from '../../report/record.js';
import type { ClientWish } from '../client.js';
import { type Output, UsageError } from '../io.js';
import { subscribe } from './subscribe.js';
import { tellValue } from './values.js';

export interface OpcOptions extends ClientWish {
  readonly server?: string;
  readonly branch?: string;
  readonly filter?: string;
  readonly source: 'cache' | 'device';
  readonly rate: number;
  readonly deadband?: number;
  readonly count?: number;
  readonly for?: number;
  readonly listen?: string;
  readonly advertise?: string[];
  readonly json: boolean;
}

/** What an action works with. */
export interface OpcContext {
  readonly out: Output;
  readonly client: DcomClient;
  readonly target: { readonly host: string; readonly port: number };
  readonly options: OpcOptions;
  /** The CLSID of the server that is meant. */
  serverClass(): Promise<string>;
}

interface Action {
  readonly takesItems: boolean;
  /** Whether something is different afterwards. */
  readonly changes: boolean;
  run(context: OpcContext, items: readonly string[]): Promise<void>;
}

export type ActionName = 'servers' | 'status' | 'browse' | 'read' | 'write' | 'subscribe';

const plain = { takesItems: false, changes: false } as const;

export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  servers: { ...plain, run: servers },
  status: { ...plain, run: status },
  browse: { ...plain, run: browse },
  read: { takesItems: true, changes: false, run: read },
  write: { takesItems: true, changes: true, run: write },
  subscribe: {
    takesItems: true,
    changes: false,
    run: async (context, items) => subscribe(context, await connected(context), items),
  },
};

const connected = async (context: OpcContext): Promise<OpcClient> =>
  OpcClient.connect(context.client, await context.serverClass());

async function servers({ out, client }: OpcContext): Promise<void> {
  const found = await opcServers(client);
  if (out.json) for (const server of found) out.record('opc-server', members(server));
  else
    out.table(found, [
      { title: 'ProgID', value: ({ progId }) => progId ?? '' },
      { title: 'CLSID', value: ({ clsid }) => clsid },
      { title: 'title', value: ({ title }) => title ?? '' },
    ]);
}

async function status(context: OpcContext): Promise<void> {
  const { out } = context;
  const opc = await connected(context);
  const found = await opc.status();
  const state = Object.entries(OPC_STATUS).find(([, code]) => code === found.dwServerState)?.[0] ?? found.dwServerState;
  const time = (fileTime: bigint): string => recordTime(fileTimeToMilliseconds(fileTime));
  const record = {
    state,
    vendor: found.szVendorInfo,
    version: `${found.wMajorVersion}.${found.wMinorVersion}.${found.wBuildNumber}`,
    groups: found.dwGroupCount,
    started: time(found.ftStartTime),
    now: time(found.ftCurrentTime),
    updated: time(found.ftLastUpdateTime),
  };
  if (out.json) out.record('opc-status', record);
  else for (const [key, value] of Object.entries(record)) out.line(`${key.padEnd(8)} ${value}`);
  await opc.close();
}

async function browse(context: OpcContext): Promise<void> {
  const { out, options } = context;
  const { branch, filter } = options;
  const opc = await connected(context);
  const asked = { ...(branch !== undefined && { branch }), ...(filter !== undefined && { filter }) };
  let some = false;
  for await (const item of opc.browse(asked)) {
    some = true;
    if (out.json) out.record('opc-item', { item });
    else out.line(item);
  }
  if (!some && !out.json) out.note('nothing fits');
  await opc.close();
}

async function read(context: OpcContext, items: readonly string[]): Promise<void> {
  const { out, options } = context;
  const opc = await connected(context);
  const group = await opc.addGroup({ items });
  for (const value of await group.read(options.source)) {
    tellValue(out, 'opc-value', value);
    if (isFailure(value.hresult)) process.exitCode = 1;
  }
  await group.remove();
  await opc.close();
}

async function write(context: OpcContext, given: readonly string[]): Promise<void> {
  const { out } = context;
  const wanted = given.map(assignment);
  const opc = await connected(context);
  const group = await opc.addGroup({ items: wanted.map(({ item }) => item) });
  const results = await group.write(wanted.map(({ value }) => value));
  for (const [index, { item, value }] of wanted.entries()) {
    const hresult = results[index] ?? 0;
    if (out.json) out.record('opc-written', { item, value, hresult, result: hresultName(hresult) });
    else out.line(`${item} = ${value}: ${isFailure(hresult) ? `refused, ${hresultName(hresult)}` : 'written'}`);
    if (isFailure(hresult)) process.exitCode = 1;
  }
  await group.remove();
  await opc.close();
}

/** `ITEM=VALUE`: true, false, a number or text; the server converts it to the type of the item. */
function assignment(text: string): { readonly item: string; readonly value: JsValue } {
  const [, item, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (item === undefined || value === undefined) throw new UsageError(`expected ITEM=VALUE, not '${text}'`);
  if (value === 'true' || value === 'false') return { item, value: value === 'true' };
  return { item, value: value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value };
}
