import { describe, expect, test } from 'vitest';
import type { CapturedCall } from '../../src/capture/decode/captured-call.js';
import { readCalls } from '../../src/capture/decode/captured-calls.js';
import { whyNotReplayed } from '../../src/capture/replay/replay.js';
import {
  activationPropertiesOf,
  bindingsOf,
  type InterfacePointer,
  type ORPCTHIS,
  unpackActivationReply,
  unpackActivationRequest,
} from '../../src/codec/dcom/index.js';
import { corpusMissing, corpusPath } from '../support/corpus.js';
import { observerOf } from '../support/observers.js';
import { SHIPPED, SHIPPED_PASSWORD, shippedPath } from '../support/shipped.js';
import { tshark, tsharkFields } from '../support/tshark.js';

const P = 'isystemactivator.properties';
const REQUEST = [
  'dcerpc.opnum',
  'dcom.version_major',
  'dcom.this.flags',
  'dcom.this.uuid',
  'isystemactivator.customhdr.dc',
  'isystemactivator.customhdr.clsid',
  `${P}.instninfo.clsid`,
  `${P}.instninfo.clsctx`,
  `${P}.instninfo.iid`,
  `${P}.sri.cltimplvl`,
];
const RESPONSE = [
  'dcerpc.opnum',
  `${P}.scmresp.oxid`,
  `${P}.scmresp.rmtunknid`,
  `${P}.scmresp.authhint`,
  'dcom.ipid',
  'dcom.oid',
  'dcom.hresult',
];

const hex = (value: bigint | number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

/** The same fields of a request, as this project reads them. */
function requestRow({ opnum, value }: CapturedCall): string[] {
  const { orpcthis, pActProperties } = value as { orpcthis: ORPCTHIS; pActProperties: InterfacePointer | null };
  const request = unpackActivationRequest(pActProperties);
  const properties = activationPropertiesOf(pActProperties);
  const versions = [orpcthis.version.MajorVersion, request?.clientVersion?.MajorVersion];
  return [
    String(opnum),
    versions.join(','),
    hex(orpcthis.flags, 8),
    orpcthis.cid,
    String(properties?.destCtx),
    properties?.properties.map(({ clsid }) => clsid).join(',') ?? '',
    request?.clsid ?? '',
    String(request?.classCtx),
    request?.iids.join(',') ?? '',
    String(request?.impersonationLevel),
  ];
}

/** And those of its answer. */
function responseRow({ opnum, answer }: CapturedCall): string[] {
  const value = answer?.kind === 'response' ? answer.value : undefined;
  const { ppActProperties, ReturnValue } = value as { ppActProperties: InterfacePointer | null; ReturnValue: number };
  const reply = unpackActivationReply(ppActProperties);
  const stds =
    reply?.interfaces.flatMap(({ objref }) => (objref !== null && 'std' in objref ? [objref.std] : [])) ?? [];
  return [
    String(opnum),
    hex(reply?.oxid ?? 0n, 16),
    reply?.ipidRemUnknown ?? '',
    String(reply?.authnHint),
    stds.map(({ ipid }) => ipid).join(','),
    stds.map(({ oid }) => hex(oid, 16)).join(','),
    hex(ReturnValue, 8),
  ];
}

const captures = [
  ...SHIPPED.map((file) => ({ file, path: shippedPath(file) })),
  ...(corpusMissing
    ? []
    : [
        'otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION5_2020-10-09183000.cap',
        'otrf__covenant_dcom_registerxll_2020-09-18145959.cap',
        'otrf__covenant_sharpwmi_create_dcerpc_wmi_2020-08-06035621.cap',
        'otrf__empire_dcom_shellwindows_WORKSTATION6_2020-09-18130751.cap',
        'otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION6_2020-09-21001437.cap',
        'suricata__dcerpc-ctxids.pcap',
        'zeek__kerberos135_auth.pcapng',
      ].map((file) => ({ file, path: corpusPath(file) }))),
];

describe.skipIf(tshark.skip)('tshark reads the activations of a capture as this project does', () => {
  test.each(captures)('$file: field by field', async ({ path }) => {
    const { calls } = await readCalls(path, whyNotReplayed, observerOf(SHIPPED_PASSWORD));
    const activations = calls.filter(({ operation }) => operation?.name.startsWith('Remote'));
    expect(activations.length).toBeGreaterThan(0);
    const isActivation = 'isystemactivator.actproperties';
    expect(await tsharkFields(path, `${isActivation} && dcerpc.pkt_type == 0`, REQUEST)).toEqual(
      activations.map(requestRow),
    );
    expect(await tsharkFields(path, `${isActivation} && dcerpc.pkt_type == 2`, RESPONSE)).toEqual(
      activations.map(responseRow),
    );
    const addresses = await tsharkFields(path, `${isActivation} && dcerpc.pkt_type == 2`, [
      'dcom.dualstringarray.network_addr',
    ]);
    for (const [index, { answer }] of activations.entries()) {
      const value = (answer?.kind === 'response' ? answer.value : undefined) as { ppActProperties: InterfacePointer };
      const bindings = unpackActivationReply(value.ppActProperties)?.bindings;
      const own = bindings === undefined ? [] : (bindingsOf(bindings)?.stringBindings ?? []);
      expect(addresses[index]?.[0]?.split(',')).toEqual(
        expect.arrayContaining(own.map(({ aNetworkAddr }) => aNetworkAddr)),
      );
      expect(own.length).toBeGreaterThan(0);
    }
  });
});
