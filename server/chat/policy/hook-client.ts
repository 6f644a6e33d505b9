/** Asks the embedder's hook about one message: one POST, no redirect, a short JSON answer, and never longer than its limit. */
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { SecretBox } from '../../platform/secret-box.ts';
import { type HookAnswer, hookAnswer } from '../../protocol/chat/chat-server.ts';

const ANSWER_BYTES = 16 * 1024;
const IDLE_SOCKET_MS = 15_000;
const USER_AGENT = 'Loge-Chat/1';

/** Keeps requests away from the house's own network, signs them, and encrypts their secret: what webhooks use, given by the composition root. */
export interface HookPort {
  box: SecretBox;
  guard: { parseUrl(text: string): URL; lookup: LookupFunction };
  sign(body: string, options: { secrets: readonly string[]; nowMs: number }): string;
}

export class HookFailed extends Error {}

export class HookClient {
  readonly #port: HookPort;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(port: HookPort) {
    this.#port = port;
    const options = { keepAlive: true, timeout: IDLE_SOCKET_MS, lookup: port.guard.lookup };
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
  }

  /** Rejects when there is no proper answer in time. */
  async ask(
    hook: { url: string; secret: string | undefined },
    question: object,
    limit: { timeoutMs: number; nowMs: number },
  ): Promise<HookAnswer> {
    if (hook.secret === undefined) throw new HookFailed('its secret cannot be decrypted, check LOGE_ENCRYPTION_KEY');
    const body = JSON.stringify(question);
    const url = this.#port.guard.parseUrl(hook.url);
    const signature = this.#port.sign(body, { secrets: [hook.secret], nowMs: limit.nowMs });
    const text = await this.#post(url, body, { signature, timeoutMs: limit.timeoutMs });
    const parsed = hookAnswer.safeParse(JSON.parse(text));
    if (!parsed.success) throw new HookFailed('the answer has no decision');
    return parsed.data;
  }

  #post(url: URL, body: string, { signature, timeoutMs }: { signature: string; timeoutMs: number }): Promise<string> {
    const isHttps = url.protocol === 'https:';
    const bytes = Buffer.from(body);
    const options = {
      method: 'POST',
      agent: isHttps ? this.#https : this.#http,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': bytes.length,
        'user-agent': USER_AGENT,
        'loge-signature': signature,
      },
    };
    return new Promise((resolve, reject) => {
      const onAnswer = (answer: IncomingMessage) => {
        if (answer.statusCode !== 200) {
          answer.destroy();
          reject(new HookFailed(`answered ${answer.statusCode}`));
          return;
        }
        const chunks: Buffer[] = [];
        let readBytes = 0;
        answer.on('error', reject);
        answer.on('data', (chunk: Buffer) => {
          readBytes += chunk.length;
          chunks.push(chunk);
          if (readBytes > ANSWER_BYTES) answer.destroy(new HookFailed('the answer is too long'));
        });
        answer.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      };
      const request = isHttps ? requestHttps(url, options, onAnswer) : requestHttp(url, options, onAnswer);
      request.on('error', reject);
      request.end(bytes);
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}
