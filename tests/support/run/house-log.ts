/** Log files of the servers that tests start, in `.build/test-logs` until the next run. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../.build/test-logs', import.meta.url));

const opened: string[] = [];

/** A unique path in the folder. */
export function nextPath(name: string): string {
  mkdirSync(FOLDER, { recursive: true });
  return join(FOLDER, `${name}-${randomUUID().slice(0, 8)}`);
}

export function openHouseLog(name: string): string {
  const file = `${nextPath(name)}.log`;
  opened.push(file);
  return file;
}

/** Log files of the servers that this test file has started so far. */
export function openedHouseLogs(): readonly string[] {
  return opened;
}

export function removeHouseLogs(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}
