import { describe, expect, test } from 'vitest';
import { type DatagramRecord, datagramRecord } from '../../../../src/capture/decode/datagram.js';
import { readCapture } from '../../../../src/capture/pdu/pdus.js';
import { datagramLine } from '../../../../src/cli/decode/datagram-line.js';
import { CL_PTYPES, dc_rpc_cl_pkt_hdr_t } from '../../../../src/codec/rpce/index.js';
import { UUID_NULL } from '../../../../src/codec/uuid.js';
import { pcapngOf } from '../../../support/segments.js';
import { ipv4, udp } from '../../../support/tunnels.js';

const [SVCCTL, ACTIVATOR] = ['367abb81-9844-35f1-ad32-98f038001003', '000001a0-0000-0000-c000-000000000046'];
const ACTIVITY = '11111111-2222-3333-4444-555555555555';

/** A PDU of `length` octets behind its header, in either byte order. */
function pdu(given: { if_id?: string; ptype?: number; len?: number; auth_proto?: number } = {}, big = false): Buffer {
  const header = dc_rpc_cl_pkt_hdr_t.encode(
    {
      rpc_vers: 4,
      ptype: 0,
      flags1: 8,
      flags2: 0,
      drep: Buffer.of(big ? 0 : 0x10, 0, 0),
      serial_hi: 0,
      object: UUID_NULL,
      if_id: SVCCTL,
      act_id: ACTIVITY,
      server_boot: 0,
      if_vers: 2,
      seqnum: 7,
      opnum: 15,
      ihint: 0xffff,
      ahint: 0xffff,
      len: 4,
      fragnum: 0,
      auth_proto: 0,
      serial_lo: 0,
      ...given,
    },
    big ? 'big' : 'little',
  );
  return Buffer.concat([header, Buffer.alloc(4)]);
}

async function read(...payloads: readonly Buffer[]) {
  const records: DatagramRecord[] = [];
  const frames = payloads.map((payload) => ipv4(17, udp(135, payload)));
  const { understood } = await readCapture(pcapngOf(frames, 101), {
    open: () => ({ pdu: () => {} }),
    onConnectionless: (each) => records.push(datagramRecord(each)),
  });
  return { records, passed: understood.passedOver.map(({ what, count }) => `${count} ${what}`), understood };
}

describe('RPC over UDP', () => {
  test.each([false, true])('is told by its header; big-endian: %s', async (big) => {
    const { records, passed, understood } = await read(pdu({}, big));
    expect(records[0]).toMatchObject({
      frame: 1,
      dst: expect.stringMatching(/:135$/),
      transport: 'ncadg_ip_udp',
      ptype: 'request',
      activity: ACTIVITY,
      sequence: 7,
      interface: 'svcctl',
      opnum: 15,
      operation: 'ROpenSCManagerW',
      length: 4,
    });
    expect(records[0]).not.toHaveProperty('object');
    expect(datagramLine(records[0] as DatagramRecord)).toMatch(
      / request +call 7 +svcctl::ROpenSCManagerW, header alone$/,
    );
    expect(passed).toEqual(['1 PDUs of RPC over UDP (ncadg_ip_udp) of svcctl, of which the header alone is read']);
    expect(understood.certain).toBe(true);
  });

  test('of an activator makes a verdict uncertain, and interfaces without a name are one', async () => {
    const unknown = [1, 2, 3].map((n) => pdu({ if_id: `${n}${ACTIVITY.slice(1)}` }));
    const { passed, understood } = await read(pdu({ if_id: ACTIVATOR }), ...unknown);
    expect(passed).toEqual([
      '1 PDUs of RPC over UDP (ncadg_ip_udp) of IRemoteSCMActivator, of which the header alone is read',
      '3 PDUs of RPC over UDP (ncadg_ip_udp) of interfaces that are not known, of which the header alone is read',
    ]);
    expect(understood.certain).toBe(false);
  });

  test.each(CL_PTYPES.map((name, ptype) => [name, ptype] as const))('has the type %s', async (name, ptype) => {
    expect((await read(pdu({ ptype }))).records.map((record) => record.ptype)).toEqual([name]);
  });

  test.each([
    ['another version', Buffer.concat([Buffer.of(5), pdu().subarray(1)])],
    ['a type that there is not', pdu({ ptype: 11 })],
    ['a length that does not fit', pdu({ len: 5 })],
    ['a length beyond what is protected', pdu({ len: 5, auth_proto: 9 })],
    ['less than a header', pdu().subarray(0, 79)],
  ])('is not what has %s', async (_, payload) => {
    expect((await read(payload)).passed).toEqual([]);
  });
});
