/**
 * Roles of the house's people as facts: who holds which, given by whom and when; the past stays. A fact on the outbox
 * reports each change. Called by the gateway and by people; `rooms` reads moderators from the table.
 */
import { type Clock, iso, isoIn, isoOrNull } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type RoleId, type RoomId } from '../../protocol/ids.ts';
import type { HeldRole, RoleName } from '../../protocol/roles.ts';
import type { RoleChanged } from '../account-facts.ts';
import { PeopleStore } from '../people/people.store.ts';
import { type RoleKey, type RoleRow, RolesStore } from './roles.store.ts';

/** `by`: the id of a person or an API key, or the name of a command. */
type RoleAct = RoleKey & { by: string };

const SEATS: ReadonlySet<RoleName> = new Set(['operator', 'reviewer']);
/** Whom the committee watches over: no member has one of these. */
const WATCHED: ReadonlySet<RoleName> = new Set(['operator', 'reviewer', 'creator']);

interface RolesOptions {
  db: Database;
  outbox: Pick<Outbox, 'add' | 'wake'>;
  clock: Clock;
  /** Whether they hold a seat of the committee. */
  isMember: (person: string, tx?: Orm) => Promise<boolean>;
}

export class Roles {
  readonly #db: Database;
  readonly #store: RolesStore;
  readonly #outbox: Pick<Outbox, 'add' | 'wake'>;
  readonly #clock: Clock;
  readonly #people: PeopleStore;
  readonly #isMember: RolesOptions['isMember'];

  constructor({ db, outbox, clock, isMember }: RolesOptions) {
    this.#db = db;
    this.#store = new RolesStore(db);
    this.#outbox = outbox;
    this.#clock = clock;
    this.#people = new PeopleStore(db);
    this.#isMember = isMember;
  }

