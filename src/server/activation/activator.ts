import {
  type ActivationRequest,
  IActivation,
  IRemoteSCMActivator,
  MODE_GET_CLASS_OBJECT,
  type ORPCTHAT,
  packActivationReply,
  packRemoteActivationReply,
  RemoteActivation,
  RemoteCreateInstance,
  RemoteGetClassObject,
  unpackActivationRequest,
  unpackRemoteActivation,
  withErrorExtension,
} from '../../codec/dcom/index.js';
import type { CodecError } from '../../codec/error.js';
import type { Infer, Operation } from '../../codec/ndr/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import { HRESULT } from '../com.js';
import { type CallContext, method, type Service, service } from '../endpoint/service.js';
import { Activator, type ActivatorOptions, type Decided, type Method } from './activation.js';
import { instanceOf } from './checks.js';

type ByProperties = Pick<Infer<typeof RemoteCreateInstance.request>, 'orpcthis' | 'pActProperties'>;

/** IActivation and IRemoteSCMActivator with the hardening in front: [MS-DCOM] 3.1.2.5.2. */
export function activators(options: ActivatorOptions): Service[] {
  const activator = new Activator(options);
  const checks = <I>(operation: Operation<I, unknown>, plain: (input: I) => ActivationRequest | undefined) => ({
    guard: (context: CallContext): Decided => {
      const { stub, littleEndian } = context.call;
      const read = () => plain(operation.request.decode(stub, { little: littleEndian }).value);
      return activator.decide(operation.name as Method, read, context);
    },
    unreadable: (context: CallContext, { message }: CodecError, decided: Decided) =>
      activator.unreadable(operation.name as Method, message, context, decided),
  });
  const ofProperties = ({ pActProperties }: ByProperties) => unpackActivationRequest(pActProperties);
  const orpcthat = { flags: 0 };
  const extended = (iid: string): Pick<ORPCTHAT, 'extensions'> =>
    options.dcom.activationExtension === 'none' ? {} : withErrorExtension(iid);

  const byProperties = (
    name: Method,
    { pActProperties, orpcthis }: ByProperties,
    context: CallContext,
    decided: Decided,
  ) => {
    const asked = { request: unpackActivationRequest(pActProperties), pActProperties, ...instanceOf(pActProperties) };
    const factory = name === 'RemoteGetClassObject';
    const verdict = activator.activate({ name, version: orpcthis.version, factory, ...asked }, context, decided);
    if ('hresult' in verdict) return { orpcthat, ppActProperties: null, ReturnValue: verdict.hresult };
    const ppActProperties = packActivationReply(verdict.reply);
    return {
      orpcthat: { ...orpcthat, ...extended(IRemoteSCMActivator.uuid) },
      ppActProperties,
      ReturnValue: HRESULT.S_OK,
    };
  };

  return [
    service(
      IActivation,
      [
        method(
          RemoteActivation,
          (input, context, decided) => {
            const request = unpackRemoteActivation(input);
            const verdict = activator.activate(
              {
                name: 'RemoteActivation',
                request,
                version: input.ORPCthis.version,
                factory: input.Mode === MODE_GET_CLASS_OBJECT,
                mode: input.Mode,
                objectName: input.pwszObjectName ?? undefined,
                storage: (input.pObjectStorage ?? null) !== null,
              },
              context,
              decided,
            );
            if ('hresult' in verdict) return remoteActivationFailure(request.iids.length, verdict.hresult);
            const reply = packRemoteActivationReply(verdict.reply);
            return { ...reply, ORPCthat: { ...reply.ORPCthat, ...extended(IActivation.uuid) } };
          },
          checks(RemoteActivation, unpackRemoteActivation),
        ),
      ],
      // [MS-DCOM] 3.1.2.5.2: these two interfaces are spoken in NDR20 only.
      { transferSyntaxes: ['ndr20'] },
    ),
    service(
      IRemoteSCMActivator,
      [
        method(
          RemoteGetClassObject,
          (input, context, decided) => byProperties('RemoteGetClassObject', input, context, decided),
          checks(RemoteGetClassObject, ofProperties),
        ),
        method(
          RemoteCreateInstance,
          (input, context, decided) => byProperties('RemoteCreateInstance', input, context, decided),
          checks(RemoteCreateInstance, ofProperties),
        ),
      ],
      { transferSyntaxes: ['ndr20'] },
    ),
  ];
}

/** [MS-DCOM] 3.1.2.5.2.3.1: phr has the failure, and every interface's own result is 0. */
const remoteActivationFailure = (interfaces: number, hresult: number): Infer<typeof RemoteActivation.response> => ({
  ORPCthat: { flags: 0 },
  pOxid: 0n,
  ppdsaOxidBindings: null,
  pipidRemUnknown: UUID_NULL,
  pAuthnHint: 0,
  pServerVersion: { MajorVersion: 5, MinorVersion: 7 },
  phr: hresult,
  ppInterfaceData: new Array<null>(interfaces).fill(null),
  pResults: new Array<number>(interfaces).fill(0),
  ReturnValue: 0,
});
