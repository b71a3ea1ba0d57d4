import { CodecError } from '../../../codec/error.js';
import type { AuthenticateMessage, NtlmMessage } from '../../../codec/ntlm/index.js';
import { decodeNegToken, encodeMechTypeList } from '../../../codec/spnego/index.js';
import { type PassiveContext, type ProtectedMessage, Secret, SecurityError, sniffer } from '../../../security/index.js';
import { answerAnew, type NtlmBefore } from '../../../security/ntlm/answer-anew.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';

export type Side = 'initiator' | 'acceptor';

const SESSION_KEY = 16;

/** Another secret, by which what could be verified can be verified again. */
export class Resigning {
  readonly password: string;
  readonly #names: Pseudonyms;
  readonly #secret: Secret;
  readonly #observe: (authType: number) => PassiveContext | undefined;

  constructor(names: Pseudonyms, password: string) {
    this.password = password;
    this.#names = names;
    this.#secret = Secret.password(password);
    this.#observe = sniffer({ secrets: [{ secret: this.#secret }] });
  }

  context(authType: number): ResignedContext {
    return new ResignedContext(this.#names, this.#secret, this.#observe(authType));
  }
}

/** One security context as it is in the result. */
export class ResignedContext {
  readonly #names: Pseudonyms;
  readonly #secret: Secret;
  readonly #passive: PassiveContext | undefined;
  #negotiate: Uint8Array | undefined;
  #before: NtlmBefore | undefined;
  /** What a mechListMIC covers. */
  #list: Uint8Array | undefined;

  constructor(names: Pseudonyms, secret: Secret, passive: PassiveContext | undefined) {
    this.#names = names;
    this.#secret = secret;
    this.#passive = passive;
  }

  /** A message of NTLM whose names were replaced: one that was proven is proven anew. `mic`: a MIC that was not wrong. */
  ntlm(
    octets: Uint8Array,
    message: NtlmMessage,
    proven: { readonly established: boolean; readonly mic: boolean },
  ): void {
    if (message.MessageType === 1) this.#negotiate = Uint8Array.from(octets);
    else if (message.MessageType === 2)
      this.#before = {
        negotiate: this.#negotiate,
        challenge: Uint8Array.from(octets),
        serverChallenge: Uint8Array.from(message.ServerChallenge),
        flags: message.NegotiateFlags,
      };
    else if (this.#before !== undefined && proven.established) this.#answer(octets, message, this.#before, proven.mic);
  }

  #answer(octets: Uint8Array, message: AuthenticateMessage, before: NtlmBefore, mic: boolean): void {
    const sessionKey = this.#names.made('session key', octets, SESSION_KEY);
    attempt(() => answerAnew(message, octets, before, { secret: this.#secret, sessionKey, mic }));
  }

  /** A whole token that was rewritten; a mechListMIC in it is made anew. */
  observe(from: Side, token: Uint8Array): void {
    this.#passive?.observe(from, token);
    const message = attempt(() => decodeNegToken(token));
    if (message?.kind === 'NegTokenInit' && from === 'initiator')
      this.#list = Uint8Array.from(message.mechTypeList ?? encodeMechTypeList(message.mechTypes ?? []));
    const { mechListMIC } = message ?? {};
    if (mechListMIC === undefined || this.#list === undefined || this.#passive?.established !== true) return;
    const made = attempt(() => this.#passive?.makeMic(from, this.#list as Uint8Array));
    if (made?.length === mechListMIC.length) mechListMIC.set(made);
  }

  /** Signs, and where it is sealed encrypts, a PDU in place; undefined where that cannot be done. */
  protect(from: Side, message: ProtectedMessage, sealed: boolean): Uint8Array | undefined {
    const passive = this.#passive;
    return passive?.established === true ? attempt(() => passive.protect(from, message, sealed)) : undefined;
  }
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof SecurityError || error instanceof CodecError) return undefined;
    throw error;
  }
}
