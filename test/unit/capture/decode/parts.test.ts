import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readDecoded } from '../../../../src/capture/decode/decode.js';
import { octetsPart, type PduPart, pduParts } from '../../../../src/capture/decode/parts.js';
import { encodeAuthenticate } from '../../../../src/codec/ntlm/index.js';
import { RPC_C_AUTHN } from '../../../../src/codec/rpce/index.js';
import type { Span } from '../../../../src/codec/span.js';
import { corpus, corpusMissing, KNOWN_PASSWORD } from '../../../support/corpus.js';
import { observerOf } from '../../../support/observers.js';
import { SHIPPED_PASSWORD, shippedPath } from '../../../support/shipped.js';

interface Parts {
  readonly frame: number;
  readonly parts: PduPart[];
  /** Whether all of it could be read. */
  readonly whole: boolean;
}

async function* partsOf(path: string, password: string): AsyncGenerator<Parts> {
  for await (const decoded of readDecoded(readFileSync(path), { observe: observerOf(password) })) {
    const { frame, kind } = decoded.captured;
    if (kind === 'pdu') yield { frame, parts: pduParts(decoded), whole: decoded.error === undefined };
  }
}

/** The runs of octets that no field covers which has no parts itself. */
function uncovered({ bytes, spans }: PduPart): string[] {
  const covered = new Uint8Array(bytes.length);
  const hasParts = (outer: Span): boolean =>
    spans.some((each) => each.start >= outer.start && each.end <= outer.end && lengthOf(each) < lengthOf(outer));
  for (const span of spans) if (!hasParts(span)) covered.fill(1, span.start, span.end);
  return [...Buffer.from(covered).toString('latin1').matchAll(/\0+/g)].map(
    ({ index, 0: run }) => `${index}-${index + run.length}`,
  );
}

const lengthOf = ({ start, end }: Span): number => end - start;

const lines = ({ spans }: PduPart): string[] =>
  spans.map(({ path, start, end, value }) => `${start}-${end} ${path}${value === undefined ? '' : ` = ${value}`}`);

describe('the parts of a PDU', () => {
  test('say of every octet which field it is', async () => {
    for (const file of ['activation-at-connect.pcapng', 'activation-at-pkt-integrity.pcapng'] as const)
      for await (const { frame, parts } of partsOf(shippedPath(file), SHIPPED_PASSWORD))
        for (const part of parts) expect([file, frame, uncovered(part)]).toEqual([file, frame, []]);
  });

  test('hold each field within the octets', async () => {
    for await (const { parts } of partsOf(shippedPath('activation-at-connect.pcapng'), SHIPPED_PASSWORD))
      for (const { bytes, spans } of parts)
        for (const { start, end } of spans) {
          expect(start).toBeLessThan(end + 1);
          expect(end).toBeLessThanOrEqual(bytes.length);
        }
  });

  test('show a bind with its contexts and the NTLM message in its token', async () => {
    const { value } = await partsOf(shippedPath('activation-at-connect.pcapng'), SHIPPED_PASSWORD).next();
    const shown = lines((value as { parts: PduPart[] }).parts[0] as PduPart);
    expect(shown).toContain('2-3 rpcconn_common_hdr_t.PTYPE = 11');
    expect(shown).toContain('16-18 bind.max_xmit_frag = 4280');
    expect(shown.find((line) => line.includes('p_syntax_id_t.uuid'))).toMatch(/^32-48 p_syntax_id_t.uuid = 000001a0-0/);
    expect(shown.some((line) => /sec_trailer.auth_value.NEGOTIATE_MESSAGE.NegotiateFlags = \d+$/.test(line))).toBe(
      true,
    );
  });

  test('have no octet of a response or key from which a password could be guessed', async () => {
    let seen = 0;
    for await (const { parts } of partsOf(shippedPath('activation-at-connect.pcapng'), SHIPPED_PASSWORD))
      for (const { bytes, spans } of parts)
        for (const { path, start, end } of spans)
          if (
            /\.AUTHENTICATE_MESSAGE\.(LmChallengeResponse|EncryptedRandomSessionKey)$/.test(path) ||
            /\.NtChallengeResponse\..*\.(Response|ChallengeFromClient)$/.test(path)
          ) {
            seen++;
            expect([...bytes.subarray(start, end)].every((octet) => octet === 0)).toBe(true);
          }
    expect(seen).toBe(8);
  });

  test('show what a client says of itself in its NTLMv2 response', async () => {
    const frames = partsOf(shippedPath('activation-at-connect.pcapng'), SHIPPED_PASSWORD);
    const shown: string[] = [];
    for await (const { parts } of frames) shown.push(...parts.flatMap(lines));
    const own = shown.flatMap(
      (line) => line.split('.AUTHENTICATE_MESSAGE.NtChallengeResponse.NTLMv2_RESPONSE.')[1] ?? [],
    );
    expect(own).toContain('NTLMv2_CLIENT_CHALLENGE.RespType = 1');
    expect(own).toContain('NTLMv2_CLIENT_CHALLENGE.AvPairs.0.AV_PAIR.Value = LAB');
  });

  test('say nothing of a response that is no NTLMv2, or is broken', () => {
    const message = (response: Uint8Array) =>
      encodeAuthenticate({ NegotiateFlags: 1, NtChallengeResponse: { bytes: response } });
    const otherVersion = Buffer.concat([Buffer.alloc(44, 0xff), Buffer.alloc(4)]);
    for (const response of [...[24, 30, 48].map((length) => Buffer.alloc(length, 0xff)), otherVersion]) {
      const { bytes, spans } = octetsPart(message(response), RPC_C_AUTHN.WINNT);
      const { start, end } = spans.find(({ path }) => path.endsWith('.NtChallengeResponse')) as Span;
      expect(bytes.subarray(start, end)).toEqual(Buffer.alloc(response.length));
      expect(spans.filter(({ path }) => path.includes('.NtChallengeResponse.'))).toEqual([]);
    }
  });

  test('leave the octets of the capture as they are', async () => {
    for await (const decoded of readDecoded(shippedPath('activation-at-connect.pcapng'))) {
      const { bytes } = decoded.captured;
      const before = Buffer.from(bytes);
      pduParts(decoded);
      expect(bytes.equals(before)).toBe(true);
    }
  });

  test.skipIf(corpusMissing)('of real captures say of every octet which field it is', async () => {
    let pdus = 0;
    const missing: unknown[] = [];
    for (const { path } of corpus.filter(({ dcom }) => dcom))
      for await (const { frame, parts, whole } of partsOf(path, KNOWN_PASSWORD)) {
        const gaps = whole ? parts.flatMap(uncovered) : [];
        if (gaps.length > 0) missing.push([path, frame, gaps]);
        if (++pdus % 500 === 0) break;
      }
    expect(missing).toEqual([]);
    expect(pdus).toBeGreaterThan(100);
  });
});
