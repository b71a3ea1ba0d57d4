import { z } from 'zod';
import { activationExpectation, observedOf, serviceReferences } from '../client-step.js';
import { compare } from '../expectations.js';
import { opcSession, opcStep } from '../opc.js';
import { verb } from './verb.js';

export const read = verb({
  schema: z.strictObject(opcStep).describe('an OPC client reads items of the device'),
  expect: z.strictObject({
    ...activationExpectation,
    values: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .optional()
      .describe('in the order of the items'),
  }),
  references: (given, names, { path }) => serviceReferences(given, names, path, 'opc'),
  async run(lab, given, { title, expect }) {
    const session = await opcSession(lab, given, { verb: 'read', title, refusedBy: expect.refusedBy });
    try {
      const group = await session.opc?.addGroup({ items: given.items });
      const values = (await group?.read())?.map(({ value }) => value);
      await group?.remove();
      compare(lab, session.id, session.title, expect, { ...observedOf(session), values });
    } finally {
      await session.close();
    }
  },
});
