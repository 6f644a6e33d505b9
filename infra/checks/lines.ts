/**
 * Prints the lines of code, comments and tests by folder, and how much the code has grown since the last commit. Blank
 * lines are not counted.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const COMMENT = /^\s*(\/\/|\/?\*)/;

interface Lines {
  code: number;
  comments: number;
  tests: number;
  /** Of the code, lines that the last commit does not have, less those that are gone. */
  grown: number;
}

const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 64 << 20 }).split('\n');
const folders = new Map<string, Lines>();

function linesOf(file: string): Lines {
  const [top = '', second = ''] = file.split('/');
  // Parts of the server are as large as the other folders.
  const folder = top === 'server' && file.split('/').length > 2 ? `${top}/${second}` : top;
  const lines = folders.get(folder) ?? { code: 0, comments: 0, tests: 0, grown: 0 };
  folders.set(folder, lines);
  return lines;
}

const isTest = (file: string) => file.startsWith('tests/') || file.endsWith('.test.ts');

for (const file of git('ls-files', '--cached', '--others', '--exclude-standard', '*/*.ts', '*/*.mjs')) {
  if (file === '' || !existsSync(file)) continue;
  const lines = linesOf(file);
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.trim() === '') continue;
    if (isTest(file)) lines.tests += 1;
    else if (COMMENT.test(line)) lines.comments += 1;
    else lines.code += 1;
  }
}
for (const line of git('diff', '--numstat', '--no-renames', 'HEAD', '--', '*/*.ts', '*/*.mjs')) {
  const [added = '', deleted = '', file = ''] = line.split('\t');
  if (file !== '' && !isTest(file)) linesOf(file).grown += Number(added) - Number(deleted);
}

const row = (name: string, ...cells: (string | number)[]) =>
  `${name.padEnd(20)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`;
process.stdout.write(row('', 'code', 'comments', 'tests', 'grown'));
for (const [folder, { code, comments, tests, grown }] of [...folders].sort(([left], [right]) =>
  left.localeCompare(right),
))
  process.stdout.write(row(folder, code, comments, tests, grown === 0 ? '' : `${grown > 0 ? '+' : ''}${grown}`));
