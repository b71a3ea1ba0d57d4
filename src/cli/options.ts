import { Argument, InvalidArgumentError, Option } from 'commander';
import { AUTH_TYPES as TYPES } from '../client/credentials.js';
import { CLIENT_PROFILE_NAMES } from '../client/profiles.js';
import { authnLevelOf } from '../codec/status/authn.js';
import { normaliseUuid } from '../codec/uuid.js';
import { parseRegistry, type Registry } from '../hardening/registry.js';
import { type PatchLevel, patchLevel } from '../hardening/timeline.js';
import { parseEndpoint } from '../net/channel.js';
import { type AccountEntry, ntHashIn, parseAccount, Secret, SecurityError, secretOf } from '../security/index.js';
import { classGiven } from './class-text.js';
import { UsageError } from './io.js';
import { SECRET_SOURCES, secretText, secretTexts, withPassword, withSecret } from './secret-text.js';

/** Turns what a parser throws into commander's error, which names the option. */
export const parser =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };

/** The same for what reads a file: its error says which file, and this which option named it. */
export const fileParser =
  <A extends unknown[], T>(option: string, read: (path: string, ...before: A) => T) =>
  (path: string, ...before: A): T => {
    try {
      return read(path, ...before);
    } catch (error) {
      throw error instanceof UsageError ? new UsageError(`${option}: ${error.message}`) : error;
    }
  };

export const collecting =
  <T>(parse: (text: string) => T) =>
  (text: string, before: T[] | undefined): T[] => [...(before ?? []), parser(parse)(text)];

/** What `captureFiles` takes. */
export const capturesArgument = (name: '<file...>' | '[file...]'): Argument =>
  new Argument(name, 'pcap or pcapng files, also gzipped; folders, but not the folders inside them; - for stdin');

export const asOfOption = (description: string): Option =>
  new Option('--as-of <date>', description).argParser((text: string, before: PatchLevel | undefined): PatchLevel => {
    const level = parser(patchLevel)(text);
    if (before === undefined) return level;
    throw new UsageError(`--as-of is given twice, ${before.date} and ${level.date}; a server has one patch level`);
  });

export const registryOption = (): Option =>
  new Option(
    '--registry <name=value>',
    'registry value, such as RequireIntegrityActivationAuthenticationLevel=0; may be given again',
  ).argParser(
    (text: string, before: Registry | undefined): Registry => ({
      ...before,
      ...parser((line: string) => parseRegistry([line]))(text),
    }),
  );

export const userOption = (description: string): Option =>
  new Option('--user <account>', `${description}; ${ACCOUNT_SOURCES}`).argParser(
    (text: string, before: AccountEntry[] | undefined): AccountEntry[] => [
      ...(before ?? []),
      ...accountsOf('--user', text),
    ],
  );

export const oneUserOption = (description: string): Option =>
  new Option('--user <account>', `${description}; ${ACCOUNT_SOURCES}`).argParser((text) => oneAccount('--user', text));

export const profileOption = (): Option =>
  new Option('--profile <name>', 'behave as this client: its first calls, levels, versions and flags').choices(
    CLIENT_PROFILE_NAMES,
  );

const ACCOUNT_SOURCES =
  'env:NAME and file:FILE take it, or its password, from there; without a password it is asked for';

const accountsOf = (option: string, text: string): AccountEntry[] =>
  secretTexts(option, withSecret(option, text)).map((line) =>
    secretly(() => parseAccount(withPassword(option, line)), `${option}: expected 'DOMAIN\\user:password'`),
  );

function oneAccount(option: string, text: string): AccountEntry {
  const [account, ...others] = accountsOf(option, text);
  if (others.length > 0) throw new UsageError(`${option}: ${text} has more than one account`);
  return account as AccountEntry;
}

/** commander's own error would repeat what was given, and that is a secret or has one in it. */
function secretly<T>(parse: () => T, expected: string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SecurityError) throw new UsageError(expected);
    throw error;
  }
}

