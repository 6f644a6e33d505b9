/**
 * Web push (RFC 8030, 8291, 8292) to the browsers of people who want it: subscriptions by device, and a queue that one
 * process of the house sends. Endpoints are addresses that clients choose, so they pass the same guard as webhooks.
 */
import { ECDH } from 'node:crypto';
import type webPush from 'web-push';
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { DueRows } from '../../platform/jobs/due-rows.ts';
import type { Log } from '../../platform/log.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { AddressGuard } from '../../platform/outbound/address-guard.ts';
import { GuardedPost } from '../../platform/outbound/guarded-post.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { PushDevice, PushDeviceInput } from '../../protocol/accounts/push.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type PushDeviceId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { type PushText, pushMessages } from './push.schema.ts';
import { type PushMessageRow, PushStore } from './push.store.ts';

/** With the first key or message: it would lengthen the start of a server. */
const loadWebPush = async () => (await import('web-push')).default;

const SWEEP_MS = 1_000;
/** Messages at a time to the endpoints of one owner, who may not answer at all, and to all. */
const PER_OWNER = 10;
const SENT_AT_ONCE = 100;
const TIMEOUT_MS = 10_000;
const LEASE_MS = TIMEOUT_MS + 20_000;
const ANSWER_BYTES = 4_096;
const RETRY = { firstMs: 5_000, maxMs: 10 * 60_000 };
/** The subscription is gone for good (RFC 8030, section 7.3). */
const GONE = new Set([404, 410]);

export interface PushOptions {
  db: Database;
  clock: Clock;
  log: Log;
  metrics: Metrics;
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
  readonly due: DueRows<typeof pushMessages>;
  readonly #options: PushOptions;
  readonly #log: Log;
  readonly #store: PushStore;
  readonly #posts: GuardedPost;
  #keys: Promise<VapidKeys> | undefined;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#log = options.log.child({ domain: 'push' });
    this.#store = new PushStore(options.db);
    this.#posts = new GuardedPost(options.guard);
    this.due = new DueRows({
      name: 'push',
      table: pushMessages,
      key: [pushMessages.key],
      services: { ...options, log: this.#log },
      everyMs: SWEEP_MS,
      waitsForClock: false,
      mayRun: options.isLeader,
      concurrency: PER_OWNER,
      total: SENT_AT_ONCE,
      lanes: { list: () => this.#store.listDueOwners(isoIn(options.clock)), of: ({ owner }) => owner },
      recheck: { firstMs: LEASE_MS, factor: 1, maxMs: LEASE_MS },
      retry: RETRY,
      attempt: (message) => this.#send(message),
    });
  }

  start(): void {
    this.due.start();
  }

  async close(): Promise<void> {
    await this.due.close();
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
    this.due.wake();
  }

  async #send(message: PushMessageRow): Promise<void> {
    const nowIso = isoIn(this.#options.clock);
    const device = await this.#store.findDevice(message.device, nowIso);
    if (!device || Date.parse(message.expiresAt) <= Date.parse(nowIso)) return this.#store.delete(message.key);
    const { id, endpoint, p256dh, auth } = device;
    const { status, error } = await this.#post(await this.#encrypt({ endpoint, keys: { p256dh, auth } }, message));
    if (status !== null && status >= 200 && status < 300) return this.#store.delete(message.key);
    if (status !== null && GONE.has(status)) return this.#store.deleteDevice(id);
    const isRefused = status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (!isRefused) throw new AppError('internal', error ?? `The push service answered ${status}.`);
    this.#log.warn({ device: id, status, error }, 'push message not taken');
    return this.#store.delete(message.key);
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
