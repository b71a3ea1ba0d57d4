import { describe, expect, test } from 'vitest';
import { BIND_TIME_FEATURES_PREFIX, NDR64_SYNTAX, REASON, RESULT } from '../../../src/codec/rpce/index.js';
import { ECHO, element } from '../../support/associations.js';
import { RawServer } from '../../support/raw-server.js';

const ZERO = { uuid: '00000000-0000-0000-0000-000000000000', version: 0 };
/** A proposal whose bitmask begins with `bits`. */
const features = (bits: number, rest = '00-000000000000', version = 1) => ({
  uuid: `${BIND_TIME_FEATURES_PREFIX}${bits.toString(16).padStart(2, '0')}${rest}`,
  version,
});
const ack = (reason: number) => ({ result: RESULT.negotiate_ack, reason, transfer_syntax: ZERO });

function answer(elements: Parameters<RawServer['bind']>[0], profile = {}) {
  const server = new RawServer({ profile });
  return { server, answer: server.bind(elements) };
}

describe('bind time feature negotiation, [MS-RPCE] 3.3.1.5.3', () => {
  test.each([
    ['nothing', 0, 0],
    ['security context multiplexing', 1, 1],
    ['keeping the connection on orphaned', 2, 2],
    ['both', 3, 3],
    ['both and six reserved bits, which are cleared', 0xff, 3],
  ])('a client that asks for %s gets negotiate_ack with the bits that the server knows', (_name, bits, agreed) => {
    const { server, answer: got } = answer([element(0), element(1, ECHO, features(bits))]);
    expect(got).toMatchObject({ PTYPE: 'bind_ack', results: [{ result: RESULT.acceptance }, ack(agreed)] });
    expect(server.association.features).toBe(agreed);
  });

  test('reserved octets of the bitmask are cleared too', () => {
    const { answer: got } = answer([element(0), element(1, ECHO, features(3, 'ff-ffffffffffff'))]);
    expect(got).toMatchObject({ results: [{}, ack(3)] });
  });

  test('they stand alone as well, whatever the abstract syntax', () => {
    expect(answer([element(0, { ...ECHO, ...ZERO }, features(2))]).answer).toMatchObject({ results: [ack(2)] });
  });

  test('only the first transfer syntax of an element counts, the others are ignored', () => {
    const first = element(1, { ...ECHO, ...NDR64_SYNTAX }, features(1), features(2), ZERO);
    expect(answer([first]).answer).toMatchObject({ results: [ack(1)] });
    const later = element(1, { ...ECHO, ...ZERO }, ZERO, features(1), features(2));
    expect(answer([later]).answer).toMatchObject({
      results: [{ result: RESULT.provider_rejection, reason: REASON.abstract_syntax_not_supported }],
    });
  });

  test('two such elements are refused with bind_nak 0', () => {
    const { server, answer: got } = answer([element(0, ECHO, features(1)), element(1, ECHO, features(2))]);
    expect(got).toMatchObject({ PTYPE: 'bind_nak', provider_reject_reason: 0 });
    expect(server.closed).toMatch(/twice/);
  });

  test('another version than 1.0 is a transfer syntax that nobody has', () => {
    const { answer: got } = answer([element(0), element(1, ECHO, features(3, undefined, 2))]);
    expect(got).toMatchObject({ results: [{}, { result: RESULT.provider_rejection }] });
  });

  test('without the proposal there are no features', () => {
    expect(answer([element(0)]).server.association.features).toBe(0);
  });

  test('a server older than the negotiation rejects it as a transfer syntax, note <99>', () => {
    const { server, answer: got } = answer([element(0), element(1, ECHO, features(3))], {
      bindTimeFeatures: undefined,
    });
    expect(got).toMatchObject({
      results: [{}, { result: RESULT.provider_rejection, reason: REASON.proposed_transfer_syntaxes_not_supported }],
    });
    expect(server.association.features).toBe(0);
  });

  test('a server that supports one feature clears the bit of the other', () => {
    expect(answer([element(0), element(1, ECHO, features(3))], { bindTimeFeatures: 2 }).answer).toMatchObject({
      results: [{}, ack(2)],
    });
  });

  test('an alter_context negotiates none: there it is a transfer syntax that nobody has', () => {
    const server = new RawServer();
    server.bind();
    expect(server.alter([element(0), element(1, ECHO, features(3))])).toMatchObject({
      PTYPE: 'alter_context_resp',
      results: [{ result: RESULT.acceptance }, { result: RESULT.provider_rejection }],
    });
    expect(server.association.features).toBe(0);
  });
});
