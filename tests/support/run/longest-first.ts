/**
 * Runs the longest test files first, so that no worker is left with a long one at the end. The durations are those of
 * the last recorded run:
 * `npm test -- --record` writes them anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type Reporter, type TestModule, type TestSpecification } from 'vitest/node';

const FILE = new URL('../../durations.json', import.meta.url);
const PROJECT = new URL('../../..', import.meta.url).pathname;
/** Shorter ones are in no particular order. */
const RECORDED_FROM_SECONDS = 2;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = readDurations();
    const of = ({ moduleId }: TestSpecification) => seconds[relative(PROJECT, moduleId)] ?? 0;
    return files.toSorted((left, right) => of(right) - of(left));
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
