// An interface that is no IDispatch: declared once, served by a class, called by a client, decoded from a capture.
// node examples/custom-interface.mjs
import { CLIENT_PROFILES, comInterface, comMethod, DcomClient, Secret, startServer } from 'dcom-harness';
import { dcom, ndr } from 'dcom-harness/codec';

// The methods in the order of the IDL, which is that of their opnums, from 3 on; each gives an HRESULT besides.
const ITagStore = dcom.vtable({
  name: 'ITagStore',
  uuid: '3a7c1c52-64a1-4f0b-9d0e-4f0f4c1a7d11',
  idl: 'tagstore.idl',
  methods: {
    Count: { in: {}, out: { pCount: ndr.u32 } },
    Write: { in: { szTag: ndr.wstring, value: ndr.double }, out: { pOld: ndr.double } },
  },
});
const { Count, Write } = ITagStore.methods;

const tagStore = {
  clsid: '8f0b6a7e-0d0c-4c57-8f55-0a2d6f6a9c02',
  name: 'Vendor.TagStore',
  create: () => {
    const tags = new Map();
    const methods = comInterface(
      comMethod(Count, () => ({ pCount: tags.size, ReturnValue: 0 })),
      comMethod(Write, ({ szTag, value }, call) => {
        const pOld = tags.get(szTag) ?? 0;
        tags.set(szTag, value);
        call.record({ member: 'Write', arguments: [szTag, value] });
        return { pOld, ReturnValue: 0 };
      }),
    );
    return { name: 'TagStore', queryInterface: (iid) => (iid === ITagStore.uuid ? methods : undefined) };
  },
};

const server = await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:secret'], classes: [tagStore] });
const client = new DcomClient({
  host: server.address.address,
  port: server.address.port,
  profile: CLIENT_PROFILES['windows-2023-03'],
  credentials: { domain: 'LAB', user: 'op', secret: Secret.password('secret') },
});
try {
  const store = await client.activate(tagStore.clsid, ITagStore.uuid);
  await store.call(ITagStore, Write, { szTag: 'Boiler', value: 21.5 });
  const { pCount } = await store.call(ITagStore, Count, {});
  await store.release();
  console.log(
    `${pCount} tag; the server saw`,
    ...server.invocations.map((each) => [each.member, each.arguments, each.level]),
  );
} finally {
  await client.close();
  await server.close();
}
