import { iso } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { eq } from '../../platform/db/sql.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { ChatHook } from '../../protocol/chat/chat-server.ts';
import { type Actor, insertActs } from '../moderation/acts.store.ts';
import { chatHooks } from '../moderation/moderation.schema.ts';

const HOUSE = 'house';
/** The owner to which the encrypted secret is bound. */
const OWNER = 'chat_hook';

/** The secret is undefined if its key is missing from LOGE_ENCRYPTION_KEY. */
export type HookRow = ChatHook & { secret: string | undefined };

const SAVE = `insert into chat_hooks (id, url, secret, timeout_ms, on_failure, created_at) values ($1, $2, $3, $4, $5, $6::timestamptz)
  on conflict (id) do update set url = excluded.url, secret = excluded.secret, timeout_ms = excluded.timeout_ms,
    on_failure = excluded.on_failure, created_at = excluded.created_at`;

export class HookStore {
  readonly #db: Database;

  readonly #box: SecretBox;

  constructor(db: Database, box: SecretBox) {
    this.#db = db;
    this.#box = box;
  }

  async find(): Promise<HookRow | undefined> {
    const [row] = await this.#db.orm.select().from(chatHooks).where(eq(chatHooks.id, HOUSE));
    return row && { ...row, secret: this.#box.open(row.secret, OWNER), createdAt: iso(row.createdAt) };
  }

  async save(hook: ChatHook & { secret: string }, actor: Actor): Promise<void> {
    await this.#db.bulkTransaction(async (run) => {
      const { url, secret, timeoutMs, onFailure, createdAt } = hook;
      await run(SAVE, [HOUSE, url, this.#box.seal(secret, OWNER), timeoutMs, onFailure, createdAt]);
      await insertActs(run, [{ at: createdAt, kind: 'hook', actor, details: { on: true, url, timeoutMs, onFailure } }]);
    });
  }

  /** False if there was none. */
  async delete(at: string, actor: Actor): Promise<boolean> {
    return this.#db.bulkTransaction(async (run) => {
      const deleted = await run('delete from chat_hooks where id = $1 returning id', [HOUSE]);
      if (deleted.length === 0) return false;
      await insertActs(run, [{ at, kind: 'hook', actor, details: { on: false } }]);
      return true;
    });
  }
}
