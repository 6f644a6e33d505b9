// Keeps two set-ups from doing the same work at once: two `npm start` in one clone, or two clones that build the same
// worker. The lock is a file with the holder's process id, so that one left behind by a killed process is recognised.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

const retryMs = 200;
const longestWaitMs = 30 * 60_000;

export async function withLock(lockFile, work) {
  mkdirSync(dirname(lockFile), { recursive: true });
  if (!tryLock(lockFile)) {
    await withProgress('Waiting for another set-up that is under way', () => waitForLock(lockFile));
  }
  const release = () => rmSync(lockFile, { force: true });
  process.on('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

async function waitForLock(lockFile) {
  const deadline = Date.now() + longestWaitMs;
  while (!tryLock(lockFile)) {
    if (Date.now() > deadline) {
      throw new SetupError(
        `Another set-up holds ${lockFile} for more than 30 minutes.\nIf none is running, delete that file and start again.`,
      );
    }
    await delay(retryMs);
  }
}

function tryLock(lockFile) {
  const own = describeProcess(process.pid);
  try {
    writeFileSync(lockFile, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = readHolder(lockFile);
  if (holder === undefined || isAlive(holder)) return false;
  removeStaleLock(lockFile, holder);
  return false;
}

function readHolder(lockFile) {
  try {
    return readFileSync(lockFile, 'utf8');
  } catch {
    return undefined;
  }
}

// Two waiters may both find the lock stale. Renaming first makes sure that only one of them removes it, and that a
// fresh lock which took its place meanwhile is put back.
function removeStaleLock(lockFile, staleHolder) {
  const aside = `${lockFile}.stale-${process.pid}`;
  try {
    renameSync(lockFile, aside);
    if (readFileSync(aside, 'utf8') === staleHolder) rmSync(aside, { force: true });
    else renameSync(aside, lockFile);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function isAlive(holder) {
  const processId = Number(holder.split(' ')[0]);
  if (!Number.isInteger(processId) || processId <= 0) return false;
  try {
    process.kill(processId, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return describeProcess(processId) === holder;
}

// The start time distinguishes a process from a later one with the same id. Only Linux provides it cheaply.
function describeProcess(processId) {
  try {
    const fields = readFileSync(`/proc/${processId}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return `${processId} ${fields[19]}`;
  } catch {
    return `${processId} -`;
  }
}
