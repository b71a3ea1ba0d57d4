// Takes the pictures of docs/ from the report of a real run of the lab: node scripts/screenshots.mjs [FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const docs = join(root, 'docs', 'report');
const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-shots-'));
const report = process.argv[2] ?? join(folder, 'lab.html');

if (process.argv[2] === undefined)
  execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'lab', '--html', report], { stdio: 'ignore' });

const WIDE = { width: 1440, height: 900 };
const SHOTS = [
  { name: 'overview-light', scheme: 'light', size: WIDE },
  { name: 'overview-dark', scheme: 'dark', size: WIDE },
  { name: 'relay-light', scheme: 'light', size: WIDE, go: diagram },
  { name: 'relay-dark', scheme: 'dark', size: WIDE, go: diagram },
  { name: 'list-light', scheme: 'light', size: WIDE, go: list },
  { name: 'narrow', scheme: 'light', size: { width: 420, height: 900 }, go: diagram },
  { name: 'printed', scheme: 'light', size: { width: 794, height: 1123 }, media: 'print' },
];

/** The two legs of a relay, and the activation that the attacker makes in between. */
async function diagram(page) {
  await page.evaluate(() => {
    location.hash = '#/pdus?q=file%3Drelay-connect.pcapng&as=diagram';
  });
  const menu = page.getByLabel('Conversation');
  await menu.locator('option', { hasText: 'relay-connect' }).first().waitFor({ state: 'attached' });
  const options = await menu.locator('option').allTextContents();
  await menu.selectOption({ label: options.find((text) => text.split('⇄').length > 2) });
  await page
    .locator('.step', { hasText: /request.*RemoteCreateInstance/ })
    .first()
    .click();
  await page.locator('.field', { hasText: 'classId' }).first().click();
}

async function list(page) {
  await page.getByRole('link', { name: /^PDUs/ }).click();
  await page.getByLabel('Filter').fill('type=fault');
  await page.getByText(/^\d{1,3} of [\d,]+ PDUs$/).waitFor();
  await page.getByRole('row').nth(3).click();
  await page.locator('.fields .field').first().waitFor();
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--font-render-hinting=none'],
});
for (const { name, scheme, size, go, media } of SHOTS) {
  const page = await browser.newPage({ viewport: size, colorScheme: scheme, reducedMotion: 'reduce' });
  await page.goto(pathToFileURL(report).href);
  await page.locator('html[data-ready]').waitFor();
  await go?.(page);
  if (media !== undefined) await page.emulateMedia({ media, colorScheme: scheme });
  await page.screenshot({ path: join(docs, `${name}.png`) });
  await page.close();
}
await browser.close();
rmSync(folder, { recursive: true, force: true });
