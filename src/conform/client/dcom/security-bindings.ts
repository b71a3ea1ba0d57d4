import { RPC_C_AUTHN } from '../../../codec/rpce/index.js';
import { authnTypeName } from '../../../codec/status/authn.js';
import { must, NotApplicable } from '../../core/index.js';
import type { Attempted } from '../attempt.js';
import { type ClientCheck, reaction } from '../check.js';
import { exporterBindings } from './binding-changes.js';

/** RPC_C_AUTHN_* of the client's first bind at the object exporter; 0 for none. Throws `NotApplicable`. */
export function firstAuthType({ history }: Attempted): number {
  const bind = history.pdus.find(
    ({ from, connection, pdu }) => from === 'client' && connection.to === 'exporter' && pdu?.PTYPE === 'bind',
  );
  if (bind === undefined) throw new NotApplicable('the client does not connect to the object exporter');
  return bind.pdu?.auth?.auth_type ?? 0;
}

/** The exporter offers such security services, in this order. */
const offered = (id: string, requirement: string, services: readonly number[], wanted: readonly number[]) =>
  reaction({
    id: `dcom/3.2.4.2/${id}`,
    section: '[MS-DCOM] 3.2.4.2',
    requirement,
    level: 'MUST',
    needs: ['object', 'object-signing'],
    stimulus: `security bindings ${services.map(authnTypeName).join(', ')}`,
    with: {
      change: exporterBindings(({ stringBindings }) => ({
        stringBindings,
        securityBindings: services.map((wAuthnSvc) => ({ wAuthnSvc, aPrincName: '' })),
      })),
    },
    judge(attempted) {
      const type = firstAuthType(attempted);
      must(wanted.includes(type), wanted.map(authnTypeName).join(' or '), authnTypeName(type));
    },
  });

const { WINNT, GSS_NEGOTIATE, GSS_SCHANNEL } = RPC_C_AUTHN;

export const SECURITY_BINDINGS: readonly ClientCheck[] = [
  offered(
    'ntlm-alone',
    'Calls to objects use a security service that the exporter names, where the application asks for none: NTLM.',
    [WINNT],
    [WINNT],
  ),
  offered(
    'negotiate-alone',
    'Calls to objects use a security service that the exporter names, where the application asks for none: SPNEGO.',
    [GSS_NEGOTIATE],
    [GSS_NEGOTIATE],
  ),
  offered(
    'unknown-service-first',
    'A security service that the client does not have is passed over.',
    [GSS_SCHANNEL, WINNT, GSS_NEGOTIATE],
    [WINNT, GSS_NEGOTIATE],
  ),
];
