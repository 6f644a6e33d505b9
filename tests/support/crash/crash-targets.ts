/** Databases that a child process and, after its kill, the test open. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Database } from '../../../server/platform/db/db.ts';
import { hasPostgres } from '../databases/databases.ts';
import { copyPgliteTemplate } from '../databases/pglite-template.ts';
import { createTestDatabase } from '../databases/postgres.ts';
import { isLong } from '../run/effort.ts';

export interface CrashTarget {
  name: string;
  /** A Postgres URL or a folder, and a connection to it from this process. */
  open(folder: string): Promise<{ target: string; connect(): Promise<Database>; close(): Promise<void> }>;
}

const PGLITE: CrashTarget = {
  name: 'PGlite',
  async open(folder) {
    const dataDir = join(folder, 'db');
    await copyPgliteTemplate(dataDir);
    return { target: dataDir, connect: () => Database.create({ dataDir }), close: async () => {} };
  },
};
const POSTGRES: CrashTarget = {
  name: 'Postgres',
  async open() {
    const { url, close } = await createTestDatabase();
    return { target: url, connect: () => Database.create({ url }), close };
  },
};

/** Postgres; with `--long` both, and PGlite alone without Postgres. */
export const CRASH_TARGETS: CrashTarget[] = hasPostgres ? (isLong ? [PGLITE, POSTGRES] : [POSTGRES]) : [PGLITE];

/** Runs a program until it ends or `onLine` kills it; the signal that ended it, and the lines that it printed. */
export async function runUntilKilled<Line>(
  file: string,
  args: string[],
  onLine?: (line: Line, kill: () => void) => void,
): Promise<{ signal: string | null; lines: Line[] }> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<string | null>((resolve) => child.once('exit', (_code, by) => resolve(by)));
  const lines: Line[] = [];
  for await (const text of createInterface(child.stdout)) {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    onLine?.(line, () => child.kill('SIGKILL'));
  }
  return { signal: await exited, lines };
}
