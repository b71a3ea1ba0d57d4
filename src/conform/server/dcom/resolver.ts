import {
  bindingsOf,
  type DUALSTRINGARRAY,
  IObjectExporter,
  NCACN_IP_TCP,
  OR_INVALID_OXID,
  ResolveOxid,
  ResolveOxid2,
  ServerAlive,
  ServerAlive2,
} from '../../../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { Mismatch, must } from '../../core/index.js';
import { authenticated } from '../auth/signed-association.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';
import { mustBe, objectOf } from './exported.js';

/** The bindings of an array that holds some. Throws `Mismatch`. */
export function readBindings(array: DUALSTRINGARRAY | null) {
  const bindings = array === null ? undefined : bindingsOf(array);
  if (bindings === undefined) throw new Mismatch('string and security bindings', JSON.stringify(array));
  return bindings;
}

const alive2 = async (target: Target) => (await target.bound(IObjectExporter)).invoke(ServerAlive2, {});

/** Resolves an OXID with authentication, as clients do. */
async function resolve(target: Target, operation: typeof ResolveOxid2 | typeof ResolveOxid, pOxid: bigint) {
  const { association, protection } = await authenticated(target, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY, {
    wanted: IObjectExporter,
  });
  const request = { pOxid, arRequestedProtseqs: [NCACN_IP_TCP] };
  return association.invoke(operation as typeof ResolveOxid, request, { protection });
}

const RESOLVERS = [
  ['resolve-oxid', ResolveOxid, '3.1.2.5.1.1'],
  ['resolve-oxid2', ResolveOxid2, '3.1.2.5.1.5'],
] as const;

