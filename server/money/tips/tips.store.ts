import { iso } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, isNotNull, ne, type SQL, sql } from '../../platform/db/sql.ts';
import type { RoomId, TipId } from '../../protocol/ids.ts';
import type { Tip } from '../../protocol/money/money.ts';
import { execute, IS_FROZEN, takenBack } from '../ledger/ledger.store.ts';
import { cardTips, tips } from './tips.schema.ts';

export type TipRow = typeof tips.$inferSelect;

type Said = Pick<TipRow, 'amountMinor' | 'message' | 'menuItem' | 'anonymous'>;
export type CardTipRow = typeof cardTips.$inferSelect;
export const ONE_CARD_TIP_A_KEY = 'card_tips_idempotency';

export class TipsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async find(id: string, tx: Orm = this.#orm): Promise<TipRow | undefined> {
    const [row] = await tx.select().from(tips).where(eq(tips.id, id));
    return row;
  }

  /** What stands of a person's tips in a room. */
  async sumOf(room: string, identity: string): Promise<{ count: number; amountMinor: number }> {
    const own = standingTips(sql`t.room = ${room} and t.identity = ${identity}`);
    const { rows } = await execute<Record<'count' | 'amount', string>>(
      this.#orm,
      sql`select count(*) as count, coalesce(sum(left_minor), 0) as amount from ${own} t`,
    );
    const [row] = rows;
    return { count: Number(row?.count ?? 0), amountMinor: Number(row?.amount ?? 0) };
  }

  /** What it asked for, if anything, is undone. */
  async endRequest(tx: Orm, id: string): Promise<void> {
    await tx
      .update(tips)
      .set({ request: 'undone' })
      .where(and(eq(tips.id, id), isNotNull(tips.request)));
  }

  /** The open requests of a room, oldest first. */
  listRequests(room: string, limit: number): Promise<TipRow[]> {
    return this.#orm
      .select()
      .from(tips)
      .where(and(eq(tips.room, room), eq(tips.request, 'open')))
      .orderBy(asc(tips.sentAt), asc(tips.id))
      .limit(limit);
  }

  /** False if it was not open. */
  async markDone(tx: Orm, id: string): Promise<boolean> {
    const done = await tx
      .update(tips)
      .set({ request: 'done' })
      .where(and(eq(tips.id, id), eq(tips.request, 'open')))
      .returning({ id: tips.id });
    return done.length > 0;
  }

  async insertCardTip(tx: Orm, row: Omit<CardTipRow, 'status'>): Promise<void> {
    await tx.insert(cardTips).values({ ...row, status: 'pending' });
  }

  async findCardTip(id: string): Promise<CardTipRow | undefined> {
    const [row] = await this.#orm.select().from(cardTips).where(eq(cardTips.id, id));
    return row;
  }

  async findCardTipByKey(
    key: Pick<CardTipRow, 'room' | 'identity' | 'idempotencyKey'>,
  ): Promise<CardTipRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(cardTips)
      .where(
        and(
          eq(cardTips.room, key.room),
          eq(cardTips.identity, key.identity),
          eq(cardTips.idempotencyKey, key.idempotencyKey),
        ),
      );
    return row;
  }

  /** The booked tip with this key, from the wallet or by card. */
  async findByKey(key: Pick<CardTipRow, 'room' | 'identity' | 'idempotencyKey'>): Promise<{ id: string } | undefined> {
    const [row] = await this.#orm
      .select({ id: tips.id })
      .from(tips)
      .where(
        and(eq(tips.room, key.room), eq(tips.identity, key.identity), eq(tips.idempotencyKey, key.idempotencyKey)),
      );
    return row;
  }

  /** Also settles an expired one, whose payment arrived late. The tip gets the same id. */
  async settleCardTip(tx: Orm, tip: TipRow): Promise<void> {
    await tx.update(cardTips).set({ status: 'settled' }).where(eq(cardTips.id, tip.id));
    await tx.insert(tips).values(tip);
  }

  /** Returns its room; undefined when it was settled. */
  async markCardTipExpired(tx: Orm, id: string): Promise<string | undefined> {
    const [row] = await tx
      .update(cardTips)
      .set({ status: 'expired' })
      .where(and(eq(cardTips.id, id), ne(cardTips.status, 'settled')))
      .returning({ room: cardTips.room });
    return row?.room;
  }
}

/**
 * Payments `t` of tips of which something stands by the ledger, with it as `left_minor`: what neither went back, nor
 * was lost in a dispute, nor is disputed now.
 */
export function standingTips(isCounted: SQL): SQL {
  return sql`(select t.*, t.amount_minor - coalesce(gone.amount_minor, 0) as left_minor from payments t
    left join (
      select t.id, sum(back.amount_minor) as amount_minor from payments t
      join ledger_transactions x on x.kind = 'tip' and x.source_type = 'tip' and x.source_id = t.id
      join (
        select r.reverses_id as sale, ${takenBack()} as amount_minor from ledger_transactions r
          join ledger_entries e on e.transaction = r.id and e.amount_minor > 0
          where r.reverses_id is not null
        union all select f.transaction, f.amount_minor from dispute_freezes f where ${IS_FROZEN}
      ) back on back.sale = x.id
      where t.kind = 'tip' and ${isCounted} group by t.id
    ) gone on gone.id = t.id
    where t.kind = 'tip' and ${isCounted} and t.amount_minor > coalesce(gone.amount_minor, 0))`;
}

/** Whether both say the same, apart from who sent them when. */
export function isSameTip(a: Said, b: Said): boolean {
  return (['amountMinor', 'message', 'menuItem', 'anonymous'] as const).every((name) => a[name] === b[name]);
}

export function toTip(row: TipRow): Tip {
  return {
    id: row.id as TipId,
    room: row.room as RoomId,
    from: { identity: row.identity, name: row.name, role: row.role },
    amountMinor: row.amountMinor,
    currency: row.currency,
    message: row.message,
    item: row.menuItem === null ? null : { id: row.menuItem, label: row.menuLabel ?? row.menuItem },
    ...(row.anonymous ? { anonymous: true } : {}),
    sentAt: iso(row.sentAt),
  };
}
