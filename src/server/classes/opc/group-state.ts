import { IOPCGroupStateMgt, IOPCGroupStateMgt2, OPC_RESULT } from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod } from '../class.js';
import type { Group } from './group.js';

/** IOPCGroupStateMgt and IOPCGroupStateMgt2. */
export function groupStateMgt(group: Group): [iid: string, methods: ComInterface][] {
  const { methods } = IOPCGroupStateMgt2;
  const { state } = group;
  const common = [
    comMethod(methods.GetState, () => ({
      pUpdateRate: state.rate,
      pActive: state.active,
      ppName: state.name,
      pTimeBias: state.timeBias,
      pPercentDeadband: state.deadband,
      pLCID: state.lcid,
      phClientGroup: state.clientHandle,
      phServerGroup: group.handle,
      ReturnValue: HRESULT.S_OK,
    })),
    comMethod(methods.SetState, (given) => {
      const {
        pRequestedUpdateRate: rate,
        pActive,
        pTimeBias,
        pPercentDeadband: deadband,
        pLCID,
        phClientGroup,
      } = given;
      if (deadband !== null && !(deadband >= 0 && deadband <= 100))
        return { pRevisedUpdateRate: state.rate, ReturnValue: HRESULT.E_INVALIDARG };
      const wasActive = state.active;
      state.active = pActive ?? state.active;
      state.timeBias = pTimeBias ?? state.timeBias;
      state.deadband = deadband ?? state.deadband;
      state.lcid = pLCID ?? state.lcid;
      state.clientHandle = phClientGroup ?? state.clientHandle;
      const pRevisedUpdateRate = group.setRate(rate ?? state.rate);
      if (state.active && !wasActive) group.restart();
      const other = rate !== null && rate !== pRevisedUpdateRate;
      return { pRevisedUpdateRate, ReturnValue: other ? OPC_RESULT.OPC_S_UNSUPPORTEDRATE : HRESULT.S_OK };
    }),
    comMethod(methods.SetName, ({ szName }) => {
      if (szName === '') return { ReturnValue: HRESULT.E_INVALIDARG };
      if (group.options.isTaken(szName)) return { ReturnValue: OPC_RESULT.OPC_E_DUPLICATENAME };
      state.name = szName;
      return { ReturnValue: HRESULT.S_OK };
    }),
    comMethod(methods.CloneGroup, ({ szName, riid }, call) => {
      if (szName !== '' && group.options.isTaken(szName))
        return { ppUnk: null, ReturnValue: OPC_RESULT.OPC_E_DUPLICATENAME };
      // A clone is inactive, and has nothing of its model's connections.
      const clone = group.options.clone({ ...state, name: szName, active: false }, group);
      if (clone === undefined) return { ppUnk: null, ReturnValue: HRESULT.E_OUTOFMEMORY };
      for (const { handle: _, ...item } of group.items.values()) clone.add(item);
      const ppUnk = clone.marshal(call, riid) ?? null;
      return { ppUnk, ReturnValue: ppUnk === null ? HRESULT.E_NOINTERFACE : HRESULT.S_OK };
    }),
  ];
  const keepAlive = [
    comMethod(methods.SetKeepAlive, ({ dwKeepAliveTime }) => {
      const { rate } = group.space.data;
      group.keepAlive = dwKeepAliveTime === 0 ? 0 : Math.ceil(dwKeepAliveTime / rate) * rate;
      const other = group.keepAlive !== dwKeepAliveTime;
      return {
        pdwRevisedKeepAliveTime: group.keepAlive,
        ReturnValue: other ? OPC_RESULT.OPC_S_UNSUPPORTEDRATE : HRESULT.S_OK,
      };
    }),
    comMethod(methods.GetKeepAlive, () => ({ pdwKeepAliveTime: group.keepAlive, ReturnValue: HRESULT.S_OK })),
  ];
  return [
    [IOPCGroupStateMgt.uuid, comInterface(...common)],
    [IOPCGroupStateMgt2.uuid, comInterface(...common, ...keepAlive)],
  ];
}
