import {
  activationPropertiesOf,
  CLSID_ActivationContextInfo,
  IActivation,
  type InterfacePointer,
  MODE_GET_CLASS_OBJECT,
  NCACN_IP_TCP,
  type RemoteActivation,
  type RemoteCreateInstance,
  unpackActivationRequest,
  unpackRemoteActivation,
} from '../../../codec/dcom/index.js';
import type { Infer } from '../../../codec/ndr/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { must, NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, observed } from '../check.js';
import { callsOf, isActivationCall, isObjectCall, type MadeCall, parametersOf } from '../history/calls.js';
import { activationsOf, objectCallsOf } from '../judge.js';
import { orpcthisOf } from './versions.js';

/** What an activation asks for, in plain terms. Throws `NotApplicable` where it cannot be read. */
function askedBy(call: MadeCall) {
  const asked =
    call.call.interface === IActivation.uuid
      ? unpackRemoteActivation(parametersOf<Infer<typeof RemoteActivation.request>>(call) as never)
      : unpackActivationRequest(parametersOf<Infer<typeof RemoteCreateInstance.request>>(call)?.pActProperties ?? null);
  if (asked === undefined) throw new NotApplicable('the parameters of the activation cannot be read');
  return asked;
}

/** The client context of an activation by IRemoteSCMActivator. */
function clientContextOf(attempted: Attempted): InterfacePointer | null {
  const call = activationsOf(attempted).find(({ call: { opnum } }) => opnum > 0);
  const request = call && parametersOf<{ pActProperties: InterfacePointer | null }>(call);
  const properties = activationPropertiesOf(request?.pActProperties ?? null)?.properties ?? [];
  const found = properties.find(({ clsid }) => clsid === CLSID_ActivationContextInfo);
  if (found === undefined || !('data' in found)) return null;
  return (found.data as { pIFDClientCtx?: InterfacePointer | null }).pIFDClientCtx ?? null;
}

/** IRemoteSCMActivator, IActivation, IRemUnknown and methods: each has an ORPCTHIS. */
const orpcCalls = ({ history }: Attempted): MadeCall[] =>
  callsOf(history).filter((call) => isActivationCall(call) || isObjectCall(call));

export const REQUESTS: readonly ClientCheck[] = [
  observed({
    id: 'dcom/2.2.13.3/orpcthis-flags',
    section: '[MS-DCOM] 2.2.13.3',
    requirement: 'ORPCTHIS.flags is 0 in calls to objects.',
    level: 'MUST',
    needs: ['object'],
    judge(baseline) {
      for (const call of objectCallsOf(baseline)) {
        const { flags } = orpcthisOf(call);
        must(flags === 0, 'flags 0', `${call.name} with flags ${flags}`);
      }
    },
  }),
  observed({
    id: 'dcom/2.2.13.3/orpcthis-reserved',
    section: '[MS-DCOM] 2.2.13.3',
    requirement: 'ORPCTHIS.reserved1 is 0.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      for (const call of orpcCalls(baseline)) {
        const { reserved1 = 0 } = orpcthisOf(call);
        must(reserved1 === 0, 'reserved1 0', `${call.name} with reserved1 ${reserved1}`);
      }
    },
  }),
  observed({
    id: 'dcom/2.2.13.3/causality-id',
    section: '[MS-DCOM] 2.2.13.3',
    requirement: 'Each call has a causality identifier.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      const without = orpcCalls(baseline).find((call) => orpcthisOf(call).cid === UUID_NULL);
      must(without === undefined, 'a cid', () => `${without?.name} with a cid of zeros`);
    },
  }),
  observed({
    id: 'dcom/3.2.4.2/new-causality-id',
    section: '[MS-DCOM] 3.2.4.2',
    requirement: 'Calls that belong to no incoming call have causality identifiers of their own.',
    level: 'MUST',
    needs: ['object'],
    judge(baseline) {
      const cids = objectCallsOf(baseline).map((call) => orpcthisOf(call).cid);
      if (cids.length < 2) throw new NotApplicable('the client makes one call only');
      const again = cids.find((cid, index) => cids.indexOf(cid) < index);
      must(again === undefined, 'a new cid for each call', `${cids.length} calls, ${new Set(cids).size} cids`);
    },
  }),
  observed({
    id: 'dcom/3.2.4.2/object-uuid',
    section: '[MS-DCOM] 3.2.4.2',
    requirement: 'A call to an object names the IPID as object UUID.',
    level: 'MUST',
    needs: ['activation'],
    judge({ history }) {
      const calls = callsOf(history).filter(({ connection }) => connection.to === 'exporter');
      if (calls.length === 0) throw new NotApplicable('the client calls nothing at the object exporter');
      const without = calls.find(({ call }) => call.object === undefined);
      must(without === undefined, 'an object UUID in each request', () => `${without?.name} without one`);
    },
  }),
  observed({
    id: 'dcom/3.2.4.2/interface-version',
    section: '[MS-DCOM] 3.2.4.2',
    requirement: 'Interfaces of objects are bound to with version 0.0.',
    level: 'MUST',
    needs: ['object'],
    judge({ history }) {
      for (const { pdu, from, connection } of history.pdus) {
        if (from !== 'client' || connection.to !== 'exporter' || pdu === undefined) continue;
        if (pdu.PTYPE !== 'bind' && pdu.PTYPE !== 'alter_context') continue;
        const other = pdu.p_context_elem.find(({ abstract_syntax }) => abstract_syntax.version !== 0);
        must(other === undefined, 'version 0.0', `version ${(other?.abstract_syntax.version ?? 0) & 0xffff}`);
      }
    },
  }),
  observed({
    id: 'dcom/3.2.4.1.1.2/protocol-sequences',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation names the protocol sequences that the client can use, ncacn_ip_tcp among them.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      const { protocolSequences = [] } = askedBy(activationsOf(baseline)[0]);
      must(protocolSequences.includes(NCACN_IP_TCP), 'ncacn_ip_tcp (7)', `${protocolSequences.join(', ') || 'none'}`);
    },
  }),
  observed({
    id: 'dcom/3.2.4.1.1.2/interfaces',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation asks for one interface at least, and for none twice.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      const { iids } = askedBy(activationsOf(baseline)[0]);
      must(iids.length > 0, 'an interface', 'none');
      must(new Set(iids).size === iids.length, 'each interface once', `${iids.join(', ')}`);
    },
  }),
  observed({
    id: 'dcom/3.2.4.1.1.2/client-context',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'An activation by IRemoteSCMActivator carries the client context, whether or not it has properties.',
    level: 'MUST',
    needs: ['create-instance'],
    judge(baseline) {
      const context = clientContextOf(baseline);
      must(context !== null, 'an OBJREF with a Context in pIFDClientCtx', 'a null pointer');
      must('context' in context, 'an OBJREF with a Context in pIFDClientCtx', 'something else');
    },
  }),
  observed({
    id: 'dcom/3.2.4.1.1.2/mode',
    section: '[MS-DCOM] 3.2.4.1.1.2',
    requirement: 'RemoteActivation has Mode 0, or -1 for the class factory.',
    level: 'MUST',
    needs: ['activation'],
    judge(baseline) {
      const older = activationsOf(baseline).find(({ call }) => call.interface === IActivation.uuid);
      if (older === undefined) throw new NotApplicable('the client does not activate by IActivation');
      const { Mode } = parametersOf<{ Mode: number }>(older) ?? { Mode: 0 };
      must([0, MODE_GET_CLASS_OBJECT].includes(Mode), 'Mode 0 or -1', `Mode ${Mode}`);
    },
  }),
];
