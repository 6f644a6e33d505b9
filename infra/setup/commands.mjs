// Runs other programs for set-up: quietly into a log file, whose end is shown when the program fails.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setupLogFolder } from './locations.mjs';

const keptLines = 25;
const stopSignals = ['SIGTERM', 'SIGHUP', 'SIGINT'];

export class CommandFailure extends Error {
  name = 'CommandFailure';

  constructor({ command, outcome, lastLines, logFile }) {
    super(`${command} ${outcome}. Its output is in ${logFile}; it ended with:\n${lastLines.join('\n')}`);
    this.lastLines = lastLines;
  }
}

// Resolves when the program ends well; rejects with CommandFailure otherwise. `onLine` sees every line of output.
export function runLogged(file, commandArguments, { logName, cwd, env = process.env, onLine = () => {} }) {
  mkdirSync(setupLogFolder, { recursive: true });
  const logFile = join(setupLogFolder, `${logName}.log`);
  const log = createWriteStream(logFile);
  const lastLines = [];
  const child = spawn(file, commandArguments, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });

  const keep = (line) => {
    if (line.trim() === '') return;
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
    onLine(line);
  };
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      log.write(text);
      const lines = (rest + text).split(/\r\n|\n|\r/);
      rest = lines.pop() ?? '';
      for (const line of lines) keep(line);
    });
    stream.on('end', () => keep(rest));
  }

  // Ending set-up also ends its child processes, and waits for them, so that their files can be deleted.
  const stop = (signal) => {
    child.once('close', () => process.exit(128 + osConstants.signals[signal]));
    child.kill(signal);
  };
  for (const signal of stopSignals) process.on(signal, stop);

  return new Promise((resolve, reject) => {
    const fail = (outcome) =>
      reject(new CommandFailure({ command: `${file} ${commandArguments.join(' ')}`, outcome, lastLines, logFile }));
    child.on('error', (error) => fail(`could not be started (${error.code})`));
    child.on('close', (code, signal) => {
      for (const name of stopSignals) process.off(name, stop);
      log.end();
      if (code === 0) resolve();
      else fail(signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
    });
  });
}

// Runs the task's own program with the terminal attached, passes signals on, and answers with its exit code.
export function runAttached(file, commandArguments, { cwd, env }) {
  const child = spawn(file, commandArguments, { cwd, env, stdio: 'inherit' });
  const forward = (signal) => {
    // On a terminal, Ctrl-C reaches the whole process group, the child included; passing it on would be a second one.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of stopSignals) process.on(signal, forward);

  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of stopSignals) process.off(name, forward);
      resolve(signal === null ? (code ?? 1) : 128 + (osConstants.signals[signal] ?? 0));
    });
  });
}

// Runs a program to its end and answers with everything that it printed.
export function runCaptured(file, commandArguments, { cwd, env = process.env } = {}) {
  const child = spawn(file, commandArguments, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

export function succeeds(file, commandArguments) {
  return spawnSync(file, commandArguments, { stdio: 'ignore' }).status === 0;
}

export function findProgram(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (isExecutable(path)) return path;
  }
  return undefined;
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function withNodeInPath(env, nodeBinary) {
  return { ...env, PATH: `${dirname(nodeBinary)}${delimiter}${env.PATH ?? ''}` };
}
