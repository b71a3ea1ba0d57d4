import { z } from 'zod';
import { Automation, DispatchError } from '../../client/automation.js';
import { Refused } from '../../client/dcom-client.js';
import { outcomeOfError } from '../../client/outcome.js';
import { compare } from '../expectations.js';
import type { KeptObject } from '../lab.js';
import { name } from '../values.js';
import { verb } from './verb.js';

type Argument = string | number | boolean;

export const invoke = verb({
  schema: z
    .strictObject({
      object: name,
      member: name,
      arguments: z.array(z.union([z.string(), z.number(), z.boolean()])).default([]),
    })
    .describe('calls a member of an object that is kept, over IDispatch'),
  expect: z.strictObject({ outcome: z.enum(['accepted', 'refused']).optional() }),
  references: ({ object }, names, { path }) => names.kept(object, [...path, 'object']),
  async run(lab, { object, member, arguments: given }, { title, expect }) {
    const kept = lab.objects.get(object);
    // An activation that was refused has kept nothing.
    const outcome = kept === undefined ? 'refused' : await outcomeOf(kept, member, given);
    const id = `invoke.${object}.${member}`;
    compare(lab, id, title ?? `${member} of ${object}`, { outcome: 'accepted', ...expect }, { outcome });
  },
});

/** Calls a member of an object that is kept, by its path. */
async function outcomeOf({ client, object }: KeptObject, member: string, given: readonly Argument[]) {
  const automation = new Automation({ unmarshal: (objref) => client.unmarshal(objref) });
  try {
    await automation.invoke(object, member, ...given);
    return 'accepted';
  } catch (error) {
    // Throws what is no outcome but a mistake of this program.
    if (!(error instanceof DispatchError || error instanceof Refused)) outcomeOfError(error);
    return 'refused';
  }
}
