import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptedContext, propose, RpcConnection } from '../../../src/client/connection.js';
import { clientSecurity } from '../../../src/client/credentials.js';
import { EchoData, rpcecho } from '../../../src/codec/rpcecho/index.js';
import type { TransferSyntaxName } from '../../../src/rpc/index.js';
import { Secret } from '../../../src/security/index.js';
import { type DcomServer, startServer } from '../../../src/server/server.js';

const MIB = 1024 * 1024;
const LEVELS = { NONE: 1, CONNECT: 2, CALL: 3, PKT: 4, PKT_INTEGRITY: 5, PKT_PRIVACY: 6 } as const;
const MECHANISMS = { NTLM: 10, SPNEGO: 9 } as const;
const SYNTAXES: readonly TransferSyntaxName[] = ['ndr20', 'ndr64'];

const cases = Object.entries(LEVELS).flatMap(([level, number]) =>
  Object.entries(MECHANISMS)
    .filter(([mechanism]) => number > LEVELS.NONE || mechanism === 'NTLM')
    .flatMap(([mechanism, authType]) =>
      SYNTAXES.map((syntax) => [level, mechanism, syntax, number, authType] as const),
    ),
);

let server: DcomServer | undefined;
beforeAll(async () => {
  server = await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:password'], interfaces: ['rpcecho'] });
});
afterAll(() => server?.close());

/** Digests, because a difference of a MiB is nothing to print. */
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('1 MiB each way', () => {
  test.each(cases)(
    'comes back as it went, at %s by %s in %s',
    async (_level, _mechanism, transferSyntax, level, authType) => {
      const { address, port } = server?.address ?? expect.fail();
      const connection = await RpcConnection.open({ host: address, port });
      const credentials = { domain: 'LAB', user: 'op', secret: Secret.password('password') };
      const security = await clientSecurity({ authType, level, credentials, random: randomBytes });
      const elements = propose(rpcecho, 0, [transferSyntax]);
      const contextId = acceptedContext(elements, await connection.bind(elements, security));
      const in_data = randomBytes(MIB);
      const options = { contextId, transferSyntax, ...(security === undefined ? {} : { authContextId: 0 }) };
      const { out_data } = await connection.call(EchoData, { in_data }, options);
      connection.close();
      expect([out_data.length, digest(out_data)]).toEqual([MIB, digest(in_data)]);
    },
  );
});
