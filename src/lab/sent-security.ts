import { IID_IActivation, IID_IObjectExporter, IID_IRemoteSCMActivator } from '../codec/dcom/index.js';
import { decodePdu, PTYPE, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';

/**
 * How a client's last bind to activators and resolver authenticates, read from its octets: an activation goes over the
 * connection of that bind. Its later binds to objects have a level of their own.
 */
export class SentSecurity {
  /** RPC_C_AUTHN_*, and RPC_C_AUTHN_LEVEL_*; undefined where nothing was sent. */
  authType: number | undefined;
  level: number | undefined;

  readonly octets = (from: 'client' | 'server', bytes: Uint8Array): void => {
    if (from !== 'client' || bytes[PTYPE_AT] !== PTYPE.bind) return;
    const pdu = decodePdu(bytes);
    if (pdu.PTYPE !== 'bind' || !pdu.p_context_elem.some(({ abstract_syntax: { uuid } }) => ACTIVATING.has(uuid)))
      return;
    const { auth } = pdu;
    this.authType = auth?.auth_type ?? RPC_C_AUTHN.NONE;
    this.level = auth?.auth_level ?? RPC_C_AUTHN_LEVEL.NONE;
  };
}

const ACTIVATING: ReadonlySet<string> = new Set([IID_IActivation, IID_IRemoteSCMActivator, IID_IObjectExporter]);

/** [MS-RPCE] 2.2.2.1: where a PDU has its type. */
const PTYPE_AT = 2;
