import { describe, expect, test } from 'vitest';
import { activate } from '../../../src/client/activate.js';
import { acceptedContext, propose, RpcConnection } from '../../../src/client/connection.js';
import { clientSecurity } from '../../../src/client/credentials.js';
import { outcomeOfError } from '../../../src/client/outcome.js';
import { IObjectExporter, ServerAlive } from '../../../src/codec/dcom/index.js';
import {
  type ContextResult,
  decodePdu,
  encodePdu,
  NDR20_SYNTAX,
  type Pdu,
  PFC,
} from '../../../src/codec/rpce/index.js';
import type { ChannelEvents } from '../../../src/net/channel.js';
import { TransportError } from '../../../src/net/error.js';
import { type Network, SOCKETS } from '../../../src/net/network.js';
import { authentication, CLSID, IID_IUnknown, LEVEL } from '../../support/live.js';

/** A server of a few lines: gives for each PDU what to send back, or closes. No sockets. */
type Script = (pdu: Pdu, how: { send(octets: Buffer): void; close(error?: Error): void }) => void;

function scripted(script: Script): Network & { readonly received: Pdu[] } {
  const received: Pdu[] = [];
  const connect: Network['connect'] = async (_, accept) => {
    let events: ChannelEvents | undefined;
    let open = true;
    const later = (act: (to: ChannelEvents) => void): void =>
      queueMicrotask(() => {
        if (events !== undefined && open) act(events);
      });
    const close = (error?: Error): void =>
      later((to) => {
        open = false;
        to.closed(error);
      });
    const channel = {
      local: { address: '10.0.0.1', port: 50_000 },
      remote: { address: '10.0.0.2', port: 135 },
      send(octets: Uint8Array) {
        const pdu = decodePdu(Buffer.from(octets));
        received.push(pdu);
        script(pdu, { send: (answer) => later((to) => to.data(answer)), close });
      },
      end: () => close(),
      destroy: () => close(),
    };
    events = accept(channel);
    return channel;
  };
  return { ...SOCKETS, connect, received };
}

const PFC_ONE_FRAGMENT = PFC.FIRST_FRAG | PFC.LAST_FRAG;
const ELEMENTS = propose(IObjectExporter);
const accepted: ContextResult = { result: 0, reason: 0, transfer_syntax: NDR20_SYNTAX };

const bindAck = (call_id: number, results = [accepted], pfc_flags = PFC_ONE_FRAGMENT | PFC.CONC_MPX): Buffer =>
  encodePdu({
    PTYPE: 'bind_ack',
    pfc_flags,
    call_id,
    max_xmit_frag: 5840,
    max_recv_frag: 5840,
    assoc_group_id: 0x1234,
    sec_addr: Buffer.from('135\0'),
    results,
  });

const alterResponse = (call_id: number): Buffer =>
  encodePdu({
    PTYPE: 'alter_context_resp',
    pfc_flags: PFC_ONE_FRAGMENT,
    call_id,
    max_xmit_frag: 5840,
    max_recv_frag: 5840,
    assoc_group_id: 0x1234,
    sec_addr: Buffer.alloc(0),
    results: [accepted],
  });

const response = (call_id: number, stub: Uint8Array = Buffer.alloc(4)): Buffer =>
  encodePdu({ PTYPE: 'response', pfc_flags: 3, call_id, alloc_hint: 0, p_cont_id: 0, cancel_count: 0, stub });

const fault = (call_id: number, status: number): Buffer =>
  encodePdu({
    PTYPE: 'fault',
    pfc_flags: 0x23,
    call_id,
    alloc_hint: 32,
    p_cont_id: 0,
    cancel_count: 0,
    status,
    stub: new Uint8Array(0),
  });

const open = (script: Script, timeout = 1_000): Promise<RpcConnection> =>
  RpcConnection.open({ host: '10.0.0.2', port: 135, network: scripted(script), timeout });

/** Binds, and then goes on as it is told. */
const bound = async (script: Script, timeout?: number): Promise<RpcConnection> => {
  const connection = await open((pdu, how) => {
    if (pdu.PTYPE === 'bind') how.send(bindAck(pdu.call_id));
    else script(pdu, how);
  }, timeout);
  await connection.bind(ELEMENTS);
  return connection;
};

const alive = (connection: RpcConnection) => connection.call(ServerAlive, {}, { contextId: 0 });

