import { describe, expect, test } from 'vitest';
import { FAULT, PFC } from '../../../src/codec/rpce/index.js';
import { type RawOptions, RawServer, WHOLE } from '../../support/raw-server.js';

function bound(options: RawOptions & { multiplexed?: boolean } = {}): RawServer {
  const server = new RawServer(options);
  server.bind(undefined, { pfc_flags: WHOLE | (options.multiplexed ? PFC.CONC_MPX : 0) });
  return server;
}
const FIRST = { pfc_flags: PFC.FIRST_FRAG };
const MIDDLE = { pfc_flags: 0 };
const LAST = { pfc_flags: PFC.LAST_FRAG };
const proto = (change = {}) => [{ PTYPE: 'fault', status: FAULT.PROTO_ERROR, pfc_flags: WHOLE, ...change }];
const answer = (server: RawServer): number => {
  const call = server.calls.pop()!;
  return server.association.respond(call, Buffer.alloc(0)).length;
};

describe('call_id, [MS-RPCE] 3.3.3.5.2', () => {
  test('increases; gaps do not matter', () => {
    const server = bound({ multiplexed: true });
    for (const call_id of [1, 2, 50, 0x7fffffff]) expect(server.request({ call_id })).toEqual([]);
    expect(server.calls.map((call) => call.callId)).toEqual([1, 2, 50, 0x7fffffff]);
  });

  test('may come again once its call is answered, as Samba’s tests of Windows do it', () => {
    const server = bound();
    server.request({ call_id: 2 });
    answer(server);
    expect(server.request({ call_id: 2 })).toEqual([]);
  });

  test('of a call that is under way is a protocol error', () => {
    const server = bound({ multiplexed: true });
    server.request({ call_id: 2 });
    expect(server.request({ call_id: 2 })).toMatchObject(proto());
  });

  test('that decreases is taken, as j-interop’s clients need it, and the events name the option', () => {
    const server = bound();
    for (const call_id of [7, 3, 4]) {
      expect(server.request({ call_id })).toEqual([]);
      server.association.respond(server.calls.at(-1)!, Buffer.alloc(0));
    }
    expect(server.calls.map(({ callId }) => callId)).toEqual([7, 3, 4]);
    expect(server.events.filter(({ type }) => type === 'tolerated')).toEqual([
      { type: 'tolerated', callId: 3, option: 'fallingCallIds', why: 'call_id 3 after 7' },
    ]);
  });

  test('that decreases is a protocol error for a server that follows the text, and the connection ends', () => {
    const server = bound({ multiplexed: true, profile: { fallingCallIds: 'refused' } });
    server.request({ call_id: 5 });
    expect(server.request({ call_id: 4 })).toMatchObject(proto({ call_id: 4 }));
    expect(server.closed).toBeDefined();
  });

  test('above 0x7fffffff is a protocol error: there is no rollover, note <123>', () => {
    expect(bound().request({ call_id: 0x80000000 })).toMatchObject(proto());
  });

  test('is free under a profile that does not look', () => {
    const server = bound({ multiplexed: true, profile: { callIdsAbove31Bits: 'taken' } });
    for (const call_id of [0xffffffff, 3]) expect(server.request({ call_id })).toEqual([]);
  });

  test('of binds, alter_contexts and cancels does not count', () => {
    const server = new RawServer();
    server.bind(undefined, { call_id: 1000 });
    server.alter(undefined, { call_id: 2000 });
    server.send({ PTYPE: 'co_cancel', pfc_flags: WHOLE, call_id: 3000 });
    expect(server.request({ call_id: 1 })).toEqual([]);
  });
});

