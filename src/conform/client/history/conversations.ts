import { type BindPdu, type ContextElement, RESULT, type RequestPdu } from '../../../codec/rpce/index.js';
import { bindTimeFeatures } from '../../../rpc/core/presentation.js';
import { NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import type { OpenedConnection, SentPdu } from './history.js';

/** What went over one connection, in its order. */
export interface Conversation {
  readonly connection: OpenedConnection;
  readonly pdus: readonly SentPdu[];
}

/** The connections over which the client sent anything. */
export const conversations = ({ history }: Attempted): Conversation[] =>
  history.connections
    .map((connection) => ({ connection, pdus: history.pdus.filter((sent) => sent.connection === connection) }))
    .filter(({ pdus }) => pdus.some(({ from }) => from === 'client'));

export const own = ({ pdus }: Conversation): SentPdu[] => pdus.filter(({ from }) => from === 'client');

export type Proposal = Omit<BindPdu, 'PTYPE'> & { readonly PTYPE: 'bind' | 'alter_context' };

export const proposalsOf = (conversation: Conversation): Proposal[] =>
  own(conversation).flatMap(({ pdu }) =>
    pdu?.PTYPE === 'bind' || pdu?.PTYPE === 'alter_context' ? [pdu as Proposal] : [],
  );

export const requestsOf = (conversation: Conversation): (SentPdu & { readonly pdu: RequestPdu })[] =>
  own(conversation).filter((sent): sent is SentPdu & { readonly pdu: RequestPdu } => sent.pdu?.PTYPE === 'request');

export const carriesToken = ({ auth }: Pick<Proposal, 'auth'>): boolean => (auth?.auth_value.length ?? 0) > 0;

/** The items that were found. Throws `NotApplicable` where there are none. */
export function some<T>(found: readonly T[], without: string): readonly T[] {
  if (found.length === 0) throw new NotApplicable(without);
  return found;
}

export const at = ({ connection }: Conversation): string => `connection ${connection.number}`;

/** The elements of a proposal that are no negotiation of features. */
export const interfacesOf = ({ p_context_elem }: Proposal): readonly ContextElement[] =>
  p_context_elem.filter((element) => bindTimeFeatures(element) === undefined);

/** The contexts of a connection that were accepted, by their numbers, as they were proposed. */
export function acceptedContexts({ pdus }: Conversation): Map<number, ContextElement> {
  const accepted = new Map<number, ContextElement>();
  let asked: Proposal | undefined;
  for (const { pdu } of pdus) {
    if (pdu?.PTYPE === 'bind' || pdu?.PTYPE === 'alter_context') asked = pdu as Proposal;
    if (pdu?.PTYPE !== 'bind_ack' && pdu?.PTYPE !== 'alter_context_resp') continue;
    for (const [index, { result }] of pdu.results.entries()) {
      const element = asked?.p_context_elem[index];
      if (result === RESULT.acceptance && element !== undefined) accepted.set(element.p_cont_id, element);
    }
  }
  return accepted;
}
