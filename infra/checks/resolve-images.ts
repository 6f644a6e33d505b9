/**
 * `npm run images`: prints every image of the deployment files with the digest that its registry gives for the tag now,
 * for a release to pin; `-- --write` puts the digests into the files. Fails when a registry does not answer.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allImages, imageFiles, resolveDigest } from './images.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const pinned = new Map<string, string>();
for (const image of allImages()) {
  try {
    const reference = `${image.replace(/@.*$/, '')}@${await resolveDigest(image)}`;
    pinned.set(image, reference);
    process.stdout.write(`${reference}\n`);
  } catch (error) {
    const { message, cause } = error as Error;
    process.stderr.write(`${image}: ${cause instanceof Error ? cause.message : message}\n`);
    process.exitCode = 1;
  }
}
if (process.argv.includes('--write') && !process.exitCode) {
  for (const file of imageFiles()) {
    const path = join(PROJECT, file);
    let text = readFileSync(path, 'utf8');
    for (const [image, reference] of pinned) text = text.replaceAll(image, reference);
    writeFileSync(path, text);
  }
}