describe('fragments of a request, C706 12.6.4.9', () => {
  test('are joined in their order', () => {
    const server = bound();
    server.request({ ...FIRST, stub: Buffer.from('one ') });
    server.request({ ...MIDDLE, stub: Buffer.from('two ') });
    server.request({ ...LAST, stub: Buffer.from('three') });
    expect(server.calls[0]?.stub.toString()).toBe('one two three');
  });

  test('may be empty', () => {
    const server = bound();
    for (const flags of [FIRST, MIDDLE, MIDDLE, LAST]) expect(server.request(flags)).toEqual([]);
    expect(server.calls[0]?.stub).toHaveLength(0);
  });

  test('after the first give neither opnum nor context nor object: those of the first count', () => {
    const server = bound();
    server.request({ ...FIRST, opnum: 1 });
    server.request({ ...LAST, opnum: 111, p_cont_id: 111 });
    expect(server.calls[0]).toMatchObject({ opnum: 1, contextId: 0 });
  });

  test('share their data representation; another one is a protocol error', () => {
    const server = bound();
    server.request(FIRST);
    expect(server.request({ ...LAST, packed_drep: Buffer.of(0, 0, 0, 0) })).toMatchObject(
      proto({ pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE }),
    );
  });

  test('of another call between them: the fault names the call that is broken off, or with multiplexing the other one', () => {
    const server = bound();
    server.request({ ...FIRST, call_id: 3 });
    expect(server.request({ ...LAST, call_id: 4 })).toMatchObject(proto({ call_id: 3, p_cont_id: 0 }));
    const multiplexed = bound({ multiplexed: true });
    multiplexed.request({ ...FIRST, call_id: 3 });
    expect(multiplexed.request({ ...LAST, call_id: 4 })).toMatchObject(proto({ call_id: 4, p_cont_id: 0 }));
  });

  test('another first one before the last is a protocol error, with multiplexing too', () => {
    const server = bound();
    server.request({ ...FIRST, call_id: 50 });
    expect(server.request({ ...FIRST, call_id: 51 })).toMatchObject(proto({ call_id: 50 }));
    const multiplexed = bound({ multiplexed: true });
    multiplexed.request({ ...FIRST, call_id: 50 });
    expect(multiplexed.request({ ...FIRST, call_id: 51 })).toMatchObject(proto({ call_id: 51 }));
    expect(multiplexed.closed).toBeDefined();
  });

  test.each([
    ['middle', MIDDLE],
    ['last', LAST],
  ])('a %s one of no request is a protocol error that names no context', (_name, flags) => {
    const server = bound();
    expect(server.request({ ...flags, call_id: 2 })).toMatchObject(proto({ p_cont_id: 0 }));
    expect(server.closed).toBeDefined();
  });

  test('with multiplexing a stray one is looked at as a request first', () => {
    expect(bound({ multiplexed: true }).request({ ...MIDDLE, p_cont_id: 111 })).toMatchObject([
      { status: FAULT.UNKNOWN_IF, pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE },
    ]);
    expect(bound({ multiplexed: true }).request(MIDDLE)).toMatchObject(proto());
    const auth = { auth_type: 111, auth_level: 111, auth_context_id: 111, auth_value: Buffer.alloc(16) };
    expect(bound({ multiplexed: true }).request({ ...MIDDLE, auth })).toMatchObject([{ status: FAULT.ACCESS_DENIED }]);
  });
});

describe('stale fragments, [MS-RPCE] 3.3.3.5.6', () => {
  test.each([
    [0, 'ignored'],
    [1, 'ignored'],
    [149, 'ignored'],
    [150, 'refused'],
    [151, 'refused'],
  ])('one of a call %i before the current one is %s', (age, outcome) => {
    const server = bound();
    server.request({ call_id: 1000 });
    answer(server);
    expect(server.request({ ...MIDDLE, call_id: 1000 - age })).toMatchObject(outcome === 'ignored' ? [] : proto());
    expect(server.closed === undefined).toBe(outcome === 'ignored');
  });

  test('the rest of a request that was refused is ignored', () => {
    const server = bound();
    expect(server.request({ ...FIRST, p_cont_id: 7 })).toMatchObject([{ status: FAULT.UNKNOWN_IF }]);
    expect(server.request({ ...LAST, p_cont_id: 7 })).toEqual([]);
    expect(server.closed).toBeUndefined();
  });
});

describe('errors in a fragment that is not the last, [MS-RPCE] 3.3.3.5.8', () => {
  test('are answered at once', () => {
    expect(bound().request({ ...FIRST, p_cont_id: 9 })).toMatchObject([{ PTYPE: 'fault', status: FAULT.UNKNOWN_IF }]);
  });
});

