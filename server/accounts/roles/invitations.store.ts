import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gt, gte, isNull, lt, or, type SQL } from '../../platform/db/sql.ts';
import { foldHandle } from '../people/handles.ts';
import { handles } from '../people/people.schema.ts';
import { moderatorInvitations as invitations } from './roles.schema.ts';

export type InvitationRow = typeof invitations.$inferSelect;

/** Which invitation: by its id, or by the digest of its link. */
export type InvitationKey = { id: string; person: string } | { linkDigest: string };

export class InvitationsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  countSince(tx: Orm, creator: string, since: string): Promise<number> {
    return tx.$count(invitations, and(eq(invitations.creator, creator), gte(invitations.createdAt, since)));
  }

  /** A creator's invitations to a person that are open, or that the person has declined. */
  listUnaccepted(
    tx: Orm,
    { creator, person, at }: { creator: string; person: string; at: string },
  ): Promise<InvitationRow[]> {
    const isUnaccepted = or(isOpen(at), eq(invitations.outcome, 'declined'));
    return tx
      .select()
      .from(invitations)
      .where(and(eq(invitations.creator, creator), eq(invitations.person, person), isUnaccepted));
  }

  async insert(tx: Orm, row: typeof invitations.$inferInsert): Promise<void> {
    await tx.insert(invitations).values(row);
  }

  listOpen(which: { creator: string } | { person: string }, at: string): Promise<InvitationRow[]> {
    const whose = 'creator' in which ? eq(invitations.creator, which.creator) : eq(invitations.person, which.person);
    return this.#orm
      .select()
      .from(invitations)
      .where(and(whose, isOpen(at)))
      .orderBy(asc(invitations.createdAt));
  }

  async findOpen(key: InvitationKey, at: string): Promise<InvitationRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(invitations)
      .where(and(matches(key), isOpen(at)));
    return row;
  }

  /** One statement, so that of concurrent answers one counts. */
  async answer(
    tx: Orm,
    key: InvitationKey,
    { person, outcome, at }: { person: string; outcome: 'accepted' | 'declined'; at: string },
  ): Promise<InvitationRow | undefined> {
    const [row] = await tx
      .update(invitations)
      .set({ person, outcome, endedAt: at })
      .where(and(matches(key), isOpen(at)))
      .returning();
    return row;
  }

  /** One invitation of a creator, those to one person, or all. */
  async withdraw(
    tx: Orm,
    { creator, id, person, at }: { creator: string; id?: string; person?: string; at: string },
  ): Promise<void> {
    const isIt = id === undefined ? undefined : eq(invitations.id, id);
    const isTheirs = person === undefined ? undefined : eq(invitations.person, person);
    await tx
      .update(invitations)
      .set({ outcome: 'withdrawn', endedAt: at })
      .where(and(isIt, isTheirs, eq(invitations.creator, creator), isNull(invitations.endedAt)));
  }

  /** The person with this handle. */
  async findByHandle(handle: string): Promise<string | undefined> {
    const [row] = await this.#orm
      .select({ person: handles.person })
      .from(handles)
      .where(and(eq(handles.folded, foldHandle(handle)), eq(handles.handle, handle), isNull(handles.freedAt)));
    return row?.person;
  }

  async deleteOld(before: string): Promise<void> {
    await this.#orm.delete(invitations).where(or(lt(invitations.endedAt, before), lt(invitations.expiresAt, before)));
  }
}

function matches(key: InvitationKey): SQL | undefined {
  return 'linkDigest' in key
    ? eq(invitations.linkDigest, key.linkDigest)
    : and(eq(invitations.id, key.id), eq(invitations.person, key.person), isNull(invitations.linkDigest));
}

function isOpen(at: string): SQL | undefined {
  return and(isNull(invitations.endedAt), gt(invitations.expiresAt, at));
}
