import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCaptured } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { withProgress } from '../progress.mjs';
import { checkSchemaMigration } from './migration.mjs';

const sourceFolders = ['server', 'sfu', 'client-sdk', 'infra', 'tests'];

export async function runCheck() {
  const { nodeBinary, env } = await prepare();
  const folders = sourceFolders.filter((folder) => existsSync(inProject(folder)));
  const checks = [
    {
      title: 'Format and lint',
      tool: ['@biomejs', 'biome', 'bin', 'biome'],
      options: ['check', '--error-on-warnings', '--max-diagnostics=200'],
    },
    { title: 'Types', tool: ['typescript', 'bin', 'tsc'], options: ['--noEmit', '--project', 'tsconfig.json'] },
    {
      title: 'Import arrows',
      tool: ['dependency-cruiser', 'bin', 'dependency-cruiser.mjs'],
      options: ['--config', '.dependency-cruiser.mjs', ...folders],
    },
    { title: 'Lock file for npm 9, 10 and 11', run: () => checkLockFile(env) },
    { title: 'Database schema', run: () => checkSchemaMigration(nodeBinary, env) },
    { title: 'Deployment files', script: ['infra', 'checks', 'check.ts'], options: [] },
    { title: 'Dead code', tool: ['knip', 'bin', 'knip.js'], options: ['--no-progress'] },
  ];
  const failed = [];
  for (const { title, tool, script, options, run } of checks) {
    const program = tool ? inProject('node_modules', ...tool) : inProject(...(script ?? []));
    const runProgram = () => runCaptured(nodeBinary, [program, ...options], { cwd: projectFolder, env });
    const result = await withProgress(title, run ?? runProgram);
    process.stdout.write(`${result.code === 0 ? '✓' : '✗'} ${title}\n`);
    if (result.code === 0) continue;
    failed.push(title);
    process.stdout.write(`${result.output.trimEnd()}\n\n`);
  }
  process.stdout.write(failed.length === 0 ? 'Everything is in order.\n' : `Faults in: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

/**
 * Each npm that people have must accept the lock file: npm 11 leaves out peer dependencies that npm 9 and 10 ask for. It runs on a
 * copy, because `npm ci --dry-run` of npm 9 empties node_modules.
 */
async function checkLockFile(env) {
  const folder = mkdtempSync(join(tmpdir(), 'loge-lock-file-'));
  const outputs = [];
  try {
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(inProject(name), join(folder, name));
    for (const version of ['9.2.0', '10', '11']) {
      const npm = ['--yes', `npm@${version}`, 'ci', '--dry-run', '--ignore-scripts', '--loglevel=error'];
      const { code, output } = await runCaptured('npx', npm, { cwd: folder, env });
      if (code !== 0) outputs.push(`npm ${version} refuses package-lock.json:\n${output}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { code: outputs.length === 0 ? 0 : 1, output: outputs.join('\n') };
}
