import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { interfaceName, interfaceUuids, operationName } from '../../src/codec/interfaces.js';
import { OPERATION_NAMES } from '../../src/codec/operation-names.data.js';
import { encodePdu, NDR20_SYNTAX } from '../../src/codec/rpce/index.js';
import { impacket } from '../support/impacket.js';
import { bindPdu, requestPdu } from '../support/raw-server.js';
import { captureOf, type Sent } from '../support/segments.js';
import { tshark, tsharkFields } from '../support/tshark.js';

/** Of the interfaces that are not of version 0 or 1. */
const VERSIONS: Readonly<Record<string, number>> = { drsuapi: 4, lsarpc: 0, svcctl: 2, srvsvc: 3 };
/** impacket's modules of these interfaces, in its installed sources. */
const MODULES: Readonly<Record<string, readonly string[]>> = {
  netlogon: ['nrpc'],
  drsuapi: ['drsuapi'],
  lsarpc: ['lsad', 'lsat'],
  samr: ['samr'],
  svcctl: ['scmr'],
  winreg: ['rrp'],
  srvsvc: ['srvs'],
  wkssvc: ['wkst'],
  atsvc: ['atsvc'],
  ITaskSchedulerService: ['tsch'],
};

/** What Wireshark calls operations otherwise than by another prefix. */
const THEIRS: Readonly<Record<string, string>> = {
  LsarQueryInfoTrustedDomain: 'lsa_QueryTrustedDomainInfo',
  LsarQueryTrustedDomainInfo: 'lsa_QueryTrustedDomainInfoBySid',
  IDL_DRSUpdateRefs: 'DsReplicaUpdateRefs',
  IDL_DRSWriteSPN: 'DsWriteAccountSpn',
  IDL_DRSDomainControllerInfo: 'DsGetDomainControllerInfo',
  IDL_DRSGetReplInfo: 'DsReplicaGetInfo',
};

/** In neither of the two: from the opnums of [MS-DRSR] 4.1, [MS-NRPC] 3.5.4, [MS-ICPR] 3.2.4.1 and [MS-WCCE] 3.2.1.4. */
const BY_SPECIFICATION_ALONE = [
  ...['ICertPassage 0', 'ICertRequestD 3', 'ICertRequestD 4', 'ICertRequestD 5'],
  ...[3, 4, 5, 6, 7, 8, 9].map((opnum) => `ICertRequestD2 ${opnum}`),
  ...[25, 26, 27, 28, 29, 30].map((opnum) => `drsuapi ${opnum}`),
  'netlogon 49',
];

const NAMED = Object.entries(OPERATION_NAMES).flatMap(([name, operations]) =>
  Object.keys(operations).map((opnum) => ({ name, opnum: Number(opnum), ours: operations[Number(opnum)] as string })),
);

/** The same for all spellings of one name: IDL_DRSVerifyNames, DRSVerifyNames, DRSUAPI_VERIFY_NAMES; ROpenServiceA, OpenServiceA. */
const plain = (name: string): string =>
  name
    .replace(/^(IDL_DRS|DRSUAPI_|DRS(?=[A-Z])|Ds(?=[A-Z])|lsa_(LSAR)?|Lsar|R(?=[A-Z])(?!Key))/, '')
    .replaceAll('_', '')
    .toLowerCase();

/** The names by which tshark shows requests of all these operations, in the order of `NAMED`. */
async function tsharkNames(): Promise<(string | undefined)[]> {
  const uuids = new Map(interfaceUuids().map((uuid) => [interfaceName(uuid), uuid]));
  const sent: Sent[] = [];
  const names = Object.keys(OPERATION_NAMES);
  for (const [index, name] of names.entries()) {
    const syntax = { uuid: uuids.get(name) as string, version: VERSIONS[name] ?? 1 };
    const element = { p_cont_id: 0, abstract_syntax: syntax, transfer_syntaxes: [NDR20_SYNTAX] };
    let sequence = 1;
    const add = (data: Buffer): void => {
      sent.push({ sequence, clientPort: 20_000 + index, serverPort: 135, data });
      sequence += data.length;
    };
    add(encodePdu(bindPdu([element])));
    for (const { opnum } of NAMED.filter((each) => each.name === name))
      add(encodePdu(requestPdu({ call_id: 2 + opnum, opnum })));
  }
  const folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  try {
    const file = join(folder, 'calls.pcapng');
    await writeFile(file, captureOf(...sent));
    const rows = await tsharkFields(file, 'dcerpc.pkt_type == 0', ['_ws.col.Info']);
    return rows.map(([info = '']) => /^(\w+) request/.exec(info)?.[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const SCRIPT = `
import importlib, inspect, json, sys
from impacket.dcerpc.v5.ndr import NDRCALL
found = {}
for name in sys.argv[1:]:
    module = importlib.import_module('impacket.dcerpc.v5.' + name)
    for each, value in vars(module).items():
        if inspect.isclass(value) and issubclass(value, NDRCALL) and 'opnum' in vars(value):
            found.setdefault(name, {})[value.opnum] = each
print(json.dumps(found))`;

function impacketNames(): Record<string, Record<string, string>> {
  const modules = Object.values(MODULES).flat();
  return JSON.parse(execFileSync(impacket.required(), ['-c', SCRIPT, ...modules], { encoding: 'utf8' }));
}

describe.skipIf(tshark.skip || impacket.skip)('names of operations whose parameters are not declared', () => {
  let theirs: (string | undefined)[] = [];
  let impackets: Record<string, Record<string, string>> = {};
  beforeAll(async () => {
    theirs = await tsharkNames();
    impackets = impacketNames();
  });

  test('are those of Wireshark or of impacket, but for a few that neither has', () => {
    expect(theirs).toHaveLength(NAMED.length);
    const differing = NAMED.flatMap(({ name, opnum, ours }, index) => {
      const others = [theirs[index], ...(MODULES[name] ?? []).map((module) => impackets[module]?.[opnum])];
      const same = others.some((other) => other && (plain(other) === plain(ours) || other === THEIRS[ours]));
      return same ? [] : [`${name} ${opnum}`];
    });
    expect(differing.toSorted()).toEqual(BY_SPECIFICATION_ALONE.toSorted());
  });

  test('are there wherever impacket has one', () => {
    const lacking = Object.entries(MODULES).flatMap(([name, modules]) => {
      const uuid = interfaceUuids().find((each) => interfaceName(each) === name);
      return modules
        .flatMap((module) => Object.entries(impackets[module] ?? {}))
        .filter(([opnum]) => operationName(uuid, Number(opnum)) === undefined)
        .map(([opnum, theirName]) => `${name} ${opnum} ${theirName}`);
    });
    expect(lacking).toEqual([]);
  });
});
