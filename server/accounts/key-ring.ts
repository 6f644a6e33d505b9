/**
 * The live API keys in memory, so that requests do not read the database: those of the environment, and those of the
 * database as of the last second. Changes arrive over the bus, and a periodic read finds what the bus has lost. While
 * the database does not answer, the last known keys stay valid. Used by `Tokens` and the gateway; `api-keys.ts` changes
 * keys.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Bus } from '../platform/bus.ts';
import { type Clock, iso, isoIn } from '../platform/clock.ts';
import { limited } from '../platform/db/read-timing.ts';
import { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import type { Log } from '../platform/log.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import type { Scope } from '../protocol/keys.ts';
import type { ApiKeyRow, ApiKeysStore } from './api-keys.store.ts';
import { digest } from './secrets.ts';

/** How long a revoked key stays valid at most, at a gateway that the bus does not reach. */
const REFRESH_MS = 1_000;
/** Resolution of the time of last use. */
const USE_NOTED_MS = 60_000;
const BUS_TOPIC = 'keys';
/** Compared for unknown keys, so that the answer takes the same time. */
const NO_DIGEST = digestOf('');

export interface LiveKey {
  /** The key's id: user name of HTTP Basic, and `iss` of its tokens. */
  apiKey: string;
  scopes: readonly Scope[];
  /** Origins whose pages may use its tokens; null for all allowed origins. */
  origins: readonly string[] | null;
  expiresAtMs: number;
}

/** A key of the environment. Its first secret signs. */
export interface BuiltInKey {
  id: string;
  secrets: readonly string[];
  scopes: readonly Scope[];
}

interface Entry extends LiveKey {
  digests: readonly Buffer[];
  /** Secrets for its tokens, the current one first; empty without the scope `tokens`. */
  signingSecrets: readonly string[];
  usedAtMs: number;
  useNotedAtMs: number;
}

export class KeyRing {
  readonly #store: ApiKeysStore;
  readonly #box: SecretBox;
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #builtIn: ReadonlyMap<string, Entry>;
  #kept = new Map<string, Entry>();
  readonly #listeners = new Set<(ended: ReadonlySet<string>) => void>();
  readonly #job: PeriodicJob;
  readonly #unsubscribe: (() => void)[];

