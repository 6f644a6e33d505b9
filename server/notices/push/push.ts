/**
 * Web push (RFC 8030, 8291, 8292) to the browsers of people who want it: subscriptions by device, and a queue that one
 * process of the house sends. Endpoints are addresses that clients choose, so they pass the same guard as webhooks.
 */
import { ECDH } from 'node:crypto';
import type webPush from 'web-push';
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { type Backoff, retryPauseMs } from '../../platform/jobs/backoff.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { Log } from '../../platform/log.ts';
import type { AddressGuard } from '../../platform/outbound/address-guard.ts';
import { GuardedPost } from '../../platform/outbound/guarded-post.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { PushDevice, PushDeviceInput } from '../../protocol/accounts/push.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type PushDeviceId } from '../../protocol/ids.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { PushText } from './push.schema.ts';
import { type PushDeviceRow, type PushMessageRow, PushStore } from './push.store.ts';

/** With the first key or message: it would lengthen the start of a server. */
const loadWebPush = async () => (await import('web-push')).default;

const SWEEP_MS = 1_000;
/** Messages that are leased together, and sent at once. */
const BATCH = 10;
const SENT_AT_ONCE = 100;
/** An owner of endpoints with more messages under way is left out of the next batch: they may not answer at all. */
const OWNER_FULL = 10;
const TIMEOUT_MS = 10_000;
const LEASE_MS = TIMEOUT_MS + 20_000;
const ANSWER_BYTES = 4_096;
const RETRY: Backoff = { firstMs: 5_000, factor: 3, maxMs: 10 * 60_000, jitter: 0.2 };
/** The subscription is gone for good (RFC 8030, section 7.3). */
const GONE = new Set([404, 410]);

export interface PushOptions {
  db: Database;
  clock: Clock;
  log: Log;
  box: SecretBox;
  guard: AddressGuard;
  /** Whom a push service can write to about our messages: a `mailto:` address. */
  subject: string;
  isLeader?: () => boolean;
}

/** `key` names the reason: a second message with it is not queued. */
export interface PushMessage {
  person: string;
  key: string;
  text: PushText;
  lifetimeMs: number;
}

interface VapidKeys {
  publicKey: string;
  privateKey: string;
}

