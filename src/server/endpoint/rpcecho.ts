import type { Infer } from '../../codec/ndr/index.js';
import { FAULT } from '../../codec/rpce/index.js';
import {
  AddOne,
  EchoData,
  type echo_Info,
  rpcecho,
  SinkData,
  SourceData,
  TestCall,
  TestCall2,
  TestDoublePointer,
  TestEnum,
  TestSleep,
  TestSurrounding,
} from '../../codec/rpcecho/index.js';
import { RpcFault } from '../../rpc/index.js';
import type { Milliseconds } from '../../security/index.js';
import { method, type Service, service } from './service.js';

/** Octets that SourceData makes, at most; and elements of TestSurrounding. */
const MAX_DATA = 4 * 1024 * 1024;
const MAX_SLEEP_SECONDS = 10;

/** What TestCall2 answers for each level, as Samba's own server does: every kind of union arm once. */
const INFO: readonly Infer<typeof echo_Info>[] = [
  { tag: 1, value: { v: 10 } },
  { tag: 2, value: { v: 20 } },
  { tag: 3, value: { v: 30 } },
  { tag: 4, value: { v: 40n } },
  { tag: 5, value: { v1: 50, v2: 60n } },
  { tag: 6, value: { v1: 70, info1: { v: 80 } } },
  { tag: 7, value: { v1: 80, info4: { v: 90n } } },
];

/** The test interface of Samba, for clients that want to see their whole NDR come back. Off unless it is asked for. */
export function echoService(delay: (milliseconds: Milliseconds) => Promise<void>): Service {
  return service(rpcecho, [
    method(AddOne, ({ in_data }) => ({ out_data: (in_data + 1) >>> 0 })),
    method(EchoData, ({ in_data }) => ({ out_data: in_data })),
    method(SinkData, () => ({})),
    method(SourceData, ({ len }) => ({ data: Uint8Array.from({ length: bounded(len) }, (_, index) => index & 0xff) })),
    method(TestCall, ({ s1 }) => ({ s2: s1 })),
    method(TestCall2, ({ level }) => {
      const info = INFO.find(({ tag }) => tag === level);
      if (info === undefined) throw new RpcFault(FAULT.BAD_STUB_DATA);
      return { info, ReturnValue: 0 };
    }),
    method(TestSleep, async ({ seconds }) => {
      await delay(Math.min(seconds, MAX_SLEEP_SECONDS) * 1000);
      return { ReturnValue: seconds };
    }),
    method(TestEnum, (input) => input),
    method(TestSurrounding, ({ data }) => {
      const x = bounded((data.x ?? data.surrounding.length) * 2);
      return { data: { x, surrounding: new Array<number>(x).fill(0) } };
    }),
    method(TestDoublePointer, ({ data }) => ({ ReturnValue: data?.to ?? 0 })),
  ]);
}

function bounded(length: number): number {
  if (length > MAX_DATA) throw new RpcFault(FAULT.REMOTE_NO_MEMORY);
  return length;
}