  private constructor(options: KeyRingOptions) {
    this.#store = options.store;
    this.#box = options.box;
    this.#clock = options.clock;
    this.#bus = options.bus;
    this.#log = options.log;
    this.#builtIn = new Map(options.builtIn.map((key) => [key.id, toBuiltInEntry(key)]));
    this.#job = new PeriodicJob({
      name: 'refresh api keys',
      everyMs: REFRESH_MS,
      log: options.log,
      waitsForClock: false,
      run: async () => {
        await this.#refresh();
        await this.#noteUses();
      },
    });
    const wake = () => this.#job.wake();
    this.#unsubscribe = [options.bus.subscribe(BUS_TOPIC, wake), options.bus.onRestored(wake)];
  }

  /** Resolves once the keys are loaded. */
  static async create(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options);
    await ring.#refresh();
    ring.#job.start();
    return ring;
  }

  isLive(id: string): boolean {
    return this.#find(id) !== undefined;
  }

  /** The key with this id and secret. */
  authenticate(id: string, secret: string): LiveKey | undefined {
    const entry = this.#find(id);
    const given = digestOf(secret);
    let isRight = false;
    for (const known of entry?.digests ?? [NO_DIGEST]) {
      if (timingSafeEqual(given, known)) isRight = true;
    }
    if (!entry || !isRight) return undefined;
    entry.usedAtMs = this.#clock.now();
    return entry;
  }

  /** The key whose tokens are signed with `secrets`; undefined if it is not live or may not create tokens. */
  findIssuer(id: string): { key: LiveKey; secrets: readonly string[] } | undefined {
    const entry = this.#find(id);
    if (!entry || entry.signingSecrets.length === 0) return undefined;
    return { key: entry, secrets: entry.signingSecrets };
  }

  noteUse(id: string): void {
    const entry = this.#find(id);
    if (entry) entry.usedAtMs = this.#clock.now();
  }

  /** Whether tokens of a live key are valid on the origin. */
  hasOrigin(origin: string): boolean {
    return this.#kept
      .values()
      .some(
        (entry) =>
          this.#isCurrent(entry) && entry.signingSecrets.length > 0 && entry.origins?.includes(origin) === true,
      );
  }

  /** Calls `listener` with the ids of revoked or expired keys. */
  onEnded(listener: (ended: ReadonlySet<string>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Keys have changed: reads them here and notifies other gateways. */
  async handleChange(): Promise<void> {
    this.#bus.publish(BUS_TOPIC, {});
    this.#job.wake();
    await this.#job.idle();
  }

  async close(): Promise<void> {
    for (const end of this.#unsubscribe) end();
    await this.#job.close();
  }

  #find(id: string): Entry | undefined {
    const entry = this.#builtIn.get(id) ?? this.#kept.get(id);
    return entry && this.#isCurrent(entry) ? entry : undefined;
  }

  #isCurrent({ expiresAtMs }: Entry): boolean {
    return expiresAtMs > this.#clock.now();
  }

  async #refresh(): Promise<void> {
    const rows = await limited(this.#store.listLive(isoIn(this.#clock)));
    const before = this.#kept;
    this.#kept = new Map(rows.flatMap((row) => this.#toEntry(row, before.get(row.id)) ?? []));
    const ended = new Set([...before.keys()].filter((id) => !this.#kept.has(id)));
    if (ended.size === 0) return;
    for (const listener of this.#listeners) listener(ended);
  }

  /** Only a key's last use and its end ever change. */
  #toEntry(row: ApiKeyRow, known: Entry | undefined): [[string, Entry]] | undefined {
    if (known) return [[row.id, known]];
    const secret = row.sealedSecret === null ? undefined : this.#box.open(row.sealedSecret, row.id);
    if (row.sealedSecret !== null && secret === undefined) {
      this.#log.error({ apiKey: row.id }, 'api key cannot be decrypted, check LOGE_ENCRYPTION_KEY');
      return undefined;
    }
    const entry: Entry = {
      apiKey: row.id,
      scopes: row.scopes,
      origins: row.origins,
      expiresAtMs: row.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(row.expiresAt),
      digests: [secret === undefined ? Buffer.from(row.secretDigest ?? '', 'hex') : digestOf(secret)],
      signingSecrets: secret === undefined ? [] : [secret],
      usedAtMs: 0,
      useNotedAtMs: 0,
    };
    return [[row.id, entry]];
  }

  async #noteUses(): Promise<void> {
    const used = [...this.#kept.values()].filter(
      ({ usedAtMs, useNotedAtMs }) => usedAtMs - useNotedAtMs >= USE_NOTED_MS,
    );
    if (used.length === 0) return;
    await this.#store.noteUses(used.map(({ apiKey: id, usedAtMs }) => ({ id, at: iso(usedAtMs) })));
    for (const entry of used) entry.useNotedAtMs = entry.usedAtMs;
  }
}

export interface KeyRingOptions {
  store: ApiKeysStore;
  box: SecretBox;
  clock: Clock;
  bus: Bus;
  log: Log;
  builtIn: readonly BuiltInKey[];
}

/** Equal lengths allow a constant-time comparison. */
function digestOf(secret: string): Buffer {
  return Buffer.from(digest(secret), 'hex');
}

function toBuiltInEntry({ id, secrets, scopes }: BuiltInKey): Entry {
  return {
    apiKey: id,
    scopes,
    origins: null,
    expiresAtMs: Number.POSITIVE_INFINITY,
    digests: secrets.map(digestOf),
    signingSecrets: scopes.includes('tokens') ? secrets : [],
    usedAtMs: 0,
    useNotedAtMs: 0,
  };
}
