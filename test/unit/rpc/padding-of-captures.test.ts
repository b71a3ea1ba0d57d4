import { describe, expect, test } from 'vitest';
import { readPdus } from '../../../src/capture/pdu/pdus.js';
import { decodePdu, encodePdu, type RequestPdu, type ResponsePdu } from '../../../src/codec/rpce/index.js';
import { fragment, isLast } from '../../../src/rpc/core/fragments.js';
import type { Protection } from '../../../src/rpc/core/protection.js';
import { corpus, corpusMissing, foreignClients, knownKey } from '../../support/corpus.js';
import { SHIPPED, shippedPath } from '../../support/shipped.js';

type Signed = (RequestPdu | ResponsePdu) & { auth: NonNullable<RequestPdu['auth']> };

/** What both sides of a connection proposed in every capture that has fragments. */
const MAX_FRAGMENT = 5840;
/** Clients that pad to a boundary of four: right to be taken, not to be sent. */
const FOUR_ALIGNED = new Set(['aiowmi.pcapng', 'ji4.pcapng', 'jing-2021-05.pcapng', 'jing-2023-03-14.pcapng']);

async function signedPdus(path: string): Promise<Signed[]> {
  const found: Signed[] = [];
  for await (const item of readPdus(path)) {
    if (item.kind !== 'pdu' || (item.type !== 0 && item.type !== 2)) continue;
    const pdu = decodePdu(item.bytes) as RequestPdu | ResponsePdu;
    if (pdu.auth !== undefined) found.push(pdu as Signed);
  }
  return found;
}

/** The padding that this side would send, were the PDU its own. */
function ownPadding(pdu: Signed): number {
  const { auth_pad: _, ...auth } = pdu.auth;
  return (decodePdu(encodePdu({ ...pdu, auth } as RequestPdu)) as Signed).auth.auth_pad?.length ?? 0;
}

/** The stub that this side would put into the first fragment of a long call under the same protection. */
function ownFragment(pdu: Signed): number {
  const length = pdu.auth.auth_value.length;
  const security = {
    signatureLength: { sign: length, seal: length },
    sign: () => new Uint8Array(length),
    seal: () => new Uint8Array(length),
  };
  const { auth_type: authType, auth_level: authLevel, auth_context_id: authContextId } = pdu.auth;
  const protection = { security, authType, authLevel, authContextId, signHeader: false } as unknown as Protection;
  const [first] = fragment(pdu, new Uint8Array(20_000), MAX_FRAGMENT, protection);
  return (decodePdu(first as Buffer) as Signed).stub.length;
}

describe.skipIf(corpusMissing)('the padding before a sec_trailer, [MS-RPCE] 2.2.2.11, in captures of others', () => {
  test('is what this side sends, in every signed PDU of Windows, Samba, impacket and smbtorture', async () => {
    let seen = 0;
    for (const { file, path } of [...corpus, ...knownKey]) {
      for (const pdu of await signedPdus(path)) {
        seen++;
        const place = `${file}, call ${pdu.call_id}`;
        expect(`${place}: ${ownPadding(pdu)}`).toBe(`${place}: ${pdu.auth.auth_pad?.length}`);
      }
    }
    expect(seen).toBe(1392);
  });

  test('is not needed between fragments, which carry as much stub as Windows puts into them', async () => {
    const sizes: number[] = [];
    for (const { path } of corpus) {
      for (const pdu of await signedPdus(path)) {
        if (isLast(pdu)) continue;
        expect(pdu.auth.auth_pad).toHaveLength(0);
        expect(ownFragment(pdu)).toBe(pdu.stub.length);
        sizes.push(pdu.stub.length);
      }
    }
    expect([...new Set(sizes)].sort()).toEqual([5712, 5728, 5760]);
  });

  test('is taken as a client has it, on a boundary of 16 or of four', async () => {
    for (const { file, path } of foreignClients) {
      const requests = (await signedPdus(path)).filter(({ PTYPE }) => PTYPE === 'request');
      const boundary = FOUR_ALIGNED.has(file) ? 4 : 16;
      for (const { stub, auth } of requests) expect((stub.length + (auth.auth_pad?.length ?? 0)) % boundary).toBe(0);
    }
  });
});

test.each(SHIPPED)(
  '%s, which the project ships, has it as Windows has: impacket’s requests and the answers to them',
  async (file) => {
    const signed = await signedPdus(shippedPath(file));
    expect(signed.length).toBeGreaterThanOrEqual(2);
    for (const { stub, auth } of signed) expect((stub.length + (auth.auth_pad?.length ?? 0)) % 16).toBe(0);
    const [response] = signed.filter(({ PTYPE }) => PTYPE === 'response').slice(-1);
    expect([response?.stub.length, response?.auth.auth_pad?.length]).toEqual([12, 4]);
  },
);
