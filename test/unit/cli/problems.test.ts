import { expect, test } from 'vitest';
import type { Problem } from '../../../src/capture/file/error.js';
import { ProblemNotes } from '../../../src/cli/problems.js';

const gap = (frame: number, octets: number, file = 'captures/a.pcap'): Problem => ({
  kind: 'problem',
  severity: 'warning',
  file,
  frame,
  message: `${octets} octets of the stream are not in the capture`,
});

function told(problems: readonly Problem[], options?: { each: boolean }): string[] {
  const notes: string[] = [];
  const told = new ProblemNotes((text) => notes.push(text), options);
  for (const problem of problems) told.tell(problem);
  told.end();
  return notes;
}

test('of problems that differ in their numbers alone the first is told, and how many more there were', () => {
  expect(told([gap(3, 500), gap(5, 20), gap(8, 1), gap(3, 500, 'b.pcap')])).toEqual([
    'warning: a.pcap frame 3: 500 octets of the stream are not in the capture',
    'warning: b.pcap frame 3: 500 octets of the stream are not in the capture',
    'warning: a.pcap: 2 more like the one of frame 3, the last of frame 8',
  ]);
});

test('a second one is told in full, and nothing that loses nothing', () => {
  expect(told([gap(3, 500), { ...gap(4, 1), severity: 'info' }, gap(5, 20)])).toEqual([
    'warning: a.pcap frame 3: 500 octets of the stream are not in the capture',
    'warning: a.pcap frame 5: 20 octets of the stream are not in the capture',
  ]);
});

test('each is told as it comes where it has its place beside others', () => {
  expect(told([gap(3, 500), gap(5, 20), gap(8, 1)], { each: true })).toHaveLength(3);
});
