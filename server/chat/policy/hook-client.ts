/** Asks the embedder's hook about one message. */
import type { AddressGuard } from '../../platform/outbound/address-guard.ts';
import { GuardedPost } from '../../platform/outbound/guarded-post.ts';
import { SIGNATURE_HEADER, signWebhook } from '../../platform/outbound/webhook-signature.ts';
import { type HookAnswer, hookAnswer } from '../../protocol/chat/chat-server.ts';

const ANSWER_BYTES = 16 * 1024;
const USER_AGENT = 'Loge-Chat/1';

class HookFailed extends Error {}

export class HookClient {
  readonly #posts: GuardedPost;

  constructor(guard: AddressGuard) {
    this.#posts = new GuardedPost(guard);
  }

  /** Rejects when there is no valid answer in time. */
  async ask(
    hook: { url: string; secret: string | undefined },
    question: object,
    { timeoutMs, nowMs }: { timeoutMs: number; nowMs: number },
  ): Promise<HookAnswer> {
    if (hook.secret === undefined) throw new HookFailed('its secret cannot be decrypted, check LOGE_ENCRYPTION_KEY');
    const body = JSON.stringify(question);
    const signature = signWebhook(body, { secrets: [hook.secret], nowMs });
    const headers = { 'user-agent': USER_AGENT, [SIGNATURE_HEADER]: signature };
    const { status, text } = await this.#posts.post(hook.url, body, { headers, timeoutMs, answerBytes: ANSWER_BYTES });
    if (status !== 200) throw new HookFailed(`answered ${status}`);
    const parsed = hookAnswer.safeParse(JSON.parse(await text));
    if (!parsed.success) throw new HookFailed('the answer has no decision');
    return parsed.data;
  }

  close(): void {
    this.#posts.close();
  }
}
