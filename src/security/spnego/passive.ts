import { isNtlm } from '../../codec/ntlm/index.js';
import {
  encodeMechTypeList,
  type NegTokenInit,
  type NegTokenResp,
  OID,
  oidName,
  readNegFields,
} from '../../codec/spnego/index.js';
import type { Side } from '../channel.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import { Notes } from '../notes.js';
import type {
  ContextInfo,
  HeardMessage,
  Identity,
  PassiveContext,
  PassiveProvider,
  ProtectedMessage,
} from '../provider.js';
import { SPNEGO_AUTH_TYPE } from './context.js';

/** SPNEGO as a sniffer follows it, over the mechanisms that the sniffer knows. */
export const spnegoPassive = (mechanisms: readonly PassiveProvider[]): PassiveProvider => ({
  authType: SPNEGO_AUTH_TYPE,
  oids: [],
  observe: () => new SpnegoPassive(mechanisms),
});

class SpnegoPassive implements PassiveContext {
  readonly authType = SPNEGO_AUTH_TYPE;
  readonly #mechanisms: readonly PassiveProvider[];
  readonly #notes = new Notes();
  #list: Uint8Array | undefined;
  #oid: string | undefined;
  #inner: PassiveContext | undefined;

  constructor(mechanisms: readonly PassiveProvider[]) {
    this.#mechanisms = mechanisms;
  }

  observe(from: Side, token: Uint8Array): HeardMessage | undefined {
    try {
      if (isNtlm(token)) {
        if (this.#oid !== OID.NTLM) this.#use(OID.NTLM);
        return this.#inner?.observe(from, token);
      }
      const message = decoded(() => readNegFields(token));
      return message.kind === 'NegTokenInit' ? this.#begin(from, message) : this.#continue(from, message);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#notes.add(`a token of the ${from}: ${error.message}`);
      return undefined;
    }
  }

  #begin(from: Side, init: NegTokenInit): HeardMessage | undefined {
    const { mechTypes = [], mechToken, mechTypeList } = init;
    if (from === 'acceptor') return undefined;
    this.#list = new Uint8Array(mechTypeList ?? encodeMechTypeList(mechTypes));
    this.#notes.add(`offers ${mechTypes.map(oidName).join(', ')}`);
    if (mechTypes[0] !== undefined) this.#use(mechTypes[0]);
    return mechToken === undefined ? undefined : this.#inner?.observe(from, mechToken);
  }

  #use(oid: string): void {
    const same = this.#mechanisms.find(({ oids }) => oids.includes(oid));
    const before = this.#mechanisms.find(({ oids }) => this.#oid !== undefined && oids.includes(this.#oid));
    this.#oid = oid;
    if (this.#inner === undefined || same !== before) this.#inner = same?.observe();
  }

  #continue(from: Side, { supportedMech, responseToken, mechListMIC }: NegTokenResp): HeardMessage | undefined {
    if (from === 'acceptor' && supportedMech !== undefined && supportedMech !== this.#oid) {
      this.#use(supportedMech);
      this.#notes.add(`chose ${oidName(supportedMech)}`);
    }
    const heard = responseToken === undefined ? undefined : this.#inner?.observe(from, responseToken);
    if (mechListMIC !== undefined) this.#checkMic(from, mechListMIC);
    return heard;
  }

  #checkMic(from: Side, mic: Uint8Array): void {
    if (this.#inner?.established !== true || this.#list === undefined) {
      this.#notes.add(`mechListMIC of the ${from} not checked`);
      return;
    }
    try {
      this.#inner.checkMic(from, this.#list, mic);
      this.#notes.add(`mechListMIC of the ${from} right`);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#notes.add(`mechListMIC of the ${from} wrong: ${error.message}`);
    }
  }

  get established(): boolean {
    return this.#inner?.established === true;
  }

  get identity(): Identity | undefined {
    return this.#inner?.identity;
  }

  get ticket(): string | undefined {
    return this.#inner?.ticket;
  }

  get mic(): 'right' | 'wrong' | undefined {
    return this.#inner?.mic;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.#inner?.sessionKey;
  }

  get info(): ContextInfo {
    const unknown = this.#oid === undefined ? 'SPNEGO' : oidName(this.#oid);
    const { mechanism = unknown, flags = [], notes = [] } = this.#inner?.info ?? {};
    return { mechanism, flags, notes: [...notes, 'inside SPNEGO', ...this.#notes.all] };
  }

  unprotect(from: Side, message: ProtectedMessage, authValue: Uint8Array, sealed: boolean): void {
    this.#ready().unprotect(from, message, authValue, sealed);
  }

  protect(from: Side, message: ProtectedMessage, sealed: boolean): Uint8Array {
    return this.#ready().protect(from, message, sealed);
  }

  checkMic(from: Side, bytes: Uint8Array, mic: Uint8Array): void {
    this.#ready().checkMic(from, bytes, mic);
  }

  makeMic(from: Side, bytes: Uint8Array): Uint8Array {
    return this.#ready().makeMic(from, bytes);
  }

  #ready(): PassiveContext {
    if (this.#inner === undefined)
      throw new SecurityError('NOT_ESTABLISHED', `the mechanism ${this.#oid ?? 'of this handshake'} is not known here`);
    return this.#inner;
  }
}
