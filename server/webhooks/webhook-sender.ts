/** Posts one webhook and reports the result. */
import type { AddressGuard } from '../platform/outbound/address-guard.ts';
import { GuardedPost } from '../platform/outbound/guarded-post.ts';

export interface SendResult {
  /** HTTP status; null when there was no answer. */
  status: number | null;
  latencyMs: number;
  /** Why it does not count as delivered; null when it does. */
  error: string | null;
}

const TIMEOUT_MS = 10_000;
/** Only the status counts; a longer answer costs the connection. */
const ANSWER_BYTES = 64 * 1024;
const ERROR_CHARS = 200;
const USER_AGENT = 'Loge-Webhooks/1';

export class WebhookSender {
  readonly #posts: GuardedPost;
  readonly #timeoutMs: number;

  constructor(guard: AddressGuard, timeoutMs: number = TIMEOUT_MS) {
    this.#posts = new GuardedPost(guard);
    this.#timeoutMs = timeoutMs;
  }

  async send(address: string, body: string, headers: Record<string, string>): Promise<SendResult> {
    const startedAtMs = performance.now();
    let status: number | null = null;
    let error: string | null = null;
    try {
      ({ status } = await this.#posts.post(address, body, {
        headers: { ...headers, 'user-agent': USER_AGENT },
        timeoutMs: this.#timeoutMs,
        answerBytes: ANSWER_BYTES,
      }));
      if (status < 200 || status > 299) error = `answered ${status}`;
    } catch (failure) {
      error = describe(failure);
    }
    return { status, latencyMs: Math.round(performance.now() - startedAtMs), error };
  }

  close(): void {
    this.#posts.close();
  }
}

function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return 'failed';
  if (failure.name === 'AbortError' || failure.name === 'TimeoutError') return 'no answer in time';
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : failure.name;
  return `${code}: ${failure.message}`.slice(0, ERROR_CHARS);
}
