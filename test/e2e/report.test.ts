import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPeer, openReport, startBrowser, violations } from '../support/browser.js';
import { cli, ndjsonLines } from '../support/cli.js';
import { SHIPPED_PASSWORD, shippedPath } from '../support/shipped.js';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
const lab = join(folder, 'lab.html');
const decoded = join(folder, 'decoded.html');
const audited = join(folder, 'audited.html');
const CAPTURE = shippedPath('activation-at-connect.pcapng');

/** However busy the machine is. */
const SOON = { timeout: 60_000 };

interface Sent {
  readonly ptype: string;
  readonly src: string;
  readonly dst: string;
}

describe.skipIf(browserPeer.skip)('a report in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    const [run, ...others] = await Promise.all([
      cli(['lab', 'relay-connect', '--html', lab, '--out', join(folder, 'out')]),
      cli(['decode', CAPTURE, '--password', SHIPPED_PASSWORD, '--html', decoded]),
      cli(['audit', CAPTURE, '--html', audited]),
    ]);
    expect([run.code, ...others.map(({ code }) => code)]).toEqual([0, 0, 1]);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('says nothing on the console, fetches nothing, and is one file', async () => {
    for (const file of [lab, decoded, audited]) {
      const { page, errors, requests } = await openReport(browser, file);
      for (const view of ['#/pdus', '#/pdu/3', '#/pdus?as=diagram', '#/checks', '#/']) await go(page, view);
      expect({ file, errors, requests: requests.filter((url) => !url.startsWith('data:')) }).toEqual({
        file,
        errors: [],
        requests: [],
      });
      await page.close();
    }
  });

  test('shows at a glance what stops the relay', async () => {
    const { page } = await openReport(browser, lab);
    const row = page.getByRole('row', { name: /^connect/ });
    await expect.poll(() => row.textContent(), SOON).toMatch(/SUCCEEDED.*activation policy/);
    await page.close();
  });

  test('draws the sequence that the capture has: each PDU from its sender to its receiver', async () => {
    const { stdout } = await cli(['decode', '--json', join(folder, 'out/captures/relay-connect.pcapng')]);
    const sent = ndjsonLines(stdout) as unknown as Sent[];
    const { page } = await openReport(browser, lab, '#/pdus?as=diagram', { viewport: { width: 1280, height: 6000 } });
    const steps = await page.locator('.step .label').allTextContents();
    expect(steps).toHaveLength(sent.length);
    const port = (endpoint: string): string => endpoint.replace(/^.*:/, ':');
    for (const [index, { ptype, src, dst }] of sent.entries())
      expect(steps[index]).toMatch(new RegExp(`^${ptype}.*from [a-z]+${port(src)} to [a-z]+${port(dst)}$`));
    await page.close();
  });

  test('draws both legs of the relay side by side, with the attacker between victim and server', async () => {
    const { page } = await openReport(browser, lab, '#/pdus?as=diagram');
    await chooseScene(page, 3);
    expect(await page.locator('.hosts span').allTextContents()).toEqual(['victim', 'attacker', 'server']);
    const [first, second] = await page
      .locator('.step .arrow')
      .evaluateAll((arrows) => arrows.slice(0, 2).map((arrow) => arrow.getBoundingClientRect().left));
    expect(first).toBeLessThan(second as number);
    await page.close();
  });

  test('marks the octets of a field, and the field of an octet', async () => {
    const { page } = await openReport(browser, decoded);
    await go(page, '#/pdus');
    await page
      .getByRole('row', { name: /request .*RemoteCreateInstance/ })
      .first()
      .click();
    await page.locator('.field', { hasText: /^classId/ }).click();
    expect(await marked(page)).toBe(await octetsOf(page, 'classId'));
    await page.locator('[data-octet="2"]').first().click();
    expect(await page.locator('.field[aria-selected="true"] .name').textContent()).toBe('PTYPE');
    expect(await marked(page)).toBe('00');
    expect(await page.locator('.about-field').textContent()).toContain('C706 12.6.3.1');
    await page.close();
  });

  test('is used without a mouse: the list, then the fields, then the octets', async () => {
    const { page } = await openReport(browser, decoded, '#/pdus');
    await page.keyboard.press('/');
    await page.keyboard.type('type=request');
    await expect.poll(() => page.locator('.toolbar output').textContent(), SOON).toMatch(/^\d of \d+/);
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.locator('.row[aria-selected="true"]').count(), SOON).toBe(1);
    await page.locator('.field').first().waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('.field[aria-selected="true"] .name').textContent()).toBe('rpc_vers_minor');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.field[aria-selected="true"] .name').textContent()).toBe('PTYPE');
    await page.close();
  });

  test('opens where a link leads: a PDU, a filter, a conversation, a check', async () => {
    const { page } = await openReport(browser, decoded, '#/pdu/4');
    await page.locator('.field').first().waitFor();
    expect(await page.locator('.detail .link').textContent()).toBe('#4');
    await go(page, '#/pdus?q=type%3Dbind');
    await expect.poll(() => page.getByRole('row').count(), SOON).toBeGreaterThan(1);
    const types = await page.locator('.rows .row > :nth-child(5)').allTextContents();
    expect(new Set(types)).toEqual(new Set(['bind']));
    await page.close();
    const { page: other } = await openReport(browser, lab);
    await other.getByRole('link', { name: 'Checks' }).click();
    const id = (await other.locator('details').first().getAttribute('id'))?.replace('check-', '') ?? '';
    await go(other, `#/checks/${encodeURIComponent(id)}`);
    expect(await other.locator(`[id="check-${id}"]`).getAttribute('open')).not.toBeNull();
    await other.close();
  });

  test('leads from an audited activation to its PDU', async () => {
    const { page } = await openReport(browser, audited);
    await page.locator('.card.table a').first().click();
    await expect.poll(() => page.locator('.detail h2').textContent(), SOON).toContain('RemoteCreateInstance');
    await page.close();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing wrong with it: %s', async (colorScheme) => {
    for (const [file, hash] of [
      [lab, '#/'],
      [lab, '#/pdus?as=diagram&pdu=5'],
      [lab, '#/checks'],
      [decoded, '#/pdus?pdu=4'],
      [audited, '#/'],
    ] as const) {
      const { page } = await openReport(browser, file, hash, { colorScheme });
      if (hash.includes('pdu=')) await page.locator('.field').first().waitFor();
      expect({ file, hash, found: await violations(page) }).toEqual({ file, hash, found: [] });
      await page.close();
    }
  });

  test('can be printed: without tools, and with the rows that were out of sight', async () => {
    const { page } = await openReport(browser, decoded, '#/pdus', { viewport: { width: 800, height: 400 } });
    const all = Number((await page.locator('.toolbar output').textContent())?.replace(/ .*$/, ''));
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.locator('.rows .row').count(), SOON).toBe(all);
    expect(await page.locator('nav').isVisible()).toBe(false);
    await page.close();
  });

  test('takes less than 2 kB a PDU, beside the program of the page', async () => {
    const { page } = await openReport(browser, lab);
    const pdus = Number((await page.locator('nav .count').first().textContent())?.replaceAll(',', ''));
    const program = readFileSync(lab, 'utf8').match(/<style>.*?<\/style>|<script>.*?<\/script>/gs) ?? [];
    const octets = statSync(lab).size - program.join('').length;
    expect(octets / pdus).toBeLessThan(2000);
    await page.close();
  });
});

/** Changes what the address says behind `#`, as a link in the page does. */
const go = (page: Page, hash: string): Promise<void> =>
  page.evaluate((to) => {
    (globalThis as unknown as { location: { hash: string } }).location.hash = to;
  }, hash);

/** The first conversation with so many hosts. */
async function chooseScene(page: Page, hosts: number): Promise<void> {
  const menu = page.getByLabel('Conversation');
  const labels = await menu.locator('option').allTextContents();
  await menu.selectOption({ label: labels.find((label) => label.split('⇄').length === hosts) as string });
}

const marked = async (page: Page): Promise<string> => (await page.locator('.octets .on').allTextContents()).join('');

/** The octets of a UUID as they stand on the wire: the first three of its numbers are little-endian. */
async function octetsOf(page: Page, name: string): Promise<string> {
  const text =
    (await page
      .locator('.field', { hasText: new RegExp(`^${name}`) })
      .locator('.value')
      .textContent()) ?? '';
  const [a = '', b = '', c = '', ...rest] = text.split('-');
  const turned = (part: string): string => part.match(/../g)?.reverse().join('') ?? '';
  return [turned(a), turned(b), turned(c), ...rest].join('');
}
