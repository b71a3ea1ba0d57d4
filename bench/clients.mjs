// Activations a second of this project's client and of impacket's, at this project's server: over one authenticated
// connection (NTLM, PKT_INTEGRITY), and with a connection each. impacket's process start is not counted.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { activate } from '../dist/client/activate.js';
import {
  IRemoteSCMActivator,
  packActivationRequest,
  RemoteCreateInstance,
  unpackActivationReply,
} from '../dist/codec/dcom/index.js';
import { inTurns, leftOut, rate, row } from './measure.mjs';
import { ACCOUNT } from './peers/account.mjs';
import { authenticated, authentication, parallel } from './peers/client.mjs';
import { harnessServer } from './peers/servers.mjs';

const PYTHON = '/usr/bin/python3';
const SCRIPT = join(import.meta.dirname, 'peers/impacket_activations.py');
const COUNTS = { one: 200, each: 40 };
const ROUNDS = 3;

const clsid = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const iids = ['00020400-0000-0000-c000-000000000046'];
const orpcthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 1, cid: randomUUID() };

async function measure(server) {
  const impacket = (how) =>
    Number(
      execFileSync(
        PYTHON,
        [SCRIPT, server.host, server.port, COUNTS[how], how, ACCOUNT.domain, ACCOUNT.user].map(String),
        {
          input: `${ACCOUNT.password}\n`,
        },
      ),
    );
  const activator = await authenticated(server, IRemoteSCMActivator);
  const ours = {
    one: async () => {
      const pActProperties = packActivationRequest({ clsid, iids, contextId: randomUUID() });
      const secured = { contextId: 0, authContextId: 0 };
      const { ppActProperties } = await activator.call(RemoteCreateInstance, { orpcthis, pActProperties }, secured);
      if (unpackActivationReply(ppActProperties) === undefined) throw new Error('no object');
    },
    each: async () => {
      const { outcome } = await activate({
        host: server.host,
        port: server.port,
        clsid,
        iids,
        authentication: authentication(),
      });
      if (!outcome.accepted) throw new Error(outcome.text);
    },
  };
  for (const [how, what] of [
    ['one', 'activations over one connection'],
    ['each', 'activations with a connection each'],
  ]) {
    const medians = await inTurns(ROUNDS, {
      ours: () => rate(() => parallel(COUNTS[how], 1, ours[how])),
      impacket: () => impacket(how),
    });
    row({ what, ours: medians.ours, reference: medians.impacket, against: "impacket's client", unit: '/s' });
  }
  activator.close();
}

if (spawnSync(PYTHON, ['-c', 'import impacket']).status !== 0) {
  leftOut("impacket's client", `${PYTHON} cannot import impacket (Debian: apt-get install python3-impacket)`);
} else {
  const server = await harnessServer();
  try {
    await measure(server);
  } finally {
    await server.stop();
  }
}
