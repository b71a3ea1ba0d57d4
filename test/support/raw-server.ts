import {
  type AuthVerifier,
  type BindPdu,
  type ContextElement,
  decodePdu,
  encodePdu,
  type Pdu,
  PFC,
  type RequestPdu,
  RPC_C_AUTHN,
} from '../../src/codec/rpce/index.js';
import {
  AssociationGroups,
  type InterfaceTable,
  interfaceTable,
  RPC_PROFILES,
  type RpcLimits,
  type RpcProfile,
  ServerAssociation,
  type ServerCall,
  type ServerShares,
} from '../../src/rpc/index.js';
import {
  type AcceptorProvider,
  AccountTable,
  ntlmAcceptor,
  ntlmInitiator,
  Secret,
  type SecurityContext,
  spnegoAcceptor,
  spnegoInitiator,
} from '../../src/security/index.js';
import { ACCOUNT, countingRandom, ECHO, element, NOW } from './associations.js';

export const WHOLE = PFC.FIRST_FRAG | PFC.LAST_FRAG;

export interface RawOptions {
  readonly profile?: Partial<RpcProfile>;
  readonly limits?: Partial<RpcLimits>;
  readonly interfaces?: InterfaceTable;
  readonly providers?: readonly AcceptorProvider[];
  readonly groups?: AssociationGroups;
  readonly clientAddress?: string;
  readonly shares?: ServerShares;
}

/** NTLM and SPNEGO over NTLM, with the one account of these tests. */
export function realAcceptors(): AcceptorProvider[] {
  const ntlm = ntlmAcceptor({
    server: { netbiosName: 'SRV', netbiosDomain: 'LAB' },
    accounts: new AccountTable([ACCOUNT]),
    random: countingRandom(100),
  });
  return [ntlm, spnegoAcceptor({ mechanisms: [ntlm] })];
}

/** A client's context of the one account, or of one whose password is wrong. */
export function initiate(
  authType: number,
  level: number,
  password: string = ACCOUNT.password,
  user: string = ACCOUNT.user,
): SecurityContext {
  const credentials = { domain: ACCOUNT.domain, user, secret: Secret.password(password) };
  const ntlm = ntlmInitiator({ random: countingRandom(50), credentials });
  const provider = authType === RPC_C_AUTHN.WINNT ? ntlm : spnegoInitiator([ntlm]);
  return provider.initiate({ level, target: 'RPCSS/srv' });
}

type Answer = Exclude<Pdu, { PTYPE: number }>;
type Change<T> = Partial<Omit<T, 'PTYPE'>>;

/** A server association that PDUs are thrown at, one by one, and whose answers are looked at. */
export class RawServer {
  readonly association: ServerAssociation;
  readonly calls: ServerCall[] = [];
  readonly events: { type: string; why?: string; reason?: unknown; check?: string; refusedBy?: string }[] = [];
  closed: string | undefined;
  now = NOW;

  constructor(options: RawOptions = {}) {
    this.association = new ServerAssociation({
      interfaces: options.interfaces ?? interfaceTable([ECHO]),
      providers: options.providers ?? realAcceptors(),
      groups: options.groups ?? new AssociationGroups(countingRandom(7)),
      clientAddress: options.clientAddress ?? '127.0.0.1',
      secondaryAddress: '135',
      profile: { ...(RPC_PROFILES['windows-server-2022'] as RpcProfile), ...options.profile },
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      ...(options.shares === undefined ? {} : { shares: options.shares }),
      now: this.now,
    });
  }

  /** Octets to the server; its answers, decoded. */
  octets(bytes: Uint8Array): Answer[] {
    const out = this.association.receive(bytes, this.now);
    this.calls.push(...out.calls);
    this.events.push(...out.events);
    this.closed ??= out.close;
    return out.send.map((pdu) => decodePdu(pdu) as Answer);
  }

  send(pdu: Pdu): Answer[] {
    return this.octets(encodePdu(pdu));
  }

  bind(elements: ContextElement[] = [element(0)], change: Change<BindPdu> = {}): Answer | undefined {
    return this.send(bindPdu(elements, change))[0];
  }

  alter(elements: ContextElement[] = [element(0)], change: Change<BindPdu> = {}): Answer | undefined {
    return this.send({ ...bindPdu(elements, { call_id: 2, ...change }), PTYPE: 'alter_context' })[0];
  }

  auth3(auth: AuthVerifier | undefined, change: { pfc_flags?: number } = {}): Answer[] {
    return this.send({
      PTYPE: 'auth3',
      pfc_flags: WHOLE,
      call_id: 1,
      pad: Buffer.alloc(4),
      ...(auth === undefined ? {} : { auth }),
      ...change,
    });
  }

  request(change: Change<RequestPdu> = {}): Answer[] {
    return this.send(requestPdu(change));
  }

  tick(milliseconds: number): string | undefined {
    this.now += milliseconds;
    this.closed ??= this.association.tick(this.now).close;
    return this.closed;
  }

  /** A whole handshake, three legs for NTLM; gives the client's context. */
  authenticate(authType: number, level: number, auth_context_id = 0, by: 'bind' | 'alter' = 'bind'): SecurityContext {
    const context = initiate(authType, level);
    const verifier = (auth_value: Uint8Array): AuthVerifier => ({
      auth_type: authType,
      auth_level: level,
      auth_context_id,
      auth_value,
    });
    const first = context.step(undefined, this.now).token as Uint8Array;
    let answer =
      by === 'bind'
        ? this.bind(undefined, { auth: verifier(first) })
        : this.alter(undefined, { auth: verifier(first) });
    for (let leg = context.step(answer?.auth?.auth_value, this.now); leg.token !== undefined; ) {
      if (context.threeLegs) {
        this.auth3(verifier(leg.token));
        return context;
      }
      answer = this.alter(undefined, { auth: verifier(leg.token) });
      if (leg.done || answer?.auth === undefined) return context;
      leg = context.step(answer.auth.auth_value, this.now);
    }
    return context;
  }
}

export const bindPdu = (elements: ContextElement[], change: Change<BindPdu> = {}): BindPdu => ({
  PTYPE: 'bind',
  pfc_flags: WHOLE,
  call_id: 1,
  max_xmit_frag: 5840,
  max_recv_frag: 5840,
  assoc_group_id: 0,
  p_context_elem: elements,
  ...change,
});

export const requestPdu = (change: Change<RequestPdu> = {}): RequestPdu => ({
  PTYPE: 'request',
  pfc_flags: WHOLE,
  call_id: 1,
  alloc_hint: 0,
  p_cont_id: 0,
  opnum: 0,
  stub: Buffer.alloc(0),
  ...change,
});
