import { type Database, type Orm, type Run, runQuery } from '../../platform/db/db.ts';
import { type AnyColumn, and, desc, inArray, isNull, or, type SQL, sql } from '../../platform/db/sql.ts';
import { rooms } from '../rooms.schema.ts';
import { kindsTaking, type Right } from './restriction-kinds.ts';
import { restrictions } from './restrictions.schema.ts';

export type RestrictionRow = typeof restrictions.$inferSelect;
export type NewRestriction = typeof restrictions.$inferInsert;
export type Lifted = Pick<RestrictionRow, 'kind' | 'identity' | 'room'>;

/** Restrictions that have this value in each of these columns, or one of these. */
export type Which = { [Name in keyof RestrictionRow]?: RestrictionRow[Name] | readonly RestrictionRow[Name][] } & {
  inForceAt?: string;
};

type Value = string | SQL | AnyColumn;

/** Who asks for a right: in a room, or in the house as such. */
export interface Asking {
  identity: Value;
  room?: { id: Value; creator: Value };
}

export interface PersonInRoom {
  identity: string;
  room: string;
  creator: string;
}

export class RestrictionsStore {
  readonly #orm: Orm;

  constructor(db: Database) {
    this.#orm = db.orm;
  }

  /** False if the decision's is there, lifted or not, or the same removal or freeze stands. */
  async insert(run: Run, row: NewRestriction): Promise<boolean> {
    const insert = this.#orm.insert(restrictions).values(row).onConflictDoNothing();
    return (await runQuery(run, insert.returning({ id: restrictions.id }))).length > 0;
  }

  /** Also those that have ended by themselves. */
  async lift(run: Run, which: Which, at: string): Promise<Lifted[]> {
    const { kind, identity, room, liftedAt } = restrictions;
    const lift = this.#orm.update(restrictions).set({ liftedAt: at });
    return runQuery(run, lift.where(and(areSuch(which), isNull(liftedAt))).returning({ kind, identity, room }));
  }

  async has(run: Run, which: Which): Promise<boolean> {
    const found = this.#orm.select({ id: restrictions.id }).from(restrictions).where(areSuch(which));
    return (await runQuery(run, found.limit(1))).length > 0;
  }

  /** Newest first; `after` is the last one of the page before. */
  list(which: Which, { after, limit }: { after?: string | undefined; limit: number }): Promise<RestrictionRow[]> {
    const isBehind =
      after === undefined
        ? undefined
        : sql`(${restrictions.createdAt}, ${restrictions.id}) <
            (select last.created_at, last.id from restrictions last where last.id = ${after})`;
    return this.#orm
      .select()
      .from(restrictions)
      .where(and(areSuch(which), isBehind))
      .orderBy(desc(restrictions.createdAt), desc(restrictions.id))
      .limit(limit);
  }

  /**
   * What takes a right from each of these people, strictest first. Each may have ended by itself, for a caller that
   * remembers those to come to an end.
   */
  async findTaking(right: Right, people: PersonInRoom[]): Promise<RestrictionRow[][]> {
    const [identities, ids] = [people.map(({ identity }) => identity), people.map(({ room }) => room)];
    const creators = people.map(({ creator }) => creator);
    const asked = sql`unnest(${sql.param(identities)}::text[], ${sql.param(ids)}::text[], ${sql.param(creators)}::text[])
      with ordinality as asked (identity, room, creator, number)`;
    const room = { id: sql`asked.room`, creator: sql`asked.creator` };
    const rows = await this.#orm
      .select({ number: sql`asked.number`.mapWith(Number), row: restrictions })
      .from(asked)
      .innerJoin(restrictions, taking(right, { identity: sql`asked.identity`, room }))
      .orderBy(STRICTEST_FIRST);
    return people.map((_, index) => rows.filter(({ number }) => number === index + 1).map(({ row }) => row));
  }

  async findStrictest(
    right: Right,
    { at, ...asking }: Asking & { at: string },
    tx: Orm = this.#orm,
  ): Promise<RestrictionRow | undefined> {
    const [row] = await tx
      .select()
      .from(restrictions)
      .where(taking(right, asking, at))
      .orderBy(STRICTEST_FIRST)
      .limit(1);
    return row;
  }
}

function areSuch({ inForceAt, ...columns }: Which): SQL | undefined {
  const equal = Object.entries(columns).map(([name, value]) =>
    isOneOf(restrictions[name as keyof RestrictionRow], [value].flat()),
  );
  return and(...equal, inForceAt === undefined ? undefined : isInForce(inForceAt));
}

function isInForce(at: string | SQL): SQL {
  const { liftedAt, until } = restrictions;
  return sql`${liftedAt} is null and (${until} is null or ${until} > ${at})`;
}

function isOneOf(column: AnyColumn, values: unknown[]): SQL | undefined {
  const known = values.filter((value) => value !== null);
  return or(values.includes(null) ? isNull(column) : undefined, inArray(column, known));
}

const isOfHouse = sql`${restrictions.room} is null and ${restrictions.creator} is null`;

/**
 * For a query: restrictions that take a right from a person, also those of everybody in the room; only what is in force
 * at `at`, if given. Every request asks, so it is composed of few parts.
 */
export function taking(right: Right, { identity, room }: Asking, at?: string | SQL): SQL {
  const { identity: whose, room: where, creator, kind, liftedAt } = restrictions;
  const kinds = sql.raw(`'${kindsTaking(right).join("', '")}'`);
  const isHere =
    room && sql`(${isOfHouse} or ${where} = ${room.id} or (${where} is null and ${creator} = ${room.creator}))`;
  const isTheirs = sql`${whose} = ${identity} and ${isHere ?? isOfHouse}`;
  const isTaken = room ? sql`(${isTheirs} or ${whose} is null and ${where} = ${room.id})` : isTheirs;
  return sql`${isTaken} and ${kind} in (${kinds}) and ${at === undefined ? sql`${liftedAt} is null` : isInForce(at)}`;
}

/**
 * In the whole house before others, then the longest: who is shown one end must not be restricted beyond it. Of equals
 * a ban before a time-out, those of moderators before those of the house, and the oldest.
 */
export const STRICTEST_FIRST = sql`(${isOfHouse}) desc, ${restrictions.until} desc nulls first, ${restrictions.kind},
  ${restrictions.byRole} = 'house', ${restrictions.createdAt}`;

/** For a query: whether a right is taken. */
export const isTaken = (...of: Parameters<typeof taking>): SQL =>
  sql`exists (select 1 from ${restrictions} where ${taking(...of)})`;

/** For a query of rooms: whether the house has closed the stage of one, or suspended its creator. */
export const stageIsClosed = (at: string): SQL => isTaken('publish', { identity: rooms.creator, room: rooms }, at);
