import {
  EPT_S_CANT_PERFORM_OP,
  EPT_S_NOT_REGISTERED,
  ept,
  ept_delete,
  type ept_entry_t,
  ept_inq_object,
  ept_insert,
  ept_lookup,
  ept_lookup_handle_free,
  RPC_C_EP_ALL_ELTS,
  RPC_C_EP_MATCH_BY_IF,
  RPC_C_VERS_ALL,
  RPC_C_VERS_COMPATIBLE,
  RPC_C_VERS_EXACT,
  RPC_C_VERS_MAJOR_ONLY,
  RPC_C_VERS_UPTO,
  type TowerBinding,
  unpackTower,
} from '../../../codec/epm/index.js';
import { type ContextHandle, type Infer, NULL_CONTEXT_HANDLE } from '../../../codec/ndr/index.js';
import { FAULT } from '../../../codec/rpce/index.js';
import { UUID_NULL } from '../../../codec/uuid.js';
import { expectFault, must, NotApplicable } from '../../core/index.js';
import type { Association } from '../association.js';
import { hresultText, mustBe } from '../dcom/exported.js';
import { group, type ServerCheckRow } from '../group.js';
import type { Target } from '../target.js';

const SECTION = '[MS-RPCE] 2.2.1.2.4';
const ALL: Infer<typeof ept_lookup.request> = {
  inquiry_type: RPC_C_EP_ALL_ELTS,
  object: null,
  Ifid: null,
  vers_option: RPC_C_VERS_ALL,
  entry_handle: NULL_CONTEXT_HANDLE,
  max_ents: 500,
};

/** One page of a search. Throws `Mismatch` where it is none. */
const page = (association: Association, changes: Partial<typeof ALL> = {}) =>
  association.invoke(ept_lookup, { ...ALL, ...changes });

const wanted = async (target: Target): Promise<Association> => target.bound(ept);

/** What an entry says over TCP, where it does. */
const bindingOf = ({ tower }: ept_entry_t): TowerBinding | undefined =>
  tower === null ? undefined : unpackTower(tower);

/** An interface of the map, to look for. Throws `NotApplicable` for an empty map. */
async function registered(association: Association): Promise<TowerBinding> {
  const { entries } = await page(association);
  const found = entries.map(bindingOf).find((binding) => binding !== undefined);
  if (found === undefined) throw new NotApplicable('the map has no entry over a protocol that is known here');
  return found;
}

const VERSION_RULES: readonly (readonly [string, number, number, number, boolean])[] = [
  // [name, vers_option, change of the major version, change of the minor one, whether it is found]
  ['all', RPC_C_VERS_ALL, 7, 7, true],
  ['compatible', RPC_C_VERS_COMPATIBLE, 0, 0, true],
  ['compatible-higher-minor', RPC_C_VERS_COMPATIBLE, 0, 50, false],
  ['exact', RPC_C_VERS_EXACT, 0, 0, true],
  ['exact-other-minor', RPC_C_VERS_EXACT, 0, 50, false],
  ['major-only', RPC_C_VERS_MAJOR_ONLY, 0, 50, true],
  ['major-only-other-major', RPC_C_VERS_MAJOR_ONLY, 50, 0, false],
  ['up-to', RPC_C_VERS_UPTO, 1, 0, true],
];

const UNSUPPORTED = [
  ['ept_insert', '2.2.1.2.6', ept_insert.opnum, ept_insert.request.encode({ entries: [], replace: 0 }), ept_insert],
  ['ept_delete', '2.2.1.2.7', ept_delete.opnum, ept_delete.request.encode({ entries: [] }), ept_delete],
  ['ept_inq_object', '2.2.1.2.9', ept_inq_object.opnum, ept_inq_object.request.encode({}), ept_inq_object],
] as const;

