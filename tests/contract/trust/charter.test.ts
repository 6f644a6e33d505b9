/** The versions of the charter and what creators accepted, where the locks and triggers of the database decide. */

import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { AccountsStore } from '../../../server/accounts/accounts.store.ts';
import { Accounts } from '../../../server/accounts/accounts.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { sql } from '../../../server/platform/db/sql.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Article } from '../../../server/protocol/trust/charter.ts';
import { Charter } from '../../../server/trust/charter/charter.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const DAY_MS = 86_400_000;
const ROOM = 'room_0000000000000000000000' as RoomId;

const articles = (text: string): Article[] => [
  { id: 'conduct', title: { en: 'Conduct', fr: 'Conduite' }, text: { en: text, fr: text } },
];
const codes = (results: PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'rejected' ? result.reason.code : 'ok')).sort();

describe.each(DATABASES)('the charter on $name', ({ open }) => {
  const opened: AsyncDisposable[] = [];
  let db: Database & AsyncDisposable;
  let clock: MovableClock;
  let liveStartedAt: string | null;
  let charter: Charter;

  beforeEach(async () => {
    db = await open();
    opened.push(db);
    clock = new MovableClock(Date.parse('2026-05-04T20:00:00Z'));
    liveStartedAt = null;
    charter = create();
    await new Accounts(new AccountsStore(db)).createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
  });
  afterAll(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
  });

  /** As another process has it. */
  function create(): Charter {
    const rooms = { creatorOf: async () => 'ada', getRoom: async () => ({ liveStartedAt }) } as never;
    return new Charter({ db, rooms, clock });
  }

  async function publish(text: string, inDays = 0): Promise<number> {
    const draft = await charter.saveDraft(articles(text), 'operator');
    const effectiveFrom = new Date(clock.now() + inDays * DAY_MS).toISOString();
    return (await charter.announce({ hash: draft?.hash ?? '', effectiveFrom }, 'operator')).version;
  }

  const goLive = (how = {}) =>
    charter.assertMayGoLive(ROOM, how).then(
      () => 'ok',
      (error: { code: string }) => error.code,
    );
  const accept = (version: number, of = charter) =>
    of.accept({ identity: 'ada', version, language: 'fr' }, { via: 'participant' });

  test('without a version in force nothing is required, a draft and an announcement included', async () => {
    await charter.saveDraft(articles('One'), 'operator');
    expect(await goLive()).toBe('ok');
    await publish('One', 7);
    expect(await goLive()).toBe('ok');
    expect((await charter.review('ada', 'en')).charter).toBeNull();
  });

  test('an announced version comes into force at its date in a process that was not there before', async () => {
    await publish('One');
    await accept(1);
    await publish('Two', 7);
    expect(await goLive()).toBe('ok');
    clock.advance(7 * DAY_MS - 1);
    expect((await create().list()).map(({ state }) => state)).toEqual(['announced', 'in_force']);
    clock.advance(1);
    charter = create();
    expect((await charter.list()).map(({ state }) => state)).toEqual(['in_force', 'superseded']);
    expect((await charter.get('en')).articles[0]?.text).toBe('Two');
    expect(await goLive()).toBe('charter_acceptance_required');
    expect((await charter.review('ada', 'en')).charter).toMatchObject({ version: 2, acceptedVersion: 1 });
    await accept(2);
    expect(await goLive()).toBe('ok');
  });

  test('a later announcement with an earlier date takes the place of one that was not in force yet', async () => {
    await publish('One');
    await publish('Two', 7);
    await publish('Three', 3);
    clock.advance(3 * DAY_MS);
    expect((await charter.list()).map(({ version, state }) => `${version} ${state}`)).toEqual([
      '3 in_force',
      '2 superseded',
      '1 superseded',
    ]);
    clock.advance(7 * DAY_MS);
    expect((await charter.get('en')).version).toBe(3);
  });

  test('what was announced or accepted is never changed, by SQL neither', async () => {
    await publish('One');
    await accept(1);
    const draft = await charter.saveDraft(articles('Two'), 'operator');
    for (const statement of [
      sql`update charter_versions set articles = '[]' where version = 1`,
      sql`update charter_versions set effective_from = now() where version = 1`,
      sql`delete from charter_versions where version = 1`,
      sql`truncate charter_versions`,
      sql`update charter_acceptances set language = 'en'`,
      sql`delete from charter_acceptances`,
    ])
      await expect(db.orm.execute(statement)).rejects.toThrow();
    await charter.deleteDraft(draft?.hash ?? '');
    expect((await charter.getVersion(1)).articles).toEqual(articles('One'));
  });

  test('a draft that another operator has changed is neither replaced, discarded nor announced; two first drafts make one', async () => {
    const other = create();
    const saves = [charter.saveDraft(articles('One'), 'op'), other.saveDraft(articles('Two'), 'op-2')];
    const saved = codes(await Promise.allSettled(saves));
    expect(saved).toEqual(['charter_changed', 'ok']);
    const read = await charter.findDraft();
    const hash = read?.hash ?? '';
    const now = await other.saveDraft(articles('Three'), 'op-2', hash);
    // The answer was lost, and the page sends it again.
    expect(await other.saveDraft(articles('Three'), 'op-2', hash)).toEqual(now);
    const stale = [charter.saveDraft(articles('Four'), 'op', hash), charter.deleteDraft(hash)];
    expect(codes(await Promise.allSettled(stale))).toEqual(['charter_changed', 'charter_changed']);
    expect(await charter.findDraft()).toEqual(now);
    await expect(charter.announce({ hash }, 'op')).rejects.toMatchObject({ code: 'charter_changed' });
    const announced = [charter, other].map((each) => each.announce({ hash: now?.hash ?? '' }, 'op'));
    expect(codes(await Promise.allSettled(announced))).toEqual(['charter_changed', 'ok']);
    const past = new Date(clock.now() - 1).toISOString();
    await expect(charter.announce({ hash, effectiveFrom: past }, 'op')).rejects.toMatchObject({ code: 'time_in_past' });
  });

  test('the first acceptance of a version stays, and a superseded version is not accepted any more', async () => {
    await publish('One');
    const [first] = await Promise.all([accept(1), accept(1, create()), accept(1)]);
    clock.advance(DAY_MS);
    const again = await charter.accept({ identity: 'ada', version: 1, language: 'en' }, { via: 'server', apiKey: 'k' });
    expect(again).toEqual({ ...first, language: 'fr' });
    expect(await charter.listAcceptances('ada')).toEqual([first]);
    await publish('Two', 7);
    await accept(2);
    await publish('Three');
    await expect(accept(1)).rejects.toMatchObject({ code: 'charter_changed' });
    await expect(accept(4)).rejects.toMatchObject({ code: 'charter_not_found' });
  });

  test('a live that is under way when a version comes into force goes on, for a day', async () => {
    liveStartedAt = new Date(clock.now() - 1).toISOString();
    await publish('One');
    expect(await goLive()).toBe('ok');
    // Lost with the house's only process: its publication is restored.
    liveStartedAt = null;
    expect(await goLive()).toBe('charter_acceptance_required');
    expect(await goLive({ isRestored: true })).toBe('ok');
    liveStartedAt = new Date(clock.now() + 1).toISOString();
    expect(await goLive()).toBe('charter_acceptance_required');
    liveStartedAt = new Date(clock.now() - 1).toISOString();
    clock.advance(LIMITS.charterGraceMs);
    expect(await goLive()).toBe('charter_acceptance_required');
    expect(await goLive({ isRestored: true })).toBe('charter_acceptance_required');
  });
});
