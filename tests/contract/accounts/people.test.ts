/** What concurrent requests may not do to accounts, where the locks of the database decide. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { persons, signInRequests } from '../../../server/accounts/people/people.schema.ts';
import { People } from '../../../server/accounts/people/people.ts';
import type { SignInOptions } from '../../../server/accounts/people/sign-in.ts';
import { Roles } from '../../../server/accounts/roles/roles.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const AT_ONCE = 6;
const ADDRESS = 'lou@example.org';

describe.each(DATABASES)('accounts on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  beforeAll(async () => {
    db = await open();
  });
  afterAll(() => db[Symbol.asyncDispose]());

  function createPeople(onLetter: (link: string) => void): People {
    const mail: SignInOptions['mail'] = {
      enqueue: async (_tx, { data }) => {
        if ('link' in data) onLetter(data.link);
        return true;
      },
      wake: () => {},
    };
    const log = createLog({ level: 'silent', pretty: false });
    const clock = new MovableClock();
    const outbox = { add: async () => {}, wake: () => {} };
    const roles = new Roles({ db, clock, outbox });
    return new People({
      db,
      outbox,
      clock,
      log,
      mail,
      publicUrl: 'https://loge.example',
      houseName: 'Loge',
      roles,
      creatorApproval: false,
    });
  }

  const refused = (results: PromiseSettledResult<unknown>[]) =>
    results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));

  test('one link signs in once, and concurrent first sign-ins with one address make one account', async () => {
    const links: string[] = [];
    const people = createPeople((link) => links.push(link));
    const ask = () => people.signIn.request({ address: ADDRESS, language: 'en' });
    const use = (link = '') => people.signIn.useLink(link.split('/').at(-1) ?? '', '');
    for (let index = 0; index < AT_ONCE; index += 1) await ask();
    const [first, ...others] = links;
    const presses = await Promise.allSettled([use(first), use(first), ...others.map((link) => use(link))]);
    expect(refused(presses)).toEqual(['sign_in_link_invalid']);
    expect(await db.orm.$count(persons)).toBe(1);
    const [{ id } = { id: '' }] = await db.orm.select({ id: persons.id }).from(persons);
    expect(await people.sessions.list(id, undefined)).toHaveLength(AT_ONCE);
  });

  test('a request whose mail cannot be queued leaves nothing', async () => {
    const people = createPeople(() => {
      throw new Error('no mail');
    });
    const before = await db.orm.$count(signInRequests);
    await expect(people.signIn.request({ address: ADDRESS, language: 'en' })).rejects.toThrow('no mail');
    expect(await db.orm.$count(signInRequests)).toBe(before);
  });

  test('of people who take handles that look alike at once, one gets it, and keeps one handle', async () => {
    const people = createPeople(() => {});
    const ids = Array.from({ length: AT_ONCE }, (_, index) => `person_race${index}`);
    for (const id of ids) await people.seed({ id, name: id, address: `${id}@example.org` });
    const forms = ['morning', 'm0rning', 'morn1ng', 'mor.ning', 'momlng', 'm0m1ng'];
    const takes = ids.map((id, index) => people.changeProfile(id, { handle: forms[index] ?? '' }));
    expect(refused(await Promise.allSettled(takes))).toEqual(Array(AT_ONCE - 1).fill('handle_unavailable'));

    const [one = ''] = ids;
    const handles = ['first', 'second', 'third'];
    await Promise.all(handles.map((handle) => people.changeProfile(one, { handle })));
    expect(handles).toContain((await people.getProfile(one)).handle);
  });
});
