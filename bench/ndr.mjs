// How many stubs a second the NDR engine decodes and encodes: a whole activation request, a resolver's answer with its
// bindings, and a call of two parameters; beside JSON, which the engine of JavaScript has built in, of the same values.
import { packActivationRequest, RemoteCreateInstance, RemRelease, ServerAlive2 } from '../dist/codec/dcom/index.js';
import { inTurns, rateFor, row } from './measure.mjs';

const uuid = '79874b18-fc45-4362-b052-6390928ea80a';
const orpcthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 0, cid: uuid };
const bindings = {
  stringBindings: ['WORKSTATION6', '172.18.39.6'].map((aNetworkAddr) => ({ wTowerId: 7, aNetworkAddr })),
  securityBindings: [9, 30, 16, 10, 22, 31, 14].map((wAuthnSvc) => ({ wAuthnSvc, aPrincName: '' })),
};
const activation = packActivationRequest({ clsid: uuid, iids: [uuid], contextId: uuid, serverName: 'SERVER' });

const samples = [
  [RemoteCreateInstance.request, { orpcthis, pActProperties: activation }],
  [ServerAlive2.response, { pComVersion: orpcthis.version, ppdsaOrBindings: bindings, ReturnValue: 0 }],
  [RemRelease.request, { ORPCthis: orpcthis, InterfaceRefs: [{ ipid: uuid, cPublicRefs: 5, cPrivateRefs: 0 }] }],
];

const ROUNDS = 7;
const MILLISECONDS = 120;

for (const [type, value] of samples) {
  const bytes = type.encode(value);
  const json = JSON.stringify(value);
  const medians = await inTurns(ROUNDS, {
    decode: () => rateFor(MILLISECONDS, () => type.decode(bytes)),
    parse: () => rateFor(MILLISECONDS, () => JSON.parse(json)),
    encode: () => rateFor(MILLISECONDS, () => type.encode(value)),
    stringify: () => rateFor(MILLISECONDS, () => JSON.stringify(value)),
  });
  const unit = 'stubs/s';
  const what = `${type.name}, ${bytes.length} bytes:`;
  row({ what: `${what} decode`, ours: medians.decode, reference: medians.parse, against: 'JSON.parse', unit });
  row({ what: `${what} encode`, ours: medians.encode, reference: medians.stringify, against: 'JSON.stringify', unit });
}
