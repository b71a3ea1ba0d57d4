import { decodeAvPairs, encodeAvPairs } from '../ntlm/av-pairs.js';
import { decodeNtlmMessage, encodeNtlmMessage } from '../ntlm/index.js';
import { decodeNtlmV2Response, encodeNtlmV2Response } from '../ntlm/responses.js';
import { decodePdu, encodePdu, readCommonHeader } from '../rpce/index.js';
import { encodeVerificationTrailer, findVerificationTrailer } from '../rpce/verification-trailer.js';
import { decodeNegToken, encodeNegToken } from '../spnego/index.js';
import type { Again, Structure } from './structure.js';

const message = (name: string, section: string, decode: (octets: Uint8Array) => () => Again): Structure => ({
  kind: 'message',
  name,
  section,
  fields: [],
  forms: [{ name: '', decode }],
});

/** A message that takes all octets. */
const whole =
  <T>(decode: (octets: Uint8Array) => T, encode: (value: T) => Uint8Array) =>
  (octets: Uint8Array) => {
    const value = decode(octets);
    return () => ({ taken: octets, made: encode(value) });
  };

/** Wholes of headers and parts whose size only their content tells. */
export const messages = (): Structure[] => [
  message('PDU', 'C706 12.6.4', (octets) => {
    const pdu = decodePdu(octets);
    return () => ({ taken: octets.subarray(0, readCommonHeader(octets).frag_length), made: encodePdu(pdu) });
  }),
  message('rpc_sec_verification_trailer', '[MS-RPCE] 2.2.2.13', (octets) => {
    const found = findVerificationTrailer(octets);
    return () => {
      if (found === undefined) return { taken: octets, made: octets };
      const made = encodeVerificationTrailer(0, found.commands);
      return { taken: octets.subarray(found.offset, found.offset + made.length), made };
    };
  }),
  message('NTLM message', '[MS-NLMP] 2.2.1', whole(decodeNtlmMessage, encodeNtlmMessage)),
  message('AV_PAIRs', '[MS-NLMP] 2.2.2.1', whole(decodeAvPairs, encodeAvPairs)),
  message('NTLMv2_RESPONSE', '[MS-NLMP] 2.2.2.8', whole(decodeNtlmV2Response, encodeNtlmV2Response)),
  message('NegotiationToken', 'RFC 4178 4.2', whole(decodeNegToken, encodeNegToken)),
];
