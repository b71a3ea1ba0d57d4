// A report in a real browser: how long 10,000 and 100,000 PDUs take to open, how smoothly the list scrolls, and how
// large the file is. Needs Chromium (CHROMIUM=/path, or /usr/bin/chromium); left out where there is none.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { leftOut, median, row } from './measure.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const cli = join(import.meta.dirname, '../dist/cli/main.js');
const ROUNDS = 5;
/** PDUs that are wanted, the size of a capture that has them, and the seconds in which they have to be there. */
const SIZES = [
  { pdus: 10_000, size: '4M', seconds: 2 },
  { pdus: 100_000, size: '42M', seconds: undefined },
];
/** What a person does not see: a frame of a screen with 60 Hz takes 16.7 ms. */
const SMOOTH_MS = 50;

const folder = mkdtempSync(join(tmpdir(), 'bench-report-'));

function report(size) {
  const [capture, html] = [join(folder, 'big.pcap'), join(folder, 'big.html')];
  execFileSync(process.execPath, [join(import.meta.dirname, 'make-capture.mjs'), '--size', size, '--out', capture]);
  execFileSync(process.execPath, [cli, 'decode', capture, '--html', html], { stdio: 'ignore' });
  return html;
}

/** Seconds until the list is drawn, and the longest and the median frame while it scrolls. */
async function open(browser, html) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const start = performance.now();
  await page.goto(`${pathToFileURL(html).href}#/pdus`);
  await page.locator('.rows .row').first().waitFor();
  const seconds = (performance.now() - start) / 1000;
  const pdus = Number((await page.locator('nav .count').first().textContent()).replaceAll(',', ''));
  const frames = await page.evaluate(async () => {
    const list = document.querySelector('.list');
    const times = [];
    let before = performance.now();
    for (let n = 0; n < 60; n++) {
      list.scrollTop += 4000;
      await new Promise((drawn) => requestAnimationFrame(drawn));
      times.push(performance.now() - before);
      before = performance.now();
    }
    return times;
  });
  await page.close();
  return { seconds, pdus, frame: median(frames) };
}

if (!existsSync(CHROMIUM)) leftOut('report', `no ${CHROMIUM}`);
else {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  for (const { pdus: wanted, size, seconds } of SIZES) {
    const html = report(size);
    const runs = [];
    for (let round = 0; round <= ROUNDS; round++) runs.push(await open(browser, html));
    const measured = runs.slice(1);
    const [{ pdus }] = measured;
    const text = readFileSync(html, 'utf8');
    const program = (text.match(/<style>.*?<\/style>|<script>.*?<\/script>/gs) ?? []).join('').length;
    const what = `${pdus.toLocaleString('en')} PDUs (wanted ${wanted.toLocaleString('en')}):`;
    row({
      what: `${what} open`,
      ours: median(measured.map((run) => run.seconds)),
      reference: seconds ?? 10,
      against: seconds === undefined ? 'ten seconds' : 'two seconds',
      unit: 's',
      ...(seconds !== undefined && { wanted: '<= 1' }),
    });
    row({
      what: `${what} a frame of scrolling`,
      ours: median(measured.map((run) => run.frame)),
      reference: SMOOTH_MS,
      against: '20 frames a second',
      unit: 'ms',
      wanted: '<= 1',
    });
    row({
      what: `${what} size a PDU`,
      ours: (statSync(html).size - program) / pdus,
      reference: 2000,
      against: '2 kB',
      unit: 'bytes',
      wanted: '<= 1',
    });
  }
  await browser.close();
}
rmSync(folder, { recursive: true, force: true });
