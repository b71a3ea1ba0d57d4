import { describe, expect, test } from 'vitest';
import { RPC_C_AUTHN_LEVEL } from '../../../../src/codec/rpce/index.js';
import type { ObservedMessage } from '../../../../src/rpc/index.js';
import type { KnownSecret } from '../../../../src/security/index.js';
import { ACCOUNT } from '../../../support/associations.js';
import { conversation, messages, overhear, SEALED, sniffer, type Wire } from './overheard.js';

const { CONNECT, PKT_INTEGRITY, PKT_PRIVACY } = RPC_C_AUTHN_LEVEL;

describe('an association that goes on from the remainder of another one', () => {
  const resumed = (wire: Wire, handshake: number, secrets?: KnownSecret[]): ObservedMessage[] => {
    const before = sniffer(secrets);
    overhear(wire.slice(0, handshake), before);
    const after = sniffer(secrets);
    after.restore(before.remainder);
    expect(after.remainder).toBe(before.remainder);
    return messages(overhear(wire.slice(handshake), after));
  };
  const lengthOf = (wire: Wire): number => wire.findIndex(({ pdu }) => pdu[2] === 0);

  test.each(SEALED)(
    'at %s: interface, level and who it is are known, the session key is not',
    (_name, level, _known, unknown) => {
      const { wire } = conversation(level);
      const found = resumed(wire, lengthOf(wire));
      expect(found.map(({ stubState }) => stubState)).toEqual([unknown, unknown]);
      const straight = messages(overhear(wire));
      expect(found.map(({ presentation, security }) => ({ presentation, security }))).toEqual(
        straight.map(({ presentation, security }) => ({ presentation, security })),
      );
    },
  );

  test('a handshake that ends afterwards tells who it is', () => {
    const { wire } = conversation(CONNECT);
    const auth3 = wire.findIndex(({ pdu }) => pdu[2] === 16);
    expect(auth3).toBeGreaterThan(0);
    expect(resumed(wire, auth3)[0]?.security.identity).toMatchObject({ user: ACCOUNT.user });
  });
});

describe('a capture that begins in the middle of a connection', () => {
  test('messages are found, without interface and level', () => {
    const { wire } = conversation(RPC_C_AUTHN_LEVEL.NONE);
    const found = messages(overhear(wire.slice(2)));
    expect(found).toMatchObject([
      { kind: 'request', opnum: 1, presentation: undefined, security: { from: 'unknown' } },
      { kind: 'response', opnum: 1 },
    ]);
  });

  test('an answer whose request was not captured has no opnum', () => {
    const { wire } = conversation(RPC_C_AUTHN_LEVEL.NONE);
    expect(messages(overhear(wire.slice(-1)))).toMatchObject([
      { kind: 'response', opnum: undefined, object: undefined },
    ]);
  });

  test('a message whose first fragment was not captured is left out; the next one is whole again', () => {
    const { wire } = conversation(RPC_C_AUTHN_LEVEL.NONE, Buffer.alloc(20_000));
    const observed = overhear(wire.slice(3));
    expect(messages(observed).map(({ kind }) => kind)).toEqual(['response']);
  });

  test('sealed and signed stubs stay what they are, as the handshake is missing', () => {
    for (const [level, state] of [
      [PKT_PRIVACY, 'sealed'],
      [PKT_INTEGRITY, 'signed'],
    ] as const) {
      expect(messages(overhear(conversation(level).wire.slice(3)))[0]?.stubState).toBe(state);
    }
  });
});

describe('a capture of one side', () => {
  test('of the client: proposals stand for the presentation contexts, not accepted', () => {
    const { wire } = conversation(CONNECT);
    const association = sniffer();
    const found = messages(
      overhear(
        wire.filter(({ from }) => from === 'client'),
        association,
      ),
    );
    expect(found).toMatchObject([
      { kind: 'request', presentation: { accepted: false, transferSyntax: 'ndr20' }, security: { level: CONNECT } },
    ]);
    expect(association.securities[0]?.passive?.identity).toMatchObject({ user: 'op' });
  });

  test('of the server: answers without opnum', () => {
    const { wire } = conversation(RPC_C_AUTHN_LEVEL.NONE);
    expect(messages(overhear(wire.filter(({ from }) => from === 'server')))).toMatchObject([
      { kind: 'response', opnum: undefined, presentation: undefined },
    ]);
  });
});
