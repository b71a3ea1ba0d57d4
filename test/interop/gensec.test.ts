import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/codec/bytes.js';
import { type SecurityContext, SecurityError, spnegoAcceptor } from '../../src/security/index.js';
import { fromHex } from '../support/hex.js';
import { peer } from '../support/peers.js';
import { labAcceptor, PASSWORD } from '../support/security.js';

// python3-samba comes with the package of samba-tool, for the system's own Python.
const samba = peer('samba-tool');
const PYTHON = '/usr/bin/python3';

/** GSS_Wrap of Samba: the signature, and behind it the text, sealed where that was negotiated. */
function unwrap(context: SecurityContext, wrapped: Buffer, sealed: boolean): string {
  const pdu = wrapped.subarray(16);
  const message = { pdu, bodyStart: 0, bodyEnd: pdu.length, signHeader: true };
  if (sealed) context.unseal(message, wrapped.subarray(0, 16));
  else context.verify(message, wrapped.subarray(0, 16));
  return pdu.toString();
}

function wrap(context: SecurityContext, text: string, sealed: boolean): Buffer {
  const pdu = Buffer.from(text);
  const message = { pdu, bodyStart: 0, bodyEnd: pdu.length, signHeader: true };
  return Buffer.concat([sealed ? context.seal(message) : context.sign(message), pdu]);
}

/** Lets Samba's client log on and exchange three wrapped messages; gives what it said and what was heard. */
async function logOn(mechanism: string, protection: string, password: string, options: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'gensec-'));
  const conf = join(folder, 'smb.conf');
  writeFileSync(conf, '[global]\n');
  const acceptor = labAcceptor({ policy: { minimumSessionSecurity: [] } });
  const context = (mechanism === 'spnego' ? spnegoAcceptor({ mechanisms: [acceptor] }) : acceptor).accept();
  const script = join(import.meta.dirname, 'gensec.py');
  const child = spawn(PYTHON, [script, conf, mechanism, protection, password, ...options]);
  const heard: string[] = [];
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [word, hex = ''] = line.split(' ');
      if (word === 'token') {
        child.stdin.write(`${toHex(context.step(fromHex(hex), Date.now()).token ?? Buffer.alloc(0))}\n`);
      } else if (word === 'wrapped') {
        const sealed = protection === 'seal';
        heard.push(unwrap(context, fromHex(hex), sealed));
        child.stdin.write(`${toHex(wrap(context, `answer ${heard.length - 1}`, sealed))}\n`);
      } else {
        heard.push(word ?? '');
      }
    }
  } finally {
    child.kill();
    rmSync(folder, { recursive: true });
  }
  return { heard, context };
}

const variants: readonly (readonly [string, readonly string[]])[] = [
  ['NTLMv2', []],
  ['NTLMv1 with extended session security', ['client ntlmv2 auth=no']],
  ['NTLMv1', ['client ntlmv2 auth=no', 'ntlmssp_client:ntlm2=no']],
  ['NTLMv1', ['client ntlmv2 auth=no', 'ntlmssp_client:ntlm2=no', 'ntlmssp_client:unicode=no']],
  ['NTLMv2', ['ntlmssp_client:unicode=no']],
  ['NTLMv2', ['ntlmssp_client:128bit=no', 'ntlmssp_client:56bit=yes']],
  ['NTLMv2', ['ntlmssp_client:keyexchange=no']],
];

describe.skipIf(samba.skip)("Samba's NTLM client", () => {
  const cases = ['ntlmssp', 'spnego'].flatMap((mechanism) =>
    ['sign', 'seal'].flatMap((protection) =>
      variants.map(([kind, options]) => [kind, mechanism, protection, options] as const),
    ),
  );
  test.each(cases)('%s by %s, to %s, %j', async (kind, mechanism, protection, options) => {
    samba.required();
    const { heard, context } = await logOn(mechanism, protection, PASSWORD, options);
    expect(heard).toEqual(['question 0', 'question 1', 'question 2', 'done']);
    expect(context.identity).toMatchObject({ domain: 'LAB', user: 'op', workstation: 'WSX' });
    expect(context.info.notes[0]).toBe(kind);
  });

  test('is refused with a wrong password', async () => {
    samba.required();
    await expect(logOn('spnego', 'sign', 'wrong', [])).rejects.toThrow(SecurityError);
  });
});
