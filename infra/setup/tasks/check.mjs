import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientIfStale } from '../client-build.mjs';
import { runCaptured } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { withProgress } from '../progress.mjs';
import { checkSchemaMigration } from './migration.mjs';

const sourceFolders = ['server', 'sfu', 'client-sdk', 'infra', 'tests'];

export async function runCheck() {
  const { nodeBinary, env } = await prepare();
  const folders = sourceFolders.filter((folder) => existsSync(inProject(folder)));
  const run = (file, ...options) => runCaptured(nodeBinary, [inProject(file), ...options], { cwd: projectFolder, env });
  const tool = (path, ...options) => run(`node_modules/${path}`, ...options);
  const checks = {
    'Format and lint': () => tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=200'),
    // The native compiler, which has no API yet; in one thread it needs the least CPU beside the tests.
    Types: () => tool('typescript-native/bin/tsc', '--singleThreaded', '--project', 'tsconfig.json'),
    'Import arrows': () =>
      tool('dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.mjs', ...folders),
    'Lock file for npm 9, 10 and 11': () => checkLockFile(env),
    'Database schema': () => checkSchemaMigration(nodeBinary, env),
    'Page of the protocol': () => run('infra/checks/protocol-page.ts'),
    'Comment width': () => run('infra/checks/comment-width.ts'),
    Look: () => run('infra/checks/look.ts'),
    'Paths in pages': () => run('infra/checks/page-paths.ts'),
    'Regular expressions': () => run('infra/checks/regular-expressions.ts'),
    'Known weaknesses of packages': () => run('infra/checks/audit.ts'),
    'Deployment files': () => run('infra/checks/deployment.ts'),
    'Budgets of what browsers load': async () => {
      await buildClientIfStale(nodeBinary);
      return run('infra/checks/budgets.ts');
    },
    'Dead code': () => tool('knip/bin/knip.js', '--no-progress'),
    'Lines by folder': () => run('infra/checks/lines.ts'),
  };
  const failed = [];
  for (const [title, check] of Object.entries(checks)) {
    const { code, output } = await withProgress(title, check);
    process.stdout.write(`${code === 0 ? '✓' : '✗'} ${title}\n`);
    if (code !== 0) failed.push(title);
    // A check that passed may still report something, such as files that it skipped.
    const isNote = code === 0 && ['Known weaknesses of packages', 'Lines by folder'].includes(title);
    if (output && (code !== 0 || isNote)) process.stdout.write(`${output.trimEnd()}\n\n`);
  }
  process.stdout.write(failed.length === 0 ? 'Everything is in order.\n' : `Faults in: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}

/**
 * Each npm that people have must accept the lock file: npm 11 leaves out peer dependencies that npm 9 and 10 ask for.
 * It runs on a copy, because `npm ci --dry-run` of npm 9 empties node_modules.
 */
async function checkLockFile(env) {
  const folder = mkdtempSync(join(tmpdir(), 'loge-lock-file-'));
  const outputs = [];
  const { workspaces } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  try {
    for (const name of [
      'package.json',
      'package-lock.json',
      ...workspaces.map((workspace) => `${workspace}/package.json`),
    ])
      cpSync(inProject(name), join(folder, name));
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
