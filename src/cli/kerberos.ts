import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import {
  KerberosLogon,
  type KerberosLogonOptions,
  keytabKeys,
  passwordKeys,
  type ServiceTickets,
} from '../client/kerberos/logon.js';
import { CodecError } from '../codec/error.js';
import {
  type Ccache,
  decodeCcache,
  decodeKeytab,
  type KeytabEntry,
  parsePrincipal,
  principalText,
} from '../codec/kerberos/index.js';
import { parseEndpoint } from '../net/channel.js';
import { systemReason } from '../net/error.js';
import { type AccountEntry, ccacheCredentials, secretOf } from '../security/index.js';
import { UsageError } from './io.js';
import { fileParser } from './options.js';

/** What a client is told about Kerberos. */
export interface KerberosClientOptions {
  readonly kdc?: { readonly host: string; readonly port: number; readonly transport: 'tcp' | 'udp' };
  readonly realm?: string;
  readonly keytab?: readonly KeytabEntry[];
  readonly ccache?: Ccache;
  readonly service?: string;
}

/** Reads a file of secrets; an error names the file and what is wrong with it, and nothing that it holds. */
const fileOf =
  <T>(what: string, decode: (bytes: Uint8Array) => T) =>
  (path: string): T => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      throw new UsageError(`cannot read ${path}: ${systemReason(error)}`);
    }
    try {
      return decode(bytes);
    } catch (error) {
      if (error instanceof CodecError) throw new UsageError(`${path} is no ${what}: ${error.message}`);
      throw error;
    }
  };

/** Throws `UsageError` for what is none. */
export const readKeytab = fileOf('keytab', decodeKeytab);

export const keytabOption = (description: string): Option =>
  new Option('--keytab <file>', description).argParser(fileParser('--keytab', readKeytab));

export const ccacheOption = (description: string): Option =>
  new Option('--ccache <file>', description).argParser(
    fileParser('--ccache', fileOf('cache of tickets', decodeCcache)),
  );

export const realmOption = (description: string): Option => new Option('--realm <realm>', description);

const kdcOf = (text: string): NonNullable<KerberosClientOptions['kdc']> => {
  const [, udp, rest = ''] = /^(udp:)?(.*)$/s.exec(text) ?? [];
  const endpoint = parseEndpoint(rest, 88);
  if (endpoint === undefined) throw new InvalidArgumentError('expected HOST, HOST:PORT or udp:HOST');
  return { ...endpoint, transport: udp === undefined ? 'tcp' : 'udp' };
};

export const clientKdcOption = (): Option =>
  new Option(
    '--kdc <host>',
    'KDC to ask for tickets, as HOST or HOST:PORT (88 where absent); udp:HOST asks over UDP',
  ).argParser(kdcOf);

export const serviceOption = (): Option =>
  new Option('--service <name>', 'service name to authenticate to; RPCSS/HOST where absent').argParser(
    (text: string) => {
      try {
        parsePrincipal(text);
        return text;
      } catch (error) {
        throw new InvalidArgumentError((error as Error).message);
      }
    },
  );

/** The options of a client that can use Kerberos. */
export const kerberosClientOptions = (): readonly Option[] => [
  clientKdcOption(),
  realmOption("realm of --user; where absent the account's domain, where that is a DNS name"),
  keytabOption('log on with the keys of the first principal of this keytab'),
  ccacheOption('use the tickets of this cache file'),
  serviceOption(),
];

/** The tickets of a client; undefined where nothing was said about Kerberos. */
export function serviceTickets(
  options: KerberosClientOptions,
  user: AccountEntry | undefined,
): ServiceTickets | undefined {
  const { kdc, ccache, keytab } = options;
  if (kdc === undefined && ccache === undefined && keytab === undefined) return undefined;
  const client = clientOf(options, user);
  return new KerberosLogon({
    random: randomBytes,
    ...(client === undefined ? {} : { client }),
    ...(ccache === undefined ? {} : { tickets: ccacheCredentials(ccache) }),
    ...(kdc === undefined ? {} : { kdc: { kdc } }),
  });
}

function clientOf(
  { keytab, realm, ccache }: KerberosClientOptions,
  account: AccountEntry | undefined,
): KerberosLogonOptions['client'] {
  if (keytab !== undefined) return ofKeytab(keytab);
  if (account === undefined) return undefined;
  const { user, domain = '' } = account;
  const [name = '', ofName] = user.split('@');
  const found = realm ?? ofName ?? (domain.includes('.') ? domain : undefined);
  if (found !== undefined) return { user: name, realm: found.toUpperCase(), keys: passwordKeys(secretOf(account)) };
  if (ccache !== undefined) return undefined;
  throw new UsageError(`--realm has to say which realm ${user} is in, such as LAB.EXAMPLE`);
}

function ofKeytab(keytab: readonly KeytabEntry[]): KerberosLogonOptions['client'] {
  const [first] = keytab;
  if (first === undefined) throw new UsageError('--keytab: the file has no key');
  const { realm, name } = first;
  return { user: principalText({ name_string: name }), realm, keys: keytabKeys(keytab, name, realm) };
}
