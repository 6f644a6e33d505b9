/** A fully read request, and its answer: all that the code behind the HTTP server sees. */
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

/** The body as text; undefined when it is larger than any request of Stripe's API. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Reads and drops the rest, so that the sender can read the answer.
    if (size <= BODY_MAX_BYTES) chunks.push(chunk);
  }
  return size > BODY_MAX_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

export function jsonAnswer(status: number, value: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const body = `${JSON.stringify(value, null, 2)}\n`;
  return { status, body, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } };
}
