import { ComplexPing, IObjectExporter, SimplePing } from '../../../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../../codec/rpce/index.js';
import type { Protection } from '../../../rpc/core/protection.js';
import { must } from '../../core/index.js';
import type { Association } from '../association.js';
import { authenticated } from '../auth/signed-association.js';
import type { Target } from '../target.js';
import { mustBe } from './exported.js';

interface Change {
  readonly set?: bigint;
  readonly sequence?: number;
  readonly add?: readonly bigint[];
  readonly remove?: readonly bigint[];
}

/** A client that pings. */
export class Pinger {
  readonly #association: Association;
  readonly #protection: Protection;

  constructor(association: Association, protection: Protection) {
    this.#association = association;
    this.#protection = protection;
  }

  static async at(target: Target): Promise<Pinger> {
    const how = { wanted: IObjectExporter };
    const { association, protection } = await authenticated(target, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY, how);
    return new Pinger(association, protection);
  }

  async simple(pSetId: bigint): Promise<number> {
    return (await this.#association.invoke(SimplePing, { pSetId }, { protection: this.#protection })).ReturnValue;
  }

  complex({ set = 0n, sequence = 1, add = [], remove = [] }: Change) {
    const request = {
      pSetId: set,
      SequenceNum: sequence,
      AddToSet: add.length === 0 ? null : [...add],
      DelFromSet: remove.length === 0 ? null : [...remove],
    };
    return this.#association.invoke(ComplexPing, request, { protection: this.#protection });
  }

  /** A set with one object in it. */
  async set(oid: bigint, sequence = 1): Promise<bigint> {
    const { pSetId, ReturnValue } = await this.complex({ add: [oid], sequence });
    mustBe(ReturnValue, 0);
    must(pSetId !== 0n, 'a SETID other than 0', '0');
    return pSetId;
  }
}
