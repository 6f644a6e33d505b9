/** Records what tokens say, in order of issue: one row per holder, locked during the comparison. */
import type { Database, Orm } from '../platform/db/db.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Room } from '../protocol/rooms.ts';
import type { Entitlements } from './entitlements/entitlements.ts';
import { TokenGrantsStore } from './token-grants.store.ts';
import { addStatement, isSameRank, type TokenGrant, type TokenStatement } from './token-statements.ts';

export class TokenGrants {
  readonly #db: Database;
  readonly #store: TokenGrantsStore;
  readonly #outbox: Outbox;
  readonly #entitlements: Entitlements;

  constructor(options: { db: Database; outbox: Outbox; entitlements: Entitlements }) {
    this.#db = options.db;
    this.#store = new TokenGrantsStore(options.db);
    this.#outbox = options.outbox;
    this.#entitlements = options.entitlements;
  }

  moderates(of: { creator: string; room?: RoomId | undefined; identity: string }): Promise<boolean> {
    return this.#store.moderates(of);
  }

  /** Records a statement with its consequences; returns the second under which it was recorded. */
  async record(
    said: TokenStatement,
    { creator }: Room,
    issuedAt: (known: TokenGrant) => number = () => said.issuedAtSeconds,
  ): Promise<number> {
    const { room, identity } = said;
    const holder = { room, identity, creator: creator.identity };
    const issuedAtSeconds = await this.#db.transaction(async (tx) => {
      const known = await this.#store.lock(tx, holder);
      const statement = { ...said, issuedAtSeconds: issuedAt(known) };
      const grant = addStatement(known, statement);
      if (grant === known) return statement.issuedAtSeconds;
      await this.#store.save(tx, holder, grant);
      if (!isSameRank(grant.rank, known.rank)) {
        await this.#outbox.add(tx, { topic: 'rank.changed', room, identity, data: { ...grant.rank } });
      }
      if (grant.entitled !== known.entitled) await this.#setEntitled(tx, { room, identity }, grant.entitled === true);
      return statement.issuedAtSeconds;
    });
    this.#outbox.wake();
    return issuedAtSeconds;
  }

  /** One entitlement per identity and room, granted and revoked by tokens. */
  async #setEntitled(tx: Orm, holder: { room: RoomId; identity: string }, entitled: boolean): Promise<void> {
    const key = { source: 'embedder', sourceId: `${holder.room}/${holder.identity}` } as const;
    if (entitled) await this.#entitlements.restore(tx, { ...key, ...holder });
    else await this.#entitlements.revoke(tx, key, 'revoked');
  }
}
