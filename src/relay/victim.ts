import { DcomClient } from '../client/dcom-client.js';
import type { ServiceTickets } from '../client/kerberos/logon.js';
import type { CallOutcome } from '../client/outcome.js';
import type { ClientProfile } from '../client/profile.js';
import { decodeChallenge, isNtlm } from '../codec/ntlm/index.js';
import { type Pdu, RPC_C_AUTHN } from '../codec/rpce/index.js';
import { decodeNegToken } from '../codec/spnego/index.js';
import type { Endpoint } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import type { Network } from '../net/network.js';
import { changedNetwork } from '../net/network.js';
import { type Milliseconds, type NtlmClientPolicy, type NtlmCredentials, SecurityError } from '../security/index.js';
import type { WantedClass } from './attacker.js';
import { gate } from './gate.js';

/** Its network is confined to loopback or simulated hosts. */
export interface VictimOptions extends Environment {
  readonly address: string;
  readonly profile: ClientProfile;
  /** The level that its application asks for; the profile says what goes on the wire. */
  readonly level?: number;
  readonly authType: number;
  readonly credentials: NtlmCredentials;
  /** Its tickets, and the service that it believes to talk to; only NTLM where absent. */
  readonly kerberos?: { readonly tickets: ServiceTickets; readonly service: string } | undefined;
  /** What its NTLM does otherwise than that of the newest Windows. */
  readonly ntlm?: Partial<NtlmClientPolicy>;
  /** What its application wants of the lure: any class does, since the authentication is all that matters. */
  readonly wanted?: WantedClass;
  readonly timeout: Milliseconds;
  /** Tells a challenge that this host's own server has given out, by its ServerChallenge. */
  readonly refuses?: (serverChallenge: Uint8Array) => boolean;
}

const ANY: WantedClass = {
  clsid: '0c0a3666-30c9-11d0-8f20-00805f2cd064',
  iids: ['00000000-0000-0000-c000-000000000046'],
};

/** The user whose application activates a class on the attacker's machine: this project's own client. */
export class Victim {
  readonly #options: VictimOptions;
  /** What came of each activation, as the application saw it. */
  readonly outcomes: CallOutcome[] = [];
  /** Challenges that the host recognised as its own. */
  readonly recognised: string[] = [];

  constructor(options: VictimOptions) {
    this.#options = options;
  }

  /** One activation on the lure, with one authentication. */
  async activateOn(lure: Endpoint): Promise<void> {
    const { profile, level, authType, credentials, kerberos, ntlm, random, clock, monotonic, timers, timeout } =
      this.#options;
    const { wanted = ANY } = this.#options;
    const client = new DcomClient({
      ...{
        host: lure.address,
        port: lure.port,
        profile,
        authType,
        credentials,
        random,
        clock,
        monotonic,
        timers,
        timeout,
      },
      ...(level === undefined ? {} : { level }),
      ...(ntlm && { ntlm }),
      ...kerberos,
      network: this.#network(),
    });
    try {
      const { outcome } = await client.activation(wanted);
      this.outcomes.push(outcome);
    } finally {
      await client.close();
    }
  }

  #network(): Network {
    const { network, address: localAddress } = this.#options;
    return changedNetwork(network, {
      connect: (next, target, accept, timeout) =>
        next(
          { ...target, localAddress },
          (channel) => gate(accept(channel), { before: (pdu) => this.#lookAt(pdu), destroy: () => channel.destroy() }),
          timeout,
        ),
    });
  }

  async #lookAt(pdu: Pdu): Promise<void> {
    const serverChallenge = serverChallengeOf(pdu);
    if (serverChallenge === undefined || !this.#options.refuses?.(serverChallenge)) return;
    const why = 'the CHALLENGE_MESSAGE is one that this host has given out itself';
    this.recognised.push(why);
    throw new SecurityError('POLICY', why);
  }
}

/** The ServerChallenge that an answer to a bind carries, by itself or inside SPNEGO. Not a secret: it goes over the wire. */
export function serverChallengeOf(pdu: Pdu): Uint8Array | undefined {
  if (pdu.PTYPE !== 'bind_ack' && pdu.PTYPE !== 'alter_context_resp') return undefined;
  const { auth } = pdu;
  const token = auth?.auth_value ?? new Uint8Array(0);
  const inside = auth?.auth_type === RPC_C_AUTHN.GSS_NEGOTIATE ? insideSpnego(token) : undefined;
  const message = isNtlm(token) ? token : inside;
  return message === undefined ? undefined : decodeChallenge(message).ServerChallenge;
}

function insideSpnego(token: Uint8Array): Uint8Array | undefined {
  if (token.length === 0) return undefined;
  const outer = decodeNegToken(token);
  const inner = outer.kind === 'NegTokenResp' ? outer.responseToken : undefined;
  return inner !== undefined && isNtlm(inner) ? inner : undefined;
}
