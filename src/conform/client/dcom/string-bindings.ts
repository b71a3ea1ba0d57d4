import type { STRINGBINDING } from '../../../codec/dcom/index.js';
import { must } from '../../core/index.js';
import { type ClientCheck, reaction, refused, tolerated } from '../check.js';
import type { Change } from '../middle/answer.js';
import { exporterBindings } from './binding-changes.js';
import { firstAuthType } from './security-bindings.js';

/** Protocol sequence identifiers: C706 appendix I. */
const [NCACN_IP_TCP, NCACN_NP, NCACN_HTTP, NONE_SUCH] = [7, 15, 31, 0x7fff] as const;

/** A port of the loopback addresses on which nobody listens: discard, RFC 863. */
const NOBODYS_PORT = 9;

const strings = (change: (own: readonly STRINGBINDING[]) => readonly STRINGBINDING[]): Change =>
  exporterBindings(({ stringBindings, securityBindings }) => ({
    stringBindings: change(stringBindings),
    securityBindings,
  }));

/** Bindings before those that work. */
const after = (...foreign: readonly STRINGBINDING[]): Change => strings((own) => [...foreign, ...own]);

const at = (wTowerId: number, aNetworkAddr: string): STRINGBINDING => ({ wTowerId, aNetworkAddr });

const binding = (
  id: string,
  requirement: string,
  stimulus: string,
  change: Change,
  level: ClientCheck['level'] = 'SHOULD',
): ClientCheck =>
  tolerated({
    id: `dcom/2.2.19.3/${id}`,
    section: '[MS-DCOM] 2.2.19.3',
    requirement,
    level,
    needs: ['object'],
    stimulus,
    with: { change },
    at: 'the bindings of an object exporter',
  });

export const STRING_BINDINGS: readonly ClientCheck[] = [
  binding(
    'named-binding-first',
    'A string binding with a computer name that cannot be looked up does not stop the client: the address follows.',
    'a computer name before the address, as every Windows server sends it',
    after(at(NCACN_IP_TCP, `no-such-host.invalid[${NOBODYS_PORT}]`)),
    'WINDOWS',
  ),
  binding(
    'dead-binding-first',
    'Where nobody listens at the first string binding, the client tries the next one.',
    'a port on which nobody listens before the right one',
    after(at(NCACN_IP_TCP, `127.0.0.1[${NOBODYS_PORT}]`)),
  ),
  binding(
    'dead-port-first',
    'If nobody listens at a port of the exporter, the client tries its next string binding.',
    'the address of the exporter with a port on which nobody listens, before the right one',
    strings((own) => [
      ...own.map((each) => ({ ...each, aNetworkAddr: each.aNetworkAddr.replace(/\[\d+\]$/, `[${NOBODYS_PORT}]`) })),
      ...own,
    ]),
  ),
  binding(
    'several-dead-bindings',
    'Where nobody listens at several string bindings, the client comes to the one that answers.',
    'three ports on which nobody listens before the right one',
    after(...[1, 2, 3].map((n) => at(NCACN_IP_TCP, `127.0.0.${n}[${NOBODYS_PORT}]`))),
  ),
  binding(
    'pipe-before-tcp',
    'A string binding of ncacn_np does not keep the client from the one of ncacn_ip_tcp behind it.',
    'ncacn_np before ncacn_ip_tcp',
    after(at(NCACN_NP, '\\\\HARNESS[\\\\pipe\\\\epmapper]')),
  ),
  binding(
    'http-before-tcp',
    'A string binding of ncacn_http does not keep the client from the one of ncacn_ip_tcp behind it.',
    'ncacn_http before ncacn_ip_tcp',
    after(at(NCACN_HTTP, 'HARNESS[593]')),
  ),
  binding(
    'unknown-before-tcp',
    'A protocol sequence that the client does not know is passed over.',
    'protocol sequence 0x7fff before ncacn_ip_tcp',
    after(at(NONE_SUCH, 'HARNESS[1]')),
  ),
  binding(
    'foreign-after-tcp',
    'String bindings of other protocol sequences behind the right one change nothing.',
    'ncacn_np and ncacn_http behind ncacn_ip_tcp',
    strings((own) => [...own, at(NCACN_NP, '\\\\HARNESS[\\\\pipe\\\\epmapper]'), at(NCACN_HTTP, 'HARNESS[593]')]),
  ),
  binding(
    'repeated-binding',
    'The same string binding several times changes nothing.',
    'the right string binding three times',
    strings((own) => [...own, ...own, ...own]),
    'MUST',
  ),
  refused({
    id: 'dcom/2.2.19.3/no-string-binding',
    section: '[MS-DCOM] 2.2.19.3',
    requirement: 'Without any string binding there is nowhere to call, and the client says so.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'an object exporter without string bindings',
    with: { change: strings(() => []) },
    uses: 'activation',
  }),
  refused({
    id: 'dcom/2.2.19.3/dead-bindings-only',
    section: '[MS-DCOM] 2.2.19.3',
    requirement: 'Where nobody listens at any string binding, the client gives up.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'nothing but ports on which nobody listens',
    with: { change: strings(() => [at(NCACN_IP_TCP, `127.0.0.1[${NOBODYS_PORT}]`)]) },
    uses: 'activation',
  }),
  refused({
    id: 'dcom/2.2.19/offset-beyond-end',
    section: '[MS-DCOM] 2.2.19.2',
    requirement: 'A DUALSTRINGARRAY whose wSecurityOffset lies beyond its end is not read on beyond that end.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'wSecurityOffset 0xfff0, and strings without an end',
    with: {
      change: exporterBindings(() => ({ wSecurityOffset: 0xfff0, aStringArray: [NCACN_IP_TCP, 0x31, 0x32] })),
    },
    uses: 'activation',
  }),
  reaction({
    id: 'dcom/3.2.4.2/no-security-binding',
    section: '[MS-DCOM] 3.2.4.2',
    requirement: 'Without a security binding of the exporter, calls to its objects are made without security.',
    level: 'MUST',
    needs: ['object'],
    stimulus: 'an exporter without security bindings',
    with: {
      server: { allowAnonymous: true },
      change: exporterBindings(({ stringBindings }) => ({ stringBindings, securityBindings: [] })),
    },
    judge(attempted) {
      const type = firstAuthType(attempted);
      must(type === 0, 'a bind without security', `a bind with authentication type ${type}`);
    },
  }),
];
