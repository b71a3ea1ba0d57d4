import type { Command } from 'commander';
import type { Logon } from '../client/credentials.js';
import { DcomClient, type DcomClientOptions } from '../client/dcom-client.js';
import { assertMayCallHost, MethodCallRefused } from '../client/may-call.js';
import type { CallOutcome } from '../client/outcome.js';
import type { ClientProfile } from '../client/profile.js';
import { CLIENT_PROFILES, type ClientProfileName } from '../client/profiles.js';
import { Refused } from '../client/refused.js';
import { outcomeOf } from '../client/steps.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { authnLevelName, shortAuthnLevelName } from '../codec/status/authn.js';
import { causesOf } from '../codec/status/causes.js';
import { clientRaise } from '../hardening/client.js';
import type { Registry } from '../hardening/registry.js';
import type { PatchLevel } from '../hardening/timeline.js';
import type { AccountEntry } from '../security/index.js';
import { E_NOTIMPL, withNames } from './class-text.js';
import { type Output, UsageError } from './io.js';
import { type KerberosClientOptions, kerberosClientOptions, serviceTickets } from './kerberos.js';
import {
  AUTH_TYPES,
  asOfOption,
  authOption,
  credentialsOf,
  levelOption,
  oneUserOption,
  profileOption,
} from './options.js';

/** Options that say which client it is, and who. */
export interface ClientWish extends KerberosClientOptions {
  readonly profile?: ClientProfileName;
  readonly auth?: string;
  readonly level?: number;
  readonly user?: AccountEntry;
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
}

/** The options of a command that calls objects: which client it is, and who. */
export function clientOptions(
  command: Command,
  says: { readonly level: string; readonly user: string; readonly asOf?: string },
): Command {
  command
    .addOption(profileOption())
    .addOption(authOption())
    .addOption(levelOption(says.level))
    .addOption(oneUserOption(says.user))
    .addOption(asOfOption(says.asOf ?? 'be a Windows client of this patch level'));
  for (const option of kerberosClientOptions()) command.addOption(option);
  // As a run of the client suite writes it where no level is to be asked for.
  return command.hook('preAction', (_command, chosen) => {
    if (chosen.getOptionValue('level') === RPC_C_AUTHN_LEVEL.DEFAULT) chosen.setOptionValue('level', undefined);
  });
}

/** Throws `UsageError` where options contradict each other about which client it is, or how it logs on. */
export function checkClient({ profile, asOf, registry, auth, level, kdc, keytab, ccache }: ClientWish): void {
  if (profile !== undefined && (asOf !== undefined || registry !== undefined))
    throw new UsageError('--profile says which client it is; --as-of and --registry make one of their own');
  const kerberos = kdc !== undefined || keytab !== undefined || ccache !== undefined;
  if (kerberos && auth !== 'kerberos' && auth !== 'spnego')
    throw new UsageError('--kdc, --keytab and --ccache are for --auth kerberos and --auth spnego');
  if (auth === 'kerberos' && !kerberos)
    throw new UsageError('--auth kerberos needs tickets: give --kdc with --user or --keytab, or --ccache');
  const none = level === RPC_C_AUTHN_LEVEL.NONE;
  if (auth === 'none' && level !== undefined && !none)
    throw new UsageError(`--auth none has no authentication to send at --level ${authnLevelName(level)}`);
  if (auth !== undefined && auth !== 'none' && none)
    throw new UsageError(`--auth ${auth} authenticates, and --level none does not`);
}

/** Who logs on, by whichever mechanism. */
export function logonOf(options: ClientWish): Logon {
  const { user, service } = options;
  const tickets = serviceTickets(options, user);
  return {
    ...(user === undefined ? {} : { credentials: credentialsOf(user) }),
    ...(tickets === undefined ? {} : { tickets }),
    ...(service === undefined ? {} : { service }),
  };
}

const LATEST: ClientProfileName = 'windows-2023-03';

/** The client of a command, for what it activates and calls. */
export const clientOf = (
  target: { host: string; port: number },
  profile: ClientProfile,
  wish: ClientWish,
  more: Partial<DcomClientOptions> = {},
): DcomClient => {
  const { level, auth } = wish;
  return new DcomClient({
    ...target,
    profile,
    ...(level === undefined ? {} : { level }),
    ...(auth === undefined ? {} : { authType: AUTH_TYPES[auth] as number }),
    ...logonOf(wish),
    ...more,
  });
};

/** Says where the client sends another level than `--level` asks for: Windows clients raise it by themselves. */
export function noteRaise(out: Output, profile: ClientProfile, { level, auth }: ClientWish): void {
  const authType = auth === undefined ? profile.authType : AUTH_TYPES[auth];
  if (level === undefined || authType === RPC_C_AUTHN.NONE) return;
  const sent = profile.activationLevel(level);
  if (sent === level) return;
  const [asked, raised] = [shortAuthnLevelName(level), shortAuthnLevelName(sent)];
  out.note(`note: ${profile.name} raises --level ${asked} to ${raised}; with --as-of 2021-05 it does not`);
}

/** The named client; with `--as-of`, the newest Windows one with the levels of that date. */
export function profileOf({ profile, asOf, registry, user }: ClientWish): ClientProfile {
  const named: ClientProfile = CLIENT_PROFILES[profile ?? LATEST];
  if (asOf === undefined) return named;
  const raise = (requested: number | 'default') =>
    clientRaise({ asOf, requested, anonymous: user === undefined, platform: 'windows', ...(registry && { registry }) });
  return { ...named, name: `a Windows client of ${asOf.date}`, activationLevel: (requested) => raise(requested).level };
}

/** Whether methods may be called on a host. Throws `UsageError`, with the option that asks for it, where they may not. */
export async function checkMayCall(host: string, option: string): Promise<void> {
  try {
    await assertMayCallHost(host);
  } catch (error) {
    throw new UsageError(error instanceof MethodCallRefused ? `${option}: ${error.message}` : (error as Error).message);
  }
}

/** The outcome of a failed call, and what there is to say of it. Rethrows bad usage. */
export function refusalOf(error: unknown): { readonly outcome: CallOutcome; readonly what: string } {
  if (error instanceof UsageError) throw error;
  const outcome = outcomeOf(error);
  return { outcome, what: withNames(error instanceof Refused ? error.message : outcome.text) };
}

/** `accepted`, `refused, …`, or why nobody was reached who could have refused. */
export const verdictOf = (outcome: CallOutcome): string => {
  if (outcome.accepted) return 'accepted';
  return outcome.refusedBy === 'transport' ? outcome.text : `refused, ${outcome.text}`;
};

/** The kind of the record of a call that failed. */
export const failureKind = ({ refusedBy }: CallOutcome): 'refused' | 'unreached' =>
  refusedBy === 'transport' ? 'unreached' : 'refused';

/** 1 where somebody refused, 2 where there is nobody to ask. */
export const exitCodeOf = ({ refusedBy }: CallOutcome): 1 | 2 => (refusedBy === 'transport' ? 2 : 1);

/** Where to read on about a refusal that can come from different causes; `answers` is the class of `serve` that has the methods. */
export function hintAt(out: Output, { status, refusedBy }: CallOutcome, answers?: string): void {
  if (!out.json && status === E_NOTIMPL && answers !== undefined)
    out.note(`the object has no such method: of a simulated server serve --class ${answers} answers it`);
  const told = refusedBy === 'fault' || refusedBy === 'result';
  if (out.json || !told || status === undefined || causesOf(status).length === 0) return;
  out.note(`what that can mean: dcom-harness explain ${status < 10 ? status : `0x${status.toString(16)}`}`);
}
