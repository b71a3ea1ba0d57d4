import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { detailScript, headScript, pageEnd, pageHead } from '../../../../src/report/html/page.js';

const assets = { script: 'let a = 1;', style: 'p { color: red }' };
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the page of a report', () => {
  test('has a policy that lets its own script and style run, and nothing be loaded', () => {
    const html = pageHead(assets, 'title', 'embedded');
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(assets.script)}`,
      `style-src ${hash(assets.style)}`,
      "connect-src 'none'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style>'));
  });

  test('asks its own server for data where it is served, and nobody else', () => {
    expect(pageHead(assets, 'title', 'served')).toContain("connect-src 'self'");
  });

  test('keeps a title text', () => {
    expect(pageHead(assets, '</title><script>x</script>', 'embedded')).not.toContain('<script>x');
  });

  test('carries data in characters that neither end an element nor begin one', () => {
    const hostile = '</script><script>alert(1)</script><!--';
    const head = { title: hostile, subtitle: hostile, figures: [], blocks: [], notes: [hostile] };
    for (const html of [headScript(head), detailScript(3, Buffer.from(hostile))])
      expect(html).toMatch(/^<script type="application\/octet-stream" id="[a-z]+(-3)?">[A-Za-z0-9+/=]+<\/script>\n$/);
  });

  test('ends with the script, when all that it reads is there', () => {
    expect(pageEnd(assets)).toBe('<script>let a = 1;</script>\n</body>\n</html>\n');
  });
});
