import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** No limit here measures anything: each is far beyond what its tests take on a machine with much else to do. */
const project = (name: string, minutes: number, options = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: minutes * 60_000,
    hookTimeout: minutes * 60_000,
    // A second where nothing is said, which is soon over on such a machine.
    expect: { poll: { timeout: 50_000 } },
    ...options,
  },
});

/** Their files leave nothing behind, so that they can share a process, which halves the time of all together. */
const shared = { pool: 'threads', isolate: false } as const;

/**
 * `unit` and `property` run in seconds (npm run check), and with `e2e`, which needs the built command line, in minutes
 * (npm test). `heavy` is about many connections, much memory or many scenarios, `interop` needs the peers (npm run test:all).
 */
export default defineConfig({
  test: {
    // Every test has addresses, ports and folders of its own; those that wait for a process leave a core to others.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      project('unit', 1, shared),
      project('property', 2, { ...shared, setupFiles: ['test/support/property-seed.ts'] }),
      project('heavy', 5),
      project('interop', 5),
      project('e2e', 3, shared),
    ],
  },
});
