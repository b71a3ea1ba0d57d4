import { DcomClient, type DcomClientOptions } from '../client/dcom-client.js';
import type { ClientProfile } from '../client/profile.js';
import { CLIENT_PROFILES, type ClientProfileName } from '../client/profiles.js';
import { clientRaise } from '../hardening/client.js';
import type { Registry } from '../hardening/registry.js';
import type { PatchLevel } from '../hardening/timeline.js';
import type { AccountEntry } from '../security/index.js';
import { AUTH_TYPES, credentialsOf } from './options.js';

/** Options that say which client it is. */
export interface ClientWish {
  readonly profile?: ClientProfileName;
  readonly auth?: string;
  readonly level?: number;
  readonly user?: AccountEntry;
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
}

const LATEST: ClientProfileName = 'windows-2023-03';

/** The client of a command, for what it activates and calls. */
export const clientOf = (
  target: { host: string; port: number },
  profile: ClientProfile,
  { level, auth, user }: ClientWish,
  more: Partial<DcomClientOptions> = {},
): DcomClient =>
  new DcomClient({
    ...target,
    profile,
    ...(level === undefined ? {} : { level }),
    ...(auth === undefined ? {} : { authType: AUTH_TYPES[auth] as number }),
    ...(user === undefined ? {} : { credentials: credentialsOf(user) }),
    ...more,
  });

/** The named client; with `--as-of`, the newest Windows one with the levels of that date. */
export function profileOf({ profile, asOf, registry, user }: ClientWish): ClientProfile {
  const named: ClientProfile = CLIENT_PROFILES[profile ?? LATEST];
  if (asOf === undefined) return named;
  const raise = (requested: number | 'default') =>
    clientRaise({ asOf, requested, anonymous: user === undefined, platform: 'windows', ...(registry && { registry }) });
  return { ...named, name: `a Windows client of ${asOf.date}`, activationLevel: (requested) => raise(requested).level };
}
