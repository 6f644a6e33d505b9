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
/** The unit tests run before the others; of the rest, the project with the longest files comes first. */
const PROJECTS = ['unit-mocking', 'unit', 'house', 'contract-mocking', 'contract'];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = readDurations();
    const secondsOf = ({ moduleId }: TestSpecification) => seconds[relative(PROJECT, moduleId)] ?? 0;
    const placeOf = ({ project }: TestSpecification) => PROJECTS.indexOf(project.name);
    return files.toSorted((left, right) => placeOf(left) - placeOf(right) || secondsOf(right) - secondsOf(left));
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
