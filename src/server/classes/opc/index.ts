import type { ComClass } from '../class.js';
import { AddressSpace } from './address-space.js';
import { type OpcServerData, opcServerSchema } from './schema.js';
import { OpcServer } from './server.js';
import { categoriesManager, opcEnum } from './server-list.js';

export { AddressSpace, type Sample, type SpaceItem } from './address-space.js';
export {
  type CallbackMethods,
  type CallbackParameters,
  type DataChange,
  type DataListener,
  dataSink,
} from './data-sink.js';
export { type OpcServerData, opcServerSchema } from './schema.js';

/** The class of an OPC server whose items are those of an address space. */
export const opcServerClass = (space: AddressSpace): ComClass => ({
  clsid: space.data.clsid,
  name: space.data.progId,
  create: (host) => new OpcServer(space, host).object,
});

/** OPC servers with OpcEnum and the categories manager, which list them. */
export function opcClasses(spaces: readonly AddressSpace[]): ComClass[] {
  const listed = spaces.map(({ data: { clsid, progId, title } }) => ({ clsid, progId, title }));
  return [...spaces.map(opcServerClass), opcEnum(listed), categoriesManager(listed)];
}

/** An address space of data as `opcServerSchema` has it. Throws `ZodError` for any other. */
export const addressSpace = (data: unknown): AddressSpace => new AddressSpace(opcServerSchema.parse(data));

/** The plant that a server shows where nobody says what it has. */
export const SAMPLE_PLANT: OpcServerData = opcServerSchema.parse({
  title: 'Simulated plant',
  items: {
    'Boiler.Temperature': {
      type: 'R8',
      value: { sine: [60, 90], period: '60s' },
      unit: '°C',
      range: [0, 150],
      description: 'Feed water',
    },
    'Boiler.Pressure': { type: 'R4', value: { noise: [4.8, 5.2], every: '1s' }, unit: 'bar', range: [0, 10] },
    'Boiler.Setpoint': { type: 'R8', value: 75, access: 'read-write', unit: '°C', range: [0, 150] },
    'Mixer.Running': { type: 'BOOL', value: true, access: 'read-write' },
    'Mixer.State': { type: 'BSTR', value: { list: ['idle', 'filling', 'mixing', 'emptying'], every: '5s' } },
    'Tank.Level': { type: 'I4', value: { ramp: [0, 100], period: '30s', every: '500ms' }, unit: '%', range: [0, 100] },
    'Tank.Alarms': { type: 'I4[]', value: [0, 0, 0] },
  },
});
