import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PartialError } from '../../src/capture/fleet/error.js';
import { sniffer } from '../../src/security/index.js';
import { corpus, foreignClients, knownKey } from '../support/corpus.js';
import { auditedTogether, merged, packetsOf, partialsOf, type Said, torn } from '../support/fleet.js';
import { HOSTS, play } from '../support/lab-steps.js';
import { edited, editsOf } from '../support/mutated.js';

const LARGE = 300_000;
/** Of the captures of real traffic those that are read at once; none where they are missing. */
const real = [
  ...corpus.filter(({ size }) => size < LARGE).map(({ path }) => path),
  ...[...knownKey, ...foreignClients].map(({ path }) => path),
];
let folder = '';
let files: readonly string[] = [];
let partials: readonly string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'audit-fleet-'));
  const hosts = { ...HOSTS, dc: { address: '10.0.0.5', windows: 'Windows Server 2019', kdc: true } };
  const step = { activate: { from: 'client', on: 'server', auth: 'kerberos' } };
  const { capture } = await play({ hosts, steps: [step] });
  const [kdc, rest] = [join(folder, 'kdc.pcapng'), join(folder, 'z-kerberos.pcapng')];
  writeFileSync(
    kdc,
    packetsOf(capture, (ports) => ports.includes(88)),
  );
  writeFileSync(
    rest,
    packetsOf(capture, (ports) => !ports.includes(88)),
  );
  files = [...(await torn(folder)), kdc, rest, ...real];
  partials = await partialsOf(files, sniffer());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes partial audits into files, so many of them into each, and brings them together. */
async function mergedFrom(order: readonly number[], sizes: readonly number[]): Promise<Said> {
  const written: string[] = [];
  for (let at = 0; at < order.length; ) {
    const many = sizes[written.length % sizes.length] as number;
    const file = join(folder, `${written.length}.partial`);
    writeFileSync(
      file,
      order
        .slice(at, at + many)
        .map((index) => partials[index])
        .join(''),
    );
    written.push(file);
    at += many;
  }
  return merged(written);
}

describe('partial audits', () => {
  test('of captures that say it together only: relays, calls back and names across files', async () => {
    const { json } = await auditedTogether(files, sniffer());
    const items = json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(items).toContainEqual(
      expect.objectContaining({ finding: 'relay', file: 'a-target.pcapng', severity: 'high' }),
    );
    expect(items).toContainEqual(expect.objectContaining({ finding: 'callback', file: 'd-callback.pcapng' }));
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'activation', file: 'z-kerberos.pcapng', user: 'LAB.EXAMPLE\\op' }),
    );
  });

  test('come together to what one audit of everything says, however they are split and in whatever order', async () => {
    const whole = await auditedTogether(files, sniffer());
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...partials.keys()], { minLength: partials.length }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        async (order, sizes) => {
          expect(await mergedFrom(order, sizes)).toEqual(whole);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('with any octets changed are refused by a PartialError, or give some audit', async () => {
    const small = partials.filter(({ length }) => length < 20_000);
    const file = join(folder, 'changed.partial');
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(small.length - 1), editsOf(4), async (index, edits) => {
        writeFileSync(file, edited(Buffer.from(small[index] as string), edits));
        try {
          await merged([file]);
        } catch (error) {
          expect(error).toBeInstanceOf(PartialError);
          refused++;
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
