/**
 * CPU time of the server for one request to each public page and list, beside the cheapest route of the same server
 * (`/healthz`) in the same run. A route that exceeds its budget makes the benchmark fail.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ServerProcess } from '../support/programs/server-process.ts';
import { cpuSecondsOf } from './support/cpu-time.ts';
import { runLimited } from './support/run-limited.ts';

const HELP = `Usage: npm run bench -- public-routes [options]

One server with many listed rooms, asked by anonymous visitors from many addresses, four requests at a time, compressed as browsers ask for it.

  --rooms N      listed rooms (default 100)
  --requests N   to each route in each of three rounds (default 100)
  --route NAME   one route alone, for instance "GET /"
  --help         this text

  cpuMs          CPU time of the server's process for one request, all of its threads counted
  times          the same, in times of the reference, which is measured before each route in each round
  budget         the most of it, in times of the reference

The work of Postgres and of the processes that decode pictures is not shown. Pictures of shared links are measured as they are kept.
`;
const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '100' },
    requests: { type: 'string', default: '100' },
    route: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const LIMIT_MS = 10 * 60_000;
const ROUNDS = 3;
const CONCURRENCY = 4;
const REFERENCE = 'GET /healthz';
const MATRIX = new URL('../integration/gateway/access-matrix.expected.txt', import.meta.url);

/** What a request may cost, in times of the reference. */
const BUDGETS = { small: 10, page: 25, large: 30 } as const;

interface Route {
  budget: keyof typeof BUDGETS;
  path: string;
}

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Every route that the access matrix opens to anyone, so that a new one needs a budget. */
function publicRoutes(): string[] {
  const lines = readFileSync(MATRIX, 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, path, callers] = /^GET\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    return path && callers?.trim() === 'anyone' ? [`GET ${path}`] : [];
  });
}

