#!/usr/bin/env node
import { SetupError } from './setup-error.mjs';
// The one command behind every npm script: prepares the machine for the task, then runs it. It owns the order of the
// steps; each step is a separate file. It must run on Node 20 and without node_modules, so it and its imports are plain
// JavaScript on Node's own modules.
import { parseTask, taskHelp } from './task-list.mjs';

async function main() {
  const { task, taskArguments, help } = parseTask(process.argv.slice(2));
  if (help) {
    process.stdout.write(taskHelp(task));
    return 0;
  }
  return await task.run(taskArguments);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}
