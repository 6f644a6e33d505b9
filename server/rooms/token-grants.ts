/** Records what tokens say, in order of issue: one row per holder, locked during the comparison. */
import type { Database, Orm } from '../platform/db/db.ts';
import type { Outbox } from '../platform/outbox/outbox.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Room } from '../protocol/rooms.ts';
import { TokenGrantsStore } from './token-grants.store.ts';
import { addStatement, isSameRank, type TokenGrant, type TokenStatement } from './token-statements.ts';

interface Holder {
  room: RoomId;
  identity: string;
}

export class TokenGrants {
  readonly #db: Database;
  readonly #store: TokenGrantsStore;
  readonly #outbox: Outbox;
  readonly #entitle: (tx: Orm, holder: Holder, entitled: boolean) => Promise<void>;

  constructor(options: {
    db: Database;
    outbox: Outbox;
    /** Grants or revokes the entitlement, in the transaction that records the statement. */
    entitle: (tx: Orm, holder: Holder, entitled: boolean) => Promise<void>;
  }) {
    this.#db = options.db;
    this.#store = new TokenGrantsStore(options.db);
    this.#outbox = options.outbox;
    this.#entitle = options.entitle;
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
      if (grant.entitled !== known.entitled) await this.#entitle(tx, holder, grant.entitled === true);
      return statement.issuedAtSeconds;
    });
    this.#outbox.wake();
    return issuedAtSeconds;
  }
}
