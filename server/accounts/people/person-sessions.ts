/**
 * Sessions of people on the site: a browser keeps a random secret, the database its digest. A session is looked up at
 * every request, so revoking it takes effect at once; a fact on the outbox closes the sockets that it opened. Called by
 * the gateway; knows nothing of cookies.
 */
import { type Clock, DAY_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { GatheredRead } from '../../platform/db/gathered-read.ts';
import { NEWCOMERS_REST_MS } from '../../platform/db/read-timing.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { TokenClaims } from '../../protocol/accounts/accounts.ts';
import type { PersonSession } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type PersonSessionId } from '../../protocol/ids.ts';
import { createSecret, digest } from '../secrets.ts';
import { type PersonSessionRow, PersonSessionsStore } from './person-sessions.store.ts';
import type { SessionProof, SignInMethod } from './session-strength.ts';

/** A session that is not used for this long ends. */
export const PERSON_SESSION_TTL_MS = 60 * DAY_MS;
/** Resolution of the time of last use. */
const USE_NOTED_MS = 5 * 60_000;
/** A copy of the cookie from a backup or a log is useless after this time. */
const SECRET_AGE_MS = DAY_MS;
/** Requests that were sent with the old secret arrive within this time. */
const OVERLAP_MS = 60_000;
/** How long ended sessions are kept. */
const KEPT_MS = 30 * DAY_MS;

interface Proof {
  method: SignInMethod;
  /** By default now. */
  provedAtMs?: number | undefined;
}

export class PersonSessions {
  readonly #store: PersonSessionsStore;
  readonly #db: Database;
  readonly #outbox: Pick<Outbox, 'add' | 'wake'>;
  readonly #clock: Clock;
  readonly #live: GatheredRead<string, boolean>;

