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
  ept_map,
  ept_mgmt_delete,
  forAtMost,
  packTower,
  RPC_C_EP_ALL_ELTS,
  RPC_C_EP_MATCH_BY_BOTH,
  RPC_C_EP_MATCH_BY_IF,
  RPC_C_EP_MATCH_BY_OBJ,
  RPC_C_VERS_ALL,
  RPC_C_VERS_COMPATIBLE,
  RPC_C_VERS_EXACT,
  RPC_C_VERS_MAJOR_ONLY,
  RPC_C_VERS_UPTO,
  type RPC_IF_ID,
  type Tower,
  type TowerBinding,
  unpackTower,
} from '../../codec/epm/index.js';
import { type Infer, NULL_CONTEXT_HANDLE } from '../../codec/ndr/index.js';
import { NDR20_SYNTAX } from '../../codec/rpce/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import type { Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import { RpcFault, type RpcProfile } from '../../rpc/index.js';
import { CONTEXT_MISMATCH, ContextHandles } from './context-handles.js';
import { type CallContext, method, type Service, service } from './service.js';

/** An interface as it is registered with the endpoint mapper. */
export interface EndpointEntry {
  readonly uuid: string;
  readonly version: { readonly major: number; readonly minor: number };
  readonly port: number;
  readonly annotation: string;
  /** GUID_NULL where absent: an entry that fits every object. */
  readonly object?: string;
}

export interface EndpointMapperOptions extends Pick<Environment, 'random'> {
  readonly entries: () => readonly EndpointEntry[];
  readonly lookupEnds: RpcProfile['lookupEnds'];
}

/** [MS-RPCE] 2.2.1.2.4, 2.2.1.2.5: range(0,500) of max_ents and max_towers. */
const MAX_ELEMENTS = 500;
/** Searches that are not finished, of all clients together. */
const MAX_SEARCHES = 1024;
const RPC_X_INVALID_BOUND = 0x000006c6;

type LookupRequest = Infer<typeof ept_lookup.request>;

/** The endpoint mapper: which port an interface of this server listens on ([MS-RPCE] 2.2.1.2, C706 O). Read only. */
export function endpointMapper({ entries, random, lookupEnds }: EndpointMapperOptions): Service {
  const lookups = new ContextHandles<EndpointEntry[]>(random, MAX_SEARCHES);
  const maps = new ContextHandles<EndpointEntry[]>(random, MAX_SEARCHES);

  /** The next elements of a search: of a new one for the null handle, else of the one that the handle names. */
  const search = (
    searches: ContextHandles<EndpointEntry[]>,
    { context_handle_uuid }: typeof NULL_CONTEXT_HANDLE,
    max: number,
    { groupId }: CallContext,
    start: () => EndpointEntry[],
  ) => {
    if (max > MAX_ELEMENTS) throw new RpcFault(RPC_X_INVALID_BOUND);
    const isNew = context_handle_uuid === UUID_NULL;
    const left = isNew ? start() : searches.find(groupId, { context_handle_uuid });
    if (left === undefined) throw new RpcFault(CONTEXT_MISMATCH);
    const found = left.splice(0, max);
    // A full page keeps its handle, also where it happens to be the last one: seen of Windows Server 2019.
    const shortPageGoesOn = lookupEnds === 'on an empty page' && searches === lookups;
    const goesOn = found.length > 0 && (found.length === max || shortPageGoesOn);
    if (!goesOn && !isNew) searches.close(groupId, { context_handle_uuid });
    const open = goesOn && isNew ? searches.open(groupId, left) : { context_handle_uuid };
    return { found, goesOn, entry_handle: goesOn ? open : NULL_CONTEXT_HANDLE };
  };

  return service(ept, [
    method(
      ept_lookup,
      (input, context) => {
        const start = (): EndpointEntry[] => entries().filter((entry) => isWanted(entry, input));
        const { found, goesOn, entry_handle } = search(lookups, input.entry_handle, input.max_ents, context, start);
        const ended = found.length === 0 || (!goesOn && lookupEnds === 'with a null handle and the status');
        return {
          entry_handle,
          status: ended ? EPT_S_NOT_REGISTERED : 0,
          entries: found.map((entry) => entryOf(entry, context.server)),
        };
      },
      { layout: ({ max_ents }) => forAtMost(max_ents) },
    ),
    method(
      ept_map,
      (input, context) => {
        const wanted = input.map_tower === null ? undefined : unpackTower(input.map_tower);
        const start = (): EndpointEntry[] =>
          wanted === undefined ? [] : entries().filter((entry) => fits(entry, wanted, input.obj));
        const { found, entry_handle } = search(maps, input.entry_handle, input.max_towers, context, start);
        return {
          entry_handle,
          status: found.length === 0 ? EPT_S_NOT_REGISTERED : 0,
          ITowers: found.map((entry) => towerOf(entry, context.server)),
        };
      },
      { layout: ({ max_towers }) => forAtMost(max_towers) },
    ),
    method(ept_lookup_handle_free, ({ entry_handle }, { groupId }) => {
      const closed = lookups.close(groupId, entry_handle) || maps.close(groupId, entry_handle);
      if (!closed && entry_handle.context_handle_uuid !== UUID_NULL) throw new RpcFault(CONTEXT_MISMATCH);
      return { entry_handle: NULL_CONTEXT_HANDLE, status: 0 };
    }),
    // [MS-RPCE] 2.2.1.2.6 to 2.2.1.2.10: nobody changes the map from outside.
    method(ept_insert, () => ({ status: EPT_S_CANT_PERFORM_OP })),
    method(ept_delete, () => ({ status: EPT_S_CANT_PERFORM_OP })),
    method(ept_inq_object, () => ({ ept_object: UUID_NULL, status: EPT_S_CANT_PERFORM_OP })),
    method(ept_mgmt_delete, () => ({ status: EPT_S_CANT_PERFORM_OP })),
  ]);
}

