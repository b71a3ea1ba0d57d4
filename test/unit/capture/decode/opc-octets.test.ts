import { describe, expect, test } from 'vitest';
import { OPC_INTERFACES } from '../../../../src/codec/opc/index.js';
import { ACCOUNT, LEVEL } from '../../../support/live.js';
import { recordedOpcSession } from '../../../support/opc-session.js';
import { stubsIn } from '../../../support/recorded-stubs.js';

/** What the server does not have: Data Access 1.0, public groups, sampling, and the list of all categories. */
const NOT_SERVED =
  /^(IOPCAsyncIO|IOPCServerPublicGroups|IOPCPublicGroupStateMgt|IOPCItemSamplingMgt)::|::EnumCategories$/;

describe.each([
  ['signed', LEVEL.PKT_INTEGRITY],
  ['sealed', LEVEL.PKT_PRIVACY],
])('a session of OPC with every call, %s', (_, level) => {
  test('is read in full, and every stub of it is encoded again octet for octet', async () => {
    const { called, odd, stubs } = await stubsIn(await recordedOpcSession({ level }), ACCOUNT.password);
    expect(odd).toEqual([]);
    expect(stubs).toBeGreaterThan(300);
    const missed = OPC_INTERFACES.flatMap(({ name, operations }) =>
      [...operations.values()].filter((each) => !called.has(each)).map((each) => `${name}::${each.name}`),
    );
    expect(missed.filter((each) => !NOT_SERVED.test(each))).toEqual([]);
  });
});
