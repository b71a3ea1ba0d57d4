import type { InterfaceDef } from '../codec/ndr/index.js';
import {
  BIND_TIME_FEATURES,
  BIND_TIME_FEATURES_PREFIX,
  type ContextElement,
  type ContextResult,
  RESULT,
} from '../codec/rpce/index.js';
import { ContextRejected, TRANSFER_SYNTAXES, type TransferSyntaxName } from '../rpc/index.js';

/** UUID and version of an RPC interface. */
export type InterfaceId = Pick<InterfaceDef, 'uuid' | 'version'>;

/** How a client proposes presentation contexts. */
export interface ProposalRules {
  /** The transfer syntaxes that it proposes for an interface, each in a context of its own. */
  readonly syntaxes: (iid: string) => readonly TransferSyntaxName[];
  /** Whether the bind of a new association proposes bind time features, [MS-RPCE] 3.3.1.5.3. */
  readonly features: boolean;
  /** Proposes NDR20 once more, by itself, where the server took another transfer syntax instead. */
  readonly insistsOnNdr20: boolean;
}

export const NDR20_ALONE: ProposalRules = { syntaxes: () => ['ndr20'], features: false, insistsOnNdr20: false };

/** The proposals for one interface: a presentation context for each transfer syntax, numbered from `id` on. */
export const propose = (
  { uuid, version }: InterfaceId,
  id = 0,
  syntaxes: readonly TransferSyntaxName[] = ['ndr20'],
): ContextElement[] =>
  syntaxes.map((name, index) => ({
    p_cont_id: id + index,
    abstract_syntax: { uuid, version: version.major | (version.minor << 16) },
    transfer_syntaxes: [TRANSFER_SYNTAXES[name]],
  }));

const ALL_FEATURES =
  BIND_TIME_FEATURES.SecurityContextMultiplexingSupported | BIND_TIME_FEATURES.KeepConnectionOnOrphanSupported;
const BITMASK = ALL_FEATURES.toString(16).padStart(2, '0');

/** [MS-RPCE] 2.2.2.14: the element that proposes the bind time features, of the same interface as the one before. */
export const proposeFeatures = ({ uuid, version }: InterfaceId, id: number): ContextElement => ({
  p_cont_id: id,
  abstract_syntax: { uuid, version: version.major | (version.minor << 16) },
  transfer_syntaxes: [{ uuid: `${BIND_TIME_FEATURES_PREFIX}${BITMASK}00-000000000000`, version: 1 }],
});

/** The first context that was accepted. Throws `ContextRejected` where there is none. */
export function acceptedContext(elements: readonly ContextElement[], results: readonly ContextResult[]): number {
  const index = results.findIndex((result) => result.result === RESULT.acceptance);
  const element = elements[index];
  if (element !== undefined) return element.p_cont_id;
  const refused = results.find((result) => result.result !== RESULT.negotiate_ack) ?? results[0];
  throw new ContextRejected(refused?.result ?? 0, refused?.reason ?? 0, elements[0]?.abstract_syntax.uuid ?? '');
}

/** The transfer syntax of the context that `acceptedContext` gives. */
export const syntaxOf = (elements: readonly ContextElement[], contextId: number): TransferSyntaxName => {
  const uuid = elements.find(({ p_cont_id }) => p_cont_id === contextId)?.transfer_syntaxes[0]?.uuid;
  return uuid === TRANSFER_SYNTAXES.ndr64.uuid ? 'ndr64' : 'ndr20';
};
