import { must } from '../core/index.js';
import type { Attempted } from './attempt.js';
import type { ClientCheck, Subject } from './check.js';
import { callsOf, isActivationCall } from './history/calls.js';
import { faults } from './middle/changes.js';
import { endedText } from './under-test.js';

const ACCESS_DENIED = 5;

/** The client comes through with the plain server, or nothing else can be told of it. */
export const sanity = (
  when: 'first' | 'last',
  keep: (attempted: Attempted) => void = () => undefined,
): ClientCheck => ({
  id: `sanity/plain-server-${when}`,
  section: 'this suite',
  requirement: 'The client activates an object of the plain server, and ends as after a success.',
  level: 'MUST',
  needs: [],
  stimulus: 'the plain server',
  async run({ attempt }) {
    const attempted = await attempt({});
    keep(attempted);
    const { activations, ended, history } = attempted;
    const expected = 'the client activates an object and ends as after a success';
    must(history.connections.length > 0, expected, `it did not connect; ${endedText(ended)}`);
    const asked = callsOf(history).filter(isActivationCall);
    must(asked.length > 0, expected, `it asked for no activation; ${endedText(ended)}`);
    const refusal = activations.find(({ outcome }) => outcome !== 'accepted');
    const granted = activations.some(({ outcome }) => outcome === 'accepted');
    must(granted, expected, () => `its activation was refused: ${refusal?.reason ?? 'it could not be read'}`);
    must(ended.how === 'succeeded' || ended.how === 'unknown', expected, endedText(ended));
  },
});

/** Whether the end of the client tells: it is run once where it cannot succeed. */
export async function endTells({ attempt }: Pick<Subject, 'attempt'>): Promise<boolean> {
  const { ended } = await attempt({ change: faults(isActivationCall, ACCESS_DENIED) });
  return ended.how === 'failed';
}