export const ntHashOption = (): Option =>
  new Option(
    '--nthash <hex>',
    `NT hash of 32 hexadecimal digits, also LMHASH:NTHASH, tried for every user; ${SECRET_SOURCES}; may be given again`,
  ).argParser((text: string, before: Secret[] | undefined): Secret[] => [
    ...(before ?? []),
    ...secretTexts('--nthash', text).map((hash) =>
      secretly(() => Secret.ntHash(ntHashIn(hash) ?? hash), '--nthash: expected 32 hexadecimal digits'),
    ),
  ]);

export const levelOption = (description: string): Option =>
  new Option('--level <level>', description).argParser(parser(level));

export const exporterLevelOption = (): Option =>
  new Option(
    '--exporter-level <level>',
    "the object exporter's own least level; LegacyAuthenticationLevel, or CONNECT, where absent",
  ).argParser(parser(level));

export const callBackUserOption = (): Option =>
  new Option(
    '--call-back-user <account>',
    "the server's own account, 'DOMAIN\\user:password', by which it calls objects of its clients; the first --user where absent",
  ).argParser((text) => oneAccount('--call-back-user', text));

export const callBackLevelOption = (): Option =>
  new Option(
    '--call-back-level <level>',
    'the level of those calls; that of a Windows client of --as-of where absent',
  ).argParser(parser(level));

/** A port that can be listened on; 0 takes a free one. Throws commander's error. */
export const portOf = parser((text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 0xffff)) throw new Error('expected a port, 0 to 65535');
  return port;
});

/** `connect`, `PKT_INTEGRITY`, `RPC_C_AUTHN_LEVEL_PKT`, `5`. */
function level(text: string): number {
  const found = authnLevelOf(text);
  if (found === undefined)
    throw new Error('expected default, none, connect, call, pkt, pkt_integrity, pkt_privacy or 0 to 6');
  return found;
}

export const AUTH_TYPES: Readonly<Record<string, number>> = TYPES;

export const authOption = (): Option =>
  new Option('--auth <type>', 'how to authenticate').choices(Object.keys(AUTH_TYPES));

export const uuidOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(
    parser((text) => {
      const uuid = normaliseUuid(text);
      if (uuid === undefined) throw new Error('expected a UUID such as 49B2791A-B1AE-4C90-9B8E-E860BA07F889');
      return uuid;
    }),
  );

export const classOption = (description: string): Option =>
  new Option('--clsid <class>', `${description}: its CLSID, or its name as audit prints it`).argParser(
    parser(classGiven),
  );

export const htmlOption = (): Option =>
  new Option('--html <file>', 'write a report for a browser: one file, which loads nothing else');

export const jsonOption = (): Option => new Option('--json', 'NDJSON on stdout, for programs').default(false);

export const endpointParser = (defaultPort: number) =>
  parser((text: string) => {
    const endpoint = parseEndpoint(text, defaultPort);
    if (endpoint === undefined) throw new Error('expected HOST, HOST:PORT or [IPV6]:PORT');
    return endpoint;
  });

/** `ADDRESS:PORT`, checked, and kept as it is written. */
export const listenOption = (description: string): Option =>
  new Option('--listen <address:port>', description).argParser(
    parser((text: string) => {
      if (parseEndpoint(text, 0) === undefined) throw new Error('expected ADDRESS:PORT or [IPV6]:PORT');
      return text;
    }),
  );

/** The credentials that a client takes from `--user`. */
export const credentialsOf = (account: AccountEntry) => ({
  ...(account.domain === undefined || account.domain === '' ? {} : { domain: account.domain }),
  user: account.user,
  secret: secretOf(account),
});

export const passwordOption = (): Option =>
  new Option('--password <text>', `password, tried for every user; ${SECRET_SOURCES}; may be given again`).argParser(
    (text: string, before: string[] | undefined): string[] => [...(before ?? []), ...secretTexts('--password', text)],
  );

/** A seed that is a secret: who knows it can try names. */
export const secretSeedOption = (description: string): Option =>
  new Option('--seed <text>', `${description}; ${SECRET_SOURCES}`).argParser((text) => secretText('--seed', text));
