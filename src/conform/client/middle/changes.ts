import {
  type ActivationReply,
  type InterfacePointer,
  packActivationReply,
  packRemoteActivationReply,
  RemoteActivation,
  type RemoteActivationResponse,
  type RemoteCreateInstance,
  type STDOBJREF,
  unpackActivationReply,
  unpackRemoteActivationReply,
} from '../../../codec/dcom/index.js';
import type { Infer, Operation } from '../../../codec/ndr/index.js';
import { DREP_BIG, DREP_LITTLE, endianOf, type Pdu, PFC, type ResponsePdu } from '../../../codec/rpce/index.js';
import { faultPdu } from '../../../rpc/server/pdus.js';
import { isActivationCall, isObjectCall, isResolveOxid, isResolveOxid2, parametersOf } from '../history/calls.js';
import type { Answer, AnsweredCall, Change, Sent } from './answer.js';

/** A response to a call, with what is known of the call. */
export interface Response extends Answer {
  readonly pdu: ResponsePdu;
  readonly call: AnsweredCall;
}

type Made = { readonly call: AnsweredCall };

const isResponse = (answer: Answer): answer is Response => answer.pdu.PTYPE === 'response' && answer.call !== undefined;

/** Each response to such calls. */
export const responses =
  (to: (made: Made) => boolean, change: (response: Response) => readonly Sent[] | undefined): Change =>
  (answer) =>
    isResponse(answer) && to(answer) ? change(answer) : undefined;

/** Each answer to an activation that the server granted. */
export const activations = (change: (response: Response) => readonly Sent[] | undefined): Change =>
  responses(isActivationCall, change);

/** Each answer of an object's method, and of IRemUnknown. */
export const objectCalls = (change: (response: Response) => readonly Sent[] | undefined): Change =>
  responses(isObjectCall, change);

/** A fault with this status in place of each answer to such calls. */
export const faults =
  (to: (made: Made) => boolean, status: number, options: { readonly didNotExecute?: boolean } = {}): Change =>
  ({ call, pdu }) => {
    if (call === undefined || !to({ call }) || !('p_cont_id' in pdu)) return undefined;
    const { call_id: callId, p_cont_id: contextId } = pdu as ResponsePdu;
    return [{ octets: faultPdu({ callId, contextId, status, didNotExecute: options.didNotExecute ?? false }) }];
  };

export type Acknowledgement = Extract<Pdu, { PTYPE: 'bind_ack' | 'alter_context_resp' }>;

/** Each answer to a bind: all where nobody says which. */
export const bindAcks =
  (change: (ack: Acknowledgement, answer: Answer) => readonly Sent[] | undefined, of?: 'bind' | 'alter'): Change =>
  (answer) => {
    const { pdu } = answer;
    if (pdu.PTYPE !== 'bind_ack' && pdu.PTYPE !== 'alter_context_resp') return undefined;
    if (of !== undefined && (pdu.PTYPE === 'bind_ack') !== (of === 'bind')) return undefined;
    return change(pdu, answer);
  };

/** Several changes, of which the first that means an answer changes it. */
export const either =
  (...changes: readonly Change[]): Change =>
  (answer) => {
    for (const change of changes) {
      const sent = change(answer);
      if (sent !== undefined) return sent;
    }
    return undefined;
  };

/** The value that a response carries. */
export const carried = <O>({ call, pdu }: Response): O =>
  (call.operation as Operation<unknown, O>).response.decode(pdu.stub, formatOf(call, pdu)).value;

/** The response with another value. */
export function withValue<O>(response: Response, value: O): ResponsePdu {
  const { call, pdu } = response;
  const operation = call.operation as Operation<unknown, O>;
  return { ...pdu, stub: operation.response.encode(value, formatOf(call, pdu)) };
}

/** The same response in the byte order of the other kind of machines; undefined where it cannot be read here. */
export function bigEndian({ call, pdu }: Response): ResponsePdu | undefined {
  if (call.operation === undefined) return undefined;
  const format = formatOf(call, pdu);
  const { value, layout } = call.operation.response.decode(pdu.stub, format);
  const stub = call.operation.response.encode(value, { ...format, layout, little: false });
  return { ...pdu, stub, packed_drep: DREP_BIG };
}

const formatOf = ({ transferSyntax }: AnsweredCall, pdu: ResponsePdu) => ({
  syntax: transferSyntax,
  little: endianOf(pdu.packed_drep ?? DREP_LITTLE) === 'little',
});

/** The responses of operations whose value is changed. */
export const values = <O>(to: (made: Made) => boolean, change: (value: O, response: Response) => O): Change =>
  responses(to, (response) =>
    response.call.operation === undefined
      ? undefined
      : [{ pdu: withValue(response, change(carried<O>(response), response)) }],
  );

type Activated = Infer<typeof RemoteCreateInstance.response>;

/** What an activation or a resolution gives, in plain terms; undefined for any other answer. */
export function carriedReply(answer: Answer): Pick<ActivationReply, 'ipidRemUnknown'> | undefined {
  if (!isResponse(answer) || answer.call.operation === undefined) return undefined;
  if (isActivationCall(answer)) return replyOf(answer);
  if (!isResolveOxid2(answer) && !isResolveOxid(answer)) return undefined;
  return { ipidRemUnknown: carried<{ pipidRemUnknown: string }>(answer).pipidRemUnknown };
}

function replyOf(response: Response): ActivationReply | undefined {
  if (response.call.opnum !== RemoteActivation.opnum)
    return unpackActivationReply(carried<Activated>(response).ppActProperties);
  const value = carried<RemoteActivationResponse>(response);
  if (value.ReturnValue !== 0 || value.phr !== 0) return undefined;
  const { pIIDs } = parametersOf<Infer<typeof RemoteActivation.request>>(response) ?? {};
  return unpackRemoteActivationReply(value, pIIDs ?? []);
}

/** What each activation gives, changed in plain terms, whichever method it was. */
export const activationReplies = (change: (reply: ActivationReply, response: Response) => ActivationReply): Change =>
  activations((response) => {
    const reply = replyOf(response);
    if (reply === undefined) return undefined;
    const changed = change(reply, response);
    if (response.call.opnum === RemoteActivation.opnum)
      return [{ pdu: withValue(response, packRemoteActivationReply(changed)) }];
    const value = carried<Activated>(response);
    return [{ pdu: withValue<Activated>(response, { ...value, ppActProperties: packActivationReply(changed) }) }];
  });

/** The OBJREF of each interface that an activation gives, changed. */
export const objrefs = (change: (objref: Standard) => InterfacePointer | null): Change =>
  activationReplies((reply) => ({
    ...reply,
    interfaces: reply.interfaces.map((each) =>
      isStandard(each.objref) ? { ...each, objref: change(each.objref) } : each,
    ),
  }));

/** An OBJREF_STANDARD. */
export type Standard = Extract<InterfacePointer, { readonly flags: 1 }>;

const isStandard = (pointer: InterfacePointer | null): pointer is Standard =>
  pointer !== null && 'flags' in pointer && pointer.flags === 1;

/** The STDOBJREF of each interface that an activation gives, changed. */
export const references = (change: (std: STDOBJREF) => STDOBJREF): Change =>
  objrefs((objref) => ({ ...objref, std: change(objref.std) }));

/** The PFC flags of a message in one fragment. */
export const WHOLE = PFC.FIRST_FRAG | PFC.LAST_FRAG;
