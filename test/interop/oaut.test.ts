import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/codec/bytes.js';
import { MInterfacePointer, OBJREF_FLAG_STANDARD } from '../../src/codec/dcom/index.js';
import {
  argumentsOf,
  DISP_E_EXCEPTION,
  fromVariant,
  GetIDsOfNames,
  IID_IDispatch,
  Invoke,
  invokeRequest,
  invokeResponse,
  type JsValue,
  VT_BOOL,
  VT_BSTR,
  VT_DATE,
  VT_DISPATCH,
  VT_EMPTY,
  VT_I2,
  VT_I4,
  VT_I8,
  VT_INT,
  VT_NULL,
  VT_R4,
  VT_R8,
  VT_UI2,
  VT_UI4,
  VT_UI8,
  variant,
} from '../../src/codec/oaut/index.js';
import { fromHex } from '../support/hex.js';
import { impacket } from '../support/impacket.js';

const ORPCthis = {
  version: { MajorVersion: 5, MinorVersion: 7 },
  flags: 0,
  cid: '93db879a-5aeb-4f84-97be-637a19b65b22',
};

type Answer = Readonly<Record<string, unknown>>;

/** What impacket makes of each line, in the same order. */
function ask(...lines: readonly string[]): Answer[] {
  const script = join(import.meta.dirname, 'oaut.py');
  const { stdout, stderr, status } = spawnSync(impacket.required(), [script], { input: `${lines.join('\n')}\n` });
  if (status !== 0) throw new Error(`impacket failed: ${stderr}`);
  const answers = stdout.toString().trim().split('\n');
  return answers.map((line) => JSON.parse(line) as Answer);
}

/** A value as impacket takes and gives it, of a type, as it is here. */
const VALUES: readonly (readonly [type: number, theirs: number | string | null, ours: JsValue])[] = [
  [VT_EMPTY, null, undefined],
  [VT_NULL, null, null],
  [VT_I2, -2, -2],
  [VT_I4, -70_000, -70_000],
  [VT_INT, -1, -1],
  [VT_I8, -5, -5n],
  [VT_UI2, 65_535, 65_535],
  [VT_UI4, 4_000_000_000, 4_000_000_000],
  [VT_UI8, 5, 5n],
  [VT_R4, 1.5, 1.5],
  [VT_R8, -0.1, -0.1],
  [VT_DATE, 5.25, new Date('1900-01-04T06:00:00Z')],
  [VT_BOOL, 0xffff, true],
  [VT_BSTR, '', ''],
  [VT_BSTR, 'Grüße', 'Grüße'],
];

describe.skipIf(impacket.skip)("impacket's oaut", () => {
  test.each(VALUES)(
    'packs a VARIANT of type %i, %j, that is read here and encoded octet for octet',
    (vt, theirs, ours) => {
      const [packed] = ask(`pack_invoke ${JSON.stringify([[vt, theirs]])}`);
      const stub = fromHex(packed?.hex as string);
      const { value, layout } = Invoke.request.decode(stub);
      expect(fromVariant(argumentsOf(value).args[0])).toEqual(ours);
      expect(Invoke.request.encode(value, { layout })).toEqual(stub);
    },
  );

  test('reads VARIANTs that are encoded here, and packs them to the same octets', () => {
    const args = VALUES.map(([vt, , ours]) => variant(ours, vt));
    const stub = Invoke.request.encode(invokeRequest({ ORPCthis, dispIdMember: 54, args }));
    const [read] = ask(`unpack_invoke ${toHex(stub)}`);
    expect(read).toMatchObject({ member: 54, arguments: VALUES.map(([vt, theirs]) => [vt, theirs]).reverse() });
    // impacket fills the gaps of alignment with other octets than zero: the same length, and the same value here.
    const again = fromHex(read?.again as string);
    expect(again).toHaveLength(stub.length);
    expect(Invoke.request.decode(again).value).toEqual(Invoke.request.decode(stub).value);
  });

  test('calls ExecuteShellCommand of MMC20.Application as the same call made here does', () => {
    const args = ['cmd.exe', 'C:\\', '/Q /c whoami', '7'];
    const [packed] = ask(`pack_invoke ${JSON.stringify(args.map((text) => [VT_BSTR, text]).reverse())}`);
    const { value } = Invoke.request.decode(fromHex(packed?.hex as string));
    const ours = invokeRequest({ ORPCthis, dispIdMember: 54, args });
    const withTheirSize = ours.pDispParams.rgvarg?.map((each) => ({ ...each, clSize: 5 }));
    // It sends 5 as clSize whatever the text; where that is right the value does not tell it.
    expect(value.pDispParams.rgvarg?.map((each) => ({ ...each, clSize: 5 }))).toEqual(withTheirSize);
    expect({ ...value, pDispParams: ours.pDispParams }).toEqual(ours);
  });

  test('asks for the ids of names, and reads them', () => {
    const names = ['Document', 'ActiveView'];
    const response = { ORPCthat: { flags: 0 }, rgDispId: [3, -1], ReturnValue: 0 };
    const [packed, read] = ask(
      `pack_names ${JSON.stringify(names)}`,
      `unpack_ids ${toHex(GetIDsOfNames.response.encode(response))}`,
    );
    const stub = fromHex(packed?.hex as string);
    const { value, layout } = GetIDsOfNames.request.decode(stub);
    expect(value).toMatchObject({ rgszNames: names, lcid: 0 });
    expect(GetIDsOfNames.request.encode(value, { layout })).toEqual(stub);
    // It reads a DISPID as unsigned, though [MS-OAUT] 2.2.32 has it signed.
    expect(read).toEqual({ ids: [3, 0xffffffff] });
  });

  test('reads the object that a property gives, and the code of an exception', () => {
    const std = { flags: 0, cPublicRefs: 5, oxid: 1n, oid: 2n, ipid: '0000ec0f-0668-04ec-0968-037d4c036624' };
    const saResAddr = { stringBindings: [{ wTowerId: 7, aNetworkAddr: 'HOST' }], securityBindings: [] };
    const result = { flags: OBJREF_FLAG_STANDARD, iid: IID_IDispatch, std, saResAddr } as const;
    const given = Invoke.response.encode(invokeResponse({ result }));
    const failed = Invoke.response.encode(
      invokeResponse({ exception: { bstrSource: 'MMC', scode: DISP_E_EXCEPTION } }),
    );
    const [object, exception] = ask(`unpack_result ${toHex(given)}`, `unpack_result ${toHex(failed)}`);
    const octets = MInterfacePointer.encode(result).subarray(8);
    expect(object).toEqual({ result: [VT_DISPATCH, toHex(octets)], scode: 0 });
    expect(exception).toMatchObject({ scode: DISP_E_EXCEPTION | 0 });
  });
});
