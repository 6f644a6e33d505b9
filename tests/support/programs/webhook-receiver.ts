/**
 * An embedder's server that receives webhooks: records requests, answers as configured, and verifies signatures as
 * documented.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedWebhook {
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
  // biome-ignore lint/suspicious/noExplicitAny: each type of event has its own shape.
  event: any;
}

type Respond = (webhook: ReceivedWebhook) => number | 'hang' | { redirect: string };

export interface WebhookReceiver extends AsyncDisposable {
  url: string;
  received: ReceivedWebhook[];
  /** Sets the answer to further requests; 200 by default. */
  respond(how: Respond): void;
}

export async function startReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let respond: Respond = () => 200;
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const webhook = { path: request.url ?? '', headers: request.headers, body, event: JSON.parse(body) };
    const how = respond(webhook);
    received.push(webhook);
    if (how === 'hang') return;
    if (typeof how === 'number') response.writeHead(how).end(how === 200 ? 'thank you' : 'no');
    else response.writeHead(302, { location: how.redirect }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    received,
    respond(how) {
      respond = how;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Which of the secrets have signed a webhook. */
export function signersOf({ headers, body }: ReceivedWebhook, secrets: string[]): string[] {
  const parts = String(headers['loge-signature']).split(',');
  const time = parts.find((part) => part.startsWith('t='))?.slice(2);
  const signatures = parts.filter((part) => part.startsWith('v1=')).map((part) => Buffer.from(part.slice(3), 'hex'));
  return secrets.filter((secret) => {
    const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest();
    return signatures.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
  });
}
