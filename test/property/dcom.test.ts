import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  RemoteActivation,
  RemoteCreateInstance,
  RemQueryInterface,
  ResolveOxid2,
  ServerAlive2,
} from '../../src/codec/dcom/index.js';
import { CodecError } from '../../src/codec/error.js';
import type { NdrType } from '../../src/codec/ndr/index.js';
import { edited, editsOf, expectRefusedOrKept } from '../support/mutated.js';
import * as stubs from '../vectors/dcom-stubs.js';

const remoteActivationRequest = RemoteActivation.request.encode({
  ORPCthis: { version: { MajorVersion: 5, MinorVersion: 1 }, flags: 0, cid: '79874b18-fc45-4362-b052-6390928ea80a' },
  Clsid: '8bc3f05e-d86b-11d0-a075-00c04fb68820',
  pwszObjectName: 'name',
  pObjectStorage: Uint8Array.of(1),
  ClientImpLevel: 3,
  Mode: 0,
  pIIDs: ['8bc3f05e-d86b-11d0-a075-00c04fb68820'],
  aRequestedProtseqs: [7],
});

const samples = [
  [RemoteCreateInstance.request, stubs.remoteCreateInstanceRequest],
  [RemoteCreateInstance.response, stubs.remoteCreateInstanceResponse],
  [RemQueryInterface.response, stubs.remQueryInterfaceResponse],
  [ResolveOxid2.response, stubs.resolveOxid2Response],
  [ServerAlive2.response, stubs.serverAlive2Response],
  [RemoteActivation.request, remoteActivationRequest],
] as unknown as readonly (readonly [NdrType<unknown>, Buffer])[];

type Tree = Record<string, unknown>;

/** Puts something else at one place of a value. */
function replaceAt(value: unknown, steps: readonly number[], other: unknown): void {
  let place = value as Tree;
  for (const step of steps) {
    const keys = Object.keys(place);
    const key = keys[step % Math.max(1, keys.length)];
    if (key === undefined) return;
    const next = place[key];
    if (typeof next !== 'object' || next === null || step === steps.at(-1)) {
      if (!(place instanceof Uint8Array)) place[key] = other;
      return;
    }
    place = next as Tree;
  }
}

describe('DCOM stubs', () => {
  test('changed anywhere, give a value that encodes to the same octets, or a CodecError', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), editsOf(4), ([type, stub], changes) =>
        expectRefusedOrKept(type, edited(stub, changes)),
      ),
      { numRuns: 1000 },
    );
  });

  test('with anything else at any place of the value give octets or a CodecError', () => {
    const steps = fc.array(fc.nat(11), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        steps,
        fc.anything({ withBigInt: true }),
        ([type, stub], path, other) => {
          const { value, layout } = type.decode(stub);
          replaceAt(value, path, other);
          try {
            type.encode(value, { layout });
          } catch (error) {
            expect(error).toBeInstanceOf(CodecError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
