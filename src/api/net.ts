export type { Accept, Channel, ChannelEvents, Endpoint, Listener } from '../net/channel.js';
export { type Environment, environmentOf, SYSTEM_ENVIRONMENT } from '../net/environment.js';
export { TransportError } from '../net/error.js';
export {
  type ConnectTarget,
  changedNetwork,
  isSimulated,
  type Network,
  type NetworkChanges,
  SOCKETS,
} from '../net/network.js';
export type { RecordedDirection } from '../net/recorder.js';
export type { FaultKind } from '../net/simulation/fault.js';
export {
  type Fault,
  type InjectedFault,
  type LinkOptions,
  SimulatedNetwork,
  SimulationStuck,
  seededRandom,
  VirtualTime,
} from '../net/simulation/index.js';
export type { SimulatedNetworkOptions } from '../net/simulation/network.js';
export type { SeededBytes } from '../net/simulation/random.js';
export type { VirtualTimeOptions } from '../net/simulation/virtual-time.js';
export type { ListenOptions } from '../net/tcp.js';
export { type Stoppable, SYSTEM_TIMERS, type Timers } from '../net/timers.js';
