import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RPC_C_AUTHN_LEVEL } from '../../../../src/codec/rpce/index.js';
import { authnLevelName } from '../../../../src/codec/status/authn.js';
import { contextOf } from '../../../../src/conform/server/association.js';
import type { DcomServer } from '../../../../src/server/server.js';
import { activates, LEVEL, NTLM, SPNEGO } from '../../../support/live.js';
import { MANIPULATIONS, type Manipulation } from './manipulations.js';
import { type Activating, built, connected, MECHANISMS, METHODS, type Mechanism, serverAsOf } from './scene.js';

/** Since when, and the least level that then gets an object: before the update any with a name, then PKT_INTEGRITY. */
const DATES = [
  ['2021-05', RPC_C_AUTHN_LEVEL.CONNECT],
  ['2023-03-14', RPC_C_AUTHN_LEVEL.PKT_INTEGRITY],
] as const;

interface Cell {
  readonly method: Activating;
  readonly mechanism: Mechanism;
  readonly level: number;
}

describe.each(DATES)('a listening server as of %s', (asOf, least) => {
  let server: DcomServer;
  beforeAll(async () => {
    server = await serverAsOf(asOf);
  });
  afterAll(() => server.close());

  /** Objects that a cell got, and which level the server says that they were asked for at. */
  async function got({ method, mechanism, level }: Cell, { run }: Manipulation): Promise<number[]> {
    const association = await connected(server);
    const before = server.activations.length;
    try {
      const protection = await built(association, { at: method.at, mechanism, level });
      await run({ ...method, server, association, mechanism, level, protection });
    } finally {
      association.connection.destroy();
    }
    return server.activations
      .slice(before)
      .filter(({ outcome }) => outcome === 'accepted')
      .map((activation) => activation.level);
  }

  test.each(MANIPULATIONS)(
    'an activation with $what: whoever may have an object gets one, and nobody else',
    async (manipulation) => {
      const wrong: string[] = [];
      for (const method of METHODS)
        for (const mechanism of MECHANISMS)
          for (const level of manipulation.levels) {
            const stands = manipulation.stands(level);
            const due = stands !== undefined && stands >= least ? [stands] : [];
            const objects = await got({ method, mechanism, level }, manipulation);
            if (JSON.stringify(objects) === JSON.stringify(due)) continue;
            wrong.push(
              `${method.name}, ${mechanism}, ${authnLevelName(level)}: ${JSON.stringify(objects)}, not ${JSON.stringify(due)}`,
            );
          }
      expect(wrong).toEqual([]);
    },
  );

  test('without authentication nobody does, whatever the method', async () => {
    const before = server.objects;
    for (const { at, opnum, stub } of METHODS) {
      const association = await connected(server);
      await association.bind([contextOf(at)]);
      await association.connection.exchange(...association.fragments(opnum, stub));
      association.connection.destroy();
    }
    expect(server.objects).toBe(before);
  });

  test.each([
    ['a null session', { nobody: true }],
    ['a wrong password', { password: 'wrong' }],
    ['a name that nobody has', { user: 'nobody' }],
  ])('nor with %s, at any level', async (_who, who) => {
    const before = server.objects;
    for (const authType of [NTLM, SPNEGO])
      for (const level of Object.values(LEVEL)) if (level > 1) await activates(server, { ...who, level, authType });
    expect(server.objects).toBe(before);
  });
});