export const RESOLVER_CHECKS = [
  ...group({ needs: ['oxid'], section: '[MS-DCOM] 3.1.2.5.1.6' }, [
    {
      id: 'dcom/3.1.2.5.1.4/server-alive',
      section: '[MS-DCOM] 3.1.2.5.1.4',
      requirement: 'ServerAlive succeeds for everybody, without authentication.',
      stimulus: 'ServerAlive over a connection without authentication',
      async run(target) {
        const { ReturnValue } = await (await target.bound(IObjectExporter)).invoke(ServerAlive, {});
        mustBe(ReturnValue, 0);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.6/server-alive2',
      requirement: 'ServerAlive2 succeeds for everybody, without authentication.',
      stimulus: 'ServerAlive2 over a connection without authentication',
      run: async (target) => mustBe((await alive2(target)).ReturnValue, 0),
    },
    {
      id: 'dcom/3.1.2.5.1.6/version',
      requirement: 'ServerAlive2 gives the COM version of the resolver: 5.6 or 5.7, which have the method.',
      stimulus: 'ServerAlive2',
      async run(target) {
        const { MajorVersion, MinorVersion } = (await alive2(target)).pComVersion;
        const right = MajorVersion === 5 && (MinorVersion === 6 || MinorVersion === 7);
        must(right, '5.6 or 5.7', `${MajorVersion}.${MinorVersion}`);
      },
    },
    {
      id: 'dcom/3.1.2.5.1.6/string-bindings',
      requirement: 'ServerAlive2 gives the string bindings of the resolver, one over TCP among them.',
      stimulus: 'ServerAlive2',
      async run(target) {
        const { stringBindings } = readBindings((await alive2(target)).ppdsaOrBindings);
        must(
          stringBindings.some(({ wTowerId }) => wTowerId === NCACN_IP_TCP),
          'ncacn_ip_tcp',
          'none',
        );
      },
    },
    {
      id: 'dcom/3.1.2.5.1.6/without-endpoints',
      requirement: 'The string bindings of the resolver have no endpoints.',
      stimulus: 'ServerAlive2',
      async run(target) {
        const { stringBindings } = readBindings((await alive2(target)).ppdsaOrBindings);
        const named = stringBindings
          .map(({ aNetworkAddr }) => aNetworkAddr)
          .filter((address) => /\[\d+\]$/.test(address));
        must(named.length === 0, 'bindings without endpoints', named.join(' '));
      },
    },
    {
      id: 'dcom/3.1.2.5.1.6/security-bindings',
      requirement: 'ServerAlive2 gives security bindings.',
      stimulus: 'ServerAlive2',
      async run(target) {
        const { securityBindings } = readBindings((await alive2(target)).ppdsaOrBindings);
        must(securityBindings.length > 0, 'security bindings', 'none');
      },
    },
    {
      id: 'dcom/2.2.19.4/reserved',
      section: '[MS-DCOM] 2.2.19.4',
      requirement: 'Reserved of a security binding is 0xffff.',
      stimulus: 'ServerAlive2',
      async run(target) {
        const { securityBindings } = readBindings((await alive2(target)).ppdsaOrBindings);
        for (const { Reserved = 0xffff } of securityBindings) must(Reserved === 0xffff, '0xffff', `${Reserved}`);
      },
    },
    {
      id: 'dcom/3.1.2.5.1/opnum-6',
      section: '[MS-DCOM] 3.1.2.5.1',
      requirement: 'IObjectExporter has six operations: there is no seventh.',
      stimulus: 'a call with opnum 6',
      async run(target) {
        const association = await target.bound(IObjectExporter);
        const received = await association.ask(6, Buffer.alloc(8));
        const refused = received.kind === 'pdu' && received.pdu.PTYPE === 'fault';
        must(refused, 'a fault', received.kind);
      },
    },
  ]),
  ...group(
    { needs: ['oxid', 'account'] },
    RESOLVERS.flatMap(([name, operation, number]): ServerCheckRow[] => [
      {
        id: `dcom/${number}/unknown-oxid`,
        section: `[MS-DCOM] ${number}`,
        requirement: `${operation.name} of an exporter that does not exist is OR_INVALID_OXID.`,
        stimulus: `${operation.name} of OXID 0x1122334455667788`,
        run: async (target) =>
          mustBe((await resolve(target, operation, 0x1122334455667788n)).ReturnValue, OR_INVALID_OXID),
      },
      {
        id: `dcom/${number}/${name}`,
        section: `[MS-DCOM] ${number}`,
        needs: ['activation'],
        requirement: `${operation.name} gives the bindings of the exporter, with endpoints, and its remote unknown.`,
        stimulus: `an activation, and ${operation.name} of its OXID`,
        async run(target) {
          const { oxid, ipidRemUnknown } = await objectOf(target);
          const answer = await resolve(target, operation, oxid);
          mustBe(answer.ReturnValue, 0);
          const { stringBindings } = readBindings(answer.ppdsaOxidBindings);
          const tcp = stringBindings.filter(({ wTowerId }) => wTowerId === NCACN_IP_TCP);
          const ends = tcp.some(({ aNetworkAddr }) => /\[\d+\]$/.test(aNetworkAddr));
          must(ends, 'ncacn_ip_tcp with an endpoint', tcp.map(({ aNetworkAddr }) => aNetworkAddr).join(' '));
          must(answer.pipidRemUnknown === ipidRemUnknown, ipidRemUnknown, answer.pipidRemUnknown);
        },
      },
      {
        id: `dcom/${number}/authentication-hint`,
        section: `[MS-DCOM] ${number}`,
        level: 'SHOULD',
        needs: ['activation'],
        requirement: 'pAuthnHint is an authentication level.',
        stimulus: `an activation, and ${operation.name} of its OXID`,
        async run(target) {
          const { oxid } = await objectOf(target);
          const { pAuthnHint } = await resolve(target, operation, oxid);
          must(pAuthnHint >= 1 && pAuthnHint <= 6, '1 to 6', `${pAuthnHint}`);
        },
      },
    ]),
  ),
  ...group({ needs: ['oxid', 'account', 'activation'], section: '[MS-DCOM] 3.1.2.5.1.5' }, [
    {
      id: 'dcom/3.1.2.5.1.5/version',
      requirement: 'ResolveOxid2 gives the COM version of the exporter, which is that of its activation.',
      stimulus: 'an activation, and ResolveOxid2 of its OXID',
      async run(target) {
        const { oxid, serverVersion } = await objectOf(target);
        const answer = await resolve(target, ResolveOxid2, oxid);
        const text = (version: unknown) => JSON.stringify(version);
        const { pComVersion } = answer as unknown as { pComVersion: unknown };
        must(text(pComVersion) === text(serverVersion), text(serverVersion), text(pComVersion));
      },
    },
    {
      id: 'dcom/3.1.2.5.1.5/remote-unknown-is-one',
      requirement: 'The remote unknown that a resolution gives is an interface: its IPID is not zero.',
      stimulus: 'an activation, and ResolveOxid2 of its OXID',
      async run(target) {
        const { oxid } = await objectOf(target);
        const { pipidRemUnknown } = await resolve(target, ResolveOxid2, oxid);
        must(pipidRemUnknown !== UUID_NULL, 'an IPID', pipidRemUnknown);
      },
    },
  ]),
];
