// node-opc-da 1.0.x at an OPC server as LAB\op: node-opc-da.cjs HOST CLSID ITEM, password on stdin. Prints a line of
// JSON. It subscribes to nothing and writes nothing: its own code for these throws (attach, write, removeGroup).
const { readFileSync } = require('node:fs');
// The library greets on stdout, which is this program's.
console.log = () => undefined;
const { constants, createServer } = require('node-opc-da');

const [host, clsid, item] = process.argv.slice(2);
const tell = (result) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

async function main() {
  const { opcServer } = await createServer(host, 'LAB', 'op', readFileSync(0, 'utf8').trim(), clsid, {});
  const { serverState, vendorInfo } = await opcServer.getStatus();
  const group = await opcServer.addGroup('probe', {});
  const manager = await group.getItemManager();
  const [[errorCode, added]] = await manager.add([{ itemID: item, clientHandle: 1 }]);
  const io = await group.getSyncIO();
  const [read] = await io.read(constants.opc.dataSource.DEVICE, [added.serverHandle]);
  const browser = await opcServer.getBrowser();
  const items = await browser.browseAllFlat();
  tell({ accepted: true, serverState, vendorInfo, errorCode, value: read.value, quality: read.quality, items });
}

main().catch((error) => tell({ accepted: false, error: String(error?.message ?? error) }));
