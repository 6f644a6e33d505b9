/**
 * Creates, lists and revokes API keys. Called by the gateway and by `npm run keys`; `key-ring.ts` has the live ones.
 */
import type { Bus } from '../platform/bus.ts';
import { type Clock, iso, isoIn, isoOrNull } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import type { Log } from '../platform/log.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { AppError } from '../protocol/errors.ts';
import { type ApiKeyId, createId } from '../protocol/ids.ts';
import type { ApiKey, ApiKeyInput, ApiKeyWithSecret } from '../protocol/keys.ts';
import * as LIMITS from '../protocol/limits.ts';
import { type ApiKeyRow, ApiKeysStore } from './api-keys.store.ts';
import { type BuiltInKey, KeyRing, type LiveKey } from './key-ring.ts';
import { createSecret, digest } from './secrets.ts';

interface ApiKeysOptions {
  db: Database;
  box: SecretBox;
  clock: Clock;
  bus: Bus;
  log: Log;
  /** The keys of the environment. */
  builtIn: readonly BuiltInKey[];
}

export class ApiKeys {
  readonly ring: KeyRing;
  readonly #store: ApiKeysStore;
  readonly #box: SecretBox;
  readonly #clock: Clock;
  readonly #log: Log;

  private constructor({ box, clock, log }: ApiKeysOptions, store: ApiKeysStore, ring: KeyRing) {
    this.ring = ring;
    this.#store = store;
    this.#box = box;
    this.#clock = clock;
    this.#log = log;
  }

  static async create(options: ApiKeysOptions): Promise<ApiKeys> {
    const store = new ApiKeysStore(options.db);
    return new ApiKeys(options, store, await KeyRing.create({ ...options, store }));
  }

  close(): Promise<void> {
    return this.ring.close();
  }

  /** Only this answer contains the secret. Valid here at once, at other gateways within a second. */
  async create(input: ApiKeyInput, by: LiveKey): Promise<ApiKeyWithSecret> {
    assertWithin(input, by);
    const nowMs = this.#clock.now();
    if (input.expiresAt !== undefined && Date.parse(input.expiresAt) <= nowMs) {
      throw new AppError('time_in_past', 'expiresAt must be in the future.');
    }
    const id = createId('apiKey');
    const secret = `loge_sk_${createSecret()}`;
    const signs = input.scopes.includes('tokens');
    const row = await this.#store.insert(
      {
        id,
        name: input.name,
        scopes: input.scopes,
        origins: input.origins ?? null,
        sealedSecret: signs ? this.#box.seal(secret, id) : null,
        secretDigest: signs ? null : digest(secret),
        createdAt: iso(nowMs),
        createdBy: by.apiKey,
        expiresAt: input.expiresAt ?? null,
      },
      LIMITS.apiKeys,
    );
    if (!row) throw new AppError('api_key_limit');
    await this.ring.handleChange();
    this.#log.info({ apiKey: id, scopes: input.scopes, by: by.apiKey }, 'api key created');
    return { ...toWire(row), secret };
  }

  async list(): Promise<ApiKey[]> {
    return (await this.#store.list(isoIn(this.#clock), LIMITS.listPageItems)).map(toWire);
  }

  /** Idempotent. */
  async revoke(id: string, by: LiveKey): Promise<ApiKey> {
    const row = await this.#store.revoke(id, isoIn(this.#clock));
    if (!row) throw new AppError('api_key_not_found');
    await this.ring.handleChange();
    this.#log.info({ apiKey: id, by: by.apiKey }, 'api key revoked');
    return toWire(row);
  }
}

/** A key cannot create one with more scopes, more origins or a longer life than its own. */
function assertWithin({ scopes, origins, expiresAt }: ApiKeyInput, by: LiveKey): void {
  const more = scopes.filter((each) => !by.scopes.includes(each));
  if (more.length > 0)
    throw new AppError('scope_missing', `A key without ${more.join(', ')} cannot create one that has it.`);
  if (by.origins !== null && !origins?.every((each) => by.origins?.includes(each))) {
    throw new AppError('forbidden', 'A key with origins can only create keys with some of these origins.');
  }
  const expiresAtMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
  if (expiresAtMs > by.expiresAtMs) {
    throw new AppError('forbidden', 'A key that expires cannot create one that expires later.');
  }
}

function toWire(row: ApiKeyRow): ApiKey {
  return {
    id: row.id as ApiKeyId,
    name: row.name,
    scopes: row.scopes,
    origins: row.origins,
    createdAt: iso(row.createdAt),
    createdBy: row.createdBy,
    expiresAt: isoOrNull(row.expiresAt),
    revokedAt: isoOrNull(row.revokedAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
  };
}
