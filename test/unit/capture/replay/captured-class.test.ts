import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { readCalls } from '../../../../src/capture/decode/captured-calls.js';
import { capturedClasses } from '../../../../src/capture/replay/captured-class.js';
import { whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { Automation, type AutomationValue } from '../../../../src/client/automation.js';
import { DcomClient } from '../../../../src/client/dcom-client.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { IID_IDispatch } from '../../../../src/codec/oaut/index.js';
import { automationClass, type ComClass } from '../../../../src/server/classes/index.js';
import { authentication, CLSID, serve } from '../../../support/live.js';
import { OBJECT_HOST } from '../../../support/object-host.js';
import { observerOf } from '../../../support/observers.js';

type Drive = (invoke: (member: string, ...args: string[]) => Promise<AutomationValue>) => Promise<void>;

/** A conversation with one object of the classes, as a capture has it. */
async function converse(classes: readonly ComClass[], drive: Drive): Promise<readonly CapturedCall[]> {
  const blocks: Buffer[] = [];
  const server = await serve({ classes, record: (block) => blocks.push(block) });
  const { credentials, random } = authentication({});
  const { address: host, port } = server.address;
  const profile = CLIENT_PROFILES['windows-2023-03'];
  const client = new DcomClient({ host, port, profile, random, ...(credentials && { credentials }) });
  try {
    const object = await client.activate(CLSID, IID_IDispatch);
    const automation = new Automation({ unmarshal: (objref) => client.unmarshal(objref) });
    await drive((member, ...args) => automation.invoke(object, member, ...args));
  } finally {
    await client.close();
    await server.close();
  }
  return callsIn(Buffer.concat(blocks));
}

async function callsIn(recording: Buffer): Promise<readonly CapturedCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'captured-class-'));
  try {
    const file = join(folder, 'recorded.pcapng');
    writeFileSync(file, recording);
    return (await readCalls(file, whyNotRepeated, observerOf())).calls;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Says how often it was asked, and another number for each name. */
const counter = automationClass(CLSID, 'Counter', () => {
  let count = 0;
  return {
    Next: { get: () => ++count },
    Of: { parameters: [{ name: 'Name', type: 'string' }], invoke: (_, name) => `${name} ${++count}` },
  };
});

const someCalls: Drive = async (invoke) => {
  for (let index = 0; index < 3; index++) await invoke('Next');
  await invoke('Of', 'boiler');
  await invoke('Of', 'valve');
};

describe('an object that answers what a captured one answered', () => {
  test('gives the n-th equal call the n-th captured answer, and the last one from then on', async () => {
    const answers: AutomationValue[] = [];
    await converse(capturedClasses(await converse([counter], someCalls)), async (invoke) => {
      for (let index = 0; index < 4; index++) answers.push(await invoke('Next'));
    });
    expect(answers).toEqual([1, 2, 3, 3]);
  });

  test('counts calls with other parameters by themselves', async () => {
    const answers: AutomationValue[] = [];
    await converse(capturedClasses(await converse([counter], someCalls)), async (invoke) => {
      for (const name of ['valve', 'boiler', 'valve']) answers.push(await invoke('Of', name));
    });
    expect(answers).toEqual(['valve 5', 'boiler 4', 'valve 5']);
  });

  test('begins again with every object that is activated', async () => {
    const classes = capturedClasses(await converse([counter], someCalls));
    const answers: AutomationValue[] = [];
    const once: Drive = async (invoke) => void answers.push(await invoke('Next'), await invoke('Next'));
    await converse(classes, once);
    await converse(classes, once);
    expect(answers).toEqual([1, 2, 1, 2]);
  });

  test('is made of 40,000 calls, and asked for its interface a thousand times', async () => {
    const calls = await converse([counter], someCalls);
    const invoked = calls.findLast(({ operation }) => operation?.name === 'Invoke') as CapturedCall;
    const many = [...calls, ...Array.from({ length: 40_000 }, () => invoked)];
    const object = capturedClasses(many)[0]?.create(OBJECT_HOST);
    for (let index = 0; index < 1_000; index++) expect(object?.queryInterface(IID_IDispatch)?.size).toBe(2);
  });
});