const towerOf = ({ uuid, version, port }: EndpointEntry, { address }: Endpoint): Tower =>
  packTower({
    interface: { uuid, ...version },
    transferSyntax: { uuid: NDR20_SYNTAX.uuid, major: NDR20_SYNTAX.version, minor: 0 },
    protseq: 'ncacn_ip_tcp',
    // A tower has room only for IPv4 (C706 L).
    address: address.includes(':') ? '0.0.0.0' : address,
    endpoint: String(port),
  });

const entryOf = (entry: EndpointEntry, server: Endpoint): ept_entry_t => ({
  object: entry.object ?? UUID_NULL,
  tower: towerOf(entry, server),
  annotation: entry.annotation,
});

/** An entry without an object fits any object that is asked for. */
const fitsObject = ({ object = UUID_NULL }: EndpointEntry, asked: string | null): boolean =>
  object === UUID_NULL || object === (asked ?? UUID_NULL);

/** [MS-RPCE] 2.2.1.2.5: same interface, version and transfer syntax that fit, over TCP. */
const fits = (
  entry: EndpointEntry,
  { interface: wanted, transferSyntax, protseq }: TowerBinding,
  object: string | null,
): boolean =>
  protseq === 'ncacn_ip_tcp' &&
  entry.uuid === wanted.uuid &&
  entry.version.major === wanted.major &&
  entry.version.minor >= wanted.minor &&
  transferSyntax.uuid === NDR20_SYNTAX.uuid &&
  fitsObject(entry, object);

type Compare = (version: EndpointEntry['version'], wanted: RPC_IF_ID) => boolean;

/** [MS-RPCE] 2.2.1.2.4, by vers_option. */
const VERSIONS: Readonly<Record<number, Compare>> = {
  [RPC_C_VERS_ALL]: () => true,
  [RPC_C_VERS_COMPATIBLE]: ({ major, minor }, wanted) => major === wanted.VersMajor && minor >= wanted.VersMinor,
  [RPC_C_VERS_EXACT]: ({ major, minor }, wanted) => major === wanted.VersMajor && minor === wanted.VersMinor,
  [RPC_C_VERS_MAJOR_ONLY]: ({ major }, wanted) => major === wanted.VersMajor,
  [RPC_C_VERS_UPTO]: ({ major, minor }, wanted) =>
    major < wanted.VersMajor || (major === wanted.VersMajor && minor <= wanted.VersMinor),
};

/** [MS-RPCE] 2.2.1.2.4, by inquiry_type. */
function isWanted(entry: EndpointEntry, { inquiry_type, object, Ifid, vers_option }: LookupRequest): boolean {
  const byInterface = (): boolean =>
    Ifid !== null && Ifid.Uuid === entry.uuid && (VERSIONS[vers_option]?.(entry.version, Ifid) ?? false);
  const byObject = (): boolean => (entry.object ?? UUID_NULL) === (object ?? UUID_NULL);
  switch (inquiry_type) {
    case RPC_C_EP_ALL_ELTS:
      return true;
    case RPC_C_EP_MATCH_BY_IF:
      return byInterface();
    case RPC_C_EP_MATCH_BY_OBJ:
      return byObject();
    case RPC_C_EP_MATCH_BY_BOTH:
      return byInterface() && byObject();
    default:
      return false;
  }
}
