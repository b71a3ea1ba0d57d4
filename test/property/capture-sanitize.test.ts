import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../src/capture/file/error.js';
import { Secret, sniffer } from '../../src/security/index.js';
import { corpusMissing, corpusPath, KNOWN_PASSWORD } from '../support/corpus.js';
import { edited, editsOf } from '../support/mutated.js';
import { differences, leaks, sanitized, toldOf } from '../support/sanitized.js';
import { SHIPPED, shippedPath } from '../support/shipped.js';

/** One of each kind: DCOM and its tunnels, Kerberos, WMI, SMB1, SMB2 in several connections, fragments, cut, one-sided. */
const CHOSEN = [
  'suricata__dcerpc-ctxids.pcap',
  'otrf__covenant_dcom_iertutil_dll_hijack_WORKSTATION5_2020-10-09183000.cap',
  'zeek__kerberos135_auth.pcapng',
  'suricata__dcerpc-smb-test-01.pcap',
  'zeek__smb_v2_only_non_zero_reserved1.pcap',
  'zeek__dce_rpc_netlogon.pcapng',
  'zeek__ntlm-empty-av-sequence.pcap',
  'zeek__raw_ntlm_in_smb.pcap',
  'arkime__ntlm_synthetic.pcap',
  'foreign-clients/opc1.pcapng',
  'foreign-clients/relay-2021-05.pcapng',
  'field/b1-vxlan-gbp.pcap',
  'field/b2-erspan3.pcap',
  'field/b18-server-only.pcap',
  'field/b19-snap96.pcap',
];

describe.skipIf(corpusMissing)('real traffic that was sanitized', () => {
  test.each(CHOSEN)('%s: decode and audit tell the same, and no name and no address is left', async (file) => {
    const { octets, names } = await sanitized(corpusPath(file));
    expect(differences(await toldOf(corpusPath(file)), await toldOf(octets))).toEqual([]);
    expect(leaks(octets, names.table)).toEqual([]);
  });

  test.each([
    ['known-key/smbtorture-epmapper-seal-spnego.pcapng', KNOWN_PASSWORD],
    ['known-key/smbtorture-epmapper-sign-ntlm-bigendian.pcapng', KNOWN_PASSWORD],
    ['known-key/impacket-rpcmap-level6.pcapng', KNOWN_PASSWORD],
    ['foreign-clients/go2-2023-03-14.pcapng', 'secret'],
    ['foreign-clients/aiowmi.pcapng', 'secret'],
  ])('%s: what its password verifies, the new one does', async (file, password) => {
    const known = (text: string) => sniffer({ secrets: [{ secret: Secret.password(text) }] });
    const before = await toldOf(corpusPath(file), known(password));
    const { octets, names, sanitizer } = await sanitized(corpusPath(file), { observe: known(password) });
    const after = await toldOf(octets, known(sanitizer.password));
    expect(JSON.stringify(before)).toContain('"verified"');
    expect(differences(before, after)).toEqual([]);
    expect(JSON.stringify(after).split('"verified"')).toHaveLength(JSON.stringify(before).split('"verified"').length);
    expect(leaks(octets, names.table)).toEqual([]);
    // With the old one nothing opens any more.
    expect(JSON.stringify(await toldOf(octets, known(password)))).not.toContain('"verified"');
  });
});

describe('a damaged capture', () => {
  const whole = readFileSync(shippedPath(SHIPPED[0]));
  /** What the capture names: these are in it in Unicode and in octets. */
  const originals = sanitized(shippedPath(SHIPPED[0])).then(({ names }) => names.table);

  test('is refused, or gives a result without a name or address of the whole one', async () => {
    const table = await originals;
    await fc.assert(
      fc.asyncProperty(editsOf(12), fc.nat(whole.length), async (edits, cut) => {
        const damaged = edited(whole, edits).subarray(0, whole.length - (cut % (whole.length >> 1)));
        try {
          const { octets } = await sanitized(damaged);
          expect(leaks(octets, table)).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(CaptureError);
        }
      }),
      { numRuns: 60 },
    );
  });
});
