/**
 * A minimal embedder's server: it identifies its visitors and mints their room tokens with the API secret, which never
 * leaves the server. Run it next to a Loge in development, without any configuration:
 *
 *     npm start                                # Loge, on http://localhost:3000
 *     node client-sdk/examples/server.mjs      # this site, on http://localhost:4000
 *
 * `http://localhost:4000/?reader=ada` is a reader's page, `http://localhost:4000/?as=author` the author's studio.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import jwt from 'jsonwebtoken';

const {
  PORT = '4000',
  LOGE_URL = 'http://localhost:3000',
  LOGE_API_KEY = 'devkey',
  LOGE_API_SECRET = 'devsecret_not_for_production_use_0000',
  // biome-ignore lint/style/noProcessEnv: a separate program of an embedder, not part of the server.
} = process.env;

const AUTHOR = { identity: 'piano-letter', name: 'Clara Weiss', country: 'FR' };
/** A token lets in at its connect; the page fetches another for each. */
const TOKEN_TTL_SECONDS = 60;

async function callLoge(path, body) {
  const credentials = Buffer.from(`${LOGE_API_KEY}:${LOGE_API_SECRET}`).toString('base64');
  const response = await fetch(`${LOGE_URL}${path}`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new TypeError(`Loge answered ${response.status} to ${path}: ${await response.text()}`);
  return response.json();
}

async function openRoom() {
  await callLoge('/v1/creators', AUTHOR);
  const room = await callLoge('/v1/rooms', {
    creator: AUTHOR.identity,
    title: 'An hour at the piano',
    access: { kind: 'ticket', priceMinor: 900, currency: 'eur' },
  });
  return room.id;
}

/** A real site identifies visitors by their session; this one trusts the query string. */
function visitorOf(url) {
  if (url.searchParams.get('as') === 'author') return { ...AUTHOR, role: 'creator' };
  const reader = (url.searchParams.get('reader') ?? '').replace(/[^a-z]/gi, '').slice(0, 20) || 'ada';
  return { identity: `reader-${reader.toLowerCase()}`, name: reader, role: 'fan' };
}

function createToken(visitor) {
  return jwt.sign({ name: visitor.name, room, role: visitor.role }, LOGE_API_SECRET, {
    algorithm: 'HS256',
    issuer: LOGE_API_KEY,
    subject: visitor.identity,
    expiresIn: TOKEN_TTL_SECONDS,
  });
}

const room = await openRoom();
const page = readFileSync(new URL('embed.html', import.meta.url), 'utf8');

const server = createServer((request, response) => {
  const url = new URL(request.url, `http://localhost:${PORT}`);
  const visitor = visitorOf(url);
  if (url.pathname === '/room-token') {
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end(createToken(visitor));
    return;
  }
  if (url.pathname !== '/') {
    response.writeHead(404).end();
    return;
  }
  const inside = visitor.role === 'creator' ? '<loge-studio></loge-studio>' : '';
  const html = page.replaceAll('{{server}}', LOGE_URL).replace('{{name}}', visitor.name).replace('{{inside}}', inside);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html);
});

server.listen(Number(PORT), () => {
  process.stdout.write(`A site that embeds room ${room}:\n  reader  http://localhost:${PORT}/?reader=ada\n`);
  process.stdout.write(`  author  http://localhost:${PORT}/?as=author\n`);
});
