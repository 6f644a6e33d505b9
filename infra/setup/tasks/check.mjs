import { existsSync } from 'node:fs';
import { runCaptured } from '../commands.mjs';
import { inProject, projectFolder } from '../locations.mjs';
import { prepare } from '../prepare.mjs';
import { withProgress } from '../progress.mjs';

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
    { title: 'Deployment files', script: ['infra', 'checks', 'check.ts'], options: [] },
    { title: 'Dead code', tool: ['knip', 'bin', 'knip.js'], options: ['--no-progress'] },
  ];
  const failed = [];
  for (const { title, tool, script, options } of checks) {
    const program = tool ? inProject('node_modules', ...tool) : inProject(...script);
    const result = await withProgress(title, () =>
      runCaptured(nodeBinary, [program, ...options], { cwd: projectFolder, env }),
    );
    process.stdout.write(`${result.code === 0 ? '✓' : '✗'} ${title}\n`);
    if (result.code === 0) continue;
    failed.push(title);
    process.stdout.write(`${result.output.trimEnd()}\n\n`);
  }
  process.stdout.write(failed.length === 0 ? 'Everything is in order.\n' : `Faults in: ${failed.join(', ')}\n`);
  return failed.length === 0 ? 0 : 1;
}
