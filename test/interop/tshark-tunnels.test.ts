import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcapngOf } from '../support/segments.js';
import { readStreams } from '../support/streams.js';
import { tshark, tsharkFields } from '../support/tshark.js';
import { ETHERNET_TUNNELS, IP_TUNNELS, LINKS } from '../support/tunnels.js';

describe.skipIf(tshark.skip)('tshark finds the same TCP in tunnels', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each([
    { link: 'raw IP', linkType: 101, frames: IP_TUNNELS },
    { link: 'Ethernet', linkType: 1, frames: ETHERNET_TUNNELS },
  ])('on $link', async ({ link, linkType, frames }) => {
    const bytes = pcapngOf([...frames.values()], linkType);
    const file = join(folder, `${link}.pcapng`);
    await writeFile(file, bytes);
    const theirs = await tsharkFields(file, 'tcp', ['frame.number', 'tcp.stream', 'tcp.payload']);
    const { streams } = readStreams(bytes);
    expect(streams.map(({ forward }) => forward.bytes.toString())).toEqual(['hello']);
    expect(theirs.map(([, stream, payload]) => `${stream} ${payload}`)).toEqual(
      [...frames.keys()].map(() => `0 ${Buffer.from('hello').toString('hex')}`),
    );
  });

  test.each(LINKS)('behind %s (%i)', async (name, linkType, bytes) => {
    const file = join(folder, `${linkType}-${name.length}.pcapng`);
    await writeFile(file, pcapngOf([bytes], linkType));
    const theirs = await tsharkFields(file, 'tcp', ['tcp.payload']);
    expect(theirs).toEqual([[Buffer.from('hello').toString('hex')]]);
  });
});
