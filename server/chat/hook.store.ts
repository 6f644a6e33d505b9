import { eq } from 'drizzle-orm';
import type { Database } from '../platform/db.ts';
import type { ChatHook } from '../protocol/chat-server.ts';
import { type Actor, insertActs } from './acts.store.ts';
import { chatHooks } from './chat-moderation.schema.ts';

const HOUSE = 'house';

export type HookRow = ChatHook & { secret: string };

const SAVE = `insert into chat_hooks (id, url, secret, timeout_ms, on_failure, created_at) values ($1, $2, $3, $4, $5, $6::timestamptz)
  on conflict (id) do update set url = excluded.url, secret = excluded.secret, timeout_ms = excluded.timeout_ms,
    on_failure = excluded.on_failure, created_at = excluded.created_at`;

export class HookStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async find(): Promise<HookRow | undefined> {
    const [row] = await this.#db.orm.select().from(chatHooks).where(eq(chatHooks.id, HOUSE));
    return row && { ...row, createdAt: new Date(row.createdAt).toISOString() };
  }

  async save(hook: HookRow, actor: Actor): Promise<void> {
    await this.#db.bulkTransaction(async (run) => {
      const { url, secret, timeoutMs, onFailure, createdAt } = hook;
      await run(SAVE, [HOUSE, url, secret, timeoutMs, onFailure, createdAt]);
      await insertActs(run, [{ at: createdAt, kind: 'hook', actor, details: { on: true, url, timeoutMs, onFailure } }]);
    });
  }

  /** False when there was none. */
  async delete(at: string, actor: Actor): Promise<boolean> {
    return this.#db.bulkTransaction(async (run) => {
      const deleted = await run('delete from chat_hooks where id = $1 returning id', [HOUSE]);
      if (deleted.length === 0) return false;
      await insertActs(run, [{ at, kind: 'hook', actor, details: { on: false } }]);
      return true;
    });
  }
}
