import type { Database, Orm } from '../../platform/db/db.ts';
import { and, asc, eq, gte, inArray, isNotNull, isNull, lt, or, sql } from '../../platform/db/sql.ts';
import { alias } from '../../platform/db/tables.ts';
import { pictureUses } from '../../platform/pictures/pictures.schema.ts';
import type { CreatorInput } from '../../protocol/accounts/accounts.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import { creators } from '../accounts.schema.ts';
import { roles } from '../roles/roles.schema.ts';
import { handles, personAddresses, persons } from './people.schema.ts';

interface NewPerson {
  id: string;
  name: string | null;
  language: Language;
  at: string;
}

export interface PersonRow {
  id: string;
  name: string | null;
  language: Language;
  about: string;
  createdAt: string;
  closedAt: string | null;
  handle: string | null;
  /** Null unless they are a creator, or have asked to be one. */
  creatorRequestedAt: string | null;
  /** Null unless they are a creator. */
  creatorSince: string | null;
}

export interface CreatorRow {
  identity: string;
  name: string;
  handle: string;
  about: string;
}

/** People per search. */
const FOUND_MAX = 20;

export class PeopleStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async find(id: string, tx?: Orm): Promise<PersonRow | undefined> {
    const [row] = await this.#select(tx).where(eq(persons.id, id));
    return row;
  }

  search({ id, address, foldedStart }: { id: string; address?: string | undefined; foldedStart: string }) {
    const byAddress = this.#orm
      .select({ id: personAddresses.person })
      .from(personAddresses)
      .where(eq(personAddresses.address, address ?? ''));
    return this.#select()
      .where(
        or(
          eq(persons.id, id),
          inArray(persons.id, byAddress),
          foldedStart === '' || address !== undefined ? undefined : sql`starts_with(${handles.folded}, ${foldedStart})`,
        ),
      )
      .orderBy(asc(persons.createdAt), asc(persons.id))
      .limit(FOUND_MAX);
  }

  #select(tx: Orm = this.#orm) {
    return tx
      .select({
        id: persons.id,
        name: persons.name,
        language: persons.language,
        about: persons.about,
        createdAt: persons.createdAt,
        closedAt: persons.closedAt,
        handle: handles.handle,
        creatorRequestedAt: roles.requestedAt,
        creatorSince: roles.givenAt,
      })
      .from(persons)
      .leftJoin(handles, and(eq(handles.person, persons.id), isNull(handles.freedAt)))
      .leftJoin(roles, and(eq(roles.person, persons.id), eq(roles.role, 'creator'), isNull(roles.endedAt)))
      .$dynamic();
  }

  /** Who has a handle of this form, or has given it up after `restedSince`, if they are a creator. */
  async findCreator(folded: string, restedSince: string): Promise<CreatorRow | undefined> {
    const current = alias(handles, 'current');
    const [row] = await this.#orm
      .select({ identity: persons.id, name: creators.name, handle: current.handle, about: persons.about })
      .from(handles)
      .innerJoin(current, and(eq(current.person, handles.person), isNull(current.freedAt)))
      .innerJoin(persons, eq(persons.id, handles.person))
      .innerJoin(creators, eq(creators.identity, handles.person))
      .innerJoin(roles, and(eq(roles.person, handles.person), eq(roles.role, 'creator'), isNull(roles.endedAt)))
      .where(
        and(
          eq(handles.folded, folded),
          or(isNull(handles.freedAt), gte(handles.freedAt, restedSince)),
          isNotNull(roles.givenAt),
        ),
      );
    return row;
  }

  /** People of the house and creators of embedders, with their handle and the hash of their picture. */
  async findCards(identities: string[]) {
    if (identities.length === 0) return [];
    const identity = sql<string>`wanted.identity`;
    const name = sql<string>`coalesce(${creators.name}, ${persons.name})`;
    return this.#orm
      .select({ identity: identity.as('identity'), name, handle: handles.handle, hash: pictureUses.hash })
      .from(sql`unnest(${sql.param(identities)}::text[]) as wanted (identity)`)
      .leftJoin(persons, eq(persons.id, identity))
      .leftJoin(creators, eq(creators.identity, identity))
      .leftJoin(handles, and(eq(handles.person, identity), isNull(handles.freedAt)))
      .leftJoin(pictureUses, and(eq(pictureUses.use, 'portrait'), eq(pictureUses.subject, identity)))
      .where(isNotNull(name));
  }

  async findNames(ids: string[]): Promise<{ id: string; name: string | null }[]> {
    if (ids.length === 0) return [];
    return this.#orm.select({ id: persons.id, name: persons.name }).from(persons).where(inArray(persons.id, ids));
  }

  async hasAddress(address: string, tx: Orm): Promise<boolean> {
    return (await tx.$count(personAddresses, eq(personAddresses.address, address))) > 0;
  }

  async addressesOf(person: string): Promise<string[]> {
    const rows = await this.#orm
      .select({ address: personAddresses.address })
      .from(personAddresses)
      .where(eq(personAddresses.person, person))
      .orderBy(personAddresses.confirmedAt);
    return rows.map(({ address }) => address);
  }

  /** The first address of each of these people. */
  async contactsOf(ids: string[]): Promise<Map<string, { address: string; language: Language }>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#orm
      .selectDistinctOn([persons.id], {
        id: persons.id,
        language: persons.language,
        address: personAddresses.address,
      })
      .from(persons)
      .innerJoin(personAddresses, eq(personAddresses.person, persons.id))
      .where(inArray(persons.id, ids))
      .orderBy(persons.id, personAddresses.confirmedAt);
    return new Map(rows.map(({ id, ...contact }) => [id, contact]));
  }

  /** Idempotent. */
  async insert(tx: Orm, { at, ...person }: NewPerson): Promise<void> {
    await tx
      .insert(persons)
      .values({ ...person, createdAt: at })
      .onConflictDoNothing();
  }

  /**
   * Gives a free address to the person; the person who has it otherwise. Locks the address: a change of it, or an
   * erasure, waits for the session that is opened in this transaction, and ends it too.
   */
  async claimAddress(tx: Orm, given: { address: string; person: string; at: string }): Promise<string> {
    const [claimed] = await tx
      .insert(personAddresses)
      .values({ address: given.address, person: given.person, confirmedAt: given.at })
      .onConflictDoUpdate({ target: personAddresses.address, set: { address: given.address } })
      .returning({ person: personAddresses.person });
    return claimed?.person ?? given.person;
  }

  /** The name on the creator's rooms follows. */
  async update(tx: Orm, id: string, change: { name?: string; language?: Language; about?: string }): Promise<void> {
    if (Object.keys(change).length > 0) await tx.update(persons).set(change).where(eq(persons.id, id));
    if (change.name !== undefined) {
      await tx.update(creators).set({ name: change.name }).where(eq(creators.identity, id));
    }
  }

  /** Serialises changes of one person's handle, addresses, sign-ins and invitations with each other and an erasure. */
  async lock(tx: Orm, id: string): Promise<{ language: Language } | undefined> {
    const [row] = await tx.select({ language: persons.language }).from(persons).where(eq(persons.id, id)).for('update');
    return row;
  }

  async freeHandle(tx: Orm, person: string, at: string): Promise<void> {
    await tx
      .update(handles)
      .set({ freedAt: at })
      .where(and(eq(handles.person, person), isNull(handles.freedAt)));
  }

  /** How many handles the person keeps from others: the one in use, and those that rest. */
  async countHandles(tx: Orm, person: string, restedSince: string): Promise<number> {
    return tx.$count(
      handles,
      and(eq(handles.person, person), or(isNull(handles.freedAt), gte(handles.freedAt, restedSince))),
    );
  }

  /** False if another person has it, or gave it up after `restedSince`. */
  async takeHandle(
    tx: Orm,
    { folded, handle, person, restedSince }: { folded: string; handle: string; person: string; restedSince: string },
  ): Promise<boolean> {
    const taken = await tx
      .insert(handles)
      .values({ folded, handle, person })
      .onConflictDoUpdate({
        target: handles.folded,
        set: { handle, person, freedAt: null },
        setWhere: or(eq(handles.person, person), lt(handles.freedAt, restedSince)),
      })
      .returning({ folded: handles.folded });
    return taken.length > 0;
  }

  /** Whose they were is forgotten with them, also of people who closed their account. */
  async deleteRestedHandles(restedSince: string): Promise<void> {
    await this.#orm.delete(handles).where(lt(handles.freedAt, restedSince));
  }

  async insertCreator(tx: Orm, creator: CreatorInput, at: string): Promise<void> {
    await tx.insert(creators).values(creator).onConflictDoNothing();
    await tx
      .update(persons)
      .set({ adultDeclaredAt: sql`coalesce(adult_declared_at, ${at})`, termsAcceptedAt: at })
      .where(eq(persons.id, creator.identity));
  }
}
