import { expect, test, vi } from 'vitest';
import { activateAs } from '../../../../src/cli/activate/as.js';
import type { Output } from '../../../../src/cli/io.js';
import { Automation } from '../../../../src/client/automation.js';
import { type AutomationMembers, automationClass, automationObject } from '../../../../src/server/classes/index.js';
import { ACCOUNT, CLSID, IID_IDispatch, IID_IUnknown, serve } from '../../../support/live.js';

const child = () => automationObject('Child', { Name: { get: () => 'child' } });
const members = (): AutomationMembers => ({
  Child: { get: () => child() },
  Children: (call) => [call.marshal(child(), IID_IDispatch), call.marshal(child(), IID_IDispatch)],
});

/** `activate --invoke`, within this process; gives what was said, and how many objects the server is left with. */
async function invoke(...words: string[]): Promise<{ said: string[]; objects: number }> {
  const server = await serve({ classes: [automationClass(CLSID, 'Test', members)] });
  const said: string[] = [];
  const nothing = (): void => {};
  const out: Output = {
    ...{ json: false, colour: false, width: undefined },
    ...{ text: (text) => void said.push(text), record: nothing, table: nothing, note: nothing, flush: async () => {} },
  };
  const { address: host, port } = server.address;
  try {
    await activateAs(out, { host, port }, { clsid: CLSID, iid: IID_IUnknown, user: ACCOUNT, invoke: words });
    return { said: said.slice(1), objects: server.objects };
  } finally {
    await server.close();
  }
}

test.each([
  ['an object', 'Child', `Child: {"object":"${IID_IDispatch}"}`],
  ['objects in an array', 'Children', `Children: [{"object":"${IID_IDispatch}"},{"object":"${IID_IDispatch}"}]`],
])('%s that a member hands back is released', async (_, path, says) => {
  expect(await invoke(path)).toEqual({ said: [says], objects: 0 });
});

test('a mistake of this program is not passed off as bad usage', async () => {
  const broken = vi.spyOn(Automation.prototype, 'invoke').mockRejectedValue(new TypeError('x is undefined'));
  try {
    await expect(invoke('Child')).rejects.toThrow(TypeError);
  } finally {
    broken.mockRestore();
  }
});
