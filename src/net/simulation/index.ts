export { FAULT_KINDS, type Fault, type FaultKind, type InjectedFault } from './fault.js';
export type { LinkOptions } from './link.js';
export { SimulatedNetwork, type SimulatedNetworkOptions } from './network.js';
export { type SeededBytes, seededRandom } from './random.js';
export { SimulationStuck, VirtualTime, type VirtualTimeOptions } from './virtual-time.js';