  /** What a person holds now, oldest first. Requests are not included. */
  async rolesOf(person: string): Promise<HeldRole[]> {
    return (await this.#store.listGiven({ person })).map(toHeldRole);
  }

  async has(person: string, role: RoleName, tx?: Orm): Promise<boolean> {
    return (await this.#store.listGiven({ person, role }, tx)).length > 0;
  }

  /** Whether they work for the house, or sit in its committee. */
  async hasSeat(person: string, tx?: Orm): Promise<boolean> {
    const given = await this.#store.listGiven({ person }, tx);
    return given.some(({ role }) => SEATS.has(role)) || (await this.#isMember(person, tx));
  }

  /** Throws `forbidden` for who has a role that a seat of the committee excludes. Locks the person. */
  async assertMaySit(tx: Orm, person: string): Promise<void> {
    await this.#people.lock(tx, person);
    const given = await this.#store.listGiven({ person }, tx);
    if (given.some(({ role }) => WATCHED.has(role)))
      throw new AppError('forbidden', 'An operator, a reviewer or a creator cannot be a member of the committee.');
  }

  /** The other direction. The lock makes an appointment wait. */
  async #assertMayHold(tx: Orm, { person, role }: RoleAct): Promise<void> {
    if (!WATCHED.has(role)) return;
    await this.#people.lock(tx, person);
    if (await this.#isMember(person, tx))
      throw new AppError('forbidden', 'A member of the committee cannot be an operator, a reviewer or a creator.');
  }

  /** Everybody who holds a role now, oldest first. */
  async holders(role: RoleName): Promise<HeldRole[]> {
    return (await this.#store.listGiven({ role })).map(toHeldRole);
  }

  /** Everybody who moderates for a creator now, oldest first. */
  async moderatorsOf(creator: string): Promise<HeldRole[]> {
    return (await this.#store.listGiven({ role: 'moderator', creator })).map(toHeldRole);
  }

  /** A role that is held now. */
  async find(id: string): Promise<HeldRole | undefined> {
    const [row] = await this.#store.listGiven({ id });
    return row && toHeldRole(row);
  }

  /** Requests that wait for an operator, oldest first. */
  async requests(which: { person?: string; role?: RoleName } = {}): Promise<HeldRole[]> {
    return (await this.#store.listRequested(which)).map(toHeldRole);
  }

  /** Asks for a role that an operator gives. Nothing happens if the person has it or has asked. */
  request(act: RoleAct, tx?: Orm): Promise<void> {
    return this.#in(tx, async (inner) => {
      await this.#assertMayHold(inner, act);
      if (await this.#insert(inner, act, {})) await this.#addFact(inner, act, 'requested');
    });
  }

  /** Gives a role, or accepts its request. Nothing happens if the person has it. */
  give(act: RoleAct, tx?: Orm): Promise<void> {
    return this.#in(tx, async (inner) => {
      await this.#assertMayHold(inner, act);
      const given = { by: act.by, at: isoIn(this.#clock) };
      const inserted = await this.#insert(inner, act, { givenBy: given.by, givenAt: given.at });
      const waiting = inserted ? undefined : await this.#store.lock(inner, act);
      const accepted = waiting && (await this.#store.give(inner, waiting.id, given));
      if (inserted || accepted) await this.#addFact(inner, act, 'given');
    });
  }

  /** Accepts or refuses a request. Nothing happens if none waits. */
  decide(act: RoleAct, isAccepted: boolean): Promise<void> {
    return this.#in(undefined, async (tx) => {
      if (isAccepted) await this.#assertMayHold(tx, act);
      const waiting = await this.#store.lock(tx, act);
      if (!waiting || waiting.givenAt !== null) return;
      const decision = { by: act.by, at: isoIn(this.#clock) };
      if (isAccepted) await this.#store.give(tx, waiting.id, decision);
      else await this.#store.end(tx, waiting.id, decision);
      await this.#addFact(tx, act, isAccepted ? 'given' : 'refused');
    });
  }

  /**
   * Ends a role, or withdraws its request. Nothing happens if there is none. The last operator whose account is open
   * stays: a house without one could not be entered.
   */
  end(act: RoleAct, tx?: Orm): Promise<void> {
    return this.#in(tx, async (inner) => {
      const isLast = act.role === 'operator' && (await this.#isLastOperator(act.person, inner));
      const row = await this.#store.lock(inner, act);
      if (!row) return;
      if (row.givenAt !== null && isLast) throw new AppError('last_operator');
      await this.#store.end(inner, row.id, { by: act.by, at: isoIn(this.#clock) });
      await this.#addFact(inner, act, row.givenAt === null ? 'refused' : 'ended');
    });
  }

  /** Throws `last_operator` where `endAll` would, before anything has ended. */
  async assertMayLeave(person: string): Promise<void> {
    if ((await this.has(person, 'operator')) && (await this.#isLastOperator(person))) {
      throw new AppError('last_operator');
    }
  }

  /** Locks the role of all operators until the end of the transaction. */
  async #isLastOperator(person: string, tx?: Orm): Promise<boolean> {
    return (await this.#store.lockHolders('operator', tx)).every((holder) => holder === person);
  }

  /** Ends all roles of a person, and withdraws their requests. */
  endAll({ person, by }: { person: string; by: string }, tx?: Orm): Promise<void> {
    return this.#in(tx, async (inner) => {
      const given = await this.#store.listGiven({ person }, inner);
      const requested = await this.#store.listRequested({ person }, inner);
      for (const { role, scope } of [...given, ...requested].map(toHeldRole)) {
        await this.end({ person, role, scope, by }, inner);
      }
    });
  }

  /** Dispatches the facts of changes in a caller's transaction, after its commit. */
  wake(): void {
    this.#outbox.wake();
  }

  #insert(
    tx: Orm,
    { person, role, scope = null }: RoleAct,
    given: { givenBy?: string; givenAt?: string },
  ): Promise<RoleRow | undefined> {
    const { creator = null, room = null } = scope ?? {};
    return this.#store.insert(tx, {
      ...{ id: createId('role'), person, role, creator, room, requestedAt: isoIn(this.#clock) },
      ...given,
    });
  }

  async #addFact(tx: Orm, { person, role, scope = null, by }: RoleAct, change: RoleChanged['change']): Promise<void> {
    const data: RoleChanged = { role, scope, change, by };
    await this.#outbox.add(tx, { topic: 'role.changed', identity: person, data });
  }

  /** In the caller's transaction, after whose commit it calls `wake`; or in one of its own. */
  async #in(tx: Orm | undefined, work: (tx: Orm) => Promise<void>): Promise<void> {
    if (tx) return work(tx);
    await this.#db.transaction(work);
    this.#outbox.wake();
  }
}

function toHeldRole(row: RoleRow): HeldRole {
  const { id, person, role, creator, room, requestedAt, givenAt, givenBy } = row;
  return {
    ...{ id: id as RoleId, person, role, givenBy },
    scope: creator === null ? null : { creator, room: room as RoomId | null },
    requestedAt: iso(requestedAt),
    givenAt: isoOrNull(givenAt),
  };
}
