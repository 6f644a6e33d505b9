import { defineConfig } from 'vitest/config';

// Unit tests stand beside the code; tests/ starts real parts. Both run here, one command for all.
export default defineConfig({
  test: {
    include: ['server', 'sfu', 'client-sdk', 'infra', 'tests'].map((folder) => `${folder}/**/*.test.ts`),
    exclude: ['**/node_modules/**', '**/.build/**'],
    globalSetup: ['tests/support/global-setup.ts'],
    pool: 'forks',
    // Real browsers, databases and media workers share the machine with the tests; more at once makes them all slow.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: ['default'],
  },
});
