export type { Asn1Structure, Kept } from '../codec/asn1/sequence.js';
export type { Asn1Place, Asn1Type, Asn1Value } from '../codec/asn1/type.js';
export type { Known, KnownClsid } from '../codec/dcom/activation-blob.js';
export { SpecialPropertiesData_Current } from '../codec/dcom/activation-properties.js';
export type { ActivationReply, RemoteActivationResponse } from '../codec/dcom/activation-reply.js';
export type { ActivationRequest } from '../codec/dcom/activation-request.js';
export * as dcom from '../codec/dcom/index.js';
export type { Marshaler } from '../codec/dcom/minterface-pointer.js';
export type { Rounded } from '../codec/dcom/rounded.js';
export type { Methods, OperationOf, Signature } from '../codec/dcom/vtable.js';
export { CodecError, type CodecErrorCode } from '../codec/error.js';
export type { Field, FixedHeader, Kind, Row, RowOf, ValueOf } from '../codec/fixed.js';
export { EncryptedData, EncryptionKey, PrincipalName, Ticket } from '../codec/kerberos/basic.js';
export {
  type Ccache,
  type CcacheCredential,
  type CcachePrincipal,
  decodeCcache,
  encodeCcache,
} from '../codec/kerberos/ccache.js';
export type { KrbErrorName } from '../codec/kerberos/errors.js';
export { KRB_ERR } from '../codec/kerberos/errors.js';
export { decodeKeytab, encodeKeytab, type KeytabEntry } from '../codec/kerberos/keytab.js';
export * as ndr from '../codec/ndr/index.js';
export { LayoutRecorder, LayoutSource } from '../codec/ndr/layout.js';
export type { InterfaceDef, Operation } from '../codec/ndr/operation.js';
export type { Deferred } from '../codec/ndr/reader.js';
export type { Declared } from '../codec/ndr/span-recorder.js';
export type { OptionalKeys } from '../codec/ndr/struct.js';
export type { ConformantBody, Shape } from '../codec/ndr/type.js';
export type { Arm, Arms, UnionOf } from '../codec/ndr/union.js';
export type { DeferredWrite } from '../codec/ndr/writer.js';
export type { AuthenticateMessage } from '../codec/ntlm/authenticate.js';
export type { ChallengeMessage } from '../codec/ntlm/challenge.js';
export type { NegotiateFlag } from '../codec/ntlm/flags.js';
export { NEGOTIATE } from '../codec/ntlm/flags.js';
export type { NegotiateMessage } from '../codec/ntlm/negotiate.js';
export type { PayloadGap, PayloadItem } from '../codec/ntlm/payload.js';
export type { MessageForm, Version } from '../codec/ntlm/shape.js';
export { VERSION } from '../codec/ntlm/shape.js';
export type { JsValue } from '../codec/oaut/convert.js';
export * as oaut from '../codec/oaut/index.js';
export { wireSAFEARRAY } from '../codec/oaut/safearray.js';
export * as opc from '../codec/opc/index.js';
export { type PduType, RPC_C_AUTHN_LEVEL } from '../codec/rpce/constants.js';
export * as rpce from '../codec/rpce/index.js';
export type { ContextElement, ContextResult, Pdu } from '../codec/rpce/pdu.js';
export { type About, type DeclaredHeader, type Scalar, SpanTrace } from '../codec/span.js';
export { authnLevelName, shortAuthnLevelName } from '../codec/status/authn.js';
export type { Cause } from '../codec/status/causes.js';
export { type Explanation, explain, type Meaning } from '../codec/status/explain.js';
export type { RefusedBy } from '../codec/status/refused-by.js';
export { REFUSED_BY } from '../codec/status/refused-by.js';
export type { Endian } from '../codec/uuid.js';
export * as wmi from '../codec/wmi/index.js';
export * as wql from '../codec/wql/index.js';
