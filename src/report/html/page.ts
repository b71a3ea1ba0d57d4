import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packed } from './book.js';
import type { PduIndex, ReportHead } from './model.js';

/** The program and the style of the page, as the build made them of `app/`. */
export interface Assets {
  readonly script: string;
  readonly style: string;
}

/** Reads what the build has left beside this file. */
export const assets = (): Assets => ({
  script: readFileSync(new URL('./app.js', import.meta.url), 'utf8'),
  style: readFileSync(new URL('./app.css', import.meta.url), 'utf8'),
});

/** Whether the data is in the page or is asked for as it is needed. */
export type Source = 'embedded' | 'served';

/**
 * The page up to its data. Its policy lets nothing run but the one script, and nothing be loaded; where the data is
 * served, only from the same server.
 */
export function pageHead({ script, style }: Assets, title: string, source: Source): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    `connect-src ${source === 'served' ? "'self'" : "'none'"}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en" data-source="${source}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"><noscript>This report needs JavaScript: it draws only what is visible.</noscript></div>
`;
}

/** The script comes last, when all that it reads is there. */
export const pageEnd = ({ script }: Assets): string => `<script>${script}</script>\n</body>\n</html>\n`;

/** A page of details, compressed. */
export const detailScript = (number: number, octets: Buffer): string => dataScript(`page-${number}`, octets);

export const headScript = (head: ReportHead): string => dataScript('head', packed(head));
export const indexScript = (index: PduIndex): string => dataScript('index', packed(index));

/** Base64 ends no element and begins none, whatever a capture holds. */
const dataScript = (id: string, octets: Buffer): string =>
  `<script type="application/octet-stream" id="${id}">${octets.toString('base64')}</script>\n`;

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
