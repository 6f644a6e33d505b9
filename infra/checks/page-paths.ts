/** Fails for paths of this repository that a page for people names and that do not exist. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const PATH = /`((?:client-sdk|infra|server|sfu|tests)\/[\w./-]+)`/g;

const pages = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' }).split('\n').filter(existsSync);
const faults = pages.flatMap((page) =>
  [...readFileSync(page, 'utf8').matchAll(PATH)].flatMap(([, path = '']) =>
    existsSync(path) ? [] : [`${page}: ${path}`],
  ),
);

if (faults.length > 0) {
  process.stdout.write(`Pages name what does not exist:\n${faults.join('\n')}\n`);
  process.exitCode = 1;
}
