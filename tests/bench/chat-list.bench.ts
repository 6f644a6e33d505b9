/**
 * Smoothness of the chat list on a slow phone: 200 messages per second in Chromium with the CPU throttled to a sixth,
 * alternating (A B A B) with a plain appended list in the same page. Measures the time between two screen frames.
 */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchChromium } from '../support/browser/browser.ts';
import { BundledPage } from '../support/browser/page-bundle.ts';
import type { ListFigures } from './support/chat/chat-list-page.ts';
import { percentile, round } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- chat-list [options]

Frame times of the chat's list beside a plain appended list, in Chromium with a throttled processor.

  --rate N      messages a second (default 200)
  --seconds N   length of a round (default 8)
  --rounds N    rounds of each side (default 3)
  --throttle N  how many times slower the page's processor is (default 6)
  --help        this text

The last line of the output is one JSON. Chromium draws without a graphics card here: on a phone with one, frames are shorter on both sides.
`;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    throttle: { type: 'string', default: '6' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const LOAD = { perSecond: Number(values.rate), tickMs: 50, forMs: Number(values.seconds) * 1_000 };
const ROUNDS = Number(values.rounds);
const THROTTLE = Number(values.throttle);
const PHONE = { width: 390, height: 700 };

const percentiles = (samples: readonly number[]) => ({
  p50: round(percentile(samples, 0.5)),
  p95: round(percentile(samples, 0.95)),
  p99: round(percentile(samples, 0.99)),
});

const say = (text: string) => process.stderr.write(`${text}\n`);

const line = ({ frames, longTasks, domNodes, messages, shown }: ListFigures): string => {
  const { p50, p95, p99 } = percentiles(frames);
  return `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, ${longTasks} long tasks, ${domNodes} elements, ${shown} of ${messages} shown`;
};

say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
say(`${LOAD.perSecond} messages a second, processor throttled ×${THROTTLE}, ${PHONE.width} × ${PHONE.height}`);
const entry = fileURLToPath(new URL('./support/chat/chat-list-page.ts', import.meta.url));
await using bundled = await BundledPage.serve(entry);
const browser = await launchChromium();
const ours: ListFigures[] = [];
const plain: ListFigures[] = [];
try {
  const page = await browser.newPage({ viewport: PHONE });
  page.on('pageerror', (error) => say(`page: ${error.message}`));
  await page.goto(bundled.url);
  await page.waitForFunction(() => window.chatListPage !== undefined);
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    ours.push(await page.evaluate((load) => window.chatListPage.measureLoge(load), LOAD));
    say(`ours   ${line(ours.at(-1) as ListFigures)}`);
    plain.push(await page.evaluate((load) => window.chatListPage.measurePlain(load), LOAD));
    say(`plain  ${line(plain.at(-1) as ListFigures)}`);
  }
} finally {
  await browser.close();
}
for (const { messages, shown } of ours) {
  if (shown !== messages) throw new Error(`The last message is not in the document: ${shown} of ${messages}.`);
}
process.stdout.write(
  `${JSON.stringify({
    frameMs: percentiles(ours.flatMap(({ frames }) => frames)),
    longTasks: ours.reduce((sum, { longTasks }) => sum + longTasks, 0),
    domNodes: Math.max(...ours.map(({ domNodes }) => domNodes)),
    referenceFrameMs: percentiles(plain.flatMap(({ frames }) => frames)),
    referenceLongTasks: plain.reduce((sum, { longTasks }) => sum + longTasks, 0),
    referenceDomNodes: Math.max(...plain.map(({ domNodes }) => domNodes)),
  })}\n`,
);
