/**
 * Runs the longest test files first, so that no worker ends with a long file alone, and real browsers beside other
 * tests. `npm test -- --record` records the durations.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from 'vitest/node';

const FILE = new URL('../../durations.json', import.meta.url);
const PROJECT = new URL('../../..', import.meta.url).pathname;
/** Shorter files are not recorded, and run in any order. */
const RECORDED_FROM_SECONDS = 2;
/**
 * So many workers begin with files of real browsers, the others with other files: a live costs the longer it is on, and
 * with one in every worker all of them take twice as long.
 */
const BROWSER_WORKERS = 2;
const OTHER_WORKERS = 3;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const groups = Map.groupBy(files, ({ project }) => project.config.sequence.groupOrder);
    return [...groups.values()].flatMap((group) => {
      // Vitest reuses a worker and its loaded modules only while the next file belongs to the same project.
      const [isolated = [], shared = []] = [true, false].map((isolate) =>
        group.filter(({ project }) => project.config.isolate === isolate),
      );
      return [...isolated, ...byStart(shared)];
    });
  }
}

/** In the order in which the workers would begin the files, if each took as long as it is recorded. */
function byStart(files: TestSpecification[]): TestSpecification[] {
  const seconds = readDurations();
  const secondsOf = ({ moduleId }: TestSpecification) => seconds[relative(PROJECT, moduleId)] ?? 1;
  const browsers = new Array<number>(BROWSER_WORKERS).fill(0);
  const others = new Array<number>(OTHER_WORKERS).fill(0);
  const starts = new Map<TestSpecification, number>();
  for (const file of files.toSorted((left, right) => secondsOf(right) - secondsOf(left))) {
    const ends = file.moduleId.includes('/tests/e2e/') ? browsers : others;
    const start = Math.min(...ends);
    starts.set(file, start);
    ends[ends.indexOf(start)] = start + secondsOf(file);
  }
  const startOf = (file: TestSpecification) => starts.get(file) ?? 0;
  return files.toSorted((left, right) => startOf(left) - startOf(right));
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
