/** Roles as facts, and what concurrent changes may not do to them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { persons } from '../../../server/accounts/people/people.schema.ts';
import { roles as rolesTable } from '../../../server/accounts/roles/roles.schema.ts';
import { Roles } from '../../../server/accounts/roles/roles.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { NewFact } from '../../../server/platform/outbox/outbox.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const AT_ONCE = 5;

describe.each(DATABASES)('roles on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let facts: NewFact[];
  let roles: Roles;
  beforeAll(async () => {
    db = await open();
    facts = [];
    const outbox = { add: async (_tx: unknown, ...added: NewFact[]) => void facts.push(...added), wake: () => {} };
    roles = new Roles({ db, outbox, clock: new MovableClock(), isMember: async () => false });
  });
  afterAll(() => db[Symbol.asyncDispose]());

  const changesOf = (person: string) =>
    facts.filter(({ identity }) => identity === person).map(({ data }) => data.change);

  test('a role that is given many times at once is one row and one fact, and begins anew after its end', async () => {
    const act = { person: 'person_ann', role: 'reviewer', by: 'person_op' } as const;
    await Promise.all(Array.from({ length: AT_ONCE }, () => roles.give(act)));
    expect(await roles.rolesOf('person_ann')).toMatchObject([{ role: 'reviewer', scope: null, givenBy: 'person_op' }]);
    await Promise.all(Array.from({ length: AT_ONCE }, () => roles.end(act)));
    expect(await roles.rolesOf('person_ann')).toEqual([]);
    await roles.give(act);
    expect(await roles.has('person_ann', 'reviewer')).toBe(true);
    expect(changesOf('person_ann')).toEqual(['given', 'ended', 'given']);
  });

  test('a request is no role until it is accepted', async () => {
    const asked = { person: 'person_bea', role: 'creator', by: 'person_bea' } as const;
    const decided = { ...asked, by: 'person_op' };
    await roles.request(asked);
    await roles.request(asked);
    expect([await roles.has('person_bea', 'creator'), await roles.holders('creator')]).toEqual([false, []]);
    await roles.decide(decided, false);
    expect(await roles.requests()).toEqual([]);
    await roles.request(asked);
    await Promise.all([roles.decide(decided, true), roles.decide(decided, true)]);
    expect(await roles.rolesOf('person_bea')).toMatchObject([{ role: 'creator', givenBy: 'person_op' }]);
    expect(changesOf('person_bea')).toEqual(['requested', 'refused', 'requested', 'given']);
  });

  test('a moderator of one room is not one of all', async () => {
    const act = { person: 'person_mod', role: 'moderator', by: 'person_ada' } as const;
    const inOne = { creator: 'person_ada', room: 'room_00000000' } as const;
    await roles.give({ ...act, scope: inOne });
    await roles.end({ ...act, scope: { creator: 'person_ada', room: null } });
    expect((await roles.rolesOf('person_mod')).map(({ scope }) => scope)).toEqual([inOne]);
  });

  test('operators who end each other at once leave one', async () => {
    const people = ['person_o1', 'person_o2', 'person_o3'];
    for (const person of people) await roles.give({ person, role: 'operator', by: 'command' });
    const ends = await Promise.allSettled(people.map((person) => roles.end({ person, role: 'operator', by: 'x' })));
    expect(ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))).toEqual(['last_operator']);
    expect(await roles.holders('operator')).toHaveLength(1);
  });

  test('an operator whose account is closed does not let the last real one leave', async () => {
    const [real, closed] = ['person_real', 'person_closed'];
    for (const person of [real, closed]) await roles.give({ person, role: 'operator', by: 'command' });
    for (const { person } of await roles.holders('operator'))
      if (person !== real && person !== closed) await roles.end({ person, role: 'operator', by: 'x' });
    const at = new Date().toISOString();
    await db.orm.insert(persons).values({ id: closed, name: null, language: 'en', createdAt: at, closedAt: at });
    const end = (person: string) => roles.end({ person, role: 'operator', by: 'x' });
    await expect(end(real)).rejects.toMatchObject({ code: 'last_operator' });
    await end(closed);
    expect((await roles.holders('operator')).map(({ person }) => person)).toEqual([real]);
  });

  test('the record of a role cannot be changed or deleted', async () => {
    await roles.give({ person: 'person_kim', role: 'reviewer', by: 'person_op' });
    await roles.end({ person: 'person_kim', role: 'reviewer', by: 'person_op' });
    const change = (statement: string) => db.bulk(`${statement} where person = 'person_kim'`, []);
    await expect(change("update roles set given_by = 'me'")).rejects.toThrow();
    await expect(change('update roles set ended_at = null')).rejects.toThrow();
    await expect(change('delete from roles')).rejects.toThrow();
    expect(await db.orm.$count(rolesTable)).toBeGreaterThan(0);
  });
});