  constructor({ db, outbox, clock }: { db: Database; outbox: Pick<Outbox, 'add' | 'wake'>; clock: Clock }) {
    this.#store = new PersonSessionsStore(db);
    this.#db = db;
    this.#outbox = outbox;
    this.#clock = clock;
    this.#live = new GatheredRead(
      async (ids) => {
        const live = await this.#store.findLiveIds(ids, isoIn(this.#clock));
        return ids.map((id) => live.has(id));
      },
      { restMs: NEWCOMERS_REST_MS },
    );
  }

  /** Opens a session; the secret is only in this answer. */
  async open(
    { id, person, device, method, provedAtMs }: { id?: PersonSessionId; person: string; device: string } & Proof,
    tx?: Orm,
  ): Promise<string> {
    const secret = createSecret();
    const at = isoIn(this.#clock);
    await this.#store.insert(tx, {
      id: id ?? createId('personSession'),
      person,
      method,
      secretDigest: digest(secret),
      secretIssuedAt: at,
      device,
      provedAt: provedAtMs === undefined ? at : iso(provedAtMs),
      createdAt: at,
      lastUsedAt: at,
      expiresAt: isoIn(this.#clock, PERSON_SESSION_TTL_MS),
    });
    return secret;
  }

  /**
   * Notes that the person proved who they are, under a new secret that is only in this answer. Its first use confirms
   * the session and ends the old secret, with every copy of it; if the answer is lost, the old one goes on unconfirmed.
   * Undefined if the session has ended. Its sockets stay.
   */
  async confirm(id: PersonSessionId, { method, provedAtMs }: Proof, tx: Orm): Promise<string | undefined> {
    const secret = createSecret();
    const at = isoIn(this.#clock);
    const nextProvedAt = provedAtMs === undefined ? at : iso(provedAtMs);
    const next = { nextDigest: digest(secret), nextMethod: method, nextProvedAt };
    return (await this.#store.confirm(tx, { id, at, ...next })) ? secret : undefined;
  }

  async find(secret: string): Promise<(SessionProof & { person: string }) | undefined> {
    const row = await this.#store.findLive(digest(secret), isoIn(this.#clock));
    if (!row) return undefined;
    const isNext = row.nextDigest === digest(secret);
    if (isNext && (row.nextMethod !== null || this.#ageMs(row.nextIssuedAt) >= OVERLAP_MS)) {
      await this.#store.promoteNext(row.id, digest(secret));
    }
    if (this.#ageMs(row.lastUsedAt) >= USE_NOTED_MS) {
      const at = isoIn(this.#clock);
      const expiresAt = isoIn(this.#clock, PERSON_SESSION_TTL_MS);
      await this.#store.noteUse(row.id, { at, expiresAt });
    }
    const { id, person } = row;
    const [method, provedAt] = isNext
      ? [row.nextMethod ?? row.method, row.nextProvedAt ?? row.provedAt]
      : [row.method, row.provedAt];
    return { id: id as PersonSessionId, person, method, provedAtMs: Date.parse(provedAt) };
  }

  /** A new secret for a session whose secret is a day old. */
  async renew(secret: string): Promise<string | undefined> {
    const row = await this.#store.findLive(digest(secret), isoIn(this.#clock));
    if (!row || row.secretDigest !== digest(secret) || this.#ageMs(row.secretIssuedAt) < SECRET_AGE_MS)
      return undefined;
    // Another tab gets the next secret at this moment, and shares the cookie.
    if (row.nextIssuedAt !== null && this.#ageMs(row.nextIssuedAt) < OVERLAP_MS) return undefined;
    const next = createSecret();
    return (await this.#store.issueNext(row, { digest: digest(next), at: isoIn(this.#clock) })) ? next : undefined;
  }

  async list(person: string, current: string | undefined): Promise<PersonSession[]> {
    const rows = await this.#store.listLive(person, isoIn(this.#clock));
    return rows.map((row) => toWire(row, current));
  }

  /** Idempotent; a session of somebody else is left alone. In the caller's transaction as `revokeAll`. */
  async revoke(person: string, id: string, tx?: Orm): Promise<void> {
    await this.#end(person, (inner) => this.#store.revoke(inner, { person, id, at: isoIn(this.#clock) }), tx);
  }

  /** Ends the session of this secret, if there is one. */
  async close(secret: string): Promise<void> {
    const row = await this.#store.findLive(digest(secret), isoIn(this.#clock));
    if (row) await this.revoke(row.person, row.id);
  }

  /** In the caller's transaction, after whose commit it calls `wake`; or in one of its own. */
  async revokeAll(person: string, tx?: Orm): Promise<void> {
    await this.#end(person, (inner) => this.#store.revokeAll(inner, { person, at: isoIn(this.#clock) }), tx);
  }

  wake(): void {
    this.#outbox.wake();
  }

  /** Throws `token_invalid` for a room token whose session has ended. Other tokens have none. */
  async assertLive({ logeSession }: Pick<TokenClaims, 'logeSession'>): Promise<void> {
    if (logeSession === undefined || (await this.#live.get(logeSession))) return;
    throw new AppError('token_invalid', 'The session that made this token has ended. Sign in again.');
  }

  async #end(person: string, revoke: (tx: Orm) => Promise<string[]>, given?: Orm): Promise<void> {
    const end = async (tx: Orm) => {
      const sessions = await revoke(tx);
      if (sessions.length === 0) return;
      await this.#outbox.add(tx, { topic: 'sessions.ended', identity: person, data: { sessions } });
    };
    if (given) return end(given);
    await this.#db.transaction(end);
    this.wake();
  }

  async prune(): Promise<void> {
    await this.#store.deleteEnded(isoIn(this.#clock, -KEPT_MS));
  }

  #ageMs(at: string | null): number {
    return at === null ? 0 : this.#clock.now() - Date.parse(at);
  }
}

function toWire(row: PersonSessionRow, current: string | undefined): PersonSession {
  return {
    id: row.id as PersonSessionId,
    device: row.device,
    createdAt: iso(row.createdAt),
    lastUsedAt: iso(row.lastUsedAt),
    isCurrent: row.id === current,
  };
}
