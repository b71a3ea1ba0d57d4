import { defineConfig } from 'vitest/config';

/** `unit` and `property` run in seconds (npm run check); `interop` needs the peers, `e2e` the built command line. */
const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 10_000),
      project('property', 30_000),
      project('interop', 120_000),
      project('e2e', 60_000),
    ],
  },
});