export class Push {
  readonly #options: PushOptions;
  readonly #log: Log;
  readonly #store: PushStore;
  readonly #posts: GuardedPost;
  readonly #job: PeriodicJob;
  readonly #underWay = new Set<Promise<void>>();
  /** How many of these by owner of the endpoint (`push.store.ts`). */
  readonly #busy = new Map<string, number>();
  #keys: Promise<VapidKeys> | undefined;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#log = options.log.child({ domain: 'push' });
    this.#store = new PushStore(options.db);
    this.#posts = new GuardedPost(options.guard);
    this.#job = new PeriodicJob({
      name: 'send push messages',
      everyMs: SWEEP_MS,
      log: this.#log,
      waitsForClock: false,
      run: () => this.sendDue(),
      ...(options.isLeader && { mayRun: options.isLeader }),
    });
  }

  start(): void {
    this.#job.start();
  }

  async close(): Promise<void> {
    await this.#job.close();
    await this.settled();
    this.#posts.close();
  }

  /** With what a browser subscribes. */
  async publicKey(): Promise<string> {
    return (await this.#readKeys()).publicKey;
  }

  async subscribe(
    by: { person: string; session: string; device: string },
    { endpoint, keys }: PushDeviceInput,
  ): Promise<void> {
    const address = this.#parseEndpoint(endpoint);
    assertPublicKey(keys.p256dh);
    const createdAt = isoIn(this.#options.clock);
    await this.#store.upsertDevice({ id: createId('pushDevice'), ...by, endpoint: address, ...keys, createdAt });
    await this.#store.deleteOldest(by.person, LIMITS.pushDevices);
  }

  /** In the one spelling, in which the store reads the name. */
  #parseEndpoint(endpoint: string): string {
    try {
      return this.#options.guard.parseUrl(endpoint).href;
    } catch {
      throw new AppError('push_endpoint_not_allowed');
    }
  }

  async list(person: string, session: string | undefined): Promise<PushDevice[]> {
    const rows = await this.#store.listDevices(person, isoIn(this.#options.clock));
    return rows.map(({ id, device, createdAt, session: of }) => ({
      id: id as PushDeviceId,
      device,
      createdAt: iso(createdAt),
      isCurrent: of === session,
    }));
  }

  /** Idempotent. */
  unsubscribe(id: string, person: string): Promise<void> {
    return this.#store.deleteDevice(id, person);
  }

  /** Queues messages in the caller's transaction, each for every device of its person. */
  enqueue(tx: Orm, ...messages: PushMessage[]): Promise<void> {
    const { clock } = this.#options;
    return this.#store.enqueue(
      tx,
      messages.map(({ lifetimeMs, ...message }) => ({ ...message, expiresAt: isoIn(clock, lifetimeMs) })),
      isoIn(clock),
    );
  }

  wake(): void {
    this.#job.wake();
  }

  /** Starts to send some due messages, without waiting for them. True if there may be more. */
  async sendDue(): Promise<boolean> {
    const { clock } = this.#options;
    if (this.#underWay.size > SENT_AT_ONCE - BATCH || !(await this.#store.hasDue(isoIn(clock)))) return false;
    const claimed = await this.#store.claim({
      nowIso: isoIn(clock),
      leaseUntil: isoIn(clock, LEASE_MS),
      limit: BATCH,
      fullOwners: [...this.#busy].flatMap(([owner, count]) => (count > OWNER_FULL ? owner : [])),
    });
    for (const { message, device, owner } of claimed) this.#start(message, device, owner);
    return claimed.length === BATCH;
  }

  #start(message: PushMessageRow, device: PushDeviceRow, owner: string): void {
    this.#busy.set(owner, (this.#busy.get(owner) ?? 0) + 1);
    const run = this.#send(message, device)
      .catch((err) => this.#log.error({ err, device: device.id }, 'push message not sent, will retry'))
      .finally(() => {
        this.#underWay.delete(run);
        const left = (this.#busy.get(owner) ?? 1) - 1;
        if (left === 0) this.#busy.delete(owner);
        else this.#busy.set(owner, left);
        // There is room again for what was left out.
        if (left === OWNER_FULL || this.#underWay.size === SENT_AT_ONCE - BATCH) this.wake();
      });
    this.#underWay.add(run);
  }

  /** Resolves when nothing is being sent. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send(message: PushMessageRow, { id, endpoint, p256dh, auth }: PushDeviceRow): Promise<void> {
    const { status, error } = await this.#post(await this.#encrypt({ endpoint, keys: { p256dh, auth } }, message));
    if (status !== null && status >= 200 && status < 300) return this.#store.delete(message.key);
    if (status !== null && GONE.has(status)) return this.#store.deleteDevice(id);
    const isRefused = status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
    this.#log.warn({ device: id, status, error, isRefused }, 'push message not taken');
    if (isRefused) return this.#store.delete(message.key);
    const pauseMs = retryPauseMs(RETRY, message.attempts + 1, Math.random());
    return this.#store.retry(message.key, isoIn(this.#options.clock, pauseMs));
  }

  async #encrypt(
    subscription: { endpoint: string; keys: { p256dh: string; auth: string } },
    { text, expiresAt }: PushMessageRow,
  ): Promise<webPush.RequestDetails> {
    const { publicKey, privateKey } = await this.#readKeys();
    const leftMs = Date.parse(expiresAt) - this.#options.clock.now();
    const { generateRequestDetails } = await loadWebPush();
    return generateRequestDetails(subscription, JSON.stringify(text), {
      vapidDetails: { subject: this.#options.subject, publicKey, privateKey },
      contentEncoding: 'aes128gcm',
      TTL: Math.max(0, Math.round(leftMs / 1_000)),
      urgency: 'high',
    });
  }

  async #post({ endpoint, body, headers }: webPush.RequestDetails): Promise<{ status: number | null; error?: string }> {
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    try {
      const { status } = await this.#posts.post(endpoint, body as Buffer, {
        headers: Object.fromEntries(named),
        timeoutMs: TIMEOUT_MS,
        answerBytes: ANSWER_BYTES,
      });
      return { status };
    } catch (failure) {
      // Its text may name the endpoint.
      return { status: null, error: failure instanceof Error ? failure.name : 'failed' };
    }
  }

  #readKeys(): Promise<VapidKeys> {
    this.#keys ??= this.#loadKeys().catch((error) => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #loadKeys(): Promise<VapidKeys> {
    const { box } = this.#options;
    const kept = await this.#store.findKeys();
    const privateKey = kept && box.open(kept.sealedPrivateKey, kept.publicKey);
    if (kept && privateKey !== undefined) return { publicKey: kept.publicKey, privateKey };
    if (kept) {
      this.#log.error({}, 'vapid key cannot be decrypted; all push subscriptions are dropped');
      await this.#store.deleteKeys(kept.publicKey);
    }
    const { generateVAPIDKeys } = await loadWebPush();
    const made = generateVAPIDKeys();
    const sealedPrivateKey = box.seal(made.privateKey, made.publicKey);
    await this.#store.insertKeys({
      id: 'vapid',
      publicKey: made.publicKey,
      sealedPrivateKey,
      createdAt: isoIn(this.#options.clock),
    });
    // Another process may have been first.
    return this.#loadKeys();
  }
}

/** Refuses what has the form of a key and is no point of the curve: nothing can be encrypted for it. */
function assertPublicKey(p256dh: string): void {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
  } catch {
    throw new AppError('invalid_request', 'keys.p256dh: not a point of P-256');
  }
}
