import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../../../src/capture/decode/captured-call.js';
import { capturedClasses } from '../../../../src/capture/replay/captured-class.js';
import { differences, outcomeOfAnswer } from '../../../../src/capture/replay/compare-answers.js';
import { whyNotRepeated } from '../../../../src/capture/replay/repeat.js';
import { refusalFits } from '../../../../src/capture/replay/result.js';
import {
  IActivation,
  IRemoteSCMActivator,
  type OBJREF,
  packActivationReply,
  packActivationRequest,
  packRemoteActivationReply,
  RemoteActivation,
  RemoteCreateInstance,
} from '../../../../src/codec/dcom/index.js';
import { IDispatch, Invoke } from '../../../../src/codec/oaut/index.js';
import type { ObjectCall, ObjectHost } from '../../../../src/server/classes/index.js';
import { CLSID, IID_IDispatch, IID_IUnknown, LEVEL } from '../../../support/live.js';

const WHERE = { client: { address: '10.0.0.1', port: 50_000 }, server: { address: '10.0.0.2', port: 135 } };

const call = (changes: Partial<CapturedCall>): CapturedCall => ({
  ...{ file: 'a.pcap', stream: 0, frame: 1, time: 0n, ...WHERE, pipe: undefined },
  ...{ presentation: undefined, interface: undefined, opnum: 0, operation: undefined, object: undefined },
  ...{
    stub: Buffer.alloc(0),
    stubState: 'plain',
    littleEndian: true,
    security: { level: 5 } as CapturedCall['security'],
  },
  ...{ mechanism: undefined, value: undefined, answer: undefined },
  ...changes,
});

const presentationOf = (uuid: string) => ({ interface: { uuid, version: 0 } }) as CapturedCall['presentation'];
const answered = (value: unknown): CapturedCall['answer'] => ({
  ...{ kind: 'response', stub: Buffer.alloc(0), stubState: 'plain' },
  value,
});

const BINDINGS = { stringBindings: [{ wTowerId: 7, aNetworkAddr: '10.0.0.2[49152]' }], securityBindings: [] };
const ipidOf = (oid: bigint): string => `00000000-0000-0000-0000-0000000000${oid.toString(16).padStart(2, '0')}`;
const standard = (oid: bigint): Extract<OBJREF, { flags: 1 }> => ({
  ...{ flags: 1, iid: IID_IDispatch, saResAddr: BINDINGS },
  std: { flags: 0, cPublicRefs: 5, oxid: 1n, oid, ipid: ipidOf(oid) },
});

const activation = (oid: bigint): CapturedCall =>
  call({
    presentation: presentationOf(IRemoteSCMActivator.uuid),
    operation: RemoteCreateInstance,
    value: { pActProperties: packActivationRequest({ clsid: CLSID, iids: [IID_IDispatch] }) },
    answer: answered({
      ppActProperties: packActivationReply({
        ...{ oxid: 1n, ipidRemUnknown: ipidOf(1n), bindings: BINDINGS, authnHint: 5 },
        interfaces: [{ iid: IID_IDispatch, hresult: 0, objref: standard(oid) }],
      }),
      ReturnValue: 0,
    }),
  });

const ORPCthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 0, cid: ipidOf(0n) };
const invocation = (oid: bigint, argument: unknown, result: unknown): CapturedCall =>
  call({
    ...{ presentation: presentationOf(IDispatch.uuid), operation: Invoke, opnum: Invoke.opnum, object: ipidOf(oid) },
    ...{ value: { ORPCthis, argument }, answer: answered({ result, ReturnValue: 0 }) },
  });

/** The objects that a class of captured calls makes, one after the other, each asked by the same call. */
function answers(calls: readonly CapturedCall[], argument: unknown, objects: number): unknown[] {
  const [captured] = capturedClasses(calls);
  const marshal = ((object: { readonly name: string }, iid: string) => ({
    ...{ flags: 1, iid, saResAddr: 'addresses of this server', object: object.name },
    std: 'a reference of this server',
  })) as unknown as ObjectCall['marshal'];
  return Array.from({ length: objects }, () => {
    const methods = captured?.create({} as ObjectHost).queryInterface(IID_IDispatch);
    const handler = methods?.get(Invoke.opnum)?.handler as (input: unknown, call: unknown) => { result: unknown };
    return handler({ ORPCthis, argument }, { marshal }).result;
  });
}

test('the second object of a class is its own, and those after the last captured one are like it', () => {
  const calls = [activation(1n), activation(2n), invocation(1n, 'x', 'first'), invocation(2n, 'x', 'second')];
  expect(answers(calls, 'x', 3)).toEqual(['first', 'second', 'second']);
});

const CUSTOM = { flags: 4, iid: IID_IUnknown, clsid: CLSID, pObjectData: Buffer.of(1, 2) };

