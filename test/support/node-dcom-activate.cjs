// Activates a class with node-dcom as LAB\op, and prints a line of JSON: node-dcom-activate.cjs HOST CLSID, password on
// stdin. node-dcom knows no other port than 135, and keeps timers and sockets for as long as it is let.
const { readFileSync } = require('node:fs');
const { ComServer, Session, Clsid } = require('node-dcom');

const [host, clsid] = process.argv.slice(2);
const tell = (result) => {
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
};

async function main() {
  const session = new Session().createSession('LAB', 'op', readFileSync(0, 'utf8').trim());
  session.setGlobalSocketTimeout(5000);
  const server = new ComServer(new Clsid(clsid), host, session);
  await server.init();
  const object = await server.createInstance();
  tell({ accepted: true, ipid: object.getIpid?.() });
}

main().catch((error) => tell({ accepted: false, error: String(error?.message ?? error) }));
