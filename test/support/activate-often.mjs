// Activates COUNT objects over one connection and releases each, against a server in the same process; prints a line of
// JSON with the heap after each tenth: node --expose-gc activate-often.mjs COUNT
import { dcom } from '../../dist/api/codec.js';
import { activate, clientSecurity, propose, RpcConnection, Secret, startServer } from '../../dist/index.js';

const count = Number(process.argv[2]);
const clsid = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const iids = ['00000000-0000-0000-c000-000000000046'];
const version = { MajorVersion: 5, MinorVersion: 7 };
const cid = '12345678-1234-4234-8234-123456789abc';
const random = (length) => Buffer.alloc(length, 7);
const authentication = {
  ...{ authType: 10, level: 5, target: 'RPCSS/127.0.0.1', random },
  credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
};

const server = await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:secret'] });

async function open({ address: host, port }, definition) {
  const connection = await RpcConnection.open({ host, port });
  await connection.bind(propose(definition), await clientSecurity(authentication));
  return (operation, input, object) =>
    connection.call(operation, input, { contextId: 0, authContextId: 0, ...(object === undefined ? {} : { object }) });
}

const { reply } = await activate({ host: '127.0.0.1', port: server.address.port, clsid, iids, authentication });
const activator = await open(server.address, dcom.IRemoteSCMActivator);
const unknown = await open(server.exporter, dcom.IRemUnknown2);
const release = (objrefs) =>
  unknown(
    dcom.RemRelease,
    {
      ORPCthis: { version, flags: 0, cid },
      InterfaceRefs: objrefs.map(({ std }) => ({ ipid: std.ipid, cPublicRefs: 5, cPrivateRefs: 0 })),
    },
    reply.ipidRemUnknown,
  );
await release([reply.interfaces[0].objref]);

const pActProperties = dcom.packActivationRequest({ clsid, iids });
const heap = [];
const started = performance.now();
for (let tenth = 0; tenth < 10; tenth++) {
  for (let done = 0; done < count / 10; done += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        activator(dcom.RemoteCreateInstance, { orpcthis: { version, flags: 1, cid }, pActProperties }),
      ),
    );
    await release(
      answers.map(({ ppActProperties }) => dcom.unpackActivationReply(ppActProperties).interfaces[0].objref),
    );
  }
  globalThis.gc();
  heap.push(process.memoryUsage().heapUsed);
}
const seconds = (performance.now() - started) / 1000;
process.stdout.write(`${JSON.stringify({ heap, objects: server.objects, seconds })}\n`, () => process.exit(0));
