/** Sends one webhook over HTTP and returns its outcome; knows no retries. */
import http from 'node:http';

export interface WebhookPost {
  url: string;
  payload: string;
  signature: string;
  timeoutMs: number;
}

export type PostResult = { status: number } | { error: string };

export interface WebhookSender {
  post(post: WebhookPost): Promise<PostResult>;
  close(): void;
}

/** Receives webhooks in the emulator's own process, without a socket; answers with the HTTP status. */
export type WebhookHandler = (payload: string, signature: string, url: string) => number | Promise<number>;

export class InProcessSender implements WebhookSender {
  readonly #handle: WebhookHandler;

  constructor(handle: WebhookHandler) {
    this.#handle = handle;
  }

  async post({ url, payload, signature }: WebhookPost): Promise<PostResult> {
    try {
      return { status: await this.#handle(payload, signature, url) };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }

  close(): void {}
}

export class HttpSender implements WebhookSender {
  readonly #agent = new http.Agent({ keepAlive: true });
  readonly #closing = new AbortController();

  post({ url, payload, signature, timeoutMs }: WebhookPost): Promise<PostResult> {
    return new Promise((resolve) => {
      const request = http.request(url, {
        method: 'POST',
        agent: this.#agent,
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(payload),
          'cache-control': 'no-cache',
          'stripe-signature': signature,
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        },
      });
      request.on('response', (response) => {
        response.on('error', (error) => resolve({ error: error.message }));
        response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
        response.resume();
      });
      request.on('error', (error) => resolve({ error: error.message }));
      request.end(payload);
    });
  }

  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }
}
