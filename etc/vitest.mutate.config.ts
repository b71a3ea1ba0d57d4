import { defineConfig } from 'vitest/config';

/** What `npm run mutate` runs against each changed source: the fast tests. */
export default defineConfig({ test: { include: ['test/unit/**/*.test.ts'], testTimeout: 60_000 } });
