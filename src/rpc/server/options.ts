import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import type { AcceptorProvider, Milliseconds } from '../../security/provider.js';
import type { RpcLimits } from '../core/limits.js';
import type { InterfaceTable } from '../core/presentation.js';
import type { RpcProfile } from '../core/profile.js';
import type { ServerShares } from '../core/shares.js';
import type { AssociationGroups } from './groups.js';

/** What the server's end of a connection serves, and how. */
export interface ServerAssociationOptions {
  /** What can be bound to. */
  readonly interfaces: InterfaceTable;
  /** Security mechanisms that a client can choose from. */
  readonly providers: readonly AcceptorProvider[];
  /** Associations that connections can join, shared by all of one server. */
  readonly groups: AssociationGroups;
  /** What connections hold together, shared by all of one server; of its own, with `DEFAULT_TOTALS`, where absent. */
  readonly shares?: ServerShares;
  /** For the rule that only one machine's connections share an association. */
  readonly clientAddress: string;
  /** What bind_ack gives as secondary address: the port's number, or the pipe's name. */
  readonly secondaryAddress: string;
  /** What implementations differ in; `DEFAULT_PROFILE` where absent. */
  readonly profile?: RpcProfile;
  /** Bounds of memory and time that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<RpcLimits>;
  /** Time at which the connection was accepted, of the clock that `tick` is given. */
  readonly now: Milliseconds;
}

const OPTIONS: OptionNames<ServerAssociationOptions> = {
  ...{ interfaces: true, providers: true, groups: true, shares: true, clientAddress: true, secondaryAddress: true },
  ...{ profile: true, limits: true, now: true },
};

/** Throws `OptionError` for an option that there is not. */
export const checkOptions = (given: ServerAssociationOptions): void =>
  knownOptions('ServerAssociation', given, OPTIONS);