describe('alloc_hint, [MS-RPCE] 2.2.2.6', () => {
  test.each([
    ['0', 0],
    ['exact', 8],
    ['too small', 1],
    ['too large in a request of one fragment, which Windows does not look at', 0xffffffff],
  ])('%s is taken', (_name, alloc_hint) => {
    const server = bound();
    expect(server.request({ alloc_hint, stub: Buffer.alloc(8) })).toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  test('above what all fragments carry is a protocol error', () => {
    const server = bound();
    server.request({ ...FIRST, alloc_hint: 100, stub: Buffer.alloc(8) });
    expect(server.request({ ...LAST, stub: Buffer.alloc(8) })).toMatchObject(proto());
  });

  test('is refused in one fragment too by a profile that goes by the text, and by none that ignores it', () => {
    const strict = bound({ profile: { allocHint: 'checked' } });
    expect(strict.request({ alloc_hint: 9, stub: Buffer.alloc(8) })).toMatchObject(proto());
    const lax = bound({ profile: { allocHint: 'ignored' } });
    lax.request({ ...FIRST, alloc_hint: 100, stub: Buffer.alloc(8) });
    expect(lax.request(LAST)).toEqual([]);
  });

  test('above 4 MiB in the first of several fragments is fault 5 at once', () => {
    const server = bound();
    expect(server.request({ ...FIRST, alloc_hint: 0x400001 })).toMatchObject([
      { status: FAULT.ACCESS_DENIED, pfc_flags: WHOLE },
    ]);
    expect(server.closed).toBeDefined();
  });
});

describe('total stub, [MS-RPCE] 3.3.3.5.4', () => {
  const chunk = Buffer.alloc(4096);
  const flood = (server: RawServer, chunks: number): unknown[] => {
    const answers: unknown[] = [];
    for (let i = 0; i < chunks && server.closed === undefined; i++) {
      answers.push(...server.request({ pfc_flags: i === 0 ? PFC.FIRST_FRAG : 0, stub: chunk }));
    }
    return answers;
  };

  test('of 4 MiB is taken', () => {
    const server = bound();
    expect(flood(server, 1024)).toEqual([]);
    server.request(LAST);
    expect(server.calls[0]?.stub).toHaveLength(4 * 1024 * 1024);
  });

  test('of one octet more is fault 5, in the fragment that brings it', () => {
    const server = bound();
    flood(server, 1024);
    expect(server.request({ ...MIDDLE, stub: Buffer.alloc(1) })).toMatchObject([
      { PTYPE: 'fault', status: FAULT.ACCESS_DENIED, pfc_flags: WHOLE },
    ]);
    expect(server.closed).toMatch(/4194304/);
  });
});

describe('opnum, C706 N.2', () => {
  test.each([
    [0, false],
    [1, false],
    [2, true],
    [0xffff, true],
  ])('%i of an interface with two operations', (opnum, refused) => {
    const server = bound();
    const answers = server.request({ opnum });
    expect(answers).toMatchObject(
      refused ? [{ status: FAULT.OP_RNG_ERROR, pfc_flags: WHOLE | PFC.DID_NOT_EXECUTE, p_cont_id: 0 }] : [],
    );
    expect(server.closed).toBeUndefined();
  });
});

describe('concurrent multiplexing, [MS-RPCE] 3.3.1.5.8', () => {
  test('with it, calls are under way at once and answered in any order', () => {
    const server = bound({ multiplexed: true });
    for (const call_id of [1, 2, 3]) server.request({ call_id });
    const [one, two, three] = server.calls;
    const ids = [three, one, two].map((call) =>
      server.association.respond(call!, Buffer.alloc(0))[0]?.readUInt32LE(12),
    );
    expect(ids).toEqual([3, 1, 2]);
  });

  test('without it, a second request before the answer is a protocol error that names no context', () => {
    const server = bound();
    server.request({ call_id: 1 });
    expect(server.request({ call_id: 2 })).toMatchObject(proto({ call_id: 2, p_cont_id: 0 }));
    expect(server.closed).toMatch(/multiplexing/);
  });

  test('without it, a request after the answer is taken', () => {
    const server = bound();
    server.request({ call_id: 1 });
    answer(server);
    expect(server.request({ call_id: 2 })).toEqual([]);
  });

  test('a server that does not support it does not set the bit', () => {
    const server = new RawServer({ profile: { supportsConcurrentMultiplexing: false } });
    expect(server.bind(undefined, { pfc_flags: WHOLE | PFC.CONC_MPX })).toMatchObject({ pfc_flags: WHOLE });
  });

  test('a call is answered once', () => {
    const server = bound();
    server.request();
    const [call] = server.calls;
    expect(server.association.respond(call!, Buffer.alloc(0))).toHaveLength(1);
    expect(server.association.respond(call!, Buffer.alloc(0))).toEqual([]);
    expect(server.association.fault(call!, 5)).toEqual([]);
  });
});
