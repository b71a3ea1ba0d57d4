import { type Command, Option } from 'commander';
import type { KeytabEntry } from '../../codec/kerberos/index.js';
import { eventLine } from '../../hardening/events.js';
import type { Registry } from '../../hardening/registry.js';
import type { PatchLevel } from '../../hardening/timeline.js';
import { formatEndpoint, parseEndpoint } from '../../net/channel.js';
import { isLoopback } from '../../net/loopback.js';
import { logRecord } from '../../report/log.js';
import { RPC_PROFILES, type RpcProfileName } from '../../rpc/index.js';
import { type AccountEntry, serviceKeys } from '../../security/index.js';
import type { AccessPermissions } from '../../server/access.js';
import { CLASS_NAMES, type ClassName, type RepositoryDefinition, readDefinition } from '../../server/classes/index.js';
import { AddressSpace, opcServerSchema } from '../../server/classes/opc/index.js';
import type { EndpointObserver } from '../../server/endpoint/endpoint.js';
import type { Service } from '../../server/endpoint/service.js';
import type { KdcServer } from '../../server/kdc.js';
import { type DcomServer, type ExtraInterface, startServer } from '../../server/server.js';
import { openForWriting } from '../files.js';
import { type Output, UsageError } from '../io.js';
import { keytabOption, realmOption } from '../kerberos.js';
import {
  asOfOption,
  callBackLevelOption,
  callBackUserOption,
  collecting,
  exporterLevelOption,
  fileParser,
  listenOption,
  portOf,
  registryOption,
  userOption,
} from '../options.js';
import { type OutputFile, recordTo } from '../output-file.js';
import { readYamlFile } from '../yaml-file.js';
import { readAccessFile } from './access-file.js';
import { accountName, doubtsAbout } from './accounts.js';
import { classesOf } from './classes.js';
import { extraInterface } from './extra-interface.js';
import { kdcOption, NAME, startLabKdc } from './kdc.js';
import { logger, logLevelOption } from './logger.js';
import { PeerLines, type PeerLinesOptions } from './peer-lines.js';
import { tellActivation, tellAssociation, tellCallBack, tellInvocation, tellRefusedCall } from './report.js';

/** What a simulated server is told on the command line. */
export interface ServerCommandOptions {
  readonly listen: string;
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
  readonly user?: AccountEntry[];
  readonly profile: RpcProfileName;
  readonly keytab?: readonly KeytabEntry[];
  readonly kdc?: string | true;
  readonly realm?: string;
  readonly allowAnonymous: boolean;
  readonly access?: { readonly path: string; readonly permissions: AccessPermissions };
  readonly advertise?: string[];
  readonly exporterPort?: number;
  readonly exporterLevel?: number;
  readonly interface?: (ExtraInterface | Service)[];
  readonly class?: (ClassName | 'all')[];
  readonly opc?: AddressSpace[];
  readonly wmi?: RepositoryDefinition[];
  readonly callBackUser?: AccountEntry;
  readonly callBackLevel?: number;
  readonly pcap?: string;
  readonly logLevel: string;
}

/** The options of every command that starts a simulated server. */
export const serverOptions = (command: Command): Command =>
  command
    .addOption(listenOption('where to listen; clients insist on port 135').default('127.0.0.1:135'))
    .addOption(
      asOfOption('patch level: 2021-05, 2021-06-08, 2022-06-14, 2023-03-14 or any date; the last one where absent'),
    )
    .addOption(registryOption())
    .addOption(userOption("account that may log on, 'DOMAIN\\user:password'; may be given again"))
    .addOption(keytabOption("take Kerberos tickets that this keytab's keys open, of whichever service name"))
    .addOption(kdcOption())
    .addOption(realmOption('realm of --kdc; LAB.EXAMPLE where absent'))
    .addOption(
      new Option('--profile <name>', 'whose behaviour to follow where implementations differ')
        .choices(Object.keys(RPC_PROFILES))
        .default('windows-server-2022'),
    )
    .addOption(
      new Option(
        '--interface <name...>',
        "also serve these interfaces on the same port: rpcecho is Samba's test interface; any other by UUID:MAJOR.MINOR, " +
          'which answers every operation by a fault',
      ).argParser(collecting(extraInterface)),
    )
    .addOption(
      new Option(
        '--class <name...>',
        'classes that can be activated; the generic one, which stands in for any, where absent',
      ).choices([...CLASS_NAMES, 'all']),
    )
    .addOption(
      new Option(
        '--opc <file>',
        'an OPC server with this address space, as YAML or JSON; may be given again. Without one, --class opc has a sample plant',
      ).argParser(
        fileParser('--opc', (path: string, before: AddressSpace[] | undefined) => [
          ...(before ?? []),
          new AddressSpace(readYamlFile(path, opcServerSchema)),
        ]),
      ),
    )
    .addOption(
      new Option(
        '--wmi <file>',
        'WMI with these classes and instances beside the shipped ones, as YAML or JSON (docs/wmi.md); may be given again',
      ).argParser(collecting(readDefinition)),
    )
    .addOption(callBackUserOption())
    .addOption(callBackLevelOption())
    .option('--allow-anonymous', 'let callers without a name activate, which Windows does not', false)
    .addOption(
      new Option('--access <file>', 'launch and access permissions, as YAML or JSON').argParser(
        fileParser('--access', (path: string) => ({ path, permissions: readAccessFile(path) })),
      ),
    )
    .option('--advertise <host...>', 'hosts that its bindings name, in this order; where it was reached where absent')
    .addOption(
      new Option('--exporter-port <port>', 'port of the object exporter; a free one where absent').argParser(portOf),
    )
    .addOption(exporterLevelOption())
    .option('--pcap <file>', 'record everything as pcapng')
    .addOption(logLevelOption());

