import { DREP_BIG, NDR64_SYNTAX, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../src/codec/rpce/index.js';
import { ClientAssociation, type ClientAssociationOptions } from '../../src/rpc/index.js';
import { ECHO, element, NOW } from './associations.js';
import { initiate, RawServer } from './raw-server.js';

export interface Conversation {
  readonly name: string;
  /** PDUs in the order of the wire. */
  readonly wire: readonly { readonly from: 'client' | 'server'; readonly pdu: Buffer }[];
}

interface Kind {
  readonly name: string;
  readonly level?: number;
  readonly authType?: number;
  readonly client?: ClientAssociationOptions;
  readonly length?: number;
  readonly verificationTrailer?: boolean;
}

const { CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;
const SPNEGO = RPC_C_AUTHN.GSS_NEGOTIATE;

const KINDS: readonly Kind[] = [
  { name: 'unauthenticated' },
  { name: 'NTLM connect', level: CONNECT },
  { name: 'NTLM pkt', level: PKT },
  { name: 'NTLM integrity', level: PKT_INTEGRITY },
  { name: 'NTLM privacy', level: PKT_PRIVACY },
  { name: 'NTLM integrity without header signing', level: PKT_INTEGRITY, client: { headerSigning: false } },
  { name: 'SPNEGO connect', level: CONNECT, authType: SPNEGO },
  { name: 'SPNEGO privacy', level: PKT_PRIVACY, authType: SPNEGO },
  { name: 'fragmented', length: 14_000 },
  { name: 'fragmented privacy', level: PKT_PRIVACY, length: 14_000 },
  { name: 'big-endian', client: { packedDrep: DREP_BIG } },
  { name: 'big-endian privacy', level: PKT_PRIVACY, client: { packedDrep: DREP_BIG } },
  { name: 'verification trailer', verificationTrailer: true },
];

/** Real conversations of every kind: handshake, calls with echoed answers, a fault, a second interface. */
export const conversations = (): Conversation[] => KINDS.map(converse);

function converse({
  name,
  level,
  authType = RPC_C_AUTHN.WINNT,
  client: options,
  length = 40,
  ...rest
}: Kind): Conversation {
  const wire: { from: 'client' | 'server'; pdu: Buffer }[] = [];
  const client = new ClientAssociation(options);
  const server = new RawServer();
  const toServer = (pdus: readonly Buffer[]): void => {
    for (const pdu of pdus) {
      wire.push({ from: 'client', pdu: Buffer.from(pdu) });
      const out = server.association.receive(Buffer.from(pdu), NOW);
      toClient(out.send);
      for (const call of out.calls) toClient(server.association.respond(call, call.stub));
    }
  };
  const toClient = (pdus: readonly Buffer[]): void => {
    for (const pdu of pdus) {
      wire.push({ from: 'server', pdu: Buffer.from(pdu) });
      toServer(client.receive(Buffer.from(pdu), NOW).send);
    }
  };
  const features = element(1, ECHO, { uuid: '6cb71c2c-9812-4540-0300-000000000000', version: 1 });
  const security = level === undefined ? undefined : { context: initiate(authType, level), level };
  toServer([client.bind([element(0), features], security, NOW).send]);
  const call = (contextId: number, opnum: number, size: number): void => {
    const secured = security === undefined ? {} : { authContextId: 0 };
    toServer(client.request({ contextId, opnum, stub: Buffer.alloc(size, size), ...secured, ...rest }).send);
  };
  call(0, 0, length);
  toServer([client.alter([element(2, ECHO, NDR64_SYNTAX)], undefined, NOW).send]);
  call(2, 1, 3);
  call(0, 9, 0);
  toServer([client.cancel(2), client.orphan(3)]);
  call(0, 0, 8);
  return { name, wire };
}
