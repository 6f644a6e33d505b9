/**
 * An embedder's server that takes webhooks, in its smallest form. It creates its endpoint, checks each signature over the bytes as they came,
 * and does nothing twice. Copy `verifyWebhook` into your own server. Run it beside a Loge in development:
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
  // biome-ignore lint/style/noProcessEnv: this is a program of its own, an embedder's, and no part of the server.
} = process.env;

const TOLERANCE_SECONDS = 300;

/** Whether `rawBody` was signed with `secret` within the last minutes. While a secret is being replaced there are two `v1`; one must match. */
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
  // A real server keeps the secret: it is shown once.
  return ((await response.json()) as { secret: string }).secret;
}

const secret = await createEndpoint(`http://localhost:${PORT}/events`);
/** A real server keeps the ids where it keeps what it does with the events, in one transaction. */
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
