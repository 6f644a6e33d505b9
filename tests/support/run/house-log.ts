/** The logs of the houses that tests start: one file each in `.build/test-logs`, kept until the next run. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../.build/test-logs', import.meta.url));

const opened: string[] = [];

/** A path in the folder that nothing else writes to. */
export function nextPath(name: string): string {
  mkdirSync(FOLDER, { recursive: true });
  return join(FOLDER, `${name}-${randomUUID().slice(0, 8)}`);
}

export function openHouseLog(name: string): string {
  const file = `${nextPath(name)}.log`;
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
