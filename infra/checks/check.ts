/** The part of `npm run check` for what a house is deployed with; prints every fault, and fails if there was one. */
import { checkDeployment } from './deployment.ts';

let count = 0;
for (const [file, faults] of await checkDeployment()) {
  for (const fault of faults) process.stdout.write(`infra/${file}: ${fault}\n`);
  count += faults.length;
}
process.exitCode = count === 0 ? 0 : 1;
