import {
  BIND_TIME_FEATURES_PREFIX,
  type ContextElement,
  type ContextResult,
  NDR20_SYNTAX,
  NDR64_SYNTAX,
  REASON,
  RESULT,
  type SyntaxId,
} from '../../codec/rpce/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import type { RpcProfile, TransferSyntaxName } from './profile.js';

/** What the runtime must know of an interface; the meaning of its operations is the dispatcher's business. */
export interface RpcInterface {
  readonly name: string;
  readonly uuid: string;
  /** Major in the low half, minor in the high half. */
  readonly version: number;
  /** Opnums 0 to `operationCount - 1` exist. */
  readonly operationCount: number;
  /** Where absent, all that the profile has; the activators take only NDR20 ([MS-DCOM] 3.1.2.5.2). */
  readonly transferSyntaxes?: readonly TransferSyntaxName[];
}

/** The interfaces of one endpoint. A function, because an object exporter knows an IID only when it is asked for. */
export interface InterfaceTable {
  /** Interfaces that are registered, for the limit of [MS-RPCE] 3.3.3.5.5. */
  readonly size: number;
  find(uuid: string, version: number): RpcInterface | undefined;
}

/** A presentation context that both sides have agreed on. */
export interface PresentationContext {
  readonly id: number;
  readonly interface: RpcInterface;
  readonly abstractSyntax: SyntaxId;
  readonly transferSyntax: TransferSyntaxName;
}

export const TRANSFER_SYNTAXES: Readonly<Record<TransferSyntaxName, SyntaxId>> = {
  ndr20: NDR20_SYNTAX,
  ndr64: NDR64_SYNTAX,
};

const NO_SYNTAX: SyntaxId = { uuid: UUID_NULL, version: 0 };

/** The name of a transfer syntax that the runtime can marshal, or undefined. */
export function transferSyntaxName(syntax: SyntaxId): TransferSyntaxName | undefined {
  for (const name of ['ndr20', 'ndr64'] as const) {
    if (syntax.uuid === TRANSFER_SYNTAXES[name].uuid && syntax.version === TRANSFER_SYNTAXES[name].version) return name;
  }
  return undefined;
}

/** [MS-RPCE] 3.3.1.5.3: the low octet of the feature bitmask, or undefined where the element proposes none. */
export function bindTimeFeatures(element: ContextElement): number | undefined {
  const syntax = element.transfer_syntaxes[0];
  if (syntax === undefined || !syntax.uuid.startsWith(BIND_TIME_FEATURES_PREFIX) || syntax.version !== 1)
    return undefined;
  return Number.parseInt(syntax.uuid.slice(BIND_TIME_FEATURES_PREFIX.length, BIND_TIME_FEATURES_PREFIX.length + 2), 16);
}

/** C706 6.1.1: the major versions are equal and the server's minor version is not lower than the client's. */
export const versionFits = (offered: number, asked: number): boolean =>
  (offered & 0xffff) === (asked & 0xffff) && offered >>> 16 >= asked >>> 16;

/** A table of a fixed list of interfaces. */
export function interfaceTable(interfaces: readonly RpcInterface[]): InterfaceTable {
  return {
    size: interfaces.length,
    find: (uuid, version) => interfaces.find((item) => item.uuid === uuid && versionFits(item.version, version)),
  };
}

export interface Negotiation {
  readonly results: ContextResult[];
  readonly accepted: PresentationContext[];
  /** The features that were agreed on, where the client proposed any. */
  readonly features: number | undefined;
}

export class NegotiationError extends Error {}

const rejected = (reason: number): ContextResult => ({
  result: RESULT.provider_rejection,
  reason,
  transfer_syntax: NO_SYNTAX,
});

/**
 * [MS-RPCE] 3.3.1.5.3 and 3.3.1.5.6: what a server answers to the proposals of a bind or alter_context. Throws
 * `NegotiationError` for what is no proposal at all: no syntaxes, features twice, a context that exists with another
 * interface or transfer syntax. Features are a bind's to negotiate.
 */
