/**
 * Operators' access to the desk in a house without accounts: the embedder's server requests a link for one of its
 * people, and the link opens one session, once. Called by the gateway; knows nothing of cookies or of the desk.
 */
import { type Clock, DAY_MS, HOUR_MS, isoIn, isoOrNull } from '../platform/clock.ts';
import type { Database } from '../platform/db/db.ts';
import { PeriodicJob } from '../platform/jobs/periodic-job.ts';
import type { Log } from '../platform/log.ts';
import { AppError } from '../protocol/errors.ts';
import { createId, type DeskSessionId } from '../protocol/ids.ts';
import type { DeskSession, DeskSessionInput } from '../protocol/money/desk.ts';
import { type DeskSessionRow, DeskSessionsStore } from './desk-sessions.store.ts';
import type { KeyRing } from './key-ring.ts';
import { createSecret, digest } from './secrets.ts';

const DESK_LINK_TTL_MS = 10 * 60_000;
export const DESK_SESSION_TTL_MS = 8 * HOUR_MS;
/** How long ended sessions stay listed; operators' acts are recorded forever. */
const DESK_SESSION_KEPT_MS = 90 * DAY_MS;
const PRUNE_MS = HOUR_MS;

interface DeskSessionsOptions {
  db: Database;
  clock: Clock;
  log: Log;
  operators: readonly string[];
  keys: Pick<KeyRing, 'isLive'>;
}

export class DeskSessions {
  readonly #store: DeskSessionsStore;
  readonly #clock: Clock;
  readonly #operators: readonly string[];
  readonly #keys: Pick<KeyRing, 'isLive'>;
  readonly #pruneJob: PeriodicJob;

  constructor({ db, clock, log, operators, keys }: DeskSessionsOptions) {
    this.#keys = keys;
    this.#store = new DeskSessionsStore(db);
    this.#clock = clock;
    this.#operators = operators;
    this.#pruneJob = new PeriodicJob({
      name: 'prune desk sessions',
      everyMs: PRUNE_MS,
      log,
      waitsForClock: clock,
      run: () => this.#store.deleteEnded(isoIn(this.#clock, -DESK_SESSION_KEPT_MS)),
    });
  }

  start(): void {
    this.#pruneJob.start();
  }

  close(): Promise<void> {
    return this.#pruneJob.close();
  }

  /**
   * Creates a link for an operator; only the caller gets its token. Link and session end with the API key `createdBy`,
   * so that revoking a stolen key closes what it opened.
   */
  async invite(
    { operator, name }: DeskSessionInput,
    createdBy: string,
  ): Promise<{ id: DeskSessionId; token: string; expiresAt: string }> {
    this.#assertOperator(operator);
    const id = createId('deskSession');
    const token = createSecret();
    const expiresAt = isoIn(this.#clock, DESK_LINK_TTL_MS);
    await this.#store.insert({
      id,
      operator,
      name,
      linkDigest: digest(token),
      createdAt: isoIn(this.#clock),
      createdBy,
      linkExpiresAt: expiresAt,
    });
    return { id, token, expiresAt };
  }

  /** The operator of an unopened link. Reading does not use it up, since mail programs prefetch links. */
  async findInvited(token: string): Promise<{ operator: string; name: string }> {
    const row = await this.#store.findUnopened(digest(token), isoIn(this.#clock));
    if (!row || !this.#keys.isLive(row.createdBy)) throw new AppError('desk_link_invalid');
    this.#assertOperator(row.operator);
    return { operator: row.operator, name: row.name };
  }

  /** Uses the link up. */
  async open(token: string): Promise<DeskSession> {
    await this.findInvited(token);
    const row = await this.#store.open(digest(token), {
      at: isoIn(this.#clock),
      expiresAt: isoIn(this.#clock, DESK_SESSION_TTL_MS),
    });
    if (!row) throw new AppError('desk_link_invalid');
    return toWire(row);
  }

  /** The operator of a valid session, if they still are one. */
  async authenticate(id: string): Promise<{ operator: string; name: string }> {
    const row = await this.#store.find(id);
    if (!row?.expiresAt || row.revokedAt || !this.#keys.isLive(row.createdBy))
      throw new AppError('token_invalid', 'This desk session was revoked.');
    if (Date.parse(row.expiresAt) <= this.#clock.now()) {
      throw new AppError('token_expired', 'This desk session has expired. Ask for a new link.');
    }
    this.#assertOperator(row.operator);
    return { operator: row.operator, name: row.name };
  }

  /** Ends a session, or withdraws an unopened link. */
  async revoke(id: string): Promise<DeskSession> {
    await this.#store.revoke(id, isoIn(this.#clock));
    const row = await this.#store.find(id);
    if (!row) throw new AppError('desk_session_not_found');
    return toWire(row);
  }

  #assertOperator(identity: string): void {
    if (!this.#operators.includes(identity)) {
      throw new AppError('forbidden', 'This identity is not among the operators (LOGE_OPERATORS).');
    }
  }
}

function toWire(row: DeskSessionRow): DeskSession {
  return {
    id: row.id as DeskSessionId,
    operator: row.operator,
    name: row.name,
    openedAt: isoOrNull(row.openedAt),
    expiresAt: isoOrNull(row.expiresAt),
    revokedAt: isoOrNull(row.revokedAt),
  };
}
