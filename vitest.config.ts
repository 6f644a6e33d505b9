import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { DurationsRecorder, LongestFirst } from './tests/support/run/longest-first.ts';
import { RepeatHint } from './tests/support/run/time-zone.ts';

/** Three more than cores: many tests wait for timers and other processes. */
const WORKERS = Math.max(2, availableParallelism()) + 3;
/** On busy cores, garbage collection by several threads takes a tenth more CPU than by one. */
const FORK_ARGV = ['--single-threaded-gc', '--max-semi-space-size=64'];
/** The tests that start servers keep the machine's; the unit tests get theirs in `global-setup.ts`. */
const HOST_ZONE = { TZ: Intl.DateTimeFormat().resolvedOptions().timeZone };
const EMULATOR = 'infra/stripe-emulator/**/*.test.ts';
const FILES = globSync('{server,sfu,client-sdk,infra,tests}/**/*.test.ts', { exclude: ['**/node_modules/**'] });
const filesWith = (text: string) => FILES.filter((file) => readFileSync(file, 'utf8').includes(text));
/** Those that replace modules need a worker each: in a shared one another file may have loaded the real ones. */
const MOCKING = filesWith('vi.mock(');
/** Those beside the code that start a server. */
const SERVERS = filesWith('/tests/support/houses/');

const mocking = (name: 'unit' | 'servers', groupOrder: number) =>
  ({
    extends: true,
    test: {
      name: `${name}-mocking`,
      include: MOCKING.filter((file) => file.startsWith('tests/') === (name === 'servers')),
      pool: 'forks',
      isolate: true,
      env: name === 'servers' ? HOST_ZONE : {},
      // Replaces what a test mocks.
      experimental: { nodeLoader: true },
      sequence: { groupOrder },
    },
  }) as const;

// Two projects, one command for all: `unit` stands beside the code and starts no server; `servers` tests parts on real
// stores, workers and the emulator, and starts whole houses, kills them, and opens browsers.
export default defineConfig({
  test: {
    globalSetup: ['tests/support/run/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    maxWorkers: WORKERS,
    maxConcurrency: 3,
    setupFiles: ['tests/support/run/patience.ts'],
    expect: { poll: { timeout: 15_000 } },
    // Files share their workers, so that what they import is loaded once a worker.
    isolate: false,
    // Node itself loads the code, as in production.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new RepeatHint(), ...(process.env.LOGE_TEST_RECORD ? [new DurationsRecorder()] : [])],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['server', 'sfu', 'client-sdk', 'infra'].map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['**/node_modules/**', '**/.build/**', EMULATOR, ...MOCKING, ...SERVERS],
          pool: 'threads',
          sequence: { groupOrder: 0 },
        },
      },
      mocking('unit', 0),
      mocking('servers', 1),
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['tests/**/*.test.ts', EMULATOR, ...SERVERS],
          exclude: MOCKING,
          setupFiles: ['tests/support/run/keep-failures.ts'],
          pool: 'forks',
          execArgv: FORK_ARGV,
          env: HOST_ZONE,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
