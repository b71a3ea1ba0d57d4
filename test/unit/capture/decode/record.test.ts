import { describe, expect, test } from 'vitest';
import { type DecodedPdu, StreamDecoder } from '../../../../src/capture/decode/decode.js';
import { pduRecord } from '../../../../src/capture/decode/record.js';
import { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { pduOf } from '../../../support/segments.js';

const endpoint = (address: string, port: number) => ({ address, port });

/** A PDU of a capture whose direction is all that it needs. */
function decoded(bytes: Buffer, { seconds = 0, nanoseconds = 0, missing = 0 } = {}): DecodedPdu {
  const direction = {
    toServer: true,
    source: endpoint('10.0.0.1', 50_000),
    destination: endpoint('2001:db8::1', 135),
    connection: { stream: 7 },
  };
  const captured = new CapturedPdu(direction as never, bytes, missing, 3, 4, seconds, nanoseconds);
  return new StreamDecoder(7).take(captured);
}

const timeOf = (seconds: number, nanoseconds: number): string =>
  pduRecord('f', decoded(pduOf(), { seconds, nanoseconds, missing: 1 })).time;

describe('the record of a PDU', () => {
  test('says where it stands, and leaves out what it has not', () => {
    const record = pduRecord('f.pcap', decoded(pduOf({ type: 19, body: 0, callId: 9 })));
    expect(record).toEqual({
      file: 'f.pcap',
      stream: 7,
      frame: 4,
      time: '1970-01-01T00:00:00.000000000Z',
      src: '10.0.0.1:50000',
      dst: '[2001:db8::1]:135',
      transport: 'ncacn_ip_tcp',
      ptype: 'orphaned',
      call_id: 9,
      pfc_flags: 3,
      frag_length: 16,
    });
  });

  test('of one that cannot be read says why, and where in it', () => {
    const record = pduRecord('f', decoded(pduOf({ type: 11, body: 12 })));
    expect(record).toMatchObject({ ptype: 'malformed', error: 'bind.p_cont_elem_t @0x1c: needs 4 octets, has 0' });
  });

  test('of one that is cut says how much is not there', () => {
    expect(pduRecord('f', decoded(pduOf(), { missing: 9 }))).toMatchObject({
      ptype: 'cut',
      error: '9 of its octets are not in the capture',
    });
  });

  test.each([
    [0, 0, '1970-01-01T00:00:00.000000000Z'],
    [1_700_000_000, 123_456_789, '2023-11-14T22:13:20.123456789Z'],
    [253_402_300_799, 1, '9999-12-31T23:59:59.000000001Z'],
    [-1, 0, '1969-12-31T23:59:59.000000000Z'],
    // Damage can put any number there; beyond what a date can be, the first or last one stands for it.
    [-62_167_219_201, 7, '0000-01-01T00:00:00.000000000Z'],
    [Number.MIN_SAFE_INTEGER, 7, '0000-01-01T00:00:00.000000000Z'],
    [253_402_300_800, 0, '9999-12-31T23:59:59.999999999Z'],
    [Number.MAX_SAFE_INTEGER, 5, '9999-12-31T23:59:59.999999999Z'],
  ])('has the time of %i s and %i ns as %s', (seconds, nanoseconds, iso) => {
    expect(timeOf(seconds, nanoseconds)).toBe(iso);
  });
});
