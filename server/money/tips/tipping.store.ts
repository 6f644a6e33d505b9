import type { Database, Orm } from '../../platform/db/db.ts';
import { and, eq, isNull, sql } from '../../platform/db/sql.ts';
import type { Id, RoomId } from '../../protocol/ids.ts';
import type { Goal, Leaderboard, TipMenuItem } from '../../protocol/money/tipping.ts';
import { execute } from '../ledger/ledger.store.ts';
import { goals, tipMenus } from './tips.schema.ts';
import { standingTips } from './tips.store.ts';

export class TippingStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async findMenu(room: RoomId): Promise<TipMenuItem[]> {
    const [row] = await this.#orm.select({ items: tipMenus.items }).from(tipMenus).where(eq(tipMenus.room, room));
    return row?.items ?? [];
  }

  async saveMenu(tx: Orm, row: typeof tipMenus.$inferInsert): Promise<void> {
    await tx
      .insert(tipMenus)
      .values(row)
      .onConflictDoUpdate({ target: tipMenus.room, set: { items: row.items, updatedAt: row.updatedAt } });
  }

  /** The open goal and what stands of the tips since it was set. */
  async findGoal(room: RoomId): Promise<Omit<Goal, 'currency'> | undefined> {
    const { rows } = await execute<{ id: string; title: string; target: string | number; reached: string | number }>(
      this.#orm,
      sql`select g.id, g.title, g.target_minor as target,
          (select coalesce(sum(t.left_minor), 0) from ${standingTips(sql`t.room = g.room and t.paid_at >= g.created_at`)} t) as reached
        from goals g where g.room = ${room} and g.closed_at is null`,
    );
    const row = rows[0];
    return (
      row && {
        id: row.id as Id<'goal'>,
        title: row.title,
        reachedMinor: Number(row.reached),
        targetMinor: Number(row.target),
      }
    );
  }

  async insertGoal(tx: Orm, row: typeof goals.$inferInsert): Promise<void> {
    await tx.insert(goals).values(row);
  }

  async closeGoals(tx: Orm, room: RoomId, closedAt: string): Promise<void> {
    await tx
      .update(goals)
      .set({ closedAt })
      .where(and(eq(goals.room, room), isNull(goals.closedAt)));
  }

  /** What stands of each fan's named tips, largest first; the name is that of the latest one. */
  async sumByFan(room: RoomId, limit: number): Promise<Leaderboard['entries']> {
    const { rows } = await execute<Record<'identity' | 'name' | 'amount' | 'count', string>>(
      this.#orm,
      sql`select s.identity, s.amount, s.count,
          (select name from tips where room = ${room} and identity = s.identity and not anonymous order by sent_at desc limit 1) as name
        from (select identity, sum(left_minor) as amount, count(*) as count, max(paid_at) as last_at
          from ${standingTips(sql`t.room = ${room}`)} t
          where not exists (select 1 from tips where tips.id = t.id and anonymous) group by identity) s
        order by s.amount desc, s.last_at, s.identity limit ${limit}`,
    );
    return rows.map((row, index) => ({
      rank: index + 1,
      identity: row.identity,
      name: row.name,
      amountMinor: Number(row.amount),
      tipCount: Number(row.count),
    }));
  }
}
