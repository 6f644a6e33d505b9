/** Posts one webhook and says what came of it. Follows no redirect, reads no answer beyond its status, and never waits longer than its limit. */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { AddressGuard } from './address-guard.ts';

export interface SendResult {
  /** HTTP status; null when there was no answer. */
  status: number | null;
  latencyMs: number;
  /** Why it does not count as delivered; null when it does. */
  error: string | null;
}

const TIMEOUT_MS = 10_000;
const IDLE_SOCKET_MS = 15_000;
const ANSWER_BYTES = 64 * 1024;
const ERROR_CHARS = 200;
const USER_AGENT = 'Loge-Webhooks/1';

export class WebhookSender {
  readonly #guard: AddressGuard;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #timeoutMs: number;

  constructor(guard: AddressGuard, timeoutMs: number = TIMEOUT_MS) {
    this.#guard = guard;
    this.#timeoutMs = timeoutMs;
    const options = { keepAlive: true, timeout: IDLE_SOCKET_MS, lookup: guard.lookup };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
  }

  async send(address: string, body: string, headers: Record<string, string>): Promise<SendResult> {
    const startedAtMs = performance.now();
    let status: number | null = null;
    let error: string | null = null;
    try {
      // Looked at again: an address that was accepted in development may have come along into production.
      status = await this.#post(this.#guard.parseUrl(address), body, headers);
      if (status < 200 || status > 299) error = `answered ${status}`;
    } catch (failure) {
      error = describe(failure);
    }
    return { status, latencyMs: Math.round(performance.now() - startedAtMs), error };
  }

  #post(url: URL, body: string, headers: Record<string, string>): Promise<number> {
    const isHttps = url.protocol === 'https:';
    const bytes = Buffer.from(body);
    const options = {
      method: 'POST',
      agent: isHttps ? this.#https : this.#http,
      signal: AbortSignal.timeout(this.#timeoutMs),
      headers: {
        ...headers,
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
        'user-agent': USER_AGENT,
      },
    };
    return new Promise((resolve, reject) => {
      const onAnswer = (answer: IncomingMessage) => {
        resolve(answer.statusCode ?? 0);
        // The status is all that counts. A short body is read past, so that the connection can be used again; a long one is given up.
        let readBytes = 0;
        answer.on('error', () => {});
        answer.on('data', (chunk: Buffer) => {
          readBytes += chunk.length;
          if (readBytes > ANSWER_BYTES) answer.destroy();
        });
      };
      const request = isHttps ? requestHttps(url, options, onAnswer) : requestHttp(url, options, onAnswer);
      request.on('error', (error) => {
        // The other side had closed an idle connection as we took it up again: nothing was read of what was sent.
        const isStale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        if (isStale) this.#post(url, body, headers).then(resolve, reject);
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

function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return 'failed';
  if (failure.name === 'AbortError' || failure.name === 'TimeoutError') return 'no answer in time';
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : failure.name;
  return `${code}: ${failure.message}`.slice(0, ERROR_CHARS);
}
