/**
 * Posts to an address that others chose, JSON by default: to allowed addresses only, without redirects, with limits on
 * time and on the answer's size.
 */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { AddressGuard } from './address-guard.ts';

const IDLE_SOCKET_MS = 15_000;

interface Answer {
  status: number;
  /** Rejects when the answer breaks off or is longer than `answerBytes`. */
  text: Promise<string>;
}

interface PostOptions {
  headers: Record<string, string>;
  timeoutMs: number;
  answerBytes: number;
}

export class GuardedPost {
  readonly #guard: AddressGuard;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(guard: AddressGuard) {
    this.#guard = guard;
    const options = { keepAlive: true, timeout: IDLE_SOCKET_MS, lookup: guard.lookup };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
  }

  /** Resolves with the answer's head. Throws `webhook_url_not_allowed` for an address that must not be used. */
  async post(
    address: string,
    body: string | Buffer,
    { headers, timeoutMs, answerBytes }: PostOptions,
  ): Promise<Answer> {
    // Checked again: an address that was accepted in development may have come along into production.
    const url = this.#guard.parseUrl(address);
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    return this.#send(url, bytes, answerBytes, {
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers, 'content-length': bytes.length },
    });
  }

  #send(
    url: URL,
    bytes: Buffer,
    answerBytes: number,
    options: { method: string; signal: AbortSignal; headers: Record<string, string | number> },
  ): Promise<Answer> {
    const isHttps = url.protocol === 'https:';
    const [send, agent] = isHttps ? [requestHttps, this.#https] : [requestHttp, this.#http];
    return new Promise((resolve, reject) => {
      const request = send(url, { ...options, agent }, (answer) => {
        const text = readText(answer, answerBytes);
        // Not every caller reads it.
        text.catch(() => {});
        resolve({ status: answer.statusCode ?? 0, text });
      });
      request.on('error', (error) => {
        // The other side had closed an idle connection when we reused it, and read nothing of this request.
        const isStale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (isStale) this.#send(url, bytes, answerBytes, options).then(resolve, reject);
        else reject(error);
      });
      request.end(bytes);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** Reads a short answer to its end, so that the connection can be reused; a longer one is cut off. */
async function readText(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
