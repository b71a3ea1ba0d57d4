import { describe, expect, test } from 'vitest';
import { StreamFindings } from '../../../../src/capture/audit/findings.js';
import { callHead } from '../../../../src/capture/audit/head.js';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { decodePdu, type Pdu, PFC, PTYPE } from '../../../../src/codec/rpce/index.js';
import { corpus, corpusMissing, knownKey } from '../../../support/corpus.js';

describe('the head of a call', () => {
  test('is none where the octets are too few', () => {
    for (const length of [0, 16, 23]) expect(callHead(Buffer.alloc(length))).toBeUndefined();
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

test('a stream can have findings of any number of kinds: the first are kept, the others counted', () => {
  const findings = new StreamFindings();
  const place = () => ({ file: '', stream: 0, frame: 0, time: '', client: '', server: '' });
  for (let index = 0; index < 300; index++)
    findings.add(place, { finding: 'refusal', severity: 'info', detail: `kind ${index}` });
  findings.add(place, { finding: 'refusal', severity: 'info', detail: 'kind 0' });
  expect([findings.all.length, findings.dropped, findings.all[0]?.count]).toEqual([256, 44, 2]);
});
