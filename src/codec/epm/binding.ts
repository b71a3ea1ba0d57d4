import type { Floor, Tower } from './tower.js';
import * as protocol from './tower.js';

export interface SyntaxId {
  readonly uuid: string;
  readonly major: number;
  readonly minor: number;
}

/** What a tower of one of these protocol sequences says. */
export interface TowerBinding {
  readonly interface: SyntaxId;
  readonly transferSyntax: SyntaxId;
  readonly protseq: Protseq;
  /** An IPv4 address, for named pipes a NetBIOS name; in a request `0.0.0.0` or empty. */
  readonly address: string;
  /** A port, for named pipes `\pipe\…`. */
  readonly endpoint: string;
}

export type Protseq = keyof typeof PROTSEQS;

/** Floors 3 to 5 of each protocol sequence: C706 appendix L, [MS-RPCE] 2.1. */
const PROTSEQS = {
  ncacn_ip_tcp: { rpc: protocol.PROTOCOL_NCACN, endpoint: protocol.PROTOCOL_TCP, host: protocol.PROTOCOL_IP },
  ncadg_ip_udp: { rpc: protocol.PROTOCOL_NCADG, endpoint: protocol.PROTOCOL_UDP, host: protocol.PROTOCOL_IP },
  ncacn_http: { rpc: protocol.PROTOCOL_NCACN, endpoint: protocol.PROTOCOL_HTTP, host: protocol.PROTOCOL_IP },
  ncacn_np: { rpc: protocol.PROTOCOL_NCACN, endpoint: protocol.PROTOCOL_SMB, host: protocol.PROTOCOL_NETBIOS },
} as const;

const uuidFloor = (syntax: SyntaxId): Floor => ({ protocol: protocol.PROTOCOL_UUID, ...syntax });

const syntaxOf = (floor: Floor | undefined): SyntaxId | undefined =>
  floor && 'uuid' in floor ? { uuid: floor.uuid, major: floor.major, minor: floor.minor } : undefined;

/** A port, or the name of a pipe. */
const endpointOf = (floor: Floor | undefined): string | undefined => {
  if (!floor) return undefined;
  if ('port' in floor) return String(floor.port);
  return 'name' in floor ? floor.name : undefined;
};

const hostOf = (floor: Floor | undefined): string | undefined => {
  if (!floor) return undefined;
  if ('address' in floor) return floor.address;
  return 'name' in floor ? floor.name : undefined;
};

/** The five floors of a binding. */
export function packTower(binding: TowerBinding): Tower {
  const { rpc, endpoint, host } = PROTSEQS[binding.protseq];
  const named = host === protocol.PROTOCOL_NETBIOS;
  return {
    floors: [
      uuidFloor(binding.interface),
      uuidFloor(binding.transferSyntax),
      { protocol: rpc, minor: 0 },
      named ? { protocol: endpoint, name: binding.endpoint } : { protocol: endpoint, port: Number(binding.endpoint) },
      named ? { protocol: host, name: binding.address } : { protocol: host, address: binding.address },
    ],
  };
}

/** The binding of a tower; undefined for any other protocol sequence than those above. */
export function unpackTower(tower: Tower): TowerBinding | undefined {
  if (!('floors' in tower) || tower.floors.length !== 5) return undefined;
  const [first, second, rpc, fourth, fifth] = tower.floors;
  const names = Object.keys(PROTSEQS) as Protseq[];
  const protseq = names.find((name) => {
    const each = PROTSEQS[name];
    return each.rpc === rpc?.protocol && each.endpoint === fourth?.protocol && each.host === fifth?.protocol;
  });
  const [interfaceId, transferSyntax] = [syntaxOf(first), syntaxOf(second)];
  const [endpoint, address] = [endpointOf(fourth), hostOf(fifth)];
  if (!protseq || !interfaceId || !transferSyntax || endpoint === undefined || address === undefined) return undefined;
  return { interface: interfaceId, transferSyntax, protseq, address, endpoint };
}
