/** Sessions of the desk are deleted some time after they end, and no earlier. */
import { afterEach, describe, expect, test } from 'vitest';
import { deskSessions } from '../../../server/accounts/accounts.schema.ts';
import { DeskSessions } from '../../../server/accounts/desk-sessions.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createLog } from '../../../server/platform/log.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { eventually } from '../../support/run/eventually.ts';

const DAY_MS = 24 * 60 * 60_000;
const KEPT_MS = 90 * DAY_MS;

describe.each(DATABASES)('sessions of the desk on $name', ({ open }) => {
  const opened: DeskSessions[] = [];
  afterEach(async () => {
    for (const sessions of opened.splice(0)) await sessions.close();
  });

  /** Another process, whose deletion job runs at its start. */
  function start(db: Database, clock: MovableClock): DeskSessions {
    const log = createLog({ level: 'silent', pretty: false });
    const sessions = new DeskSessions({ db, clock, log, operators: ['ada'], keys: { isLive: () => true } });
    sessions.start();
    opened.push(sessions);
    return sessions;
  }

  test('deletes revoked, expired and unused sessions after ninety days', async () => {
    await using db = await open();
    const clock = new MovableClock();
    const sessions = start(db, clock);
    const invite = () => sessions.invite({ operator: 'ada', name: 'Ada' }, 'devkey');
    const kept = async () =>
      (await db.orm.select({ id: deskSessions.id }).from(deskSessions)).map(({ id }) => id).sort();
    await invite();
    const [over, revoked] = [await invite(), await invite()];
    await sessions.open(over.token);
    await sessions.open(revoked.token);
    clock.advance(DAY_MS);
    await sessions.revoke(revoked.id);
    const late = await invite();
    await sessions.open(late.token);

    // The last moment of the opened session; the unused link has expired earlier.
    clock.advance(KEPT_MS - DAY_MS + 60 * 60_000);
    start(db, clock);
    await eventually(async () => (await kept()).length === 3);
    expect(await kept()).toEqual([over.id, revoked.id, late.id].sort());
    clock.advance(8 * 60 * 60_000);
    start(db, clock);
    await eventually(async () => (await kept()).length === 2);
    expect(await kept()).toEqual([revoked.id, late.id].sort());
    clock.advance(DAY_MS);
    start(db, clock);
    await eventually(async () => (await kept()).length === 0);
  });

  test('of concurrent uses of a link, one is admitted', async () => {
    await using db = await open();
    const sessions = start(db, new MovableClock());
    const { token } = await sessions.invite({ operator: 'ada', name: 'Ada' }, 'devkey');
    // All of them see an open link before one claims it.
    const opened = await Promise.allSettled([1, 2, 3].map(() => sessions.open(token)));
    expect(opened.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  test('keeps a live session', async () => {
    await using db = await open();
    const clock = new MovableClock();
    const sessions = start(db, clock);
    const { id, token } = await sessions.invite({ operator: 'ada', name: 'Ada' }, 'devkey');
    await sessions.open(token);
    await start(db, clock).close();
    expect(await sessions.authenticate(id)).toMatchObject({ operator: 'ada' });
  });
});
