import { expect, test } from 'vitest';
import { captureSets } from '../../../../src/capture/file/sets.js';
import { inOrder, torn } from '../../../../src/capture/fleet/units.js';

const FILES = ['a.pcap', 'ring_00001.pcap', 'ring_00002.pcap', 'ring_00004.pcap', 'ring_00003a.pcap', 'z.pcap'];
const units = captureSets([...FILES].sort()).map((files) => ({ files }));

test('units come in the order of one audit of their folder, in whatever order they were given', () => {
  expect(inOrder([...units].reverse())).toEqual(units);
});

test('files of one rotation that were audited apart are told', () => {
  expect(torn(units)).toEqual([]);
  const apart = FILES.map((file) => ({ files: [file] }));
  expect(torn(apart)).toEqual([['ring_00001.pcap', 'ring_00002.pcap']]);
});
