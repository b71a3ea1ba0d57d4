import { IObjectExporter } from '../../../codec/dcom/index.js';
import {
  EPT_S_NOT_REGISTERED,
  ept,
  ept_map,
  packTower,
  type SyntaxId,
  type Tower,
  unpackTower,
} from '../../../codec/epm/index.js';
import { NULL_CONTEXT_HANDLE } from '../../../codec/ndr/index.js';
import { NDR20_SYNTAX } from '../../../codec/rpce/index.js';
import { expectFault, must } from '../../core/index.js';
import { decoded } from '../association.js';
import { mustBe } from '../dcom/exported.js';
import { group } from '../group.js';
import type { Target } from '../target.js';

const SECTION = '[MS-RPCE] 2.2.1.2.5';
const NDR: SyntaxId = { uuid: NDR20_SYNTAX.uuid, major: NDR20_SYNTAX.version, minor: 0 };
const RESOLVER: SyntaxId = { uuid: IObjectExporter.uuid, major: 0, minor: 0 };
const NOBODYS = '5d2ab4c8-6b0e-4f4e-9a4c-0d1f6f1b7e21';

const towerFor = (wanted: SyntaxId, transferSyntax: SyntaxId = NDR): Tower =>
  packTower({ interface: wanted, transferSyntax, protseq: 'ncacn_ip_tcp', address: '0.0.0.0', endpoint: '135' });

const stubFor = (map_tower: Tower, max_towers = 4): Buffer =>
  ept_map.request.encode({ obj: null, map_tower, entry_handle: NULL_CONTEXT_HANDLE, max_towers });

/** Where an interface is. Throws `Mismatch` where the answer cannot be read. */
async function map(target: Target, map_tower: Tower) {
  const request = { obj: null, map_tower, entry_handle: NULL_CONTEXT_HANDLE, max_towers: 4 };
  return (await target.bound(ept)).invoke(ept_map, request);
}

export const EPM_MAP_CHECKS = group({ needs: ['epm'], section: SECTION }, [
  {
    id: 'epm/2.2.1.2.5/unknown-interface',
    requirement: 'ept_map of an interface that nobody registered is EPT_S_NOT_REGISTERED.',
    stimulus: 'ept_map of an interface that does not exist',
    async run(target) {
      const { status, ITowers } = await map(target, towerFor({ uuid: NOBODYS, major: 1, minor: 0 }));
      mustBe(status, EPT_S_NOT_REGISTERED);
      must(ITowers.length === 0, 'no tower', `${ITowers.length}`);
    },
  },
  {
    id: 'epm/2.2.1.2.5/unknown-transfer-syntax',
    level: 'WINDOWS',
    needs: ['oxid'],
    requirement: 'ept_map of a transfer syntax that nobody registered finds nothing.',
    stimulus: 'ept_map of IObjectExporter with a transfer syntax that does not exist',
    async run(target) {
      const { status } = await map(target, towerFor(RESOLVER, { uuid: NOBODYS, major: 1, minor: 0 }));
      mustBe(status, EPT_S_NOT_REGISTERED);
    },
  },
  {
    id: 'epm/2.2.1.2.5/finds-the-resolver',
    level: 'WINDOWS',
    needs: ['oxid'],
    requirement: 'ept_map over TCP finds the object resolver, and names a port.',
    stimulus: 'ept_map of IObjectExporter',
    async run(target) {
      const { status, ITowers } = await map(target, towerFor(RESOLVER));
      mustBe(status, 0);
      const [first] = ITowers;
      const binding = first === null || first === undefined ? undefined : unpackTower(first);
      must(binding?.interface.uuid === RESOLVER.uuid, RESOLVER.uuid, `${binding?.interface.uuid}`);
      const port = Number(binding?.endpoint);
      must(port > 0 && port <= 0xffff, 'a port', `${binding?.endpoint}`);
    },
  },
  {
    id: 'epm/3.1.3.5.3/address-is-ignored',
    section: '[MS-RPCE] 3.1.3.5.3',
    needs: ['oxid'],
    requirement: 'The network address of the tower that is asked for is ignored.',
    stimulus: 'ept_map of IObjectExporter at 192.0.2.77',
    async run(target) {
      const protseq = 'ncacn_ip_tcp';
      const at = { protseq, address: '192.0.2.77', endpoint: '0' } as const;
      const { status } = await map(target, packTower({ interface: RESOLVER, transferSyntax: NDR, ...at }));
      mustBe(status, 0);
    },
  },
  {
    id: 'epm/2.2.1.2.5/too-many-towers',
    level: 'WINDOWS',
    requirement: 'max_towers above 500 is refused.',
    stimulus: 'ept_map of at most 501 towers',
    async run(target) {
      const association = await target.bound(ept);
      expectFault(await association.ask(ept_map.opnum, stubFor(towerFor(RESOLVER), 501)));
    },
  },
  {
    id: 'epm/3.1.3.5.3/too-many-floors',
    section: '[MS-RPCE] 3.1.3.5.3',
    level: 'SHOULD',
    requirement: 'A tower of more than six floors is refused, or finds nothing.',
    stimulus: 'ept_map of a tower of nine floors',
    async run(target) {
      const tower = towerFor(RESOLVER) as Extract<Tower, { floors: unknown }>;
      const last = tower.floors.slice(-1);
      const floors = [...tower.floors, ...last, ...last, ...last, ...last];
      const association = await target.bound(ept);
      const first = await association.ask(ept_map.opnum, stubFor({ floors }));
      if (first.kind === 'pdu' && first.pdu.PTYPE === 'fault') return;
      const { stub } = await association.answer(first, undefined);
      const { status } = decoded(ept_map, stub);
      must(status !== 0, 'a failure', 'success');
    },
  },
]);
