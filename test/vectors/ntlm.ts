import { Secret } from '../../src/security/secret.js';
import { fromHex } from '../support/hex.js';

/** [MS-NLMP] 4.2.1: values that all of its examples share. */
export const COMMON = {
  user: 'User',
  domain: 'Domain',
  secret: Secret.password('Password'),
  workstation: 'COMPUTER',
  randomSessionKey: fromHex('55555555555555555555555555555555'),
  clientChallenge: fromHex('aaaaaaaaaaaaaaaa'),
  serverChallenge: fromHex('0123456789abcdef'),
  plaintext: fromHex('50006c00610069006e007400650078007400'),
};

const namesInPayload = `
  44006f006d006100 69006e00         # Domain
  5500730065007200                  # User
  43004f004d005000 5500540045005200 # COMPUTER`;

/** [MS-NLMP] 4.2.2: NTLMv1. */
export const V1 = {
  flags: 0xe2028233,
  lmowf: 'e52cac67419a9a224a3b108f3fa6cb6d',
  ntowf: 'a4f49c406510bdcab6824ee7c30fd852',
  sessionBaseKey: 'd87262b0cde4b1cb7499becccdf10784',
  ntResponse: '67c43011f30298a2ad35ece64f16331c44bdbed927841f94',
  lmResponse: '98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13',
  keyExchangeKeyLm: 'b09e379f7fbecb1eaf0afdcb0383c8a0',
  encryptedKey: '518822b1b3f350c8958682ecbb3e3cb7',
  encryptedKeyNonNt: '7452ca55c225a1ca04b48fae32cf56fc',
  encryptedKeyLm: '4cd7bb57d697ef9b549f02b8f9b37864',
  challenge: fromHex(`
    4e544c4d53535000                  # Signature
    02000000                          # MessageType
    0c000c0038000000                  # TargetNameFields
    338202e2                          # NegotiateFlags
    0123456789abcdef                  # ServerChallenge
    0000000000000000                  # Reserved
    0000000000000000                  # TargetInfoFields
    060070170000000f                  # Version
    5300650072007600 65007200         # Server`),
  authenticate: fromHex(`
    4e544c4d53535000                  # Signature
    03000000                          # MessageType
    180018006c000000                  # LmChallengeResponseFields
    1800180084000000                  # NtChallengeResponseFields
    0c000c0048000000                  # DomainNameFields
    0800080054000000                  # UserNameFields
    100010005c000000                  # WorkstationFields
    100010009c000000                  # EncryptedRandomSessionKeyFields
    358280e2                          # NegotiateFlags
    0501280a0000000f                  # Version
    ${namesInPayload}
    98def7b87f88aa5d afe2df779688a172 # LmChallengeResponse
    def11c7d5ccdef13
    67c43011f30298a2 ad35ece64f16331c # NtChallengeResponse
    44bdbed927841f94
    518822b1b3f350c8 958682ecbb3e3cb7 # EncryptedRandomSessionKey`),
  sealed: '56fe04d861f9319af0d7238a2e3b4d457fb8',
  signature: '0100000045c844e509dcd1df2e459d36',
};

/** [MS-NLMP] 4.2.3: NTLMv1 with extended session security, 56 bits, no key exchange. */
export const V1_EXTENDED = {
  flags: 0x820a8233,
  keyExchangeKey: 'eb93429a8bd952f8b89c55b87f475edc',
  lmResponse: 'aaaaaaaaaaaaaaaa00000000000000000000000000000000',
  ntResponse: '7537f803ae367128ca458204bde7caf81e97ed2683267232',
  authenticate: fromHex(`
    4e544c4d53535000                  # Signature
    03000000                          # MessageType
    180018006c000000                  # LmChallengeResponseFields
    1800180084000000                  # NtChallengeResponseFields
    0c000c0048000000                  # DomainNameFields
    0800080054000000                  # UserNameFields
    100010005c000000                  # WorkstationFields
    000000009c000000                  # EncryptedRandomSessionKeyFields
    35820882                          # NegotiateFlags
    0501280a0000000f                  # Version
    ${namesInPayload}
    aaaaaaaaaaaaaaaa 0000000000000000 # LmChallengeResponse
    0000000000000000
    7537f803ae367128 ca458204bde7caf8 # NtChallengeResponse
    1e97ed2683267232`),
  sealKey: '04dd7f014d8504d265a25cc86a3a7c06',
  signKey: '60e799be5c72fc92922ae8ebe961fb8d',
  sealed: 'a02372f6530273f3aa1eb90190ce5200c99d',
  signature: '01000000ff2aeb52f681793a00000000',
};

/** [MS-NLMP] 4.2.4: NTLMv2. */
export const V2 = {
  flags: 0xe28a8233,
  ntowf: '0c868a403bfd7a93a3001ef22ef02e3f',
  sessionBaseKey: '8de40ccadbc14a82f15cb0ad0de95ca3',
  temp: fromHex(`
    0101000000000000                  # RespType, HiRespType, Reserved1, Reserved2
    0000000000000000                  # TimeStamp
    aaaaaaaaaaaaaaaa                  # ChallengeFromClient
    00000000                          # Reserved3
    02000c00 44006f006d00610069006e00 # MsvAvNbDomainName
    01000c00 530065007200760065007200 # MsvAvNbComputerName
    00000000                          # MsvAvEOL
    00000000                          # Z(4)`),
  lmResponse: '86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa',
  proof: '68cd0ab851e51c96aabc927bebef6a1c',
  encryptedKey: 'c5dad2544fc9799094ce1ce90bc9d03e',
  challenge: fromHex(`
    4e544c4d53535000                  # Signature
    02000000                          # MessageType
    0c000c0038000000                  # TargetNameFields
    33828ae2                          # NegotiateFlags
    0123456789abcdef                  # ServerChallenge
    0000000000000000                  # Reserved
    2400240044000000                  # TargetInfoFields
    060070170000000f                  # Version
    5300650072007600 65007200         # Server
    02000c00 44006f006d00610069006e00 # MsvAvNbDomainName
    01000c00 530065007200760065007200 # MsvAvNbComputerName
    00000000                          # MsvAvEOL`),
  authenticate: fromHex(`
    4e544c4d53535000                  # Signature
    03000000                          # MessageType
    180018006c000000                  # LmChallengeResponseFields
    5400540084000000                  # NtChallengeResponseFields
    0c000c0048000000                  # DomainNameFields
    0800080054000000                  # UserNameFields
    100010005c000000                  # WorkstationFields
    10001000d8000000                  # EncryptedRandomSessionKeyFields
    358288e2                          # NegotiateFlags
    0501280a0000000f                  # Version
    ${namesInPayload}
    86c35097ac9cec10 2554764a57cccc19 # LmChallengeResponse
    aaaaaaaaaaaaaaaa
    68cd0ab851e51c96 aabc927bebef6a1c # NtChallengeResponse.Response
    0101000000000000 0000000000000000 # NTLMv2_CLIENT_CHALLENGE
    aaaaaaaaaaaaaaaa 00000000
    02000c00 44006f006d00610069006e00
    01000c00 530065007200760065007200
    00000000 00000000
    c5dad2544fc97990 94ce1ce90bc9d03e # EncryptedRandomSessionKey`),
  sealKey: '59f600973cc4960a25480a7c196e4c58',
  signKey: '4788dc861b4782f35d43fd98fe1a2d39',
  sealed: '54e50165bf1936dc996020c1811b0f06fb5f',
  signature: '010000007fb38ec5c55d497600000000',
};
