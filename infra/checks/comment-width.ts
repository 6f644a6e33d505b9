/** Fails for comment lines that are wider than 120 columns, which the formatter does not wrap. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const WIDTH = 120;

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs'], {
  encoding: 'utf8',
});
const faults = files
  .split('\n')
  .filter((file) => file !== '' && existsSync(file))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        line.length > WIDTH && /^\s*(\/\/|\/?\*)/.test(line) ? [`${file}:${index + 1} (${line.length} columns)`] : [],
      ),
  );

if (faults.length > 0) {
  process.stdout.write(`Comments wider than ${WIDTH} columns:\n${faults.join('\n')}\n`);
  process.exitCode = 1;
}
