/**
 * The embedder's hook, which decides on each message in rooms of embedders before delivery. One per house, with
 * `onFailure` for when it does not answer in time. Concurrent requests are limited, an author's messages are asked
 * about in order, and a circuit breaker applies `onFailure` at once while the hook keeps failing.
 */
import { randomBytes } from 'node:crypto';
import type { Bus } from '../../platform/bus.ts';
import { type Clock, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { KeyedQueue } from '../../platform/jobs/keyed-queue.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { AddressGuard } from '../../platform/outbound/address-guard.ts';
import { GuardedPost } from '../../platform/outbound/guarded-post.ts';
import { SIGNATURE_HEADER, signWebhook } from '../../platform/outbound/webhook-signature.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import { isPersonId } from '../../protocol/accounts/people.ts';
import {
  type ChatHookInput,
  type ChatHook as ChatHookView,
  type HookAnswer,
  type HookRequest,
  hookAnswer,
} from '../../protocol/chat/chat-server.ts';
import { AppError } from '../../protocol/errors.ts';
import { publishNews, type Sending } from '../chat-parts.ts';
import type { Actor } from '../moderation/acts.store.ts';
import { type HookRow, HookStore } from './hook.store.ts';
import type { RoomPolicy } from './room-policies.ts';

/** Limits of concurrent and of waiting requests. */
const QUESTIONS_OPEN = 32;
const QUESTIONS_WAITING = 2_000;
/** Consecutive failures that open the circuit breaker, and for how long. */
const CIRCUIT_FAILURES = 5;
const CIRCUIT_OPEN_MS = 10_000;
/** How long settings are cached; changes at other gateways normally arrive over the bus. */
const SETTINGS_TTL_MS = 15_000;
const SECRET_BYTES = 32;
const ANSWER_BYTES = 16 * 1024;
const USER_AGENT = 'Loge-Chat/1';

class HookFailed extends Error {}

export interface HookVerdict {
  decision: 'allow' | 'deny' | 'hold';
  reason: string | null;
  /** There was no valid answer: `decision` is `onFailure`. */
  isFailure: boolean;
}

const ALLOWED: HookVerdict = { decision: 'allow', reason: null, isFailure: false };

export class ChatHook {
  readonly #store: HookStore;
  readonly #posts: GuardedPost;
  readonly #guard: AddressGuard;
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #log: Log;
  #settings: { hook: Promise<HookRow | undefined>; readAtMs: number } | undefined;
  #open = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #authors = new KeyedQueue<string>();
  #failures = 0;
  #closedUntilMs = 0;

  constructor(options: {
    db: Database;
    guard: AddressGuard;
    box: SecretBox;
    bus: Bus;
    clock: Clock;
    metrics: Metrics;
    log: Log;
  }) {
    this.#store = new HookStore(options.db, options.box);
    this.#posts = new GuardedPost(options.guard);
    this.#guard = options.guard;
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#log = options.log;
  }

  /** Throws `webhook_url_not_allowed` for a forbidden address. Creates a new secret each time. */
  async set(input: ChatHookInput, actor: Actor): Promise<ChatHookView & { secret: string }> {
    const url = this.#guard.parseUrl(input.url).href;
    const secret = `chs_${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const hook = { ...input, url, secret, createdAt: isoIn(this.#clock) };
    await this.#store.save(hook, actor);
    this.#changed();
    return hook;
  }

  async get(): Promise<ChatHookView> {
    const hook = await this.#store.find();
    if (!hook) throw new AppError('chat_hook_not_found');
    return hook;
  }

  async delete(actor: Actor): Promise<void> {
    const deleted = await this.#store.delete(isoIn(this.#clock), actor);
    if (!deleted) throw new AppError('chat_hook_not_found');
    this.#changed();
  }

  /** The settings have changed, here or at another gateway. */
  forgetSettings(): void {
    this.#settings = undefined;
    this.#failures = 0;
    this.#closedUntilMs = 0;
  }

  async ask(about: Sending & { policy: RoomPolicy; text: string; sentAt: string }): Promise<HookVerdict> {
    const { room, from, input, policy, text, sentAt } = about;
    if (isPersonId(policy.creator)) return ALLOWED;
    const hook = await this.#readSettings();
    if (!hook) return ALLOWED;
    const { replyTo, mentions } = input;
    const message = { text, ...(replyTo ? { replyTo } : {}), ...(mentions ? { mentions } : {}), sentAt };
    const question: HookRequest = { type: 'chat.message', room, creator: policy.creator, message, from };
    return this.#authors.run(`${room}\n${from.identity}`, () => this.#askInTime(hook, question));
  }

  async #askInTime(hook: HookRow, question: HookRequest): Promise<HookVerdict> {
    const { timeoutMs } = hook;
    if (performance.now() < this.#closedUntilMs) return this.#fail(hook, 'circuit_open');
    const startedAtMs = performance.now();
    if (!(await this.#enter(timeoutMs))) return this.#fail(hook, 'busy');
    try {
      // Time in the queue counts: the author waits for all of it.
      const leftMs = Math.max(1, Math.ceil(timeoutMs - (performance.now() - startedAtMs)));
      const answer = await this.#post(hook, question, leftMs);
      this.#failures = 0;
      this.#metrics.chatHookSeconds.observe((performance.now() - startedAtMs) / 1_000);
      this.#metrics.chatHookAnswers.inc({ outcome: answer.decision });
      return { decision: answer.decision, reason: answer.reason ?? null, isFailure: false };
    } catch (error) {
      this.#failures += 1;
      if (this.#failures >= CIRCUIT_FAILURES) {
        // After the pause a single failure opens the breaker again.
        this.#closedUntilMs = performance.now() + CIRCUIT_OPEN_MS;
        this.#failures = CIRCUIT_FAILURES - 1;
        this.#log.warn({ err: error }, 'chat hook circuit breaker opened');
      }
      return this.#fail(hook, 'failed');
    } finally {
      this.#leave();
    }
  }

  /** Rejects if there is no valid answer in time. */
  async #post({ url, secret }: HookRow, question: HookRequest, timeoutMs: number): Promise<HookAnswer> {
    if (secret === undefined) throw new HookFailed('its secret cannot be decrypted, check LOGE_ENCRYPTION_KEY');
    const body = JSON.stringify(question);
    const signature = signWebhook(body, { secrets: [secret], nowMs: this.#clock.now() });
    const headers = { 'user-agent': USER_AGENT, [SIGNATURE_HEADER]: signature };
    const { status, text } = await this.#posts.post(url, body, { headers, timeoutMs, answerBytes: ANSWER_BYTES });
    if (status !== 200) throw new HookFailed(`answered ${status}`);
    const parsed = hookAnswer.safeParse(JSON.parse(await text));
    if (!parsed.success) throw new HookFailed('the answer has no decision');
    return parsed.data;
  }

  #fail(hook: HookRow, outcome: 'circuit_open' | 'busy' | 'failed'): HookVerdict {
    this.#metrics.chatHookAnswers.inc({ outcome });
    return { decision: hook.onFailure, reason: null, isFailure: true };
  }

  /** Waits for a free slot; false if there is none in time. */
  async #enter(timeoutMs: number): Promise<boolean> {
    if (this.#open < QUESTIONS_OPEN) {
      this.#open += 1;
      return true;
    }
    if (this.#waiting.length >= QUESTIONS_WAITING) return false;
    return new Promise((resolve) => {
      const enter = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        resolve(false);
      }, timeoutMs);
      this.#waiting.push(enter);
    });
  }

  /** Hands the slot to the longest waiting request. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#open -= 1;
  }

  #readSettings(): Promise<HookRow | undefined> {
    const nowMs = performance.now();
    if (this.#settings && nowMs - this.#settings.readAtMs < SETTINGS_TTL_MS) return this.#settings.hook;
    const settings = { hook: this.#store.find(), readAtMs: nowMs };
    this.#settings = settings;
    settings.hook.catch(() => {
      if (this.#settings === settings) this.#settings = undefined;
    });
    return settings.hook;
  }

  #changed(): void {
    this.forgetSettings();
    publishNews(this.#bus, { type: 'hook' });
  }

  close(): void {
    this.#posts.close();
  }
}
