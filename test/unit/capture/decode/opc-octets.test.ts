import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDecoded } from '../../../../src/capture/decode/decode.js';
import type { Operation } from '../../../../src/codec/ndr/index.js';
import { OPC_INTERFACES } from '../../../../src/codec/opc/index.js';
import { ACCOUNT, LEVEL } from '../../../support/live.js';
import { observerOf } from '../../../support/observers.js';
import { recordedOpcSession } from '../../../support/opc-session.js';

/** What the server does not have: Data Access 1.0, public groups, sampling, and the list of all categories. */
const NOT_SERVED =
  /^(IOPCAsyncIO|IOPCServerPublicGroups|IOPCPublicGroupStateMgt|IOPCItemSamplingMgt)::|::EnumCategories$/;

async function stubsOf(recording: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'opc-octets-'));
  const file = join(folder, 'recorded.pcapng');
  writeFileSync(file, recording);
  const called = new Set<Operation>();
  const odd: string[] = [];
  let stubs = 0;
  for await (const decoded of readDecoded(file, { observe: observerOf(ACCOUNT.password) })) {
    const { captured, interface: name, operation, parameters, error, observed } = decoded;
    const where = `frame ${captured.frame} ${name}::${operation?.name}`;
    if (error !== undefined) odd.push(`${where}: ${error.message}`);
    const { message } = observed;
    if (message === undefined || message.kind === 'fault' || operation === undefined) continue;
    if (parameters === undefined) {
      odd.push(`${where}: not read, ${message.stubState}`);
      continue;
    }
    const type = message.kind === 'request' ? operation.request : operation.response;
    const { value, layout } = parameters;
    const again = type.encode(value, {
      layout,
      syntax: message.presentation?.transferSyntax,
      little: message.littleEndian,
    });
    if (!again.equals(message.stub)) odd.push(`${where} ${message.kind}: other octets`);
    stubs++;
    if (message.kind === 'response') called.add(operation);
  }
  rmSync(folder, { recursive: true });
  return { called, odd, stubs };
}

describe.each([
  ['signed', LEVEL.PKT_INTEGRITY],
  ['sealed', LEVEL.PKT_PRIVACY],
])('a session of OPC with every call, %s', (_, level) => {
  test('is read in full, and every stub of it is encoded again octet for octet', async () => {
    const { called, odd, stubs } = await stubsOf(await recordedOpcSession({ level }));
    expect(odd).toEqual([]);
    expect(stubs).toBeGreaterThan(300);
    const missed = OPC_INTERFACES.flatMap(({ name, operations }) =>
      [...operations.values()].filter((each) => !called.has(each)).map((each) => `${name}::${each.name}`),
    );
    expect(missed.filter((each) => !NOT_SERVED.test(each))).toEqual([]);
  });
});
