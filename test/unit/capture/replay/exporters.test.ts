import { describe, expect, test } from 'vitest';
import { Exporters } from '../../../../src/capture/replay/exporters.js';
import { type Bindings, NCACN_IP_TCP } from '../../../../src/codec/dcom/index.js';

const bindings = (port: number): Bindings => ({
  stringBindings: [{ wTowerId: NCACN_IP_TCP, aNetworkAddr: `127.0.0.1[${port}]` }],
  securityBindings: [],
});
const at = (port: number) => [{ host: '127.0.0.1', port }];
const objref = (oxid: bigint, ipid: string) => ({ iid: 'i', std: { flags: 0, oxid, oid: 1n, ipid } });

/** What two activations answer, the second exporter named last. */
function ofTwo(): Exporters {
  const exporters = new Exporters();
  exporters.learn(
    {},
    {
      ppActProperties: {
        remoteReply: { Oxid: 1n, pdsaOxidBindings: bindings(1111), ipidRemUnknown: 'unknown 1' },
        ppIntfData: [objref(1n, 'object 1')],
      },
    },
  );
  exporters.learn(
    {},
    {
      pOxid: 2n,
      ppdsaOxidBindings: bindings(2222),
      pipidRemUnknown: 'unknown 2',
      ppInterfaceData: [objref(2n, 'object 2'), null],
    },
  );
  return exporters;
}

describe('the exporter that an object is called at', () => {
  test.each([
    ['object 1', 1111],
    ['unknown 1', 1111],
    ['object 2', 2222],
    ['unknown 2', 2222],
  ])('%s is at the one that its OXID names, whichever was named last', (ipid, port) => {
    expect(ofTwo().targetsOf(ipid)).toEqual(at(port));
  });

  test('[MS-DCOM] 3.1.2.5.1.5: a resolution names the exporter of the OXID that was asked for', () => {
    const exporters = ofTwo();
    exporters.learn({}, { pVarResult: objref(3n, 'object 3') });
    exporters.learn({ pOxid: 3n }, { ppdsaOxidBindings: bindings(3333), pipidRemUnknown: 'unknown 3' });
    expect(exporters.targetsOf('object 3')).toEqual(at(3333));
    expect(exporters.targetsOf('unknown 3')).toEqual(at(3333));
    expect(exporters.targetsOf('object 1')).toEqual(at(1111));
  });

  test('a reference that RemQueryInterface gives is at the exporter of its object', () => {
    const exporters = ofTwo();
    exporters.learn({ ripid: 'object 1' }, { ppQIResults: [{ hResult: 0, std: objref(1n, 'other').std }] });
    expect(exporters.targetsOf('other')).toEqual(at(1111));
  });

  test('an object of which nobody has said where it is, is looked for where the last exporter was named', () => {
    const exporters = ofTwo();
    exporters.learn({ pOxid: 9n }, { ppdsaOxidBindings: null, pipidRemUnknown: 'unknown 9' });
    expect(exporters.targetsOf('unknown 9')).toEqual(at(2222));
    expect(exporters.targetsOf(undefined)).toEqual(at(2222));
    expect(new Exporters().targetsOf('object 1')).toEqual([]);
  });
});
