import { afterEach, expect, test } from 'vitest';
import { ndr } from '../../../src/api/codec.js';
import { acceptedContext, type DcomServer, method, propose, RpcConnection, service } from '../../../src/index.js';
import { serve } from '../../support/live.js';

let server: DcomServer;
afterEach(() => server.close());

const Twice = ndr.operation({
  name: 'Twice',
  opnum: 0,
  section: 'C706 4',
  in: { value: ndr.u32 },
  out: { value: ndr.u32 },
});
const Gauge = ndr.interfaceDef({
  name: 'Gauge',
  uuid: '5a6b7c8d-0000-4000-8000-00000000000a',
  version: { major: 1, minor: 0 },
  section: 'C706 3',
  operations: [Twice],
});

test("a vendor's own RPC interface is beside those of DCOM", async () => {
  server = await serve({ services: [service(Gauge, [method(Twice, ({ value }) => ({ value: value * 2 }))])] });
  const { address: host, port } = server.address;
  const connection = await RpcConnection.open({ host, port });
  const elements = propose(Gauge);
  const contextId = acceptedContext(elements, await connection.bind(elements));
  expect(await connection.call(Twice, { value: 21 }, { contextId })).toEqual({ value: 42 });
  connection.close();
});