/** `room` is a listed room. Links of letters are unknown ones: an attacker has no others. */
function routesOf({ room, asset }: { room: string; asset: string }): Record<string, Route> {
  const small = (path: string): Route => ({ budget: 'small', path });
  const page = (path: string): Route => ({ budget: 'page', path });
  /** Of hundreds of kilobytes, or of all rooms. */
  const large = (path: string): Route => ({ budget: 'large', path });
  return {
    [REFERENCE]: small('/healthz'),
    'GET /readyz': small('/readyz'),
    'GET /openapi.json': small('/openapi.json'),
    'GET /docs': small('/docs'),
    'GET /docs/:name': small('/docs/money'),
    'GET /assets/:name': small(`/assets/${asset}`),
    'GET /media/pictures/:name': small(`/media/pictures/${'a'.repeat(43)}-96.webp`),
    'GET /embed.js': small('/embed.js'),
    'GET /fonts/:name': small('/fonts/loge.css'),
    'GET /embed.js.map': small('/embed.js.map'),
    'GET /sdk/loge.js': small('/sdk/loge.js'),
    'GET /sdk/loge.js.map': large('/sdk/loge.js.map'),
    'GET /v1/associations': small('/v1/associations'),
    'GET /v1/associations/:association/account': small('/v1/associations/none/account'),
    'GET /site/session': small('/site/session'),
    'GET /v1/charter': page('/v1/charter'),
    'GET /v1/charter/versions': page('/v1/charter/versions'),
    'GET /v1/charter/versions/:version': page('/v1/charter/versions/1'),
    'GET /charter': page('/charter'),
    'GET /charter/:version': page('/charter/1'),
    'GET /charter/changes': page('/charter/changes'),
    'GET /charter/changes/:from/:to': page('/charter/changes/1/1'),
    'GET /reports': page('/reports'),
    'GET /reports/new': page('/reports/new'),
    'GET /reports/by-form/:token': page('/reports/by-form/none'),
    'GET /v1/public/rooms': large('/v1/public/rooms'),
    'GET /v1/public/rooms/:id': page(`/v1/public/rooms/${room}`),
    'GET /v1/public/rooms/:id/calendar': page(`/v1/public/rooms/${room}/calendar`),
    'GET /desk/sign-in/:token': small('/desk/sign-in/none'),
    'GET /sign-in/oidc': small('/sign-in/oidc'),
    'GET /unsubscribe/:token': small('/unsubscribe/none'),
    'GET /tickets/return/:token': small('/tickets/return/none'),
    'GET /': small('/'),
    'GET /rooms/:id': page(`/rooms/${room}`),
    'GET /rooms/:id/card.jpg': small(`/rooms/${room}/card.jpg`),
    'GET /c/:handle': page('/c/camille'),
    'GET /c/:handle/card.jpg': page('/c/camille/card.jpg'),
    'GET /card.jpg': small('/card.jpg'),
    'GET /oembed': small(`/oembed?url=${encodeURIComponent(`http://localhost/rooms/${room}`)}`),
    'GET /robots.txt': small('/robots.txt'),
    'GET /sitemap.xml': large('/sitemap.xml'),
    'GET /studio': page('/studio'),
    'GET /studio/:id': page(`/studio/${room}`),
    'GET /wallet': page('/wallet'),
    'GET /receipts/:id': page('/receipts/none'),
    'GET /earnings': page('/earnings'),
    'GET /desk': page('/desk'),
    'GET /desk/:section': page('/desk/payments'),
    'GET /desk/payments/:id': page('/desk/payments/none'),
    'GET /desk/people/:id': page('/desk/people/none'),
  };
}

/** Asks the route many times; each request comes from another address, so that no limit refuses it. */
async function ask(url: string, requests: number): Promise<void> {
  let left = requests;
  const visitor = async () => {
    while (left > 0) {
      left -= 1;
      const address = `10.${left % 200}.${Math.floor(left / 200) % 200}.${1 + Math.floor(Math.random() * 250)}`;
      const headers = { 'accept-encoding': 'gzip, deflate, br', 'x-forwarded-for': address };
      const response = await fetch(url, { headers, redirect: 'manual' });
      await response.arrayBuffer();
      if (response.status >= 500 || response.status === 429) throw new Error(`${url} answered ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, visitor));
}

/** So that the page of a creator is there. */
async function giveHandle(url: string): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: url };
  const camille = JSON.stringify({ identity: 'camille' });
  const signedIn = await fetch(`${url}/site/demo-sign-in`, { method: 'POST', headers, body: camille });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((it) => it.split(';')[0])
    .join('; ');
  const handle = JSON.stringify({ handle: 'camille' });
  const given = await fetch(`${url}/v1/me`, { method: 'PATCH', headers: { ...headers, cookie }, body: handle });
  if (!given.ok) throw new Error(`no handle: ${given.status} ${await given.text()}`);
}

const budgetOf = (route: Route | undefined) => BUDGETS[route?.budget ?? 'small'];
const twoDigits = (value: number) => Math.round(value * 100) / 100;

await runLimited(async (stack) => {
  say(`${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
  const server = stack.use(await ServerProcess.createOnPostgres({ LOGE_TRUST_PROXY: '1' }));
  const requests = Number(values.requests);
  const rooms: string[] = [];
  for (let count = 0; count < Number(values.rooms); count += 1) {
    const access = { kind: 'ticket', priceMinor: 500 + count };
    const input = { creator: 'camille', title: `Evening ${count}`, text: 'Songs and stories.', access, listed: true };
    rooms.push((await server.server<{ id: string }>('POST', '/v1/rooms', input)).id);
  }
  await giveHandle(server.url);
  const home = await (await fetch(`${server.url}/`)).text();
  const routes = routesOf({ room: rooms[0] ?? '', asset: /\/assets\/([\w.-]+\.js)/.exec(home)?.[1] ?? '' });
  const missing = publicRoutes().filter((name) => !routes[name]);
  if (missing.length > 0) throw new Error(`no budget for ${missing.join(', ')}`);
  const asked = values.route ? [values.route] : Object.keys(routes).filter((name) => name !== REFERENCE);

  /** Adds to the CPU time and the number of requests of the route. */
  const spent = new Map<string, { cpuMs: number; requests: number }>();
  const measure = async (name: string) => {
    const before = cpuSecondsOf([server.pid ?? 0]);
    await ask(server.url + (routes[name]?.path ?? ''), requests);
    const cpuMs = (cpuSecondsOf([server.pid ?? 0]) - before) * 1_000;
    const earlier = spent.get(name) ?? { cpuMs: 0, requests: 0 };
    spent.set(name, { cpuMs: earlier.cpuMs + cpuMs, requests: earlier.requests + requests });
  };
  const meanOf = (name: string) => (spent.get(name)?.cpuMs ?? 0) / (spent.get(name)?.requests ?? 0);
  // The first requests compile.
  for (const name of [REFERENCE, ...asked]) await measure(name);
  spent.clear();
  for (let count = 0; count < ROUNDS; count += 1) {
    for (const name of asked) {
      await measure(REFERENCE);
      await measure(name);
    }
  }
  const referenceMs = meanOf(REFERENCE);
  const figures = asked.map((name) => {
    const times = meanOf(name) / referenceMs;
    return { route: name, cpuMs: twoDigits(meanOf(name)), times: twoDigits(times), budget: budgetOf(routes[name]) };
  });
  const over = figures.filter(({ times, budget }) => !(times <= budget));
  for (const { route, cpuMs, times, budget } of figures)
    say(`${route.padEnd(44)} ${String(cpuMs).padStart(6)} ms ${String(times).padStart(7)} times, of ${budget}`);
  for (const { route } of over) say(`over its budget: ${route}`);
  if (over.length > 0) process.exitCode = 1;
  process.stdout.write(
    `${JSON.stringify({ rooms: rooms.length, requests, referenceMs: twoDigits(referenceMs), figures })}\n`,
  );
}, LIMIT_MS);
