/** A request that has been read whole, and what to answer: all that the parts behind the HTTP server see. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface HttpRequest {
  method: string;
  path: string;
  query: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** `hang` never answers; `reset` cuts the connection. */
export type HttpOutcome = HttpAnswer | 'hang' | 'reset';

const BODY_MAX_BYTES = 256 * 1024;

/** The whole body as text, or undefined when it is larger than anything that Stripe's API is sent. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and forgotten, so that the sender gets to see the answer.
    if (size <= BODY_MAX_BYTES) chunks.push(chunk);
  }
  return size > BODY_MAX_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const body = `${JSON.stringify(value, null, 2)}\n`;
  return { status, body, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } };
}
