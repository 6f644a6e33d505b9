/**
 * Runs the test files project by project, longest first within each. Vitest reuses a worker and its loaded modules only
 * while the next file belongs to the same project; longest first, so that no worker ends with a long file alone. `npm
 * test -- --record` records the durations.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from 'vitest/node';

const FILE = new URL('../../durations.json', import.meta.url);
const PROJECT = new URL('../../..', import.meta.url).pathname;
/** Shorter files are not recorded, and run in any order. */
const RECORDED_FROM_SECONDS = 2;
/** The unit tests run before the others. */
const UNIT = ['unit-mocking', 'unit'];
/**
 * So many files of real browsers run at once, beside the others: what a live costs depends on how long it is on, and
 * with a live in each worker all of them take twice as long.
 */
const BROWSER_LANES = 2;
const OTHER_LANES = 3;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = readDurations();
    const secondsOf = ({ moduleId }: TestSpecification) => seconds[relative(PROJECT, moduleId)] ?? 1;
    const longestFirst = files.toSorted((left, right) => secondsOf(right) - secondsOf(left));
    const places = { unit: [0], browser: new Array(BROWSER_LANES).fill(1), other: new Array(OTHER_LANES).fill(1) };
    const starts = new Map<TestSpecification, number>();
    for (const file of longestFirst) {
      const { moduleId, project } = file;
      const lanes = UNIT.includes(project.name) ? places.unit : moduleId.includes('/tests/e2e/') ? places.browser : places.other;
      const free = lanes.indexOf(Math.min(...lanes));
      starts.set(file, lanes[free]);
      if (lanes !== places.unit) lanes[free] += secondsOf(file);
    }
    return longestFirst.toSorted((left, right) => (starts.get(left) ?? 0) - (starts.get(right) ?? 0));
  }
}

/** Writes how long each file took. */
export class DurationsRecorder implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const seconds = readDurations();
    for (const module of modules) {
      const { duration, collectDuration, setupDuration } = module.diagnostic();
      seconds[module.relativeModuleId] = Math.round((duration + collectDuration + setupDuration) / 1_000);
    }
    const longest = Object.entries(seconds)
      .filter(([, took]) => took >= RECORDED_FROM_SECONDS)
      .sort(([, left], [, right]) => right - left);
    writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(longest), null, 2)}\n`);
  }
}

function readDurations(): Record<string, number> {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
}
