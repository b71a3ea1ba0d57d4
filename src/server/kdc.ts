import { type Logger, pino } from 'pino';
import { CodecError } from '../codec/error.js';
import { frameKdcMessage, KdcMessageReader } from '../codec/kerberos/index.js';
import { type Accept, type Endpoint, formatEndpoint, parseEndpoint } from '../net/channel.js';
import { type Environment, environmentOf } from '../net/environment.js';
import { TransportError } from '../net/error.js';
import { isLoopback } from '../net/loopback.js';
import { isSimulated } from '../net/network.js';
import { listenForDatagrams } from '../net/udp.js';
import {
  type AccountEntry,
  accountSid,
  Kdc,
  type KdcAccount,
  type KdcEvent,
  type Milliseconds,
  parseAccount,
  type RandomBytes,
  Secret,
  type ServiceKey,
} from '../security/index.js';
import { checkKdcOptions } from './check-options.js';
import { Listeners } from './listeners.js';

/** A machine of the realm, whose account has the service names of its hosts. */
export interface KdcMachine {
  /** `SERVER`: the account is `SERVER$`. */
  readonly name: string;
  /** Its names in DNS and without domain, for which it has `HOST/…` and what Windows maps to it. */
  readonly hosts: readonly string[];
  /** Encryption types of its keys, the preferred one first; AES-256, AES-128 and RC4 where absent. */
  readonly etypes?: readonly number[];
}

/** Its network is where it listens: over TCP, and on sockets over UDP too. */
export interface KdcServerOptions extends Partial<Environment> {
  /** `ADDRESS:PORT`, on this machine only; 127.0.0.1:88 where absent. */
  readonly listen?: string;
  /** `LAB.EXAMPLE`. */
  readonly realm: string;
  /** NetBIOS name of the domain; the first label of the realm where absent. */
  readonly domain?: string;
  /** `DOMAIN\user:password`, or the same in parts. An NT hash yields only an RC4 key. */
  readonly accounts: readonly (AccountEntry | string)[];
  /** Computers and services that have keys of their own. */
  readonly machines?: readonly KdcMachine[];
  /** NetBIOS name of the domain controller. */
  readonly name?: string;
  /** How long a ticket lives at most, in milliseconds. */
  readonly maxTicketLife?: Milliseconds;
  /** Told of each request and what came of it. */
  readonly onRequest?: (request: KdcRequest) => void;
  /** Where mistakes of `onRequest` are logged; nowhere where absent. Secrets never are. */
  readonly logger?: Logger;
}

/** A request of a client, and what it came to. */
export interface KdcRequest extends KdcEvent {
  readonly time: Milliseconds;
  readonly from: Endpoint;
}

/** A KDC that runs. */
export interface KdcServer {
  readonly address: Endpoint;
  readonly realm: string;
  /** The keys of a machine, for the server that runs on it. Secrets. */
  keysOf(machine: string): readonly ServiceKey[];
  /** Rejects with what `onRequest` threw first, if it did. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 1000;

/**
 * A KDC for clients under test, over TCP and, on sockets, UDP ([MS-KILE] 2.1). It gives tickets to whoever knows a
 * password of the test, so it takes no address but this machine's own. Rejects with `OptionError`, which names the
 * option, for a mistake, and with `TransportError` where it cannot listen.
 */
export async function startKdc(options: KdcServerOptions): Promise<KdcServer> {
  checkKdcOptions(options);
  const { network, timers, clock, random } = environmentOf(options);
  const { realm } = options;
  const at = parseEndpoint(options.listen ?? '127.0.0.1', 88);
  if (at === undefined) throw new TransportError(`cannot listen on ${options.listen}`, 'expected ADDRESS:PORT');
  if (!isSimulated(network) && !isLoopback(at.host) && at.host !== 'localhost')
    throw new TransportError(
      `no KDC on ${formatEndpoint({ address: at.host, port: at.port })}`,
      'only addresses of this machine are taken',
    );
  const kdc = kdcOf(options, random);
  const listeners = new Listeners(options.logger ?? pino({ level: 'silent' }));
  const told = listeners.guard(options.onRequest);
  const answer = (request: Uint8Array, from: Endpoint): Uint8Array | undefined => {
    const { reply, event } = kdc.answer(request, clock());
    told({ time: clock(), from, ...event });
    return reply;
  };
  const streams = await network.listen({ ...at, maxConnections: MAX_CONNECTIONS, timers }, acceptor(answer));
  const listening = [streams];
  try {
    if (!isSimulated(network))
      listening.push(await listenForDatagrams({ host: at.host, port: streams.address.port }, answer));
  } catch (error) {
    await streams.close();
    throw error;
  }
  return {
    address: streams.address,
    realm,
    keysOf: (machine) => kdc.keysOf(`${machine}$`),
    async close() {
      await Promise.all(listening.map((each) => each.close()));
      listeners.rethrow();
    },
  };
}

function kdcOf(options: KdcServerOptions, random: RandomBytes): Kdc {
  const { realm, accounts, machines = [], name, maxTicketLife } = options;
  const domain = options.domain ?? realm.split('.')[0] ?? realm;
  const entries = accounts.map((entry) => (typeof entry === 'string' ? parseAccount(entry) : entry));
  const users = entries.map((entry): KdcAccount => {
    const { user, password, ntHash = '', sid = accountSid(entry.domain || domain, user) } = entry;
    return { user, sid, secret: password === undefined ? Secret.ntHash(ntHash) : Secret.password(password) };
  });
  const hosts = machines.map(
    (machine): KdcAccount => ({
      user: `${machine.name}$`,
      sid: accountSid(domain, `${machine.name}$`),
      secret: Secret.password(Buffer.from(random(24)).toString('base64url')),
      services: machine.hosts.map((host) => `HOST/${host}`),
      ...(machine.etypes === undefined ? {} : { etypes: machine.etypes }),
    }),
  );
  return new Kdc({
    realm,
    domain,
    random,
    accounts: [...users, ...hosts],
    ...(name === undefined ? {} : { logonServer: name }),
    ...(maxTicketLife === undefined ? {} : { maxTicketLife }),
  });
}

/** RFC 4120 7.2.2: requests one after another on a connection; what is none ends it. */
function acceptor(answer: (request: Uint8Array, from: Endpoint) => Uint8Array | undefined): Accept {
  return (channel) => {
    const reader = new KdcMessageReader();
    return {
      data(bytes) {
        try {
          for (const request of reader.push(bytes)) {
            const reply = answer(request, channel.remote);
            if (reply === undefined) channel.end();
            else channel.send(frameKdcMessage(reply));
          }
        } catch (error) {
          if (!(error instanceof CodecError)) throw error;
          channel.destroy();
        }
      },
      closed() {},
    };
  };
}
