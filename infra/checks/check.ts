/** The part of `npm run check` for what a house is deployed with; prints every fault, and fails if there was one. */
import { checkDeployment } from './deployment.ts';

/** Fewer means that a folder was not found. */
const FILES_MIN = 15;

const checked = await checkDeployment();
let count = 0;
for (const [file, faults] of checked) {
  for (const fault of faults) process.stdout.write(`infra/${file}: ${fault}\n`);
  count += faults.length;
}
if (checked.size < FILES_MIN) process.stdout.write(`Only ${checked.size} files were checked.\n`);
process.exitCode = count === 0 && checked.size >= FILES_MIN ? 0 : 1;