describe('OBJREF_CUSTOM, [MS-DCOM] 2.2.18.6: what is to be ignored tells no two apart', () => {
  test.each([{ reserved: 0xdeadbeef }, { cbExtension: 7 }, { reserved: 1, cbExtension: 2 }])('%o', (changes) => {
    expect(differences({ objref: { ...CUSTOM, ...changes } }, { objref: CUSTOM })).toEqual([]);
    const calls = [activation(1n), invocation(1n, { ...CUSTOM, ...changes }, 'same')];
    expect(answers(calls, CUSTOM, 1)).toEqual(['same']);
  });

  test('its data does', () => {
    const other = { ...CUSTOM, pObjectData: Buffer.of(1, 3) };
    expect(differences({ objref: other }, { objref: CUSTOM })).toEqual(['objref.pObjectData']);
  });
});

test.each([
  ['OBJREF_HANDLER', { flags: 2, clsid: CLSID }],
  ['OBJREF_EXTENDED', { flags: 8, ElmArray: [{ dataID: CLSID, Data: Buffer.of(1, 2, 3) }] }],
])('%s is answered as it was, with the reference and the addresses of this server', (_, form) => {
  const captured = { ...standard(2n), ...form };
  const [answer] = answers([activation(1n), invocation(1n, 'x', captured)], 'x', 1);
  expect(answer).toEqual({
    ...{ iid: IID_IDispatch, ...form },
    ...{ std: 'a reference of this server', saResAddr: 'addresses of this server' },
  });
});

describe('the outcome of RemoteActivation', () => {
  const reply = packRemoteActivationReply({
    ...{ oxid: 1n, ipidRemUnknown: ipidOf(1n), bindings: BINDINGS, authnHint: 5 },
    interfaces: [IID_IUnknown, IID_IDispatch].map((iid) => ({ iid, hresult: 0, objref: null })),
  });
  const NO_INTERFACE = 0x80004002;

  test.each([
    ['is accepted where all of it is', {}, true, 'accepted'],
    ['counts phr', { phr: 0x80040154 }, false, 'REGDB_E_CLASSNOTREG (0x80040154)'],
    [
      'counts the result of each interface',
      { pResults: [0, NO_INTERFACE] },
      true,
      'accepted without 1 of 2 interfaces: E_NOINTERFACE (0x80004002)',
    ],
    [
      'is a refusal where there is no interface at all',
      { pResults: [NO_INTERFACE, NO_INTERFACE] },
      false,
      'no interface: E_NOINTERFACE (0x80004002)',
    ],
    ['counts the call before all that', { ReturnValue: 5, phr: 0, pResults: [NO_INTERFACE] }, false, /0x00000005/],
  ])('%s', (_, changes, accepted, text) => {
    const captured = call({ presentation: presentationOf(IActivation.uuid), operation: RemoteActivation });
    const outcome = outcomeOfAnswer(captured, { kind: 'response', value: { ...reply, ...changes } });
    expect(outcome?.accepted).toBe(accepted);
    expect(outcome?.text).toEqual(text instanceof RegExp ? expect.stringMatching(text) : text);
  });

  test('is that of its call alone where the operation is no activation', () => {
    const captured = call({ presentation: presentationOf(IDispatch.uuid) });
    expect(outcomeOfAnswer(captured, { kind: 'response', value: { phr: 5, ReturnValue: 0 } })?.text).toBe('accepted');
  });
});

describe('an access refusal is no match for a refusal by the activation policy', () => {
  const at = (level: number, date?: string): CapturedCall =>
    call({
      security: { level } as CapturedCall['security'],
      ...(date && { time: BigInt(Date.parse(date)) * 1_000_000n }),
    });

  test.each([
    ['at CONNECT, since the policy is there', at(LEVEL.CONNECT, '2023-04-01'), true],
    ['at PKT, at a time that nobody wrote down', at(LEVEL.PKT), true],
    ['at CALL, which goes out as PKT', at(LEVEL.CALL, '2021-06-08'), true],
    ['at CONNECT, before there was a policy', at(LEVEL.CONNECT, '2021-06-07T23:59:59Z'), false],
    ['at PKT_INTEGRITY', at(LEVEL.PKT_INTEGRITY, '2023-04-01'), false],
    ['at PKT_PRIVACY', at(LEVEL.PKT_PRIVACY, '2023-04-01'), false],
    ['without authentication', at(LEVEL.NONE, '2023-04-01'), false],
  ])('what was refused %s', (_, captured, fits) => {
    expect(refusalFits(captured, 'activation policy')).toBe(fits);
    expect(refusalFits(captured, 'access control')).toBe(true);
    expect(refusalFits(captured, undefined)).toBe(true);
  });
});

test('a call whose stub is sealed is called that, not unreadable', () => {
  const sealed = call({
    ...{ presentation: presentationOf(IDispatch.uuid), operation: Invoke, object: ipidOf(1n) },
    stubState: 'sealed',
  });
  expect(whyNotRepeated(sealed)).toBe('its stub is encrypted, and no password or hash was given that opens it');
  expect(whyNotRepeated({ ...sealed, stubState: 'plain' })).toBe('its parameters cannot be read');
});
