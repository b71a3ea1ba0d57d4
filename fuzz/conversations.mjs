// Real conversations of this project's own client and server, to be mutated.
import { DREP_BIG, NDR20_SYNTAX, NDR64_SYNTAX } from '../dist/codec/rpce/index.js';
import { AssociationGroups, ClientAssociation, interfaceTable, ServerAssociation } from '../dist/rpc/index.js';
import {
  AccountTable,
  kerberosAcceptor,
  kerberosInitiator,
  kerberosPassive,
  ntlmAcceptor,
  ntlmInitiator,
  ntlmPassive,
  Secret,
  spnegoAcceptor,
  spnegoInitiator,
  spnegoPassive,
} from '../dist/security/index.js';
import { counting } from './random.mjs';
import { KEYS, SERVICE, ticketsOf } from './tickets.mjs';

export const NOW = Date.UTC(2026, 0, 15, 12);
const NTLM = 10;
const SPNEGO = 9;
const KERBEROS = 16;
const ACCOUNT = { domain: 'LAB', user: 'op', password: 'password' };
const ECHO = { name: 'echo', uuid: '60a15ec5-4de8-11d7-a637-005056a20182', version: 1, operationCount: 2 };
const OTHER = { ...ECHO, name: 'other', uuid: '60a15ec5-4de8-11d7-a637-005056a20183', transferSyntaxes: ['ndr20'] };
const FEATURES = { uuid: '6cb71c2c-9812-4540-0300-000000000000', version: 1 };

const element = (p_cont_id, { uuid, version }, ...transfer_syntaxes) => ({
  p_cont_id,
  abstract_syntax: { uuid, version },
  transfer_syntaxes,
});

/** What is recorded: one entry a kind of conversation. */
export const KINDS = [
  { name: 'unauthenticated' },
  { name: 'ntlm connect', level: 2 },
  { name: 'ntlm pkt', level: 4 },
  { name: 'ntlm integrity', level: 5 },
  { name: 'ntlm privacy', level: 6 },
  { name: 'ntlm integrity without header signing', level: 5, client: { headerSigning: false } },
  { name: 'spnego connect', level: 2, authType: SPNEGO },
  { name: 'spnego integrity', level: 5, authType: SPNEGO },
  { name: 'spnego privacy', level: 6, authType: SPNEGO },
  { name: 'kerberos connect', level: 2, authType: KERBEROS, etype: 18 },
  { name: 'kerberos integrity', level: 5, authType: KERBEROS, etype: 18 },
  { name: 'kerberos privacy', level: 6, authType: KERBEROS, etype: 17 },
  { name: 'kerberos privacy under RC4', level: 6, authType: KERBEROS, etype: 23 },
  {
    name: 'kerberos without header signing',
    level: 6,
    authType: KERBEROS,
    etype: 18,
    client: { headerSigning: false },
  },
  { name: 'kerberos in spnego integrity', level: 5, authType: SPNEGO, etype: 18 },
  { name: 'kerberos in spnego privacy under RC4', level: 6, authType: SPNEGO, etype: 23 },
  { name: 'two security contexts', level: 5, second: true },
  { name: 'fragmented', length: 14_000 },
  { name: 'fragmented privacy', level: 6, length: 14_000 },
  { name: 'big-endian', client: { packedDrep: DREP_BIG } },
  { name: 'big-endian privacy', level: 6, client: { packedDrep: DREP_BIG } },
  { name: 'verification trailer', request: { verificationTrailer: true } },
  { name: 'verification trailer at connect', level: 2, request: { verificationTrailer: true } },
];

/** A server with real providers. `groups` is looked at by the oracles. */
export function newServer() {
  const accounts = new AccountTable([ACCOUNT]);
  const ntlm = ntlmAcceptor({ server: { netbiosName: 'SRV', netbiosDomain: 'LAB' }, accounts, random: counting(3) });
  // The same authenticator comes in each mutation of a conversation, and a server is made for each.
  const kerberos = kerberosAcceptor({ keys: KEYS, random: counting(5) });
  const groups = new AssociationGroups(counting(7));
  const association = new ServerAssociation({
    interfaces: interfaceTable([ECHO, OTHER]),
    providers: [ntlm, kerberos, spnegoAcceptor({ mechanisms: [kerberos, ntlm] })],
    groups,
    clientAddress: '10.0.0.1',
    secondaryAddress: '135',
    now: NOW,
  });
  return { association, groups };
}

