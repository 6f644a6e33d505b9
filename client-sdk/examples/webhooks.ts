/**
 * A minimal embedder's server for webhooks. It registers its endpoint, verifies each signature over the raw body, and
 * ignores duplicates. Copy `verifyWebhook` into your own server. Each start registers another endpoint: delete earlier
 * ones (`DELETE /v1/webhook-endpoints/:endpoint`). Run it next to a Loge in development, with Node 22.18 or newer:
 *
 *     npm start                                  # Loge, on http://localhost:3000
 *     node client-sdk/examples/webhooks.ts       # this server, on http://localhost:4001
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const {
  PORT = '4001',
  LOGE_URL = 'http://localhost:3000',
  LOGE_API_KEY = 'devkey',
  LOGE_API_SECRET = 'devsecret_not_for_production_use_0000',
  // biome-ignore lint/style/noProcessEnv: a separate program of an embedder, not part of the server.
} = process.env;

const TOLERANCE_SECONDS = 300;

/**
 * Whether `rawBody` was signed with `secret` within the tolerance. During a secret rotation the header has several `v1`
 * signatures; one must match.
 */
export function verifyWebhook(rawBody: Buffer, header: string | undefined, secret: string): boolean {
  const parts = (header ?? '').split(',');
  const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
  if (!(Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE_SECONDS)) return false;
  const expected = createHmac('sha256', secret).update(`${time}.`).update(rawBody).digest();
  return parts.some((part) => {
    const given = Buffer.from(part.startsWith('v1=') ? part.slice(3) : '', 'hex');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

async function createEndpoint(url: string): Promise<string> {
  const credentials = Buffer.from(`${LOGE_API_KEY}:${LOGE_API_SECRET}`).toString('base64');
  const response = await fetch(`${LOGE_URL}/v1/webhook-endpoints`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: JSON.stringify({ url }),
  });
  if (!response.ok) throw new TypeError(`Loge answered ${response.status}: ${await response.text()}`);
  // The secret is returned only once; a real server stores it.
  return ((await response.json()) as { secret: string }).secret;
}

const secret = await createEndpoint(`http://localhost:${PORT}/events`);
/** A real server stores the ids in the same transaction as the effects of the events. */
const seen = new Set<string>();

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const rawBody = Buffer.concat(chunks);
  if (!verifyWebhook(rawBody, request.headers['loge-signature'] as string | undefined, secret)) {
    response.writeHead(400).end();
    return;
  }
  const event = JSON.parse(rawBody.toString('utf8')) as { id: string; type: string; room: string | null };
  if (!seen.has(event.id)) process.stdout.write(`${event.type} ${event.room ?? ''} ${event.id}\n`);
  seen.add(event.id);
  response.writeHead(204).end();
});

server.listen(Number(PORT), () => process.stdout.write(`Waiting for events on http://localhost:${PORT}/events\n`));
