/** The logs of the houses that tests start: one file each in `.build/test-logs`, kept until the next run. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../.build/test-logs', import.meta.url));

const opened: string[] = [];

/** A file that nothing else logs to. */
export function openHouseLog(name: string): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}-${process.pid}-${opened.length}.log`);
  opened.push(file);
  return file;
}

/** Of the houses that the tests of this file have started so far. */
export function openedHouseLogs(): readonly string[] {
  return opened;
}

export function removeHouseLogs(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}
