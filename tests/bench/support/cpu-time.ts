/**
 * CPU time that processes have used, of this one and of a Postgres cluster with all its backends, from the system's own
 * accounts.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Fields of `/proc/<pid>/stat` after the command's name, which may itself hold spaces and brackets. */
const PARENT = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const CHILDREN_USER_TICKS = 13;
const CHILDREN_SYSTEM_TICKS = 14;

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

function statOf(pid: number): number[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
  } catch {
    // It has ended meanwhile; then its time is among its parent's children's.
    return undefined;
  }
}

/** Seconds of CPU time of the postmaster and all its children, those that have ended too. */
export function postgresCpuSeconds(postmaster: number): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const name of processes) {
    const stat = statOf(Number(name));
    if (!stat) continue;
    const own = (stat[USER_TICKS] ?? 0) + (stat[SYSTEM_TICKS] ?? 0);
    if (Number(name) === postmaster)
      ticks += own + (stat[CHILDREN_USER_TICKS] ?? 0) + (stat[CHILDREN_SYSTEM_TICKS] ?? 0);
    else if (stat[PARENT] === postmaster) ticks += own;
  }
  return ticks / ticksPerSecond;
}

/** Seconds of CPU time of processes that run, each with all its threads, without its children. */
export function cpuSecondsOf(pids: readonly number[]): number {
  const ticks = pids.map((pid) => statOf(pid) ?? []).map((stat) => (stat[USER_TICKS] ?? 0) + (stat[SYSTEM_TICKS] ?? 0));
  return ticks.reduce((sum, own) => sum + own, 0) / ticksPerSecond;
}

/** What a process has in memory now. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1_024;
}

export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/**
 * Process id of the postmaster of a cluster that is reached through a socket in a folder of its own, as the tests' are.
 */
export function postmasterOf(url: string): number {
  const dir = new URL(url).searchParams.get('host') ?? '';
  return Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
}
