/** What concurrent requests may not do to accounts, where the locks of the database decide. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { operatorInvitations } from '../../../server/accounts/operators/operators.schema.ts';
import { handles, persons, signInRequests } from '../../../server/accounts/people/people.schema.ts';
import { PeopleStore } from '../../../server/accounts/people/people.store.ts';
import { People } from '../../../server/accounts/people/people.ts';
import { PersonSessionsStore } from '../../../server/accounts/people/person-sessions.store.ts';
import { PersonSessions } from '../../../server/accounts/people/person-sessions.ts';
import type { SignInOptions } from '../../../server/accounts/people/sign-in.ts';
import { Roles } from '../../../server/accounts/roles/roles.ts';
import { PERSONAL_TABLES } from '../../../server/personal-tables.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { PersonRecords } from '../../../server/platform/db/person-records.ts';
import { eq } from '../../../server/platform/db/sql.ts';
import { createLog } from '../../../server/platform/log.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { SoftwareAuthenticator } from '../../support/people/software-authenticator.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 3_600_000;
const AT_ONCE = 6;
const ADDRESS = 'lou@example.org';

describe.each(DATABASES)('accounts on $name', ({ name, open }) => {
  let db: Database & AsyncDisposable;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function createPeople(onLetter: (link: string) => unknown): People {
    const mail: SignInOptions['mail'] = {
      enqueue: async (_tx, { data }) => {
        if ('link' in data) await onLetter(data.link);
      },
      wake: () => {},
    };
    const log = createLog({ level: 'silent', pretty: false });
    const clock = new MovableClock();
    const outbox = { add: async () => {}, wake: () => {} };
    const roles = new Roles({ db, clock, outbox, isMember: async () => false });
    return new People({
      db,
      outbox,
      clock,
      log,
      mail,
      publicUrl: 'https://loge.example',
      houseName: 'Loge',
      roles,
      appoint: async () => {},
      creatorApproval: false,
    });
  }

  const tokenOf = (link = '') => link.split('/').at(-1) ?? '';
  const refused = (results: PromiseSettledResult<unknown>[]) =>
    results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));

  test('one link signs in once, and concurrent first sign-ins with one address make one account', async () => {
    const links: string[] = [];
    const people = createPeople((link) => links.push(link));
    const ask = () => people.signIn.request({ address: ADDRESS, language: 'en' });
    const use = (link = '') => people.signIn.useLink(tokenOf(link), { device: '' });
    for (let index = 0; index < AT_ONCE; index += 1) await ask();
    const [first, ...others] = links;
    const presses = await Promise.allSettled([use(first), use(first), ...others.map((link) => use(link))]);
    expect(refused(presses)).toEqual(['sign_in_link_invalid']);
    expect(await db.orm.$count(persons)).toBe(1);
    const [{ id } = { id: '' }] = await db.orm.select({ id: persons.id }).from(persons);
    expect(await people.sessions.list(id, undefined)).toHaveLength(AT_ONCE);
  });

  async function waitsOrEnds(work: Promise<unknown>): Promise<void> {
    let isOver = false;
    void work.finally(() => {
      isOver = true;
    });
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => isOver || (await db.bulk(waiting, [])).length > 0, 'it waits for a lock');
  }

  // PGlite runs one transaction at a time, here and in the next tests.
  test.runIf(name === 'Postgres')('a sign-in that is not committed yet ends with the sessions before it', async () => {
    const links: string[] = [];
    const people = createPeople((link) => links.push(link));
    const [person, stolen] = ['person_mel', 'thief@example.org'];
    await people.seed({ id: person, name: 'Mel', address: 'mel@example.org' });
    await people.addresses.request(person, stolen);
    for (const link of links.slice()) await people.addresses.confirm(tokenOf(link));
    const objection = tokenOf(links.at(-1));
    await people.signIn.request({ address: stolen, language: 'en' });
    const isClaimed = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const opening = vi.spyOn(PersonSessions.prototype, 'open');
    opening.mockImplementationOnce(async function (this: PersonSessions, ...given) {
      isClaimed.resolve();
      await mayCommit.promise;
      return this.open(...given);
    });
    const signedIn = people.signIn.useLink(tokenOf(links.at(-1)), { device: '' });
    await isClaimed.promise;
    const objected = people.addresses.object(objection);
    await waitsOrEnds(objected);
    mayCommit.resolve();
    opening.mockRestore();
    await Promise.all([signedIn, objected]);
    expect(await people.sessions.list(person, undefined)).toEqual([]);
    expect(await people.addressesOf(person)).toEqual(['mel@example.org']);
  });

  test.runIf(name === 'Postgres').each(['done', 'undone'])(
    'a change of address that is %s while its account is erased leaves the account without an address',
    async (what) => {
      const [person, links] = [`person_${what}`, [] as string[]];
      const isChanging = Promise.withResolvers<void>();
      const mayCommit = Promise.withResolvers<void>();
      const hold = async () => {
        isChanging.resolve();
        await mayCommit.promise;
      };
      // The third letter is about the change that is done.
      const people = createPeople((link) => (links.push(link) === 3 && what === 'done' ? hold() : undefined));
      await people.seed({ id: person, name: 'Mel', address: `${person}@example.org` });
      await people.addresses.request(person, `${what}@example.org`);
      const [old = '', fresh = ''] = links.map(tokenOf);
      await people.addresses.confirm(old);
      let changing: Promise<unknown> = people.addresses.confirm(fresh);
      if (what === 'undone') {
        await changing;
        vi.spyOn(people.sessions, 'revokeAll').mockImplementationOnce(hold);
        changing = people.addresses.object(tokenOf(links.at(-1)));
      }
      await isChanging.promise;
      const erasing = new PersonRecords(db, PERSONAL_TABLES).erase(person);
      await waitsOrEnds(erasing);
      mayCommit.resolve();
      await Promise.all([changing, erasing]);
      expect(await people.addressesOf(person)).toEqual([]);
    },
  );

  test.runIf(name === 'Postgres')('a sign-in by passkey while its account is erased leaves no session', async () => {
    const people = createPeople(() => {});
    const [person, browser] = ['person_pia', 'a browser'];
    await people.seed({ id: person, name: 'Pia', address: 'pia@example.org' });
    await people.sessions.open({ person, device: '', method: 'mail' });
    const [{ id } = { id: 'login_none' as const }] = await people.sessions.list(person, undefined);
    const session = { id, method: 'mail', provedAtMs: new MovableClock().now() } as const;
    const authenticator = new SoftwareAuthenticator('https://loge.example');
    const created = authenticator.create(await people.passkeys.offerToAdd({ browser, person, session }));
    await people.passkeys.add({ browser, person, session, device: '' }, created);
    const proof = authenticator.sign(await people.passkeys.offerToUse({ browser, person: null }));
    const isProved = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const opening = vi.spyOn(people.sessions, 'open').mockImplementationOnce(async (...given) => {
      isProved.resolve();
      await mayCommit.promise;
      return people.sessions.open(...given);
    });
    const signedIn = people.passkeys.use({ browser, device: '', signedIn: undefined }, proof);
    await isProved.promise;
    const erasing = new PersonRecords(db, PERSONAL_TABLES).erase(person);
    await waitsOrEnds(erasing);
    mayCommit.resolve();
    await Promise.all([signedIn, erasing]);
    opening.mockRestore();
    expect(await people.sessions.list(person, undefined)).toEqual([]);
  });

  test('the record of who became an operator keeps no address of an erased person', async () => {
    const people = createPeople(() => {});
    await people.seed({ id: 'person_ola', name: 'Ola', address: 'ola@example.org' });
    const { url } = await people.operators.invite('ola@example.org', 'command');
    await people.operators.accept(new URL(url).searchParams.get('operator') ?? '', 'person_ola');
    await new PersonRecords(db, PERSONAL_TABLES).erase('person_ola');
    const { address, usedBy } = operatorInvitations;
    const rows = await db.orm.select({ address, usedBy }).from(operatorInvitations);
    expect(rows).toEqual([{ address: '', usedBy: 'person_ola' }]);
  });

  test('a session that is confirmed while it is renewed has no second secret', async () => {
    const clock = new MovableClock();
    const sessions = new PersonSessions({ db, clock, outbox: { add: async () => {}, wake: () => {} } });
    const old = await sessions.open({ person: 'person_kim', device: '', method: 'mail' });
    const [session] = await sessions.list('person_kim', undefined);
    clock.advance(DAY_MS);
    const issuing = vi.spyOn(PersonSessionsStore.prototype, 'issueNext');
    issuing.mockImplementationOnce(async function (this: PersonSessionsStore, ...given) {
      if (session) await db.transaction((tx) => sessions.confirm(session.id, { method: 'passkey' }, tx));
      return this.issueNext(...given);
    });
    expect(await sessions.renew(old)).toBeUndefined();
    issuing.mockRestore();
  });

  test('a request whose mail cannot be queued leaves nothing', async () => {
    const people = createPeople(() => {
      throw new Error('no mail');
    });
    const before = await db.orm.$count(signInRequests);
    await expect(people.signIn.request({ address: ADDRESS, language: 'en' })).rejects.toThrow('no mail');
    expect(await db.orm.$count(signInRequests)).toBe(before);
  });

  test('whose a handle was is forgotten when its rest is over', async () => {
    const people = createPeople(() => {});
    await people.seed({ id: 'person_rest', name: 'Rest', address: 'rest@example.org' });
    for (const handle of ['resting', 'rested.once', null]) await people.changeProfile('person_rest', { handle });
    const store = new PeopleStore(db);
    const left = () => db.orm.$count(handles, eq(handles.person, 'person_rest'));
    await store.deleteRestedHandles(new Date(Date.now() - DAY_MS).toISOString());
    expect(await left()).toBe(2);
    await store.deleteRestedHandles(new Date(Date.now() + DAY_MS).toISOString());
    expect(await left()).toBe(0);
  });

  test('of people who take handles that look alike at once, one gets it, and keeps one handle', async () => {
    const people = createPeople(() => {});
    const ids = Array.from({ length: AT_ONCE }, (_, index) => `person_race${index}`);
    for (const id of ids) await people.seed({ id, name: id, address: `${id}@example.org` });
    const forms = ['morning', 'm0rning', 'morn1ng', 'mor.ning', 'momlng', 'm0m1ng'];
    const takes = ids.map((id, index) => people.changeProfile(id, { handle: forms[index] ?? '' }));
    expect(refused(await Promise.allSettled(takes))).toEqual(Array(AT_ONCE - 1).fill('handle_unavailable'));

    const [one = ''] = ids;
    const wanted = ['first', 'second', 'third'];
    await Promise.all(wanted.map((handle) => people.changeProfile(one, { handle })));
    expect(wanted).toContain((await people.getProfile(one)).handle);
  });
});
