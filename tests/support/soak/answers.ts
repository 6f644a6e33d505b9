/**
 * Acknowledged results, which must survive any crash: answers of the server, and payments confirmed by the provider's
 * page.
 */

import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';

type AnsweredKind =
  | 'tip'
  | 'message'
  | 'ticket'
  | 'topup'
  | 'refund'
  | 'promotion'
  | 'membership'
  | 'private_session'
  | 'payout_batch'
  | 'evidence'
  | 'fee_policy'
  | 'ended_room'
  | 'undone_request'
  | 'paid_page';

interface Answered {
  kind: AnsweredKind;
  id: string;
}

/** Each statement selects the acknowledged ids that exist in the database. */
const SELECT_EXISTING: Record<AnsweredKind, string> = {
  tip: 'select id from tips',
  ticket: `select id from tickets where status in ('valid', 'refunded', 'disputed')`,
  topup: `select id from payments where kind = 'topup'`,
  refund: 'select id from refunds',
  message: `select id from chat_entries where kind = 'message'`,
  promotion: 'select id from promotions',
  membership: `select id from memberships where status not in ('pending', 'abandoned')`,
  private_session: `select id from private_sessions where status = 'ended'`,
  payout_batch: 'select id from payout_batches',
  evidence: 'select id from disputes where submitted_at is not null',
  fee_policy: 'select id from fee_policies',
  ended_room: 'select id from rooms where ended_at is not null',
  undone_request: `select t.id from tips t join payments p on p.id = t.id
    where p.refunded_at is not null and t.request = 'undone'`,
  paid_page: `select provider_session as id from checkouts where status = 'paid'
    union all select provider_session from memberships where status not in ('pending', 'abandoned')`,
};

export class Answers {
  readonly #answered = new Map<AnsweredKind, Set<string>>();
  /** The result of each idempotency key. */
  readonly #byKey = new Map<string, string>();
  /** Requests that were applied twice. */
  readonly doubled: string[] = [];

  note(kind: AnsweredKind, id: string): void {
    const known = this.#answered.get(kind) ?? new Set();
    this.#answered.set(kind, known.add(id));
  }

  /** Records the result of an idempotency key, which must be the same at every answer. */
  noteOnce(kind: AnsweredKind, key: string, id: string): void {
    this.note(kind, id);
    this.compare(key, id);
  }

  /** Compares the result of a key with an earlier one, answered or not. */
  compare(key: string, id: string): void {
    const earlier = this.#byKey.get(key);
    if (earlier !== undefined && earlier !== id) this.doubled.push(`the key ${key} has made ${earlier} and ${id}`);
    this.#byKey.set(key, id);
  }

  idsOf(kind: AnsweredKind): ReadonlySet<string> {
    return this.#answered.get(kind) ?? new Set();
  }

  get count(): number {
    return [...this.#answered.values()].reduce((sum, ids) => sum + ids.size, 0);
  }

  async findLost(db: Database): Promise<Answered[]> {
    const lost: Answered[] = [];
    for (const [kind, ids] of this.#answered) {
      const { rows } = (await db.orm.execute(sql.raw(SELECT_EXISTING[kind]))) as unknown as { rows: { id: string }[] };
      const there = new Set(rows.map(({ id }) => id));
      for (const id of ids) if (!there.has(id)) lost.push({ kind, id });
    }
    return lost;
  }
}
