// The simulated server with 10,000 instances of WMI, in a process of its own: wmi-server.mjs ADDRESS:PORT. Tells its
// port, and its heap when it is asked, over the channel of child_process.fork.
import { CimRepository, startServer, wmiClass } from '../../dist/index.js';
import { ACCOUNT } from './account.mjs';

const INSTANCES = 10_000;

const repository = new CimRepository();
repository
  .namespace('root\\bench')
  .addClass('Bench_Row', {
    properties: {
      Id: { type: 'uint32', key: true },
      Name: 'string',
      Path: 'string',
      Size: 'uint64',
      Changed: 'datetime',
      Tags: 'string[]',
      Ready: 'boolean',
    },
  })
  .provide('Bench_Row', function* () {
    for (let id = 0; id < INSTANCES; id++)
      yield {
        Id: id,
        Name: `row ${id}`,
        Path: `C:\\data\\${id % 100}\\${id}.bin`,
        Size: id * 1024,
        Changed: '20230314000000.000000+000',
        Tags: ['bench', `part ${id % 7}`],
        Ready: id % 2 === 0,
      };
  });

const server = await startServer({
  listen: process.argv[2],
  accounts: [ACCOUNT],
  names: { netbiosName: 'BENCH', netbiosDomain: ACCOUNT.domain },
  classes: [wmiClass(repository)],
});
process.send({ host: server.address.address, port: server.address.port });

process.on('message', () => {
  globalThis.gc?.();
  process.send({ heapUsed: process.memoryUsage().heapUsed });
});
process.on('disconnect', () => process.exit());
