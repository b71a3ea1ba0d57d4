import { name } from '../values.js';
import { NOTHING, verb } from './verb.js';

export const release = verb({
  schema: name.describe('gives an object back that is kept'),
  expect: NOTHING,
  references: (object, names, { path }) => names.released(object, path),
  async run(lab, object) {
    const kept = lab.objects.get(object);
    if (kept === undefined) return;
    lab.objects.delete(object);
    await kept.object.release().catch(() => undefined);
    await kept.client.close();
  },
});
