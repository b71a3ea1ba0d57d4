import { BIND_TIME_FEATURES, FAULT, REJECT } from '../../codec/rpce/index.js';

/** NDR 2.0 (C706 14) or NDR64 ([MS-RPCE] 2.2.5). */
export type TransferSyntaxName = 'ndr20' | 'ndr64';

/**
 * How one implementation behaves where implementations differ or no source confirms a behaviour. Data only: the
 * associations read it, nothing else decides by an implementation's name.
 */
export interface RpcProfile {
  readonly name: string;
  /** Largest request fragment that the transport takes, whatever was negotiated (5840 over TCP, seen with Windows 2012 R2). */
  readonly transportMaxFragment: number;
  /** Lowest fragment size that is negotiated; lower proposals, and 0, give this. */
  readonly minFragment: number;
  /** [MS-RPCE] 3.3.1.5.6: which transfer syntax is taken when the client proposes both. */
  readonly preferredTransferSyntax: TransferSyntaxName;
  readonly transferSyntaxes: readonly TransferSyntaxName[];
  /** Whether one bind or alter_context can have more than one of its proposals accepted (Windows and Samba: no). */
  readonly acceptsSeveralContexts: boolean;
  /** [MS-RPCE] 3.3.1.5.3: the bits that are set in the answer where the client set them; undefined: the feature is unknown. */
  readonly bindTimeFeatures: number | undefined;
  /** [MS-RPCE] 3.3.1.5.2.2. */
  readonly supportsHeaderSigning: boolean;
  /** [MS-RPCE] 3.3.1.5.8. */
  readonly supportsConcurrentMultiplexing: boolean;
  /** [MS-RPCE] 2.2.1.1.8 says that CALL is processed as PKT; Samba's tests expect bind_nak 9. Unconfirmed for Windows. */
  readonly levelCall: 'as PKT' | 'bind_nak invalid_checksum';
  /** Fault of the first request after an auth3 that failed ([MS-RPCE] 3.3.1.5.2.1). Windows 10 1809 was seen to send 5. */
  readonly failedAuthenticationStatus: number;
  /**
   * The same where no account has the name, if it differs: by report a Windows 7 of a domain says 0x721 then, and 5 for a
   * wrong password of a name that there is (patator #138); other reports have 0x721 for failed logons too (Certipy #158,
   * sspi-rs #476). No capture tells them apart, and the failed logons of the captures are 5, so that is the default.
   */
  readonly unknownAccountStatus: number | undefined;
  /** Fault for a signature that does not verify. 0x721 is Samba's; no trace of a Windows server is known. */
  readonly badSignatureStatus: number;
  /** bind_nak reason where the security provider refuses the first token. */
  readonly badTokenReason: number;
  /** PFC_DID_NOT_EXECUTE on faults that are given before the call was dispatched. */
  readonly didNotExecute: boolean;
  /** [MS-RPCE] 3.3.3.5.2 note <123>: Windows rejects call_ids above 0x7fffffff. */
  readonly callIdsAbove31Bits: 'refused' | 'taken';
  /**
   * A request whose call_id is lower than the one before, which [MS-RPCE] 3.3.3.5.2 says a server SHOULD reject. Every
   * OPC client on j-interop sends them in ordinary use (its counter is one for all connections, and each bind resets
   * it), and works with the servers of the field; so they are taken, and the server's log says so.
   */
  readonly fallingCallIds: 'taken' | 'refused';
  /**
   * An alter_context with an empty NTLM AUTHENTICATE_MESSAGE for a security context that is established, at CONNECT.
   * node-dcom, and so every OPC client of Node-RED, sends one with each further interface, and works with the servers
   * of the field; a server's log says so. Any other token there is refused, as Samba's tests of Windows show.
   */
  readonly emptyTokenAfterHandshake: 'ignored' | 'refused';
  /**
   * ept_lookup: how its last page shows. Windows gives a null handle and status 0, without which impacket could not list
   * its map; smbtorture wants 0x16C9A0D6 beside the null handle; Samba keeps the handle, and gives that status for a
   * further page without elements, which is all that [MS-RPCE] 2.2.1.2.4 speaks of.
   */
  readonly lookupEnds: 'with a null handle' | 'with a null handle and the status' | 'on an empty page';
  /** bind_nak reason for a bind that proposes no context: 0 from Windows Server 2012 R2, 4 from 2022, in Samba's tests. */
  readonly emptyBindReason: number;
  /**
   * A sec_trailer of a bind, alter_context or auth3 that counts padding ([MS-RPCE] 2.2.2.11 asks for it): newer Windows
   * refuses it in Samba's tests, older Windows and released Samba ignore the count.
   */
  readonly handshakePadding: 'refused' | 'ignored';
  /**
   * [MS-RPCE] 2.2.2.6: a server SHOULD refuse an alloc_hint above what all fragments carry. Samba's tests of Windows
   * show that a request of one fragment may claim anything; the one test in which a fragmented one claims an octet too
   * much has it answered, so 2012 R2 does not look. For newer Windows the text is followed.
   */
  readonly allocHint: 'checked' | 'checked where fragmented' | 'ignored';
  /** orphaned for a request that is still coming: Windows and Samba take the rest and answer; C706 would forget it. */
  readonly orphanedWhileIncoming: 'ignored' | 'forgotten';
  /**
   * [MS-RPCE] 3.3.1.5.4 lets only a client multiplex that negotiated it; Windows and Samba were seen to take a second
   * security context all the same.
   */
  readonly securityContextsWithoutFeature: 'accepted' | 'refused';
  /** Security contexts of one connection: 2,048 in Windows by [MS-RPCE] 3.3.1.5.4 note <104>, one more in Samba. */
  readonly maxSecurityContexts: number;
  /**
   * cancel_count of a response: by C706 12.6.4.10 how often the call was cancelled. Samba says 0, and Samba's tests ask
   * the same of Windows after a co_cancel.
   */
  readonly cancelCount: 'counted' | 'zero';
  /** p_cont_id of a response. Windows and Samba send only its low octet; a fault has all of it. */
  readonly responseContextId: 'low octet' | 'whole';
  /** Statuses of [MS-RPCE] 3.3.3.5.1, which no server may send: replaced by nca_s_fault_unspec, unless a test wants them. */
  readonly forbiddenFaultStatuses: 'replaced' | 'sent';
  /**
   * auth3 that changes type or level of its security context. [MS-RPCE] 3.3.1.5.2.1: never answered, so that the first
   * request fails; Samba answers at once. Unconfirmed for Windows.
   */
  readonly changedByAuth3: 'fault at the first request' | 'fault at once';
}

