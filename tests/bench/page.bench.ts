/**
 * Lighthouse figures per page for a phone on slow 4G: a first visit with an empty cache, signed out. Server and
 * Chromium run on this machine; Lighthouse simulates network and CPU.
 */
import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { parseArgs, promisify } from 'node:util';
import { CHROMIUM, launchChromium } from '../support/browser/browser.ts';
import { findFreePort } from '../support/houses/app.ts';
import { ServerProcess } from '../support/programs/server-process.ts';
import { percentile } from './support/statistics.ts';

const HELP = `Usage: npm run bench -- page [options]

Lighthouse (mobile, simulated slow 4G) for the home page, a listed room, the documentation and a page that asks to sign in.

  --runs N      visits of each page, whose median counts (default 3)
  --page NAME   one page alone: home, room, docs, docs-money, sign-in
  --help        this text

The last line of the output is one JSON: scores from 0 to 100, times in milliseconds, bytes as they travelled.
`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    page: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

/** Fetched for this benchmark alone: a fifth of all packages' bytes. */
const LIGHTHOUSE = 'lighthouse@13.5.0';
const CATEGORIES = ['performance', 'accessibility', 'seo'];
const OUTPUT_MAX_BYTES = 100 * 1024 * 1024;
/** Of each fault. */
const PLACES_SHOWN = 5;

interface Category {
  score: number | null;
  auditRefs: { id: string; weight: number }[];
}

/** What is read of a Lighthouse result (its `lhr`). */
interface Audit {
  id: string;
  title: string;
  score: number | null;
  numericValue?: number;
  details?: { items?: { node?: { snippet: string } }[] };
}

interface Report {
  runtimeError?: { message: string };
  categories: Record<string, Category>;
  audits: Record<string, Audit>;
}

/** Lower is better, except scores. All are figures of one visit. */
type Figures = Record<
  'performance' | 'accessibility' | 'seo' | 'fcpMs' | 'lcpMs' | 'tbtMs' | 'speedIndexMs' | 'cls' | 'bytes' | 'elements',
  number
>;

const say = (text: string) => process.stderr.write(`${text}\n`);

async function pagesOf(server: ServerProcess): Promise<Record<string, string>> {
  const { rooms } = await server.server<{ rooms: { id: string; access: { kind: string } }[] }>('GET', '/v1/rooms');
  const room = rooms.find(({ access }) => access.kind === 'ticket');
  return {
    home: '/',
    room: `/rooms/${room?.id}`,
    docs: '/docs',
    'docs-money': '/docs/money',
    'sign-in': '/wallet',
  };
}

async function visit(url: string, port: number): Promise<Figures> {
  const options = [`--port=${port}`, '--output=json', '--quiet', `--only-categories=${CATEGORIES}`];
  const { stdout } = await promisify(execFile)('npx', ['--yes', LIGHTHOUSE, url, ...options], {
    maxBuffer: OUTPUT_MAX_BYTES,
  });
  const { runtimeError, categories, audits }: Report = JSON.parse(stdout);
  if (runtimeError) throw new Error(runtimeError.message);
  const score = (name: string) => Math.round((categories[name]?.score ?? Number.NaN) * 100);
  const value = (name: string) => audits[name]?.numericValue ?? Number.NaN;
  const faults = Object.values(audits).filter(
    ({ id, score: given }) => given === 0 && ['accessibility', 'seo'].some((name) => isOf(categories[name], id)),
  );
  for (const { id, title, details } of faults) {
    say(`    ${id}: ${title}`);
    for (const { node } of details?.items?.slice(0, PLACES_SHOWN) ?? []) say(`      ${node?.snippet ?? ''}`);
  }
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    seo: score('seo'),
    fcpMs: Math.round(value('first-contentful-paint')),
    lcpMs: Math.round(value('largest-contentful-paint')),
    tbtMs: Math.round(value('total-blocking-time')),
    speedIndexMs: Math.round(value('speed-index')),
    cls: Math.round(value('cumulative-layout-shift') * 1000) / 1000,
    bytes: value('total-byte-weight'),
    elements: value('dom-size-insight') || value('dom-size'),
  };
}

function isOf(category: Category | undefined, id: string): boolean {
  return category?.auditRefs.some((ref) => ref.id === id && ref.weight > 0) ?? false;
}

function medianOf(visits: Figures[]): Figures {
  const names = Object.keys(visits[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(
    names.map((name) => [
      name,
      percentile(
        visits.map((it) => it[name]),
        0.5,
      ),
    ]),
  ) as Figures;
}

await using stack = new AsyncDisposableStack();
const server = stack.use(await ServerProcess.create());
const port = await findFreePort();
const browser = await launchChromium([`--remote-debugging-port=${port}`]);
stack.defer(() => browser.close());
say(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ${CHROMIUM} ${browser.version()}`,
);

const figures: Record<string, Figures> = {};
for (const [name, path] of Object.entries(await pagesOf(server))) {
  if (values.page && values.page !== name) continue;
  const visits: Figures[] = [];
  for (let run = 0; run < Number(values.runs); run += 1) visits.push(await visit(server.url + path, port));
  const median = medianOf(visits);
  figures[name] = median;
  say(`${name.padEnd(12)} ${JSON.stringify(median)}`);
}
process.stdout.write(`${JSON.stringify({ runs: Number(values.runs), pages: figures })}\n`);
