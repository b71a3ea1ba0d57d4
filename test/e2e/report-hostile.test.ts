import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PduRecord } from '../../src/capture/decode/record.js';
import type { HtmlReport } from '../../src/report/html/report.js';
import { browserPeer, openReport, startBrowser } from '../support/browser.js';
import { cli, RunningCli } from '../support/cli.js';
import { SHIPPED_PASSWORD, shippedPath } from '../support/shipped.js';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
const HOSTILE = '</script><script>globalThis.hacked=1</script><img src=x onerror="globalThis.hacked=1">';

const record: PduRecord = {
  file: `${HOSTILE}.pcapng`,
  stream: 0,
  frame: 1,
  time: '2026-01-01T00:00:00.000000000Z',
  src: '10.0.0.7:49152',
  dst: '10.0.0.1:135',
  transport: 'ncacn_ip_tcp',
  ptype: 'request',
  user: `LAB\\${HOSTILE}`,
  interface: HOSTILE,
  operation: HOSTILE,
  value: { [HOSTILE]: HOSTILE },
  error: HOSTILE,
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether something of it ran. */
const hacked = (page: Page): Promise<boolean> => page.evaluate(() => 'hacked' in globalThis);

describe.skipIf(browserPeer.skip)('hostile strings', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser();
  });

  afterAll(() => browser?.close());

  test('in names, values, titles, notes and links stay text in a file', async () => {
    // Of the build, since the page's program is beside it.
    const path = '../../dist/report/html/report.js';
    const { HtmlReport: Report } = (await import(path)) as { HtmlReport: typeof HtmlReport };
    const parts: string[] = [];
    const report = new Report(HOSTILE, (text) => parts.push(text));
    report.book.record(record, true);
    const cell = { text: HOSTILE, href: `#/${HOSTILE}` };
    report.end({
      title: HOSTILE,
      subtitle: HOSTILE,
      figures: [{ label: HOSTILE, value: HOSTILE }],
      blocks: [
        { kind: 'table', title: HOSTILE, columns: [HOSTILE], rows: [[cell]] },
        { kind: 'tasks', title: HOSTILE, tasks: [{ who: HOSTILE, what: HOSTILE, why: HOSTILE }] },
        {
          kind: 'trace',
          title: HOSTILE,
          steps: [{ text: HOSTILE, found: false }],
          conclusion: HOSTILE,
          advice: HOSTILE,
        },
      ],
      notes: [HOSTILE],
    });
    const file = join(folder, 'hostile.html');
    writeFileSync(file, parts.join(''));
    for (const hash of ['#/', '#/pdu/0', `#/pdus?q=${encodeURIComponent(HOSTILE)}`, '#/pdus?as=diagram']) {
      const { page, errors } = await openReport(browser, file, hash);
      if (hash === '#/pdu/0') await page.locator('.json').waitFor();
      expect(await page.locator('body').textContent()).toContain('<img src=x onerror=');
      expect({ hash, errors, hacked: await hacked(page), images: await page.locator('img').count() }).toEqual({
        hash,
        errors: [],
        hacked: false,
        images: 0,
      });
      await page.close();
    }
  });

  test('cannot run even where the page had a hole: its policy refuses any other script', async () => {
    const { page } = await openReport(browser, join(folder, 'hostile.html'));
    await page.evaluate(() => {
      const { document } = globalThis as unknown as {
        document: { body: { insertAdjacentHTML(where: string, html: string): void } };
      };
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="globalThis.hacked=1">');
    });
    await page.waitForTimeout(100);
    expect(await hacked(page)).toBe(false);
    await page.close();
  });
});

describe('view', () => {
  test.skipIf(browserPeer.skip)('serves the same page, whose data comes from it alone', async () => {
    const running = new RunningCli([
      'view',
      shippedPath('activation-at-connect.pcapng'),
      '--password',
      SHIPPED_PASSWORD,
      '--port',
      '0',
    ]);
    const browser = await startBrowser();
    try {
      const url = await running.line((line) => line.startsWith('http://127.0.0.1:'));
      const { page, errors, requests } = await openReport(browser, url, '#/pdu/4');
      await page.locator('.field').first().waitFor();
      expect(errors).toEqual([]);
      expect(new Set(requests.filter((each) => !each.startsWith('data:')))).toEqual(
        new Set(['head', 'index', 'page-0'].map((name) => `${url}data/${name}`)),
      );
      await page.close();
    } finally {
      await browser.close();
      await running.stop();
    }
  });

  test('answers nobody who asks for it by another name, nothing but GET, and nothing else', async () => {
    const file = join(folder, 'records.ndjson');
    writeFileSync(file, `${JSON.stringify(record)}\n`);
    const running = new RunningCli(['view', file, '--port', '0', '--json']);
    try {
      const { url } = JSON.parse(await running.line((line) => line.includes('listening'))) as { url: string };
      expect(await statusOf(url, { host: 'attacker.example' })).toBe(403);
      expect(await statusOf(url, {}, 'POST')).toBe(405);
      expect(await statusOf(`${url}data/page-7`)).toBe(404);
      expect(await statusOf(`${url}../../etc/passwd`)).toBe(404);
      expect(await statusOf(url)).toBe(200);
    } finally {
      await running.stop();
    }
  });

  test.each([
    ['a file that is not there', 'nothing-here.pcapng', /nothing-here\.pcapng/],
    ['what is no record', 'bad.ndjson', /bad\.ndjson line 2 is not a JSON record/],
  ])('of %s ends with 2', async (_, name, says) => {
    writeFileSync(join(folder, 'bad.ndjson'), '{}\nno json\n');
    const { code, stderr } = await cli(['view', join(folder, name), '--port', '0']);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });
});

const statusOf = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
