import { z } from 'zod';
import type { OpcClient } from '../../client/opc/client.js';
import { outcomeOfError } from '../../client/outcome.js';
import { Refused } from '../../client/refused.js';
import { IOPCDataCallback } from '../../codec/opc/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { formatEndpoint } from '../../net/channel.js';
import { type DataListener, dataSink } from '../../server/classes/opc/index.js';
import { exportObjects } from '../../server/export-objects.js';
import { activationExpectation, observedOf, serviceReferences } from '../client-step.js';
import { compare } from '../expectations.js';
import type { Lab } from '../lab.js';
import { opcSession, opcStep } from '../opc.js';
import { duration, level, name, refuser } from '../values.js';
import { verb } from './verb.js';

const SECOND = 1_000;

const schema = z
  .strictObject({
    ...opcStep,
    for: duration.default(5 * SECOND),
    rate: duration.default(SECOND).describe('update rate'),
    hint: level.default(RPC_C_AUTHN_LEVEL.CONNECT).describe('the least level that the client names for calls back'),
    takes: level.default(RPC_C_AUTHN_LEVEL.CONNECT).describe('the least level that it takes'),
    signs: z.boolean().default(true).describe('false: a client that cannot sign where it is called, as j-interop’s'),
    port: z.number().int().positive().max(65_535).optional().describe('where it is called; a free one where absent'),
    advertises: z.array(name).optional().describe('addresses that it names; its own where absent'),
  })
  .describe('an OPC client is told of changes: the server calls it back');
type Given = z.output<typeof schema>;

export const subscribe = verb({
  schema,
  expect: z.strictObject({
    ...activationExpectation,
    changes: z.number().int().nonnegative().optional().describe('calls of OnDataChange that arrived'),
    callBack: z.enum(['accepted', 'refused', 'none']).optional(),
    callBackLevel: level.optional(),
    callBackRefusedBy: refuser.optional(),
  }),
  references: (given, names, { path }) => serviceReferences(given, names, path, 'opc'),
  async run(lab, given, { title, expect }) {
    const session = await opcSession(lab, given, { verb: 'subscribe', title, refusedBy: expect.refusedBy });
    let heard = { changes: 0, level: undefined as number | undefined };
    const before = lab.host(given.on).server.callBacks.length;
    try {
      if (session.opc !== undefined) heard = await listen(lab, given, session.opc);
      const tried = lab.host(given.on).server.callBacks.slice(before);
      const refused = tried.find(({ outcome }) => !outcome.accepted);
      compare(lab, session.id, session.title, expect, {
        ...observedOf(session),
        changes: heard.changes,
        callBack: refused === undefined ? (tried.length === 0 ? 'none' : 'accepted') : 'refused',
        callBackLevel: tried.findLast((each) => each.level !== undefined)?.level ?? heard.level,
        callBackRefusedBy: refused?.outcome.refusedBy ?? 'nobody',
      });
    } finally {
      await session.close();
    }
  },
});

/** Subscribes for a while, and counts what comes. A server that cannot call back is noticed here. */
async function listen(lab: Lab, given: Given, opc: OpcClient) {
  const heard = { changes: 0, level: undefined as number | undefined };
  const exported = await placeOf(lab, given);
  const sink: DataListener = {
    changed: (_, { security }) => {
      heard.changes++;
      heard.level = security?.level;
    },
  };
  const group = await opc.addGroup({ items: given.items, rate: given.rate });
  try {
    const unadvise = await group.advise(exported.export(dataSink(sink), IOPCDataCallback.uuid));
    await lab.world.wait(given.for);
    await unadvise();
  } catch (error) {
    // Anything but an outcome is a mistake of this program.
    if (!(error instanceof Refused)) outcomeOfError(error);
  } finally {
    await group.remove().catch(() => undefined);
    await exported.close();
  }
  return heard;
}

/** The place where a client is called back, on its own host. */
function placeOf(lab: Lab, { from: name, hint, takes, signs, port = 0, advertises }: Given) {
  const from = lab.host(name);
  const { world } = lab;
  return exportObjects({
    listen: formatEndpoint({ address: from.address, port }),
    network: from.network,
    timers: world.timers,
    clock: world.clock,
    monotonic: world.monotonic,
    random: from.random,
    accounts: from.accounts,
    exporterLevel: takes,
    authnHint: Math.max(hint, takes),
    // A place that cannot sign asks nobody who he is, either: j-interop's takes whatever it is shown.
    ntlm: { signs },
    allowAnonymous: !signs,
    observers: [from.audience],
    onRefusedCall: from.audience.onRefusedCall,
    onFailedLogon: from.audience.onFailedLogon,
    ...(advertises && { addresses: { hosts: advertises } }),
  });
}
