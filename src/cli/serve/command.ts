import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemReason } from '../../net/error.js';
import { recordLine } from '../../report/record.js';
import type { DcomServer } from '../../server/server.js';
import { Ending } from '../ending.js';
import { type Output, output, UsageError } from '../io.js';
import { Verdicts } from '../judged.js';
import { removeWritten } from '../output-file.js';
import { EXPECTATION_HELP } from './expectations.js';
import { beside, type ExpectOptions, endingOptions, expectOptions, type ServeEnding } from './judged.js';
import { judgeServer } from './results.js';
import { type ServerCommandOptions, serverOptions, startServing } from './server.js';

interface ServeOptions extends ServerCommandOptions, ServeEnding, ExpectOptions {
  readonly readyFile?: string;
}

export const serveCommand = (command: Command): Command =>
  endingOptions(expectOptions(serverOptions(command), 'serve'))
    .option(
      '--ready-file <file>',
      'written once it listens, and removed at the end: the record ready of docs/records.schema.json, with address, port, exporter_port, as_of, pid',
    )
    .addHelpText(
      'after',
      `
Answers RemoteActivation, RemoteGetClassObject and RemoteCreateInstance for any class, or those of --class alone,
ServerAlive, ServerAlive2, ResolveOxid, ResolveOxid2, the pings, the remote unknown, the endpoint mapper and the
management interface. Ports below 1024 need root or CAP_NET_BIND_SERVICE. Ends with Ctrl-C, SIGTERM or SIGHUP.

With --expect, --tap or --junit the exit code judges what clients did: 1 where an expectation does not hold or, without
one, an activation was refused; 2 where nothing happened that is judged, as where no client asked for an activation.

${EXPECTATION_HELP}

Examples:
  dcom-harness serve --user 'LAB\\op:secret' --as-of 2022-06-14
  dcom-harness serve --listen 127.0.0.2:1135 --user 'LAB\\op:secret' --registry RequireIntegrityActivationAuthenticationLevel=0
  dcom-harness serve --user 'LAB\\op:secret' --class mmc20 shellwindows
  dcom-harness serve --user 'LAB\\op:secret' --wmi my-classes.yaml
  dcom-harness serve --user 'LAB\\op:secret' --advertise 192.0.2.1 127.0.0.1 --access permissions.yaml
  dcom-harness serve --user 'LAB\\op:secret' --class opc --opc plant.yaml
  dcom-harness serve --user 'LAB\\op:secret' --pcap lab.pcapng --json
  dcom-harness serve --keytab server.keytab
  dcom-harness serve --user 'LAB\\op:secret' --once --expect 'level>=pkt_integrity' --junit serve.xml
  dcom-harness serve --kdc --user 'LAB\\op:secret' --advertise harness.lab.example 127.0.0.1

permissions.yaml, every part of which may be left out:
  machineLaunch: [authenticated]  # also everyone, anonymous, DOMAIN\\user, a SID
  machineAccess: [everyone, {deny: 'LAB\\guest'}]
  launch: {49b2791a-b1ae-4c90-9b8e-e860ba07f889: ['LAB\\op']}
  # defaultLaunch, defaultAccess, access: likewise

plant.yaml:
  items:
    Boiler.Temperature:
      {type: R8, value: {sine: [60, 90], period: 60s}, range: [0, 150],
       unit: °C}
    Boiler.Setpoint: {type: R8, value: 75, access: read-write}
    Mixer.State: {type: BSTR, value: {list: [idle, mixing], every: 5s}}
    # also constants, {ramp: [0, 100], period: 30s}, {noise: [4, 5], every: 1s}
  faults:
    - {at: 60s, for: 10s, items: ['Boiler.*'], quality: COMM_FAILURE}
    # also delay: 2s, callbacks: lost, state: SUSPENDED, shutdown: maintenance`,
    )
    .action(serve);

async function serve(options: ServeOptions): Promise<void> {
  const out = output({ json: options.json, live: true });
  const { expect, tap, junit, name = 'serve' } = options;
  const judges = expect !== undefined || tap || junit !== undefined;
  const verdicts = judges ? new Verdicts(out, options, { suite: name }) : undefined;
  // Before anybody is told that the server is there: who waits for that may end it at once.
  const ending = new Ending(options);
  const server = await served(beside(out, options), options, ending).finally(() => ending.stop());
  if (verdicts !== undefined)
    await judgeServer(out, verdicts, server, options, { nothing: 'no client asked for an activation' });
  await out.finish();
}

/** Serves to the end, and gives the server for what it has seen. */
async function served(out: Output, options: ServeOptions, ending: Ending): Promise<DcomServer> {
  const { readyFile } = options;
  const { server, close } = await startServing(out, options, {
    activated: () => ending.activated(),
    observers: [ending],
  });
  try {
    if (readyFile !== undefined) tellReady(readyFile, server);
    await ending.ended;
  } finally {
    await close();
    if (readyFile !== undefined) removeWritten(readyFile);
  }
  return server;
}

function tellReady(file: string, { address, exporter, asOf }: DcomServer): void {
  const { address: host, port } = address;
  try {
    const at = { address: host, port, exporter_port: exporter.port, as_of: asOf.date };
    writeFileSync(file, recordLine('ready', { ...at, pid: process.pid }));
  } catch (error) {
    throw new UsageError(`--ready-file: cannot write ${file}: ${systemReason(error)}`);
  }
}
