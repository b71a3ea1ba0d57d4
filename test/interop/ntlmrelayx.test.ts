import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';
import { audit } from '../../src/capture/audit/audit.js';
import { extraInterface } from '../../src/cli/serve/extra-interface.js';
import { ntlmInitiator, Secret } from '../../src/security/index.js';
import type { Service } from '../../src/server/endpoint/service.js';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { impacket } from '../support/impacket.js';
import { peer, port135 } from '../support/peers.js';
import { recordedProxy } from '../support/recorded-proxy.js';

/** Of this file alone, so that files that run at the same time do not meet. */
const ATTACKER = '127.0.0.77';
const TARGET = '127.0.0.78';
const PASSWORD = 'P4ssw0rd';
/** [MS-TSCH] 1.9: ITaskSchedulerService, which ntlmrelayx logs on for. */
const TASK_SCHEDULER = '86d35949-83c9-4044-b424-db363231fd0c:1.0';

const smbclient = peer('smbclient');
const missing = [impacket, smbclient, port135()].some(({ skip }) => skip);

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Lab {
  /** Octets of both legs, each as a capture beside its server. */
  readonly captures: readonly [victim: Buffer[], target: Buffer[]];
  readonly server: DcomServer;
  /** Waits for a line of ntlmrelayx. */
  readonly says: (pattern: RegExp) => Promise<string>;
}

/** ntlmrelayx between HTTP and SMB on one side, and this project's server on the other. */
async function lab(...options: string[]): Promise<Lab> {
  port135().required();
  const [victim, target]: [Buffer[], Buffer[]] = [[], []];
  const server = await startServer({
    listen: `${TARGET}:135`,
    accounts: [{ domain: 'LAB', user: 'op', password: PASSWORD }],
    names: { netbiosName: 'TARGET', netbiosDomain: 'LAB' },
    services: [extraInterface(TASK_SCHEDULER) as Service],
    record: (block) => target.push(block),
  });
  stops.push(() => server.close());
  const ports = { 80: 8077, 445: 4477 };
  const args = [join(import.meta.dirname, '../support/ntlmrelayx.py'), ATTACKER, TARGET, '8077', '4477', ...options];
  const relay = spawn(impacket.required(), args, { stdio: 'pipe' });
  const lines: string[] = [];
  const output = createInterface(relay.stdout);
  output.on('line', (line) => lines.push(line));
  const errors: Buffer[] = [];
  relay.stderr.on('data', (octets) => errors.push(octets));
  const ended = once(relay, 'exit');
  stops.push(() => {
    relay.stdin.end();
    return ended;
  });
  const says = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const line = lines.find((each) => pattern.test(each));
      if (line !== undefined) return line;
      const event = await Promise.race([once(output, 'line'), ended.then(() => undefined)]);
      if (event === undefined) throw new Error(`ntlmrelayx has ended: ${lines.join('\n')}${Buffer.concat(errors)}`);
    }
  };
  await says(/^ready$/);
  for (const [port, behind] of Object.entries(ports)) {
    const at = { address: ATTACKER, port: Number(port) };
    const proxy = await recordedProxy(at, { address: ATTACKER, port: behind }, (block) => victim.push(block));
    stops.push(proxy.close);
  }
  return { captures: [victim, target], server, says };
}

/** A client of HTTP as Windows is one; curl offers neither Unicode nor a version, for which ntlmrelayx garbles the challenge. */
async function overHttp(): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const credentials = { domain: 'LAB', user: 'op', secret: Secret.password(PASSWORD) };
  const context = ntlmInitiator({ credentials, random: randomBytes }).initiate({
    level: 2,
    target: `HTTP/${ATTACKER}`,
  });
  const ask = async (token: Uint8Array): Promise<IncomingMessage> => {
    const headers = { Authorization: `NTLM ${Buffer.from(token).toString('base64')}` };
    const [response] = await once(get({ agent, host: ATTACKER, path: '/', headers }), 'response');
    return response.resume();
  };
  const { headers } = await ask(context.step(undefined, Date.now()).token as Uint8Array);
  const challenge = Buffer.from(headers['www-authenticate']?.replace('NTLM ', '') as string, 'base64');
  const { statusCode } = await ask(context.step(challenge, Date.now()).token as Uint8Array);
  agent.destroy();
  return statusCode as number;
}

/** Samba's client, whom the attacker refuses once he has what he wants. */
const overSmb = (): Promise<string> =>
  new Promise((resolve) => {
    const args = [`//${ATTACKER}/IPC$`, '-U', `LAB\\op%${PASSWORD}`, '-c', 'ls', '-m', 'SMB2'];
    execFile(smbclient.required(), args, (_, stdout, stderr) => resolve(stdout + stderr));
  });

const relaysIn = async (captures: readonly (readonly Buffer[])[]) =>
  (await audit(captures.map((blocks) => Buffer.concat(blocks)))).findings.filter(({ finding }) =>
    ['relay', 'challenge-changed', 'target-name'].includes(finding),
  );

describe.skipIf(missing)('a relay by ntlmrelayx to this server over RPC is found', () => {
  test('from HTTP: the same response, and who is in the middle', async () => {
    const { captures, says, server } = await lab();
    await overHttp();
    await says(/Authenticating against rpc.* as LAB\/OP SUCCEED/);
    await server.close();
    expect(await relaysIn(captures)).toMatchObject([
      {
        ...{ finding: 'relay', severity: 'high', user: 'LAB\\op', transport: 'ncacn_ip_tcp' },
        facts: { by: 'response', chained: true, other_transport: 'http', authenticate_changed: false },
        detail: expect.stringContaining(`> ${ATTACKER}:80 (HTTP) and ${ATTACKER}:`),
      },
      { finding: 'target-name', facts: { target: `HTTP/${ATTACKER}` } },
    ]);
  });

  test('from HTTP, with a name taken out of the challenge: what differs is told', async () => {
    const { captures, says, server } = await lab('--remove-target');
    await overHttp();
    await says(/Authenticating against rpc.* as LAB\/OP FAILED/);
    await server.close();
    expect(await relaysIn(captures)).toMatchObject([
      { finding: 'relay', facts: { by: 'response', other_transport: 'http' } },
      { finding: 'challenge-changed', severity: 'high', facts: { differences: ['another TargetInfo'] } },
      { finding: 'target-name' },
    ]);
  });

  test('from SMB, of what smbclient says', async () => {
    const { captures, says, server } = await lab();
    expect(await overSmb()).toContain('NT_STATUS_ACCESS_DENIED');
    await says(/SUCCEED/);
    await server.close();
    expect(await relaysIn(captures)).toMatchObject([
      {
        ...{ finding: 'relay', severity: 'high', user: 'LAB\\op', transport: 'ncacn_ip_tcp' },
        facts: { by: 'response', chained: true, other_transport: 'smb', target: `cifs/${ATTACKER}` },
        detail: expect.stringMatching(
          /\(SMB\) and .*\(RPC\): .* is in the middle; the client means cifs.*another protocol$/,
        ),
      },
      { finding: 'target-name', facts: { target: `cifs/${ATTACKER}` } },
    ]);
  });
});
