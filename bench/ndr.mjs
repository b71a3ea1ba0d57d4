// How many stubs a second the NDR engine decodes and encodes: a whole activation request, a resolver's answer with its
// bindings, and a call of two parameters. Needs `npm run build`.
import { packActivationRequest, RemoteCreateInstance, RemRelease, ServerAlive2 } from '../dist/codec/dcom/index.js';

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

/** The best of some rounds, in calls a second: what the machine can do when nothing else disturbs it. */
function best(run) {
  let most = 0;
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    let calls = 0;
    for (; performance.now() - start < 250; calls += 100) for (let i = 0; i < 100; i++) run();
    most = Math.max(most, calls / ((performance.now() - start) / 1000));
  }
  return most;
}

for (const [type, value] of samples) {
  const bytes = type.encode(value);
  const [decode, encode] = [best(() => type.decode(bytes)), best(() => type.encode(value))];
  const rate = (decode * bytes.length) / 2 ** 20;
  console.log(
    `${type.name.padEnd(30)} ${String(bytes.length).padStart(4)} octets  decode ${Math.round(decode)}/s (${rate.toFixed(0)} MiB/s)  encode ${Math.round(encode)}/s`,
  );
}