const credentials = { domain: ACCOUNT.domain, user: ACCOUNT.user, secret: Secret.password(ACCOUNT.password) };

const TICKETS = new Map([17, 18, 23].map((etype) => [etype, ticketsOf(etype, NOW)]));

function securityOf({ level, authType = NTLM, etype }, authContextId = 0) {
  if (level === undefined) return undefined;
  const random = counting(50 + authContextId);
  const mechanism =
    etype === undefined
      ? ntlmInitiator({ credentials, random })
      : kerberosInitiator({ tickets: TICKETS.get(etype), random });
  const provider = authType === SPNEGO ? spnegoInitiator([mechanism]) : mechanism;
  return { context: provider.initiate({ level, target: SERVICE }), level, authContextId };
}

/** A client that goes through its calls, each step once the one before is answered. */
export class ScriptedClient {
  constructor(kind) {
    this.kind = kind;
    this.association = new ClientAssociation(kind.client ?? {});
    const { length = 40 } = kind;
    const call = (contextId, opnum, size, authContextId) => () =>
      this.association.request({
        contextId,
        opnum,
        stub: Buffer.alloc(size, 0x61 + (size % 26)),
        ...(kind.level === undefined ? {} : { authContextId: authContextId ?? 0 }),
        ...kind.request,
      }).send;
    const again = kind.second
      ? [() => [this.association.alter([element(0, ECHO, NDR20_SYNTAX)], securityOf(kind, 7), NOW).send]]
      : [];
    this.steps = [
      call(0, 0, length),
      () => [
        this.association.alter([element(2, OTHER, NDR20_SYNTAX), element(3, OTHER, NDR64_SYNTAX)], undefined, NOW).send,
      ],
      call(2, 1, 3),
      ...again,
      call(0, 9, 0),
      call(0, 0, 8, kind.second ? 7 : 0),
      () => [this.association.cancel(2), this.association.orphan(3)],
      call(0, 1, length),
    ];
  }

  begin() {
    const elements = [element(0, ECHO, NDR20_SYNTAX), element(1, ECHO, FEATURES)];
    return [this.association.bind(elements, securityOf(this.kind), NOW).send];
  }

  /** Gives what is sent next, and why the connection ended. */
  receive(octets) {
    const out = this.association.receive(octets, NOW);
    const send = [...out.send];
    const waits = out.events.some(({ type }) => type === 'negotiated') && !this.#authenticated(out.events);
    if (out.events.length > 0 && !waits && out.close === undefined) send.push(...this.#advance());
    return { send, close: out.close, events: out.events };
  }

  #authenticated(events) {
    return this.kind.level === undefined || events.some(({ type }) => type === 'authenticated');
  }

  #advance() {
    const sent = [];
    while (sent.length === 0 && this.steps.length > 0) {
      try {
        sent.push(...this.steps.shift()());
      } catch (error) {
        // A context that a mutated handshake never finished cannot protect anything.
        if (error.name !== 'SecurityError') throw error;
      }
    }
    return sent;
  }
}

/** The PDUs of one conversation in the order of the wire. */
export function record(kind) {
  const wire = [];
  const client = new ScriptedClient(kind);
  const { association } = newServer();
  const toServer = (pdus) => {
    for (const pdu of pdus) {
      wire.push({ from: 'client', pdu: Buffer.from(pdu) });
      const out = association.receive(Buffer.from(pdu), NOW);
      const answers = out.calls.flatMap((call) => association.respond(call, call.stub));
      toClient([...out.send, ...answers]);
    }
  };
  const toClient = (pdus) => {
    for (const pdu of pdus) {
      wire.push({ from: 'server', pdu: Buffer.from(pdu) });
      toServer(client.receive(Buffer.from(pdu)).send);
    }
  };
  toServer(client.begin());
  return wire;
}

/** Sniffers of all types, which know the password and the keys of the service. */
export function newObserver() {
  const ntlm = ntlmPassive([{ secret: Secret.password(ACCOUNT.password) }]);
  const kerberos = kerberosPassive({ keys: KEYS });
  const providers = new Map([
    [NTLM, ntlm],
    [KERBEROS, kerberos],
    [SPNEGO, spnegoPassive([kerberos, ntlm])],
  ]);
  return (authType) => providers.get(authType)?.observe();
}