export const EPM_LOOKUP_CHECKS = group({ needs: ['epm'], section: SECTION }, [
  {
    id: 'epm/2.2.1.2.4/all-elements',
    requirement: 'ept_lookup of all elements gives the entries of the map, at most as many as were asked for.',
    stimulus: 'ept_lookup of all elements, at most 500',
    async run(target) {
      const { status, entries } = await page(await wanted(target));
      mustBe(status, 0);
      must(entries.length > 0 && entries.length <= 500, '1 to 500 entries', `${entries.length}`);
    },
  },
  {
    id: 'epm/2.2.1.2.4/one-a-page',
    requirement: 'A search goes on with the handle that the page before gave, and gives each element once.',
    stimulus: 'ept_lookup of all elements, one a page, until there are none',
    async run(target) {
      const association = await wanted(target);
      const all = (await page(association)).entries.length;
      let entry_handle: ContextHandle = NULL_CONTEXT_HANDLE;
      let found = 0;
      // A map of many entries is not read to its end.
      for (let pages = 0; pages <= Math.min(all, 60); pages++) {
        const next = await page(association, { entry_handle, max_ents: 1 });
        if (next.status !== 0) break;
        must(next.entries.length <= 1, 'one entry', `${next.entries.length}`);
        found += next.entries.length;
        entry_handle = next.entry_handle;
        if (entry_handle.context_handle_uuid === UUID_NULL) break;
      }
      const expected = Math.min(all, 61);
      must(found === expected, `${expected} entries`, `${found}`);
    },
  },
  {
    id: 'epm/2.2.1.2.4/unknown-interface',
    requirement: 'ept_lookup of an interface that nobody registered is EPT_S_NOT_REGISTERED.',
    stimulus: 'ept_lookup by an interface that does not exist',
    async run(target) {
      const Ifid = { Uuid: '5d2ab4c8-6b0e-4f4e-9a4c-0d1f6f1b7e21', VersMajor: 1, VersMinor: 0 };
      const changes = { inquiry_type: RPC_C_EP_MATCH_BY_IF, Ifid };
      mustBe((await page(await wanted(target), changes)).status, EPT_S_NOT_REGISTERED);
    },
  },
  ...VERSION_RULES.map(
    ([name, vers_option, major, minor, isFound]): ServerCheckRow => ({
      id: `epm/2.2.1.2.4/version-${name}`,
      requirement: `vers_option ${vers_option} decides which versions of an interface are found.`,
      stimulus: `ept_lookup by an interface of the map, its version changed by ${major}.${minor}`,
      async run(target) {
        const association = await wanted(target);
        const { interface: known } = await registered(association);
        const Ifid = { Uuid: known.uuid, VersMajor: known.major + major, VersMinor: known.minor + minor };
        const changes = { inquiry_type: RPC_C_EP_MATCH_BY_IF, Ifid, vers_option };
        const { status, entries } = await page(association, changes);
        const same = entries.some((entry) => bindingOf(entry)?.interface.uuid === known.uuid);
        const actual = same ? 'found' : `not found, status ${hresultText(status)}`;
        must(same === isFound, isFound ? 'found' : 'not found', actual);
      },
    }),
  ),
  {
    id: 'epm/2.2.1.2.4/only-what-was-asked-for',
    requirement: 'ept_lookup by an interface gives only entries of that interface.',
    stimulus: 'ept_lookup by an interface of the map',
    async run(target) {
      const association = await wanted(target);
      const { interface: known } = await registered(association);
      const Ifid = { Uuid: known.uuid, VersMajor: known.major, VersMinor: known.minor };
      const { entries } = await page(association, { inquiry_type: RPC_C_EP_MATCH_BY_IF, Ifid });
      const others = entries.map(bindingOf).filter((each) => each !== undefined && each.interface.uuid !== known.uuid);
      must(others.length === 0, 'that interface alone', `${others[0]?.interface.uuid}`);
    },
  },
  {
    id: 'epm/2.2.1.2.8/handle-free',
    section: '[MS-RPCE] 2.2.1.2.8',
    requirement: 'ept_lookup_handle_free ends a search: status 0, and a handle of zeros.',
    stimulus: 'ept_lookup of one entry, and ept_lookup_handle_free of its handle',
    async run(target) {
      const association = await wanted(target);
      const { entry_handle } = await page(association, { max_ents: 1 });
      if (entry_handle.context_handle_uuid === UUID_NULL) throw new NotApplicable('the map has but one entry');
      const freed = await association.invoke(ept_lookup_handle_free, { entry_handle });
      mustBe(freed.status, 0);
      const { context_handle_uuid } = freed.entry_handle;
      must(context_handle_uuid === UUID_NULL, 'a handle of zeros', context_handle_uuid);
    },
  },
  {
    id: 'epm/2.2.1.2.4/unknown-handle',
    section: SECTION,
    level: 'WINDOWS',
    requirement: 'A handle that no search gave is a fault: nca_s_fault_context_mismatch.',
    stimulus: 'ept_lookup with a handle that does not exist',
    async run(target) {
      const association = await wanted(target);
      const entry_handle = { context_handle_uuid: '5d2ab4c8-6b0e-4f4e-9a4c-0d1f6f1b7e21' };
      const stub = ept_lookup.request.encode({ ...ALL, entry_handle });
      expectFault(await association.ask(ept_lookup.opnum, stub), FAULT.CONTEXT_MISMATCH);
    },
  },
  {
    id: 'epm/2.2.1.2.4/too-many-elements',
    level: 'WINDOWS',
    requirement: 'max_ents above 500 is refused.',
    stimulus: 'ept_lookup of at most 501 entries',
    async run(target) {
      const association = await wanted(target);
      expectFault(await association.ask(ept_lookup.opnum, ept_lookup.request.encode({ ...ALL, max_ents: 501 })));
    },
  },
  ...UNSUPPORTED.map(
    ([name, number, opnum, stub, operation]): ServerCheckRow => ({
      id: `epm/${number}/${name.replaceAll('_', '-')}`,
      section: `[MS-RPCE] ${number}`,
      level: 'WINDOWS',
      requirement: `${name} is not served to others: it fails, and changes nothing.`,
      stimulus: `${name} without elements`,
      async run(target) {
        const association = await wanted(target);
        const first = await association.ask(opnum, stub);
        if (first.kind === 'pdu' && first.pdu.PTYPE === 'fault') return;
        const answer = operation.response.decode((await association.answer(first, undefined)).stub).value;
        must(answer.status !== 0, hresultText(EPT_S_CANT_PERFORM_OP), 'success');
      },
    }),
  ),
]);
