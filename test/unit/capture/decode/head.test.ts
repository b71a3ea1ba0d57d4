import { describe, expect, test } from 'vitest';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { decodePdu, encodePdu, type Pdu, PFC, PTYPE } from '../../../../src/codec/rpce/index.js';
import { callHead } from '../../../../src/rpc/index.js';
import { corpus, corpusMissing, knownKey } from '../../../support/corpus.js';
import { fromHex } from '../../../support/hex.js';
import { pduOf } from '../../../support/segments.js';

describe('the head of a call', () => {
  test('is none where the octets are too few', () => {
    for (const length of [0, 15]) expect(callHead(Buffer.alloc(length))).toBeUndefined();
  });

  test('is none of a PDU that belongs to no call', () => {
    for (const type of [1, 4, 11, 12, 13, 14, 15, 16, 17, 18, 19])
      expect(callHead(pduOf({ type })), String(type)).toBeUndefined();
  });

  test('has neither context nor opnum where those were not captured, and has what stands before them', () => {
    const bytes = pduOf({ type: PTYPE.request, callId: 9 });
    expect(callHead(bytes.subarray(0, 23))).toMatchObject({ callId: 9, contextId: undefined, opnum: undefined });
    expect(callHead(bytes)).toMatchObject({ callId: 9, contextId: 0xeeee, opnum: 0xeeee });
  });

  test.each(['00', '10', '20', '30'])('has the byte order of decodePdu, for the representation %s', (drep) => {
    const call = { pfc_flags: 3, call_id: 9, alloc_hint: 8, p_cont_id: 1, opnum: 2, stub: Buffer.alloc(8) };
    const bytes = encodePdu({ PTYPE: 'request', ...call, packed_drep: fromHex(`${drep}000000`) });
    expect(callHead(bytes)).toMatchObject(headOf(decodePdu(bytes)));
  });

  test.skipIf(corpusMissing)('is what decodePdu reads, for every request and response of the captures', async () => {
    let compared = 0;
    for (const { path } of [...corpus, ...knownKey]) {
      for await (const item of readPdus(path)) {
        if (item.kind !== 'pdu' || (item.type !== PTYPE.request && item.type !== PTYPE.response)) continue;
        expect(callHead(item.bytes)).toMatchObject(headOf(decodePdu(item.bytes)));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(6000);
  });
});

/** The same, from all that there is in the PDU. */
function headOf(pdu: Pdu) {
  if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response') throw new Error(`a ${pdu.PTYPE}`);
  const { auth } = pdu;
  return {
    first: (pdu.pfc_flags & PFC.FIRST_FRAG) !== 0,
    last: (pdu.pfc_flags & PFC.LAST_FRAG) !== 0,
    callId: pdu.call_id,
    contextId: pdu.p_cont_id,
    ...(pdu.PTYPE === 'request' ? { opnum: pdu.opnum } : {}),
    auth: auth && { type: auth.auth_type, level: auth.auth_level, contextId: auth.auth_context_id },
  };
}
