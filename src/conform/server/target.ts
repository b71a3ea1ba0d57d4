import { clientSecurity } from '../../client/credentials.js';
import type { ActivationReply, COMVERSION } from '../../codec/dcom/index.js';
import { RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import type { Environment } from '../../net/environment.js';
import type { Milliseconds, NtlmClientPolicy, NtlmCredentials, SecurityContext } from '../../security/index.js';
import { Mismatch, NotApplicable, RawConnection, type Wire } from '../core/index.js';
import { Association, type Interface } from './association.js';

/** A call that changes nothing anywhere, and that every server of its interface answers. */
export interface SimpleCall {
  readonly interface: Interface;
  readonly opnum: number;
  readonly stub: Uint8Array;
  /** Throws `Mismatch` where the stub of an answer is not one. */
  check(stub: Uint8Array): void;
}

/** What the probe found out of a target, apart from its `Facts`. */
export interface Found {
  /** The call that checks of the RPC runtime make. */
  readonly simple: SimpleCall | undefined;
  /** A call whose in parameters take octets. */
  readonly stubCall: SimpleCall | undefined;
  /** RPC_C_AUTHN_* of a mechanism over which the target takes the account. */
  readonly authType: number;
  /** What an activation gave. */
  readonly activated: ActivationReply | undefined;
  readonly comVersion: COMVERSION | undefined;
}

/** Where the target is, and who may be used to try it. */
export interface TargetOptions {
  /** A numeric address, or a name. */
  readonly host: string;
  readonly port: number;
  readonly credentials?: NtlmCredentials;
  /** Of a class that may be activated. */
  readonly clsid: string;
}

/** Connections that one check may open. */
const MOST_CONNECTIONS = 40;

/** What a check of the server suite works with: the target, for the time of one check. */
export class Target {
  readonly options: TargetOptions;
  readonly environment: Environment;
  readonly found: Found;
  readonly patience: Milliseconds;
  readonly #wire: Wire;
  readonly #open: RawConnection[] = [];
  #closed = false;

  constructor(options: TargetOptions, environment: Environment, found: Found, patience: Milliseconds, wire: Wire) {
    this.options = options;
    this.environment = environment;
    this.found = found;
    this.patience = patience;
    this.#wire = wire;
  }

  /** A fresh connection to the target, or to another port of its host. Rejects with `TransportError`. */
  async connect(port = this.options.port): Promise<Association> {
    if (this.#closed || this.#open.length >= MOST_CONNECTIONS) throw new Error('a check opens too many connections');
    const { timers, network, clock } = this.environment;
    const how = { timers, network, patience: this.patience, wire: this.#wire.connection() };
    const connection = await RawConnection.open({ host: this.options.host, port }, how);
    if (this.#closed) connection.destroy();
    this.#open.push(connection);
    return new Association(connection, clock);
  }

  /** A connection that is bound to an interface as context 0. Throws `Mismatch` where it is not accepted. */
  async bound(wanted: Interface): Promise<Association> {
    const association = await this.connect();
    await association.bindTo(wanted);
    return association;
  }

  /** The simple call of this target. Throws `NotApplicable` where there is none. */
  get simple(): SimpleCall {
    const { simple } = this.found;
    if (simple === undefined) throw new NotApplicable('no call is known that the target answers');
    return simple;
  }

  /** A call with in parameters. Throws `NotApplicable` where there is none. */
  get stubCall(): SimpleCall {
    const { stubCall } = this.found;
    if (stubCall === undefined) throw new NotApplicable('no call with parameters is known that the target answers');
    return stubCall;
  }

  /** The mechanism for checks that are not about one: NTLM where the target takes the account over it. */
  get authType(): number {
    return this.found.authType;
  }

  /** A fresh security context of the account. Rejects with `SecurityError`. */
  async logon(
    authType: number,
    level: number,
    { ntlm, ...who }: { ntlm?: Partial<NtlmClientPolicy>; credentials?: NtlmCredentials | undefined } = {},
  ): Promise<SecurityContext> {
    const credentials = 'credentials' in who ? who.credentials : this.options.credentials;
    const security = await clientSecurity({
      authType,
      level,
      target: `RPCSS/${this.options.host}`,
      random: this.environment.random,
      ...(credentials && { credentials }),
      ...(ntlm && { ntlm }),
    });
    if (security === undefined) throw new TypeError('no security at this level');
    return security.context;
  }

  /** Settles so many milliseconds later. */
  wait(milliseconds: Milliseconds): Promise<void> {
    return new Promise((resolve) => void this.environment.timers.after(milliseconds, resolve));
  }

  /** Makes the simple call over an association that is bound to its interface, and looks at the answer. Throws `Mismatch`. */
  async works(
    association: Association,
    how: Parameters<Association['call']>[2] = {},
    { opnum, stub, check }: SimpleCall = this.simple,
  ): Promise<void> {
    check((await association.call(opnum, stub, how)).stub);
  }

  /**
   * Whether the target still answers, over a connection of its own. With an account it logs on, so that what a server
   * has taken for a wrong password is never the second in a row, which could lock the account. Rejects where it does not.
   */
  async mustBeThere(): Promise<void> {
    try {
      const { interface: wanted } = this.simple;
      if (this.options.credentials === undefined) return await this.works(await this.bound(wanted));
      const association = await this.connect();
      const level = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
      const context = await this.logon(this.authType, level);
      await this.works(association, { protection: await association.authenticate(wanted, { context, level }) });
    } catch (error) {
      throw new Error(`the target is gone, or the account cannot log on any more: ${(error as Error).message}`);
    }
  }

  /** Ends every connection, and settles when all have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#open) connection.destroy();
    await Promise.all(this.#open.map(({ ended }) => ended));
  }
}

export const NTLM = RPC_C_AUTHN.WINNT;
export const SPNEGO = RPC_C_AUTHN.GSS_NEGOTIATE;

/** Rejects with `Mismatch` unless the target refuses something, and is still there. */
export async function mustFail(
  target: Target,
  attempt: Promise<unknown>,
  expected: string,
  actual: string,
): Promise<void> {
  const failed = await attempt.then(
    () => false,
    (error: unknown) => {
      if (error instanceof Mismatch) return true;
      throw error;
    },
  );
  if (!failed) throw new Mismatch(expected, actual);
  await target.mustBeThere();
}
