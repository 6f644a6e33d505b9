/** The part of `npm run check` for regular expressions; prints every fault, and fails if there was one. */
import { checkRegularExpressions } from './regular-expressions.ts';

let count = 0;
for (const [file, faults] of checkRegularExpressions()) {
  for (const fault of faults) process.stdout.write(`${file}:${fault}\n`);
  count += faults.length;
}
process.exitCode = count === 0 ? 0 : 1;
