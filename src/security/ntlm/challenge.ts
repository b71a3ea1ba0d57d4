import {
  AV_EOL,
  type AvPair,
  avPair,
  bytesOfText,
  encodeAvPairs,
  encodeChallenge,
  hasFlag,
  NEGOTIATE,
  type NegotiateFlag,
  negotiateFlags,
  type Version,
} from '../../codec/ntlm/index.js';
import { SecurityError } from '../error.js';
import { fileTime, fileTimeBytes } from '../filetime.js';
import type { Milliseconds } from '../provider.js';

/** The names that a server gives itself ([MS-NLMP] 3.2.1.1). Without a domain it stands in a workgroup. */
export interface ServerNames {
  readonly netbiosName: string;
  readonly netbiosDomain?: string;
  readonly dnsName?: string;
  readonly dnsDomain?: string;
  readonly dnsForest?: string;
  readonly version?: Version;
}

/** Windows Server 2022. */
export const SERVER_VERSION: Version = {
  ProductMajorVersion: 10,
  ProductMinorVersion: 0,
  ProductBuild: 20348,
  Reserved: Buffer.alloc(3),
  NTLMRevisionCurrent: 15,
};

/** What the server gives back to a client that asks for it. */
const SUPPORTED = negotiateFlags(
  'NTLMSSP_NEGOTIATE_SIGN',
  'NTLMSSP_NEGOTIATE_SEAL',
  'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY',
  'NTLMSSP_NEGOTIATE_IDENTIFY',
  'NTLMSSP_REQUEST_NON_NT_SESSION_KEY',
  'NTLMSSP_NEGOTIATE_VERSION',
  'NTLMSSP_NEGOTIATE_128',
  'NTLMSSP_NEGOTIATE_KEY_EXCH',
  'NTLMSSP_NEGOTIATE_56',
);

const PROTECTION = negotiateFlags('NTLMSSP_NEGOTIATE_SIGN', 'NTLMSSP_NEGOTIATE_SEAL');

/** [MS-NLMP] 3.2.5.1.1, as Windows does it: 0xe2088297 gives 0xe2898215 on a member of a domain. */
export function chooseFlags(asked: number, { netbiosDomain }: ServerNames, signs = true): number {
  if (hasFlag(asked, 'NTLMSSP_NEGOTIATE_DATAGRAM'))
    throw new SecurityError('UNSUPPORTED', 'NTLMSSP_NEGOTIATE_DATAGRAM: connectionless NTLM is not offered');
  let flags =
    (asked & SUPPORTED & (signs ? ~0 : ~PROTECTION)) |
    negotiateFlags(
      'NTLMSSP_REQUEST_TARGET',
      'NTLMSSP_NEGOTIATE_NTLM',
      'NTLMSSP_NEGOTIATE_ALWAYS_SIGN',
      'NTLMSSP_NEGOTIATE_TARGET_INFO',
      netbiosDomain === undefined ? 'NTLMSSP_TARGET_TYPE_SERVER' : 'NTLMSSP_TARGET_TYPE_DOMAIN',
    );
  if (hasFlag(asked, 'NTLMSSP_NEGOTIATE_UNICODE')) flags |= NEGOTIATE.NTLMSSP_NEGOTIATE_UNICODE;
  else if (hasFlag(asked, 'NTLM_NEGOTIATE_OEM')) flags |= NEGOTIATE.NTLM_NEGOTIATE_OEM;
  else throw new SecurityError('BAD_TOKEN', 'the client offers neither Unicode nor an OEM character set');
  if (!hasFlag(asked, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY'))
    flags |= asked & NEGOTIATE.NTLMSSP_NEGOTIATE_LM_KEY;
  return flags >>> 0;
}

/** NtlmMinServerSec and NtlmMinClientSec; a context that protects no message is not asked for strong keys. */
export function requireSessionSecurity(flags: number, minimum: readonly NegotiateFlag[], who: string): void {
  if (!hasFlag(flags, 'NTLMSSP_NEGOTIATE_SIGN') && !hasFlag(flags, 'NTLMSSP_NEGOTIATE_SEAL')) return;
  const missing = minimum.filter((name) => !hasFlag(flags, name));
  if (missing.length > 0) throw new SecurityError('POLICY', `minimumSessionSecurity: ${who} ${missing.join(', ')}`);
}

/** [MS-NLMP] 3.2.5.1.1; the pairs in the order of Windows, MsvAvTimestamp last. */
function targetInfo(server: ServerNames, now: Milliseconds): readonly AvPair[] {
  const { netbiosName, netbiosDomain = netbiosName, dnsName, dnsDomain, dnsForest } = server;
  return [
    avPair('MsvAvNbDomainName', netbiosDomain),
    avPair('MsvAvNbComputerName', netbiosName),
    avPair('MsvAvDnsDomainName', dnsDomain ?? dnsName ?? netbiosDomain),
    avPair('MsvAvDnsComputerName', dnsName ?? netbiosName),
    ...(dnsForest === undefined ? [] : [avPair('MsvAvDnsTreeName', dnsForest)]),
    avPair('MsvAvTimestamp', fileTimeBytes(fileTime(now))),
    AV_EOL,
  ];
}

export function makeChallenge(server: ServerNames, flags: number, nonce: Uint8Array, now: Milliseconds): Buffer {
  const charset = hasFlag(flags, 'NTLMSSP_NEGOTIATE_UNICODE') ? 'unicode' : 'oem';
  const name = server.netbiosDomain ?? server.netbiosName;
  return encodeChallenge({
    NegotiateFlags: flags,
    ServerChallenge: nonce,
    TargetName: { bytes: bytesOfText(name, charset) },
    TargetInfo: { bytes: encodeAvPairs({ pairs: targetInfo(server, now), trailing: new Uint8Array(0) }) },
    Version: hasFlag(flags, 'NTLMSSP_NEGOTIATE_VERSION') ? (server.version ?? SERVER_VERSION) : NO_VERSION,
  });
}

/** [MS-NLMP] 2.2.2.10: all zero where it was not asked for. */
export const NO_VERSION: Version = {
  ProductMajorVersion: 0,
  ProductMinorVersion: 0,
  ProductBuild: 0,
  Reserved: Buffer.alloc(3),
  NTLMRevisionCurrent: 0,
};
