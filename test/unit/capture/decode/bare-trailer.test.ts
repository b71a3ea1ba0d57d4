import { describe, expect, test } from 'vitest';
import { readDecoded } from '../../../../src/capture/decode/decode.js';
import { type PduRecord, pduRecord } from '../../../../src/capture/decode/record.js';
import { decodePdu, encodePdu } from '../../../../src/codec/rpce/index.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';

const CAPTURE = 'corelight-petitpotam__PatchedDCAuthenticatedTryWithRpcEncryptFileSrv.pcapng';

describe.skipIf(corpusMissing)('how Windows ends raw Kerberos by alter_context', () => {
  test('is a sec_trailer without a token, which is shown, and encodes to the same octets', async () => {
    const seen: PduRecord[] = [];
    for await (const decoded of readDecoded(corpusPath(CAPTURE))) {
      const record = pduRecord(CAPTURE, decoded);
      if (record.ptype !== 'alter_context_resp' || record.auth_type !== 16) continue;
      seen.push(record);
      const { bytes } = decoded.captured;
      const pdu = decodePdu(bytes);
      expect(encodePdu(pdu).equals(bytes.subarray(0, record.frag_length))).toBe(true);
      expect(pdu.auth?.auth_value).toHaveLength(0);
      expect(pdu.trailing).toBeUndefined();
    }
    const told = { frag_length: 64, auth_type: 16, auth_level: 6, auth_context_id: 0 };
    expect(seen).toMatchObject([
      { frame: 15, ...told },
      { frame: 25, ...told },
    ]);
  });
});
