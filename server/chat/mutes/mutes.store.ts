import type { Database } from '../../platform/db/db.ts';
import { and, desc, eq, inArray } from '../../platform/db/sql.ts';
import type { MutedPerson } from '../../protocol/chat/chat-room.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { mutes } from './mutes.schema.ts';

/** Not from a tip: it may be anonymous. */
const INSERT = `insert into mutes (identity, muted, name, since)
  select $1, $2, coalesce((select name from chat_entries where identity = $2 and room = $3 and kind = 'message'
    order by seq desc limit 1), $2), $4::timestamptz
  where (select count(*) from mutes where identity = $1) < ${LIMITS.mutedPeople}
  on conflict (identity, muted) do nothing`;

export class MutesStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Of each of these people, the latest first. */
  async list(identities: string[]): Promise<MutedPerson[][]> {
    const rows = await this.#db.orm
      .select()
      .from(mutes)
      .where(inArray(mutes.identity, identities))
      .orderBy(desc(mutes.since), mutes.muted);
    const byPerson = Map.groupBy(rows, ({ identity }) => identity);
    return identities.map((identity) =>
      (byPerson.get(identity) ?? []).map(({ muted, name }) => ({ identity: muted, name })),
    );
  }

  /** Under the name by which they last wrote in the room. Nothing happens at the limit, or if they are muted already. */
  async insert(it: { identity: string; muted: string; room: string; at: string }): Promise<void> {
    await this.#db.bulk(INSERT, [it.identity, it.muted, it.room, it.at]);
  }

  async delete({ identity, muted }: { identity: string; muted: string }): Promise<void> {
    await this.#db.orm.delete(mutes).where(and(eq(mutes.identity, identity), eq(mutes.muted, muted)));
  }
}
