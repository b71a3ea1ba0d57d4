import { expect, test } from 'vitest';
import { captureSets } from '../../../../src/capture/file/sets.js';
import { inOrder, missing, torn } from '../../../../src/capture/fleet/units.js';

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

test('units of a plan that nobody has read, or not all of, are told', () => {
  const plan = units.map(({ files }) => files);
  expect(missing(plan, [...units].reverse())).toEqual([]);
  const read = units.filter(({ files }) => files[0] !== 'a.pcap').map(({ files }) => ({ files: files.slice(0, 1) }));
  expect(missing(plan, read)).toEqual([['a.pcap'], ['ring_00001.pcap', 'ring_00002.pcap']]);
});