/** Who else is told what happens at the server. */
export interface Served {
  activated(): void;
  readonly observers: readonly EndpointObserver[];
  /** How many lines a peer may make. */
  readonly lines?: PeerLinesOptions;
}

/** Starts a simulated server as the command line says, and tells what happens at it. */
export async function startServing(
  out: Output,
  options: ServerCommandOptions,
  { activated, observers, lines: most }: Served,
): Promise<{ readonly server: DcomServer; close(): Promise<void> }> {
  if (options.realm !== undefined && options.kdc === undefined)
    throw new UsageError('--realm is the realm of --kdc, which is not given');
  const [file] = openForWriting([options.pcap] as const, options.access === undefined ? [] : [options.access.path]);
  const lines = new PeerLines(out, most);
  let kdc: KdcServer | undefined;
  const closeOthers = async (): Promise<void> => {
    try {
      await kdc?.close();
    } finally {
      file?.close();
    }
  };
  try {
    if (options.kdc !== undefined) kdc = await startLabKdc(out, options, options.kdc, lines);
    const server = await startBesideKdc(out, options, { activated, observers }, { kdc, file, lines });
    tellListening(out, server, options);
    const close = (): Promise<void> =>
      server.close().finally(async () => {
        lines.finish();
        await closeOthers();
      });
    return { server, close };
  } catch (error) {
    await closeOthers();
    throw error;
  }
}

/** What a server has beside it. */
interface Beside {
  readonly kdc: KdcServer | undefined;
  readonly file: OutputFile | undefined;
  readonly lines: PeerLines;
}

function startBesideKdc(
  out: Output,
  options: ServerCommandOptions,
  { activated, observers }: Served,
  { kdc, file, lines }: Beside,
): Promise<DcomServer> {
  const keys = [...serviceKeys(options.keytab ?? []), ...(kdc?.keysOf(NAME) ?? [])];
  return startServer({
    listen: options.listen,
    ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
    ...(options.registry === undefined ? {} : { registry: options.registry }),
    accounts: options.user ?? [],
    ...(keys.length === 0 ? {} : { kerberos: { keys } }),
    names: { netbiosName: NAME, ...domainOf(options.user) },
    profile: options.profile,
    allowAnonymous: options.allowAnonymous,
    ...(options.access === undefined ? {} : { access: options.access.permissions }),
    ...(options.advertise === undefined ? {} : { addresses: { hosts: options.advertise } }),
    ...(options.exporterPort === undefined ? {} : { exporterPort: options.exporterPort }),
    ...(options.exporterLevel === undefined ? {} : { exporterLevel: options.exporterLevel }),
    interfaces: (options.interface ?? []).filter((item) => typeof item === 'string'),
    services: (options.interface ?? []).filter((item) => typeof item === 'object'),
    classes: classesOf(options),
    callBack: {
      ...(options.callBackUser && { account: options.callBackUser }),
      ...(options.callBackLevel !== undefined && { level: options.callBackLevel }),
    },
    onInvocation: (invocation) => tellInvocation(out, invocation),
    onRefusedCall: (call) => lines.tell(call.client.address, () => tellRefusedCall(out, call)),
    onCallBack: (callBack) => tellCallBack(out, callBack),
    logger: logger(options.logLevel),
    ...(file === undefined ? {} : { record: recordTo(file, out) }),
    onActivation(activation) {
      const told = (): void => tellActivation(out, activation);
      if (activation.outcome === 'accepted') told();
      else lines.tell(activation.client.address, told);
      activated();
    },
    onEvent: ({ event, at }) =>
      lines.tell('clientAddress' in event ? event.clientAddress : NAME, () =>
        out.json ? out.record('log', logRecord(event, at)) : out.line(eventLine(event, at)),
      ),
    observers: [
      ...observers,
      {
        association(event, client) {
          if ('why' in event) lines.tell(client.address, () => tellAssociation(out, event, formatEndpoint(client)));
        },
      },
    ],
  });
}

/** The domain that the server belongs to: that of its first account which names one. */
function domainOf(users: readonly AccountEntry[] | undefined): { netbiosDomain?: string } {
  const domain = users?.find((user) => user.domain)?.domain;
  return domain === undefined ? {} : { netbiosDomain: domain };
}

function tellListening(
  out: Output,
  server: Awaited<ReturnType<typeof startServer>>,
  options: ServerCommandOptions,
): void {
  const { address, exporter, asOf } = server;
  const accounts = options.user ?? [];
  for (const doubt of accounts.flatMap(doubtsAbout)) out.note(`warning: ${doubt}`);
  if (out.json) {
    out.record('listening', {
      address: address.address,
      port: address.port,
      exporter_port: exporter.port,
      as_of: asOf.date,
      accounts: accounts.map(accountName),
    });
    return;
  }
  out.line(
    `listening on ${formatEndpoint(address)} (object exporter on port ${exporter.port}), as of ${asOf.date}: ${asOf.phase.title}`,
  );
  if (accounts.length > 0) out.line(`accounts: ${accounts.map(accountName).join(', ')}`);
  if (asOf.note !== undefined) out.note(`note: ${asOf.note}`);
  if (accounts.length === 0 && options.keytab === undefined)
    out.note("note: nobody can log on; give --user 'DOMAIN\\user:password'");
  const host = parseEndpoint(options.listen, 0)?.host ?? '';
  if (host !== 'localhost' && !isLoopback(address.address))
    out.note('note: this address can be reached from other machines');
}
