import { afterEach, describe, expect, test } from 'vitest';
import { decodePdu } from '../../../src/codec/rpce/index.js';
import type { ServerOptions } from '../../../src/server/server.js';
import { ACCOUNT, activates, LEVEL, serve } from '../../support/live.js';

let server: Awaited<ReturnType<typeof serve>>;
afterEach(() => server.close());

/** The stub of the answer to an activation at CONNECT, where nothing is added to it. */
async function answer(options: ServerOptions, method: 'RemoteActivation' | 'RemoteCreateInstance', clsid?: string) {
  const sent: Buffer[] = [];
  const octets = (from: 'client' | 'server', bytes: Uint8Array) => {
    if (from === 'server') sent.push(Buffer.from(bytes));
  };
  server = await serve({ asOf: '2021-05', accounts: [ACCOUNT], observers: [{ octets }], ...options });
  const { outcome } = await activates(server, { level: LEVEL.CONNECT, method, ...(clsid && { clsid }) });
  const pdu = decodePdu(sent.at(-1) as Buffer);
  return { outcome, stub: Buffer.from('stub' in pdu ? pdu.stub : []) };
}

const MEOW = Buffer.from('MEOW');
const CLSID_ERROR_EXTENSION = '1c03000000000000c000000000000046';
const METHODS = ['RemoteActivation', 'RemoteCreateInstance'] as const;

describe.each(METHODS)('the ORPCTHAT of an answer to %s', (method) => {
  test('has no extensions by default, as in the captures', async () => {
    const { outcome, stub } = await answer({}, method);
    expect(outcome.text).toBe('accepted');
    expect(stub.readUInt32LE(4)).toBe(0);
  });

  test('carries error information where the options ask for it: the conformance stands before the id', async () => {
    const { outcome, stub } = await answer({ dcom: { activationExtension: 'error information' } }, method);
    expect(outcome.text).toBe('accepted');
    // flags, referent; [MS-DCOM] 2.2.13.2: size, reserved, referent; conformance of the array, two referents, one null.
    expect([4, 16, 24, 28].map((at) => stub.readUInt32LE(at) === 0)).toEqual([false, false, false, true]);
    expect([8, 12, 20].map((at) => stub.readUInt32LE(at))).toEqual([1, 0, 2]);
    const [conformance, size] = [stub.readUInt32LE(32), stub.readUInt32LE(52)];
    expect(stub.toString('hex', 36, 52)).toBe(CLSID_ERROR_EXTENSION);
    expect(conformance).toBe((size + 7) & ~7);
    expect(stub.subarray(56, 60)).toEqual(MEOW);
  });

  test('has none where the activation failed', async () => {
    const unknown = '11111111-2222-4333-8444-555555555555';
    const dcom = { activationExtension: 'error information', minorVersionsBelow7: 'taken' } as const;
    const { stub, outcome } = await answer({ dcom, classes: [] }, method, unknown);
    expect(outcome.accepted).toBe(false);
    expect(stub.readUInt32LE(4)).toBe(0);
  });
});
