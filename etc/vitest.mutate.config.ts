import { defineConfig } from 'vitest/config';

/** What `npm run mutate` runs against each changed source: the fast tests of the engines and of what stands on them. */
export default defineConfig({
  test: {
    include: ['test/unit/{rpc,security,hardening,server,client,relay,article}/**/*.test.ts'],
    testTimeout: 600_000,
  },
});
