import { defineConfig } from 'vitest/config';

/** What `npm run mutate` runs against each changed source: the fast tests of the engines and of what stands on them. */
export default defineConfig({
  test: {
    include: ['test/unit/{rpc,security,hardening,server,client,relay,article}/**/*.test.ts'],
    // What a mutant makes wait for ever fails after this; no test takes a second by itself.
    testTimeout: 20_000,
  },
});
