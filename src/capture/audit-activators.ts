import { IActivation, IRemoteSCMActivator } from '../codec/dcom/index.js';

/** [MS-DCOM] 3.1.2.5.2: the interfaces that activate, and their opnums. */
const ACTIVATORS: ReadonlyMap<string, ReadonlySet<number>> = new Map(
  [IActivation, IRemoteSCMActivator].map(({ uuid, operations }) => [uuid, new Set(operations.keys())]),
);

export const isActivator = (uuid: string): boolean => ACTIVATORS.has(uuid);

export const isActivation = (uuid: string | undefined, opnum: number): boolean =>
  uuid !== undefined && ACTIVATORS.get(uuid)?.has(opnum) === true;
