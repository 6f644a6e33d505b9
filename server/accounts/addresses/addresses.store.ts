import type { Database, Orm } from '../../platform/db/db.ts';
import { and, desc, eq, gt, gte, isNotNull, isNull, lt, lte, ne, or, type SQL, sql } from '../../platform/db/sql.ts';
import { personAddresses } from '../people/people.schema.ts';
import { addressChanges } from './addresses.schema.ts';

export type AddressChangeRow = typeof addressChanges.$inferSelect;
export type Side = 'old' | 'new';

interface End {
  at: string;
  because: NonNullable<AddressChangeRow['endedBecause']>;
}

export class AddressesStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  async insert(tx: Orm, row: typeof addressChanges.$inferInsert): Promise<void> {
    await tx.insert(addressChanges).values(row);
  }

  /** How many of a person began since then. */
  async countSince(tx: Orm, person: string, since: string): Promise<number> {
    return tx.$count(addressChanges, and(eq(addressChanges.person, person), gte(addressChanges.createdAt, since)));
  }

  async findOpenOf(person: string, at: string): Promise<AddressChangeRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(addressChanges)
      .where(and(eq(addressChanges.person, person), isOpen(at)));
    return row;
  }

  /** Recoveries that wait, and those of the last days, newest first. */
  listRecoveries(since: string): Promise<AddressChangeRow[]> {
    return this.#orm
      .select()
      .from(addressChanges)
      .where(and(eq(addressChanges.kind, 'recovery'), gte(addressChanges.createdAt, since)))
      .orderBy(desc(addressChanges.createdAt));
  }

  /** The change that a link of its letters is about, whatever became of it. */
  async findByLink(digest: string, tx: Orm = this.#orm): Promise<AddressChangeRow | undefined> {
    const { oldDigest, newDigest, objectionDigest, lateObjectionDigest } = addressChanges;
    const links = [oldDigest, newDigest, objectionDigest, lateObjectionDigest];
    const [row] = await tx
      .select()
      .from(addressChanges)
      .where(or(...links.map((link) => eq(link, digest))))
      .for('update');
    return row;
  }

  async confirm(tx: Orm, id: string, side: Side, at: string): Promise<void> {
    const column = side === 'old' ? addressChanges.oldConfirmedAt : addressChanges.newConfirmedAt;
    const set = side === 'old' ? { oldConfirmedAt: at } : { newConfirmedAt: at };
    await tx
      .update(addressChanges)
      .set(set)
      .where(and(eq(addressChanges.id, id), isNull(column)));
  }

  /** Changes that have all that they need. */
  listReady(at: string): Promise<Pick<AddressChangeRow, 'id' | 'person'>[]> {
    const { id, person } = addressChanges;
    return this.#orm.select({ id, person }).from(addressChanges).where(isReady(at));
  }

  /** Marks it as done, once, if it has all that it needs. */
  async finish(
    tx: Orm,
    { id, at, lateObjectionDigest }: { id: string; at: string; lateObjectionDigest: string },
  ): Promise<AddressChangeRow | undefined> {
    const [row] = await tx
      .update(addressChanges)
      .set({ doneAt: at, lateObjectionDigest })
      .where(and(eq(addressChanges.id, id), isReady(at)))
      .returning();
    return row;
  }

  async end(tx: Orm, id: string, end: End): Promise<void> {
    await this.#end(tx, eq(addressChanges.id, id), end);
  }

  async endOpenOf(tx: Orm, person: string, end: End): Promise<void> {
    await this.#end(tx, and(eq(addressChanges.person, person), isOpen(end.at)), end);
  }

  /** This change and all later ones of its person, done or not. */
  async endFrom(tx: Orm, { person, createdAt }: AddressChangeRow, end: End): Promise<void> {
    await this.#end(tx, and(eq(addressChanges.person, person), gte(addressChanges.createdAt, createdAt)), end);
  }

  /** All other changes of its person, done or not. */
  async endOthers(tx: Orm, { person, id }: AddressChangeRow, end: End): Promise<void> {
    await this.#end(tx, and(eq(addressChanges.person, person), ne(addressChanges.id, id)), end);
  }

  async #end(tx: Orm, which: SQL | undefined, { at, because }: End): Promise<void> {
    await tx
      .update(addressChanges)
      .set({ endedAt: at, endedBecause: because })
      .where(and(which, isNull(addressChanges.endedAt)));
  }

  async deleteOld(before: string): Promise<void> {
    await this.#orm.delete(addressChanges).where(lt(addressChanges.expiresAt, before));
  }

  async ownerOf(address: string, tx: Orm = this.#orm): Promise<string | undefined> {
    const [row] = await tx
      .select({ person: personAddresses.person })
      .from(personAddresses)
      .where(eq(personAddresses.address, address));
    return row?.person;
  }

  /** What the address has been changed to since then; undone changes do not count. */
  async findChangeFrom(address: string, since: string): Promise<{ newAddress: string; doneAt: string } | undefined> {
    const { oldAddress, newAddress, doneAt, endedAt } = addressChanges;
    const [row] = await this.#orm
      .select({ newAddress, doneAt })
      .from(addressChanges)
      .where(and(eq(oldAddress, address), ne(newAddress, address), gte(doneAt, since), isNull(endedAt)))
      .orderBy(doneAt)
      .limit(1);
    return row && row.doneAt !== null ? { newAddress: row.newAddress, doneAt: row.doneAt } : undefined;
  }

  /** What the person has unsubscribed from goes with them. False if another person has the new address. */
  async replaceAddress(
    tx: Orm,
    { person, from, to, at }: { person: string; from: string; to: string; at: string },
  ): Promise<boolean> {
    if (!(await this.#claim(tx, { person, address: to, at }))) return false;
    await tx.execute(sql`insert into mail_opt_outs (address, topic, at)
      select ${to}, topic, at from mail_opt_outs where address = ${from} on conflict do nothing`);
    await tx.delete(personAddresses).where(and(eq(personAddresses.person, person), eq(personAddresses.address, from)));
    return true;
  }

  /** False if another person has the address by now. */
  async takeBack(tx: Orm, { person, address, at }: { person: string; address: string; at: string }): Promise<boolean> {
    if (!(await this.#claim(tx, { person, address, at }))) return false;
    await tx
      .delete(personAddresses)
      .where(and(eq(personAddresses.person, person), ne(personAddresses.address, address)));
    return true;
  }

  async #claim(tx: Orm, { person, address, at }: { person: string; address: string; at: string }): Promise<boolean> {
    const claimed = await tx
      .insert(personAddresses)
      .values({ address, person, confirmedAt: at })
      .onConflictDoUpdate({
        target: personAddresses.address,
        set: { confirmedAt: at },
        setWhere: eq(personAddresses.person, person),
      })
      .returning({ address: personAddresses.address });
    return claimed.length > 0;
  }
}

function isOpen(at: string): SQL | undefined {
  return and(isNull(addressChanges.doneAt), isNull(addressChanges.endedAt), gt(addressChanges.expiresAt, at));
}

function isReady(at: string): SQL | undefined {
  const { kind, oldConfirmedAt, newConfirmedAt, dueAt } = addressChanges;
  const isAgreed = or(isNotNull(oldConfirmedAt), eq(kind, sql`'recovery'`));
  return and(isOpen(at), isNotNull(newConfirmedAt), isAgreed, lte(dueAt, at));
}
