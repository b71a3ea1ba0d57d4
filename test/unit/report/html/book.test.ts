import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../../src/capture/decode/records.js';
import type { CaptureInput } from '../../../../src/capture/file/source.js';
import { PduBook } from '../../../../src/report/html/index.js';
import { sniffer } from '../../../../src/security/index.js';
import { corpusMissing, corpusPath } from '../../../support/corpus.js';

/** What a report lists of captures. */
async function listed(source: CaptureInput) {
  const book = new PduBook({ page: () => {} });
  await book.capture(source, { observe: sniffer() });
  const { texts, user, conversations } = book.rows.index();
  const pdus = [...book.rows.all()];
  return { pdus, users: user.map((place) => texts[place]), conversations, ofFrame: book.rows.ofFrame.bind(book.rows) };
}

describe.skipIf(corpusMissing)(`a report lists${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  test('a capture that was rotated as if it were whole, each PDU in its own file', async () => {
    const [first, second] = ['b6-ring_00001.pcap', 'b6-ring_00002.pcap'];
    const whole = await listed(corpusPath('field/b6-whole.pcap'));
    const rotated = await listed([first, second].map((file) => corpusPath(`field/${file}`)));
    const told = ({ pdus }: typeof whole) => pdus.map(({ type, what, level }) => [type, what, level]);
    expect(told(rotated)).toEqual(told(whole));
    expect(rotated.users).toEqual(whole.users);
    expect(new Set(rotated.pdus.map(({ file }) => file))).toEqual(new Set([first, second]));
    const request = rotated.pdus.find(({ file, type }) => file === second && type === 'request');
    expect(rotated.ofFrame(second as string, request?.frame as number)).toBe(request?.row);
  });

  test('the users whom a KDC in the capture names, as decode tells them', async () => {
    const source = corpusPath('otrf__empire_wmi_dcerpc_wmi_IWbemServices_ExecMethod_WORKSTATION5_2020-09-21001437.cap');
    const users: string[] = [];
    for await (const { user } of readRecords(source, { observe: sniffer() })) users.push(user ?? '');
    expect(users.some((user) => user !== '')).toBe(true);
    expect((await listed(source)).users).toEqual(users);
  });
});