describe('a connection of a client', () => {
  test('binds, calls, and knows its association', async () => {
    const connection = await bound((pdu, { send }) => send(response(pdu.call_id)));
    expect(connection.groupId).toBe(0x1234);
    expect(await alive(connection)).toEqual({ ReturnValue: 0 });
    expect([connection.local.port, connection.remote.port]).toEqual([50_000, 135]);
  });

  test('takes answers in another order than that of its calls', async () => {
    const open: number[] = [];
    const connection = await bound(({ call_id }, { send }) => {
      open.push(call_id);
      if (open.length === 2) for (const id of open.reverse()) send(response(id, Buffer.from([id, 0, 0, 0])));
    });
    const answers = await Promise.all([alive(connection), alive(connection)]);
    expect(answers).toEqual([{ ReturnValue: 2 }, { ReturnValue: 3 }]);
  });

  test('makes one call after the other where the server did not agree to several at once', async () => {
    const asked: number[] = [];
    let answer: (() => void) | undefined;
    const connection = await open((pdu, { send }) => {
      if (pdu.PTYPE === 'bind') return send(bindAck(pdu.call_id, [accepted], PFC_ONE_FRAGMENT));
      asked.push(pdu.call_id);
      answer = () => send(pdu.call_id === 2 ? fault(2, 5) : response(pdu.call_id));
    });
    await connection.bind(ELEMENTS);
    const calls = Promise.allSettled([alive(connection), alive(connection)]);
    await new Promise(setImmediate);
    expect(asked).toEqual([2]);
    answer?.();
    await new Promise(setImmediate);
    expect(asked).toEqual([2, 3]);
    answer?.();
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('an answer to an alter_context that comes too late does not answer the next one', async () => {
    let late: (() => void) | undefined;
    const connection = await bound(({ call_id }, { send }) => {
      if (call_id === 2) late = () => send(alterResponse(2));
    }, 20);
    await expect(connection.alter(ELEMENTS)).rejects.toThrow(/call 2: no answer/);
    const next = connection.alter(ELEMENTS);
    late?.();
    await expect(next).rejects.toThrow(/call 3: no answer/);
  });

  test('closing rejects what is waited for, and whatever is asked for thereafter', async () => {
    const connection = await bound(() => {});
    const waiting = alive(connection);
    await new Promise(setImmediate);
    connection.close();
    await expect(waiting).rejects.toThrow(/by this client/);
    await expect(connection.bind(ELEMENTS)).rejects.toBeInstanceOf(TransportError);
    await connection.ended;
  });

  test('takes an answer in pieces, octet by octet', async () => {
    const connection = await bound(({ call_id }, { send }) => {
      for (const octet of response(call_id)) send(Buffer.of(octet));
    });
    expect(await alive(connection)).toEqual({ ReturnValue: 0 });
  });

  test('a fault rejects its call with status and flags, and no other call', async () => {
    const connection = await bound(({ call_id }, { send }) =>
      send(call_id === 2 ? fault(call_id, 0x1c010002) : response(call_id)),
    );
    await expect(alive(connection)).rejects.toMatchObject({ name: 'RpcFault', status: 0x1c010002, flags: 0x23 });
    expect(await alive(connection)).toEqual({ ReturnValue: 0 });
  });

  test('an answer that cannot be read is a CodecError of its call', async () => {
    const connection = await bound(({ call_id }, { send }) => send(response(call_id, Buffer.alloc(2))));
    await expect(alive(connection)).rejects.toMatchObject({ name: 'CodecError' });
  });

  test('without an answer a call rejects in time; a late answer is an answer that nobody waits for', async () => {
    let late: (() => void) | undefined;
    const connection = await bound(({ call_id }, { send }) => {
      if (call_id === 2) late = () => send(response(2));
      else send(response(call_id));
    }, 20);
    await expect(alive(connection)).rejects.toThrow(/call 2: no answer within 20 ms/);
    late?.();
    expect(await alive(connection)).toEqual({ ReturnValue: 0 });
  });

  test('without an answer a bind rejects in time', async () => {
    const connection = await open(() => {}, 20);
    await expect(connection.bind(ELEMENTS)).rejects.toBeInstanceOf(TransportError);
  });

  test('when the connection is lost, everything that waits is told, and everything after', async () => {
    const connection = await bound((pdu, { close }) => {
      if (pdu.call_id === 3) close(new Error('read ECONNRESET'));
    });
    const waiting = await Promise.allSettled([alive(connection), alive(connection)]);
    for (const each of waiting) {
      expect(each).toMatchObject({ status: 'rejected', reason: { name: 'TransportError' } });
      expect(String((each as PromiseRejectedResult).reason)).toContain('read ECONNRESET');
    }
    await expect(alive(connection)).rejects.toBeInstanceOf(TransportError);
  });

  test('bind_nak is BindRejected with its reason', async () => {
    const connection = await open(({ call_id }, { send }) =>
      send(encodePdu({ PTYPE: 'bind_nak', pfc_flags: 3, call_id, provider_reject_reason: 8, versions: [] })),
    );
    await expect(connection.bind(ELEMENTS)).rejects.toMatchObject({ name: 'BindRejected', reason: 8 });
  });

  test('a fault can answer a bind', async () => {
    const connection = await open(({ call_id }, { send }) => send(fault(call_id, 5)));
    await expect(connection.bind(ELEMENTS)).rejects.toMatchObject({ name: 'RpcFault', status: 5 });
  });

  test('a context that is rejected is ContextRejected with result and reason', async () => {
    const rejected = { result: 2, reason: 1, transfer_syntax: { uuid: NDR20_SYNTAX.uuid, version: 0 } };
    const connection = await open(({ call_id }, { send }) => send(bindAck(call_id, [rejected])));
    const results = await connection.bind(ELEMENTS);
    expect(() => acceptedContext(ELEMENTS, results)).toThrow(
      expect.objectContaining({ name: 'ContextRejected', result: 2, reason: 1 }),
    );
  });

  test.each([
    ['a PDU without a length', Buffer.alloc(64), 'codec'],
    ['an answer to a call that nobody made', response(99), 'protocol'],
    ['a PDU that only a client sends', encodePdu({ PTYPE: 'orphaned', pfc_flags: 3, call_id: 2 }), 'protocol'],
  ])('%s is a ProtocolError, and the end of the connection', async (_, octets, refusedBy) => {
    const connection = await bound((__, { send }) => send(octets));
    await expect(alive(connection)).rejects.toMatchObject({ name: 'ProtocolError', refusedBy });
    await expect(alive(connection)).rejects.toMatchObject({ name: 'ProtocolError', refusedBy });
    expect(outcomeOfError(await alive(connection).catch((error: unknown) => error))).toMatchObject({ refusedBy });
  });

  test('an answer without a signature, where one was agreed on, is never taken', async () => {
    const network = scripted(({ PTYPE, call_id }, { send }) => {
      if (PTYPE === 'bind') send(bindAck(call_id));
    });
    const connection = await RpcConnection.open({ host: '10.0.0.2', port: 135, network, timeout: 50 });
    const security = await clientSecurity(authentication({ level: LEVEL.PKT_INTEGRITY }));
    // The acknowledgement has no challenge, so the handshake cannot go on.
    await expect(connection.bind(ELEMENTS, security)).rejects.toMatchObject({ name: 'SecurityError' });
    expect(network.received.map(({ PTYPE }) => PTYPE)).toEqual(['bind']);
  });
});

describe('an activation that goes wrong is an outcome, not an exception', () => {
  const outcome = async (network: Network) => {
    const how = { host: '10.0.0.2', clsid: CLSID, iids: [IID_IUnknown], network, timeout: 20 };
    return (await activate({ ...how, authentication: authentication({ level: LEVEL.NONE }) })).outcome;
  };

  test('nobody there', async () => {
    const connect = async (): Promise<never> => {
      throw new TransportError('cannot connect to 10.0.0.2:135', Object.assign(new Error(), { code: 'ECONNREFUSED' }));
    };
    expect(await outcome({ ...SOCKETS, connect })).toMatchObject({ accepted: false, refusedBy: 'transport' });
  });

  test('the server hangs up', async () => {
    expect(await outcome(scripted((_, { close }) => close()))).toMatchObject({ refusedBy: 'transport' });
  });

  test('bind_nak', async () => {
    const nak = (call_id: number): Buffer =>
      encodePdu({ PTYPE: 'bind_nak', pfc_flags: 3, call_id, provider_reject_reason: 9, versions: [] });
    const seen = await outcome(scripted(({ call_id }, { send }) => send(nak(call_id))));
    expect(seen).toMatchObject({ refusedBy: 'bind', status: 9, text: expect.stringContaining('invalid_checksum') });
  });

  test('an answer that cannot be read', async () => {
    const script: Script = ({ PTYPE, call_id }, { send }) =>
      send(PTYPE === 'bind' ? bindAck(call_id) : response(call_id, Buffer.alloc(3)));
    expect(await outcome(scripted(script))).toMatchObject({ accepted: false, refusedBy: 'codec', status: undefined });
  });

  test('a mistake of this program is not one', () => {
    expect(() => outcomeOfError(new TypeError('x is not a function'))).toThrow(TypeError);
  });
});
