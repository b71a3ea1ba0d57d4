import { PFC } from '../codec/rpce/index.js';
import type { RefusalForm } from '../hardening/profile.js';

/**
 * How the DCOM services of one implementation behave where implementations differ, beside its `RpcProfile`. Data only:
 * the services read it, nothing decides by an implementation's name.
 */
export interface DcomProfile {
  /**
   * How MachineAccessRestriction and MachineLaunchRestriction refuse an activation, a resolution or a ping. Thirteen
   * captured refusals of Windows 8, 10 and Server 2012 R2 are a fault with status 5, pfc_flags 0x03 and alloc_hint 32,
   * after which the server closes; XP sets PFC_DID_NOT_EXECUTE too. [MS-DCOM] note <61> calls it a returned
   * ERROR_ACCESS_DENIED, as do notes <53>, <54> and <56> for the resolver, for which no captured refusal is known.
   */
  readonly accessRefusal: RefusalForm;
  /**
   * A COM minor version below 7. Windows 10 since version 2004 and Server 2022 answer RPC_E_INVALID_HEADER: six projects
   * reported it and fixed it by the minor version only (impacket #896, openvas-smb #45). [MS-DCOM] 1.7 has older ones
   * spoken to.
   */
  readonly minorVersionsBelow7: 'refused' | 'taken';
  /**
   * The default hosts in a server's string bindings: its computer name and then the address, as every Windows server of
   * the captures has it, or the address alone.
   */
  readonly stringBindings: 'name and address' | 'address';
  /**
   * Whether the answer to an activation that is accepted carries an ORPC extension. One project met error information
   * ({0000031c-…}, [MS-DCOM] 2.2.21.1) in the answers of a Windows server; the answers of the captures have none, and
   * aiowmi and node-dcom cannot read one that has, so that it is asked for.
   */
  readonly activationExtension: 'none' | 'error information';
}

const fault = (didNotExecute: boolean): RefusalForm => ({ form: 'fault', status: 5, didNotExecute, disconnect: true });

const WINDOWS: DcomProfile = {
  accessRefusal: fault(false),
  minorVersionsBelow7: 'taken',
  stringBindings: 'name and address',
  activationExtension: 'none',
};

/** How a fault that refuses looks, apart from its status. */
export const faultOptions = ({ didNotExecute, disconnect }: Extract<RefusalForm, { form: 'fault' }>) => ({
  flags: didNotExecute ? PFC.DID_NOT_EXECUTE : 0,
  disconnect,
});

/** By the names of the `RPC_PROFILES`. Samba has no DCOM; what it is given here is the default. */
const PROFILES: Readonly<Record<string, DcomProfile>> = {
  'windows-server-2022': { ...WINDOWS, minorVersionsBelow7: 'refused' },
  'windows-xp': { ...WINDOWS, accessRefusal: fault(true) },
};

/** What goes with an RPC profile, as far as `options` do not say otherwise. */
export const dcomProfile = (name: string, options: Partial<DcomProfile> = {}): DcomProfile => ({
  ...(PROFILES[name] ?? WINDOWS),
  ...options,
});