export function negotiate(
  elements: readonly ContextElement[],
  existing: ReadonlyMap<number, PresentationContext>,
  interfaces: InterfaceTable,
  profile: RpcProfile,
  by: 'bind' | 'alter_context' = 'bind',
): Negotiation {
  if (elements.length === 0) throw new NegotiationError('no presentation context is proposed');
  if (elements.some((element) => element.transfer_syntaxes.length === 0)) {
    throw new NegotiationError('a presentation context proposes no transfer syntax');
  }
  // In an alter_context the element is a proposal like any other, of a transfer syntax that nobody has.
  const features = by === 'bind' ? profile.bindTimeFeatures : undefined;
  const asked = elements.map(features === undefined ? () => undefined : bindTimeFeatures);
  if (asked.filter((bits) => bits !== undefined).length > 1)
    throw new NegotiationError('bind time features are proposed twice');

  const chosen = choose(elements, asked, existing, interfaces, profile);
  const accepted: PresentationContext[] = [];
  const results = elements.map((element, index): ContextResult => {
    const bits = asked[index];
    if (bits !== undefined) {
      return {
        result: RESULT.negotiate_ack,
        reason: bits & (features ?? 0),
        transfer_syntax: NO_SYNTAX,
      };
    }
    const context = chosen.get(index);
    if (context !== undefined) {
      accepted.push(context);
      return { result: RESULT.acceptance, reason: 0, transfer_syntax: TRANSFER_SYNTAXES[context.transferSyntax] };
    }
    const known = interfaces.find(element.abstract_syntax.uuid, element.abstract_syntax.version) !== undefined;
    return rejected(known ? REASON.proposed_transfer_syntaxes_not_supported : REASON.abstract_syntax_not_supported);
  });
  const proposed = asked.find((bits) => bits !== undefined);
  return { results, accepted, features: proposed === undefined ? undefined : proposed & (features ?? 0) };
}

/** First pass for the preferred transfer syntax, second pass for any other that is supported. */
function choose(
  elements: readonly ContextElement[],
  asked: readonly (number | undefined)[],
  existing: ReadonlyMap<number, PresentationContext>,
  interfaces: InterfaceTable,
  profile: RpcProfile,
): Map<number, PresentationContext> {
  const chosen = new Map<number, PresentationContext>();
  const preferredFirst = [
    profile.preferredTransferSyntax,
    ...profile.transferSyntaxes.filter((name) => name !== profile.preferredTransferSyntax),
  ];
  for (const syntax of preferredFirst) {
    for (const [index, element] of elements.entries()) {
      if (asked[index] !== undefined || chosen.has(index)) continue;
      if (chosen.size > 0 && !mayAddAnother(element, elements, chosen, profile)) continue;
      const context = agree(element, syntax, existing.get(element.p_cont_id), interfaces);
      if (context !== undefined) chosen.set(index, context);
    }
  }
  return chosen;
}

/** The context of a proposal under one transfer syntax, where that can be had; one that exists stays as it is. */
function agree(
  element: ContextElement,
  syntax: TransferSyntaxName,
  before: PresentationContext | undefined,
  interfaces: InterfaceTable,
): PresentationContext | undefined {
  if (before !== undefined && isAnother(before, element, interfaces)) throw redefined(element);
  const context = contextFor(element, syntax, interfaces);
  if (before === undefined || context === undefined) return context;
  if (before.transferSyntax !== syntax) throw redefined(element);
  return before;
}

/** Of one abstract syntax at most one proposal is taken; of several ones only where the profile takes several. */
function mayAddAnother(
  element: ContextElement,
  elements: readonly ContextElement[],
  chosen: ReadonlyMap<number, PresentationContext>,
  profile: RpcProfile,
): boolean {
  if (!profile.acceptsSeveralContexts) return false;
  return ![...chosen.keys()].some((index) => elements[index]?.abstract_syntax.uuid === element.abstract_syntax.uuid);
}

/** An interface that is registered, but is not the one that the context was negotiated for. */
const isAnother = (
  before: PresentationContext,
  { abstract_syntax }: ContextElement,
  interfaces: InterfaceTable,
): boolean =>
  (before.abstractSyntax.uuid !== abstract_syntax.uuid || before.abstractSyntax.version !== abstract_syntax.version) &&
  interfaces.find(abstract_syntax.uuid, abstract_syntax.version) !== undefined;

const redefined = ({ p_cont_id }: ContextElement): NegotiationError =>
  new NegotiationError(`presentation context ${p_cont_id} exists with another interface or transfer syntax`);

function contextFor(
  element: ContextElement,
  syntax: TransferSyntaxName,
  interfaces: InterfaceTable,
): PresentationContext | undefined {
  if (!element.transfer_syntaxes.some((proposed) => transferSyntaxName(proposed) === syntax)) return undefined;
  const found = interfaces.find(element.abstract_syntax.uuid, element.abstract_syntax.version);
  if (found === undefined || !(found.transferSyntaxes ?? [syntax]).includes(syntax)) return undefined;
  return { id: element.p_cont_id, interface: found, abstractSyntax: element.abstract_syntax, transferSyntax: syntax };
}
