import { type Listener, parseEndpoint } from '../net/channel.js';
import type { Timers } from '../net/timers.js';
import type { Milliseconds } from '../security/index.js';
import { activators } from './activation/activator.js';
import { DEFAULT_SESSIONS } from './activation/checks.js';
import { checkServerOptions } from './check-options.js';
import type { ObjectHost } from './classes/class.js';
import { genericClass } from './classes/generic.js';
import { type ComClass, classesNamed } from './classes/index.js';
import { interfaceSet } from './endpoint/interface-set.js';
import { type EndpointEntry, endpointMapper } from './endpoint/mapper.js';
import { echoService } from './endpoint/rpcecho.js';
import type { Service } from './endpoint/service.js';
import { exporterParts } from './exporter-parts.js';
import type { DcomServer, ServerOptions } from './options.js';

export { type DcomServer, EXTRA_INTERFACES, type ExtraInterface, type ServerOptions } from './options.js';

const DEFAULT_LISTEN = '127.0.0.1:135';
const RESOLVER_PORT = 135;

/**
 * Starts a simulated DCOM server: activators and object resolver on one port, an object exporter on another.
 * Rejects with `TransportError` where it cannot listen, and with `OptionError`, which names the option, for a mistake.
 */
export async function startServer(options: ServerOptions = {}): Promise<DcomServer> {
  checkServerOptions(options);
  const at = parseEndpoint(options.listen ?? DEFAULT_LISTEN, RESOLVER_PORT) as { host: string; port: number };
  const names = options.names ?? { netbiosName: 'HARNESS' };
  const registry = options.registry ?? {};
  let resolver: Listener | undefined;
  let exporter: Listener | undefined;
  const resolverPort = (): number => resolver?.address.port ?? 0;
  const exporterPort = (): number => exporter?.address.port ?? 0;
  const classOf = classFinder(options.classes);
  const parts = exporterParts(options, {
    ...{ names, namesComputer: true, resolverPort, exporterPort },
    leastLevelOf: (clsid) => classOf(clsid)?.leastLevel,
  });
  const { network, timers, clock, monotonic, random, maxConnections, asOf, log, objects } = parts;
  const host: ObjectHost = {
    ...{ clock, monotonic, timers, random, registry },
    name: names.netbiosName,
    domain: names.netbiosDomain ?? names.netbiosName,
    get events() {
      return log.events;
    },
    onEvent: (listener) => log.follow(listener),
  };
  const activation = activators({
    asOf,
    registry,
    policy: options.policy ?? {},
    platform: options.platform ?? 'windows',
    objects,
    bindings: parts.bindings,
    sessions: options.sessions ?? DEFAULT_SESSIONS,
    requireClientContext: options.requireClientContext ?? false,
    exporterPort,
    authnHint: parts.authnHint,
    exporter: parts.exporter,
    classOf,
    access: parts.access,
    dcom: parts.dcom,
    clock,
    report: (activation) => log.report(activation),
    host,
  });
  const echo = options.interfaces?.includes('rpcecho') ? [echoService(delayBy(timers))] : [];
  const resolverServices = [...activation, parts.resolver, ...echo, ...(options.services ?? [])];
  const mapper = endpointMapper({
    entries: () => entriesOf(resolverServices, resolverPort()),
    random,
    lookupEnds: parts.profile.lookupEnds,
  });
  const resolverEndpoint = parts.endpoint([...resolverServices, mapper], interfaceSet);
  const exporterEndpoint = parts.exporterEndpoint();

  resolver = await network.listen({ ...at, maxConnections, timers }, resolverEndpoint.accept);
  try {
    exporter = await network.listen(
      { host: at.host, port: options.exporterPort ?? 0, maxConnections, timers },
      exporterEndpoint.accept,
    );
  } catch (error) {
    await resolver.close();
    throw error;
  }
  const { tick, close } = parts.run([resolverEndpoint, exporterEndpoint], [resolver, exporter]);
  return {
    address: resolver.address,
    exporter: exporter.address,
    asOf,
    activations: log.activations,
    invocations: log.invocations,
    refusedCalls: log.refusedCalls,
    failedLogons: log.failedLogons,
    callBacks: log.callBacks,
    get events() {
      return log.events;
    },
    get history() {
      return log.history;
    },
    get objects() {
      return objects.objects;
    },
    tick,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const delayBy =
  (timers: Timers) =>
  (milliseconds: Milliseconds): Promise<void> =>
    new Promise((resolve) => {
      timers.after(milliseconds, resolve);
    });

const entriesOf = (services: readonly Service[], port: number): EndpointEntry[] =>
  services.map(({ rpc }) => ({
    uuid: rpc.uuid,
    version: { major: rpc.version & 0xffff, minor: rpc.version >>> 16 },
    port,
    annotation: rpc.name,
  }));

/** The class of a CLSID: a written one, else the generic one where it is among the classes. */
function classFinder(classes: ServerOptions['classes'] = [genericClass]): (clsid: string) => ComClass | undefined {
  const given = classes.flatMap((item) => (typeof item === 'string' ? classesNamed([item]) : [item]));
  const written = new Map(given.map((item) => [item.clsid?.toLowerCase(), item]));
  return (clsid) => written.get(clsid) ?? written.get(undefined);
}