const WINDOWS: Omit<RpcProfile, 'name'> = {
  lookupEnds: 'with a null handle',
  transportMaxFragment: 5840,
  minFragment: 2048,
  preferredTransferSyntax: 'ndr64',
  transferSyntaxes: ['ndr20', 'ndr64'],
  acceptsSeveralContexts: false,
  bindTimeFeatures:
    BIND_TIME_FEATURES.SecurityContextMultiplexingSupported | BIND_TIME_FEATURES.KeepConnectionOnOrphanSupported,
  supportsHeaderSigning: true,
  supportsConcurrentMultiplexing: true,
  levelCall: 'as PKT',
  failedAuthenticationStatus: FAULT.ACCESS_DENIED,
  unknownAccountStatus: undefined,
  badSignatureStatus: FAULT.SEC_PKG_ERROR,
  badTokenReason: REJECT.invalid_checksum,
  didNotExecute: true,
  callIdsAbove31Bits: 'refused',
  fallingCallIds: 'taken',
  emptyTokenAfterHandshake: 'ignored',
  emptyBindReason: REJECT.PROTOCOL_VERSION_NOT_SPECIFIED,
  handshakePadding: 'refused',
  allocHint: 'checked where fragmented',
  orphanedWhileIncoming: 'ignored',
  securityContextsWithoutFeature: 'accepted',
  maxSecurityContexts: 2048,
  cancelCount: 'zero',
  responseContextId: 'low octet',
  forbiddenFaultStatuses: 'replaced',
  changedByAuth3: 'fault at the first request',
};

/** Name of a server whose behaviour is known. */
export type RpcProfileName =
  | 'windows-server-2022'
  | 'windows-server-2012r2'
  | 'windows-x86'
  | 'windows-xp'
  | 'samba-4.17';

/** Server profiles by name. */
export const RPC_PROFILES: Readonly<Record<RpcProfileName, RpcProfile>> = {
  'windows-server-2022': { name: 'windows-server-2022', ...WINDOWS },
  'windows-server-2012r2': {
    name: 'windows-server-2012r2',
    ...WINDOWS,
    emptyBindReason: REJECT.REASON_NOT_SPECIFIED,
    handshakePadding: 'ignored',
    allocHint: 'ignored',
  },
  // 32-bit Windows offers only NDR20.
  'windows-x86': { name: 'windows-x86', ...WINDOWS, preferredTransferSyntax: 'ndr20', transferSyntaxes: ['ndr20'] },
  'windows-xp': {
    name: 'windows-xp',
    ...WINDOWS,
    preferredTransferSyntax: 'ndr20',
    transferSyntaxes: ['ndr20'],
    bindTimeFeatures: undefined,
    emptyBindReason: REJECT.REASON_NOT_SPECIFIED,
    handshakePadding: 'ignored',
    allocHint: 'ignored',
  },
  'samba-4.17': {
    name: 'samba-4.17',
    ...WINDOWS,
    lookupEnds: 'on an empty page',
    preferredTransferSyntax: 'ndr20',
    transferSyntaxes: ['ndr20', 'ndr64'],
    levelCall: 'bind_nak invalid_checksum',
    failedAuthenticationStatus: FAULT.PROTO_ERROR,
    badTokenReason: REJECT.REASON_NOT_SPECIFIED,
    emptyBindReason: REJECT.REASON_NOT_SPECIFIED,
    maxSecurityContexts: 2049,
    callIdsAbove31Bits: 'taken',
    handshakePadding: 'ignored',
    allocHint: 'ignored',
    changedByAuth3: 'fault at once',
  },
};

/** Windows Server 2022. */
export const DEFAULT_PROFILE: RpcProfile = RPC_PROFILES['windows-server-2022'];

/** The profile of a name; one that is given by itself stays as it is. */
export const rpcProfile = (profile: RpcProfile | RpcProfileName = DEFAULT_PROFILE): RpcProfile =>
  typeof profile === 'string' ? RPC_PROFILES[profile] : profile;
