import type { COMVERSION } from '../codec/dcom/index.js';
import type { ClientAssociationOptions } from '../rpc/index.js';
import type { ActivationMethod } from './activate.js';
import type { ContextConnectionOptions } from './context-connection.js';
import type { ProposalRules } from './proposals.js';

/** What a DCOM client does on the wire, as data; the captures and sources that `source` names show it. */
export interface ClientProfile {
  readonly name: string;
  readonly source: string;
  /** RPC_C_AUTHN_* of activations, and of calls to objects. */
  readonly authType: number;
  readonly objectAuthType: number;
  /** auth_context_id of its first security context, [MS-RPCE] 2.2.2.11. */
  readonly authContextId: number;
  /** The level of an activation, given what the application asks for; what Windows updates raise is in it. */
  readonly activationLevel: (requested: number | 'default') => number;
  /** Level of ResolveOxid2 and of pings. */
  readonly resolverLevel: number;
  /** Level of calls to objects, given what the activation's answer names as the least; 0 where it names none. */
  readonly objectLevel: (authnHint: number) => number;
  readonly comVersion: COMVERSION;
  /** What it asks without authentication before it activates ([MS-DCOM] 3.2.4.1.1.1). */
  readonly opening: 'ServerAlive2' | 'ServerAlive' | undefined;
  /** Where the application does not choose. */
  readonly activationMethod: ActivationMethod;
  /** Falls back to the older activation interface, where the server does not know the newer. */
  readonly fallsBackToIActivation: boolean;
  /** RPC_C_IMP_LEVEL_* in the parameters of an activation. */
  readonly impersonationLevel: number;
  /** Interfaces that it asks for whatever the application wants. */
  readonly iids: readonly string[];
  /** ORPCTHIS.flags of activations, and of calls to objects, where anything but 0 is an error ([MS-DCOM] 3.1.1.5.4). */
  readonly activationFlags: number;
  readonly orpcFlags: number;
  readonly remoteUnknown: 'IRemUnknown' | 'IRemUnknown2';
  readonly association: ClientAssociationOptions;
  /** Further connections to the resolver join the association of the first, and go on with its call_ids and contexts. */
  readonly joinsAssociation: boolean;
  /** Presentation contexts that it proposes to the resolver, and to an object exporter. */
  readonly resolverProposals: ProposalRules;
  readonly objectProposals: ProposalRules;
  readonly verificationTrailer: NonNullable<ContextConnectionOptions['verificationTrailer']>;
}
