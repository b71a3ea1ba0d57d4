import { describe, expect, test } from 'vitest';
import { readPdus } from '../../../src/capture/pdu/pdus.js';
import { decodePdu, type Pdu, RPC_C_AUTHN_LEVEL, sec_trailer, stubOffset } from '../../../src/codec/rpce/index.js';
import { ntlmPassive, type PassiveContext, Secret, spnegoPassive } from '../../../src/security/index.js';
import { corpusMissing, KNOWN_PASSWORD, knownKey } from '../../support/corpus.js';

const password = Secret.password(KNOWN_PASSWORD);
const ntHash = Secret.ntHash('19fab513b7a1da4708f051d5eff11ca4');

interface Count {
  contexts: number;
  /** PDUs at PKT or PKT_INTEGRITY whose signature was checked. */
  signed: number;
  /** PDUs at PKT_PRIVACY that were decrypted, and then checked. */
  sealed: number;
  bigEndian: number;
  micsRight: number;
}

/** Runs every handshake and every protected PDU of a capture through passive contexts; any refusal fails the test. */
async function verify(path: string, secret: Secret): Promise<Count> {
  const ntlm = ntlmPassive([{ secret }]);
  const providers = [ntlm, spnegoPassive([ntlm])];
  const contexts = new Map<string, PassiveContext>();
  const count: Count = { contexts: 0, signed: 0, sealed: 0, bigEndian: 0, micsRight: 0 };
  for await (const item of readPdus(path)) {
    if (item.kind !== 'pdu') continue;
    const bytes = Buffer.from(item.bytes);
    const pdu = decodePdu(bytes);
    if (pdu.auth === undefined) continue;
    const { auth_type, auth_level, auth_context_id, auth_value } = pdu.auth;
    const key = `${item.stream}:${auth_context_id}`;
    const from = item.direction === 'toServer' ? 'initiator' : 'acceptor';
    const context = contexts.get(key) ?? providers.find(({ authType }) => authType === auth_type)?.observe();
    if (context === undefined) throw new Error(`auth_type ${auth_type} in ${path}`);
    contexts.set(key, context);
    if (!isMessage(pdu)) {
      context.observe(from, auth_value);
      continue;
    }
    const end = bytes.length - auth_value.length;
    const sealed = auth_level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY;
    const message = {
      pdu: bytes.subarray(0, end),
      bodyStart: stubOffset(pdu),
      bodyEnd: end - sec_trailer.size,
      signHeader: false,
    };
    context.unprotect(from, message, auth_value, sealed);
    count[sealed ? 'sealed' : 'signed']++;
    if ((bytes[4] as number) >> 4 === 0) count.bigEndian++;
  }
  count.contexts = [...contexts.values()].filter((context) => context.established).length;
  count.micsRight = [...contexts.values()]
    .flatMap((context) => context.info.notes)
    .filter((note) => /^mechListMIC of the \w+ right$/.test(note)).length;
  return count;
}

const isMessage = (pdu: Pdu): pdu is Extract<Pdu, { PTYPE: 'request' | 'response' }> =>
  pdu.PTYPE === 'request' || pdu.PTYPE === 'response';

const NOTHING: Count = { contexts: 0, signed: 0, sealed: 0, bigEndian: 0, micsRight: 0 };

/** Requests and responses with a trailer as tshark 4.0.17 counts them, by file; a file that is not named has none. */
const EXPECTED: Readonly<Record<string, Partial<Count>>> = {
  'impacket-rpcmap-level1.pcapng': { contexts: 2, signed: 4, micsRight: 4 },
  'impacket-rpcmap-level2.pcapng': { contexts: 1 },
  'impacket-rpcmap-level4.pcapng': { contexts: 1 },
  'impacket-rpcmap-level5.pcapng': { contexts: 1, signed: 2 },
  'impacket-rpcmap-level6.pcapng': { contexts: 1, sealed: 2 },
  'smbtorture-epmapper-connect-ntlm.pcapng': { contexts: 1 },
  'smbtorture-epmapper-packet-ntlm.pcapng': { contexts: 1, signed: 12 },
  'smbtorture-epmapper-seal-ntlm-bigendian.pcapng': { contexts: 1, sealed: 12, bigEndian: 6 },
  'smbtorture-epmapper-seal-ntlm.pcapng': { contexts: 1, sealed: 12 },
  'smbtorture-epmapper-seal-spnego.pcapng': { contexts: 1, sealed: 12, micsRight: 2 },
  'smbtorture-epmapper-sign-ntlm-bigendian.pcapng': { contexts: 1, signed: 12, bigEndian: 6 },
  'smbtorture-epmapper-sign-ntlm.pcapng': { contexts: 1, signed: 12 },
  'smbtorture-epmapper-sign-spnego.pcapng': { contexts: 1, signed: 12, micsRight: 2 },
};

const secrets = [
  ['the password', password],
  ['the NT hash', ntHash],
] as const;

describe.skipIf(corpusMissing)(`captures with a known key${corpusMissing ? `: ${corpusMissing}` : ''}`, () => {
  for (const { file, path } of knownKey) {
    test.each(secrets)(`every signature verifies and every stub unseals in ${file}, with %s`, async (_, secret) => {
      expect(await verify(path, secret)).toEqual({ ...NOTHING, ...EXPECTED[file] });
    });
  }

  test('all 92 protected PDUs and all 8 mechListMICs are among them', async () => {
    const totals = { ...NOTHING };
    for (const { path } of knownKey) {
      const count = await verify(path, password);
      for (const key of Object.keys(totals) as (keyof Count)[]) totals[key] += count[key];
    }
    expect(totals).toEqual({ contexts: 14, signed: 54, sealed: 38, bigEndian: 12, micsRight: 8 });
  });

  test('with another password nothing is established', async () => {
    const wrong = Secret.password('P4ssw0rd.lab');
    const file = knownKey.find((known) => known.file === 'smbtorture-epmapper-sign-ntlm.pcapng');
    await expect(verify(file?.path ?? '', wrong)).rejects.toMatchObject({ code: 'NOT_ESTABLISHED' });
  });
});
