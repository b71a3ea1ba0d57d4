import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { peer } from './peers.js';

/** Debian's Chromium: reports are made for real browsers. */
export const browserPeer = peer('chromium');

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserPeer.required(), args: ['--no-sandbox'] });

/** A page that is open, and what it did that it must not do. */
export interface Opened {
  readonly page: Page;
  /** Errors of the console and of scripts. */
  readonly errors: string[];
  /** What was asked for besides the page itself. */
  readonly requests: string[];
}

/** Opens a report, given as a file or an address, and waits until it is drawn. */
export async function openReport(
  browser: Browser,
  where: string,
  hash = '',
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  const errors: string[] = [];
  const requests: string[] = [];
  const url = where.startsWith('http') ? where : pathToFileURL(where).href;
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('request', (request) => void (request.url().replace(/#.*$/, '') !== url && requests.push(request.url())));
  await page.goto(`${url}${hash}`);
  await page.locator('html[data-ready]').waitFor();
  return { page, errors, requests };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with a page, as `rule: element`. */
export async function violations(page: Page): Promise<string[]> {
  // Not through a script element, which the policy of the page would not let run.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations: found } = await axe.run();
    return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}
