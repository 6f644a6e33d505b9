import { roles } from '../accounts/roles/roles.schema.ts';
import type { Database, Orm } from '../platform/db/db.ts';
import { and, eq, isNotNull, isNull, or, type SQL } from '../platform/db/sql.ts';
import { tokenGrants } from './rooms.schema.ts';
import { NO_GRANT, type TokenGrant } from './token-statements.ts';

export type TokenGrantRow = typeof tokenGrants.$inferSelect;

export interface GrantHolder {
  room: string;
  identity: string;
  creator: string;
}

export class TokenGrantsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** A holder's row, locked until the transaction ends; inserted if missing. */
  async lock(tx: Orm, holder: GrantHolder): Promise<TokenGrant> {
    const { room, identity } = holder;
    await tx
      .insert(tokenGrants)
      .values({ ...holder, ...toColumns(NO_GRANT) })
      .onConflictDoNothing();
    const [row] = await tx.select().from(tokenGrants).where(isOf({ room, identity })).for('update');
    return row ? toGrant(row) : NO_GRANT;
  }

  async save(tx: Orm, holder: GrantHolder, grant: TokenGrant): Promise<void> {
    await tx.update(tokenGrants).set(toColumns(grant)).where(isOf(holder));
  }

  /** Whether a person moderates one room, or any of the creator's: by a token, or by a role. */
  async moderates(of: { creator: string; room?: string | undefined; identity: string }): Promise<boolean> {
    const conditions: SQL[] = [
      eq(tokenGrants.creator, of.creator),
      eq(tokenGrants.identity, of.identity),
      eq(tokenGrants.moderates, true),
    ];
    if (of.room !== undefined) conditions.push(eq(tokenGrants.room, of.room));
    const rows = await this.#orm
      .select({ room: tokenGrants.room })
      .from(tokenGrants)
      .where(and(...conditions))
      .limit(1);
    return rows.length > 0 || this.#hasRole(of);
  }

  async #hasRole({ creator, room, identity }: { creator: string; room?: string | undefined; identity: string }) {
    const conditions: (SQL | undefined)[] = [
      eq(roles.person, identity),
      eq(roles.role, 'moderator'),
      eq(roles.creator, creator),
      isNotNull(roles.givenAt),
      isNull(roles.endedAt),
    ];
    if (room !== undefined) conditions.push(or(isNull(roles.room), eq(roles.room, room)));
    return (await this.#orm.$count(roles, and(...conditions))) > 0;
  }
}

function isOf({ room, identity }: { room: string; identity: string }) {
  return and(eq(tokenGrants.room, room), eq(tokenGrants.identity, identity));
}

export function toGrant(row: Omit<TokenGrantRow, 'room' | 'identity' | 'creator'>): TokenGrant {
  const { role, moderates, ...rest } = row;
  return { rank: { role, moderates }, ...rest };
}

function toColumns({ rank, ...rest }: TokenGrant): Omit<TokenGrantRow, 'room' | 'identity' | 'creator'> {
  return { ...rank, ...rest };
}
