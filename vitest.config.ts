import { defineConfig } from 'vitest/config';
import { DurationsRecorder, LongestFirst } from './tests/support/longest-first.ts';

/** Real browsers, databases and media workers share the machine with the tests; more at once makes them all slow. */
const WORKERS = 2;
const EMULATOR = 'infra/stripe-emulator/**/*.test.ts';

// Three projects, one command for all: `unit` stands beside the code, `contract` tests parts on real stores, workers and the emulator, `house`
// starts whole houses, kills them, and opens browsers.
export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    maxWorkers: WORKERS,
    // Files share their workers, so that what they import is loaded once a worker.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    reporters: process.env.LOGE_TEST_RECORD ? ['default', new DurationsRecorder()] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['server', 'sfu', 'client-sdk', 'infra'].map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['**/node_modules/**', '**/.build/**', EMULATOR],
          pool: 'threads',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['tests/contract/**/*.test.ts', EMULATOR],
          pool: 'forks',
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'house',
          include: ['tests/integration/**/*.test.ts', 'tests/e2e/**/*.test.ts'],
          setupFiles: ['tests/support/keep-failures.ts'],
          pool: 'forks',
          // What is kept of a failure comes before the tests close their pages.
          sequence: { groupOrder: 1, hooks: 'list' },
        },
      },
    ],
  },
});
