/** After a test that failed: names the logs of its houses, and keeps a picture and a trace of each page that was open. */
import { afterEach } from 'vitest';
import { nextPath, openedHouseLogs } from './house-log.ts';

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const kept = [...openedHouseLogs()];
  for (const visitor of globalThis.logeOpenVisitors ?? []) {
    const path = nextPath('page');
    await visitor.keepEvidence(path).then(
      () => kept.push(`${path}.png`, `${path}.zip`),
      // A page that answers nothing any more has no picture either.
      (error) => kept.push(`no picture of ${visitor.page.url()}: ${error.message}`),
    );
  }
  if (kept.length > 0) console.error(`Kept of "${task.name}":\n${kept.map((it) => `  ${it}`).join('\n')}`);
});
