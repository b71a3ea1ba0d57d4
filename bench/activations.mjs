// Activations a second, RemoteCreateInstance with NTLM at PKT_INTEGRITY: over one connection, and with one each. The
// reference is ept_map by the same client at the same server, so that what NTLM and TCP cost is on both sides.
import { randomUUID } from 'node:crypto';
import { activate } from '../dist/client/activate.js';
import { IRemoteSCMActivator, packActivationRequest, RemoteCreateInstance } from '../dist/codec/dcom/index.js';
import { inTurns, rate, row } from './measure.mjs';
import { authenticated, authentication, map, parallel } from './peers/client.mjs';
import { harnessServer } from './peers/servers.mjs';

const CALLS = 300;
const CONNECTIONS = 60;
const ROUNDS = 11;

const clsid = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const iids = ['00020400-0000-0000-c000-000000000046'];
const orpcthis = { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 1, cid: randomUUID() };

const server = await harnessServer();
try {
  const [activator, mapper] = [await authenticated(server, IRemoteSCMActivator), await authenticated(server)];
  const create = async () => {
    const pActProperties = packActivationRequest({ clsid, iids, contextId: randomUUID() });
    const { ReturnValue } = await activator.call(
      RemoteCreateInstance,
      { orpcthis, pActProperties },
      { contextId: 0, authContextId: 0 },
    );
    if (ReturnValue !== 0) throw new Error(`activation: ${ReturnValue}`);
  };
  const createOnNew = async () => {
    const { outcome } = await activate({
      host: server.host,
      port: server.port,
      clsid,
      iids,
      authentication: authentication(),
    });
    if (!outcome.accepted) throw new Error(outcome.text);
  };
  const mapOnNew = async () => {
    const connection = await authenticated(server);
    await map(connection, server);
    connection.close();
  };

  const kinds = [
    ['over one connection', CALLS, create, () => map(mapper, server)],
    ['with a connection each', CONNECTIONS, createOnNew, mapOnNew],
  ];
  for (const [how, count, activation, reference] of kinds) {
    const medians = await inTurns(ROUNDS, {
      ours: () => rate(() => parallel(count, 1, activation)),
      reference: () => rate(() => parallel(count, 1, reference)),
    });
    row({
      what: `activations ${how}`,
      ours: medians.ours,
      reference: medians.reference,
      against: 'ept_map, likewise',
      unit: '/s',
    });
  }
  for (const connection of [activator, mapper]) connection.close();
} finally {
  await server.stop();
}
