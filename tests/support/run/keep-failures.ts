/**
 * After a failed test: prints the log paths of its servers, and saves a screenshot and a trace of each open page. Then
 * closes the pages.
 */
import { afterAll, afterEach, TestRunner } from 'vitest';
import type { Visitor } from '../browser/browser.ts';
import { nextPath, openedHouseLogs } from './house-log.ts';

let kept: string[] = [];

async function keep(visitor: Visitor): Promise<void> {
  const path = nextPath('page');
  await visitor.keepEvidence(path).then(
    () => kept.push(`${path}.png`, `${path}.zip`),
    // A page that no longer responds has no screenshot either.
    (error) => kept.push(`no picture of ${visitor.page.url()}: ${error.message}`),
  );
}

// Tests close their pages in their own `afterEach`, which runs before the one below.
globalThis.logeBeforeClose = async (visitor) => {
  if (TestRunner.getCurrentTest()?.result?.state === 'fail') await keep(visitor);
};

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const visitor of globalThis.logeOpenVisitors ?? []) await keep(visitor);
  const all = [...openedHouseLogs(), ...kept];
  kept = [];
  if (all.length > 0) console.error(`Kept of "${task.name}":\n${all.map((it) => `  ${it}`).join('\n')}`);
});

// An open page would keep working in the Chromium that the next file shares.
afterAll(async () => {
  for (const visitor of globalThis.logeOpenVisitors ?? []) await visitor[Symbol.asyncDispose]();
});
