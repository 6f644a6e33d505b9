/**
 * A house whose clock jumps: nothing that cannot be undone runs until the new time has held. The jobs are those that
 * the whole house starts, so a new one has to say here whether it waits.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../../../server/platform/clock.ts';
import { PeriodicJob } from '../../../server/platform/jobs/periodic-job.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import type { DeskOverview } from '../../../server/protocol/money/desk.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { MovableClock } from '../../support/houses/money-house.ts';

const WAITS = 'waits for the clock';
const RUNS = 'harmless at a wrong time';
const JOBS: Record<string, string> = {
  attendance: RUNS,
  cancellations: WAITS,
  'chat polls': WAITS,
  'chat retention': WAITS,
  checkouts: RUNS,
  'committee alarms': WAITS,
  'committee votes': WAITS,
  'creator accounts': RUNS,
  disputes: RUNS,
  'due reminders': WAITS,
  'earnings release': WAITS,
  'event listing': RUNS,
  'fact tail': RUNS,
  'gateway lease': RUNS,
  'invoice retention': WAITS,
  invoices: WAITS,
  'provider fees': RUNS,
  memberships: RUNS,
  notices: RUNS,
  'outbox retention': WAITS,
  'payout batch': WAITS,
  'payout schedule': RUNS,
  payouts: RUNS,
  'private requests': RUNS,
  'private sessions': RUNS,
  promotions: WAITS,
  'provider events': RUNS,
  'prune desk sessions': WAITS,
  'prune events': WAITS,
  'prune invitations': WAITS,
  'prune letters': WAITS,
  'prune notices': WAITS,
  'prune sign-ins': WAITS,
  'publish events': RUNS,
  reconciliation: RUNS,
  'reconciliation metrics': RUNS,
  record: WAITS,
  'refresh api keys': RUNS,
  refunds: RUNS,
  'retire reports': WAITS,
  'self-billing': WAITS,
  'tax report retention': WAITS,
  letters: RUNS,
  push: RUNS,
  webhooks: RUNS,
};
/** Past everything that a house keeps for a time. */
const AHEAD_MS = 12 * 366 * DAY_MS;

const clock = new MovableClock();
const jobs: PeriodicJob[] = [];
let loge: TestApp;

/** Wakes every job of the running house, and waits for what they do. */
async function runJobs(): Promise<void> {
  for (const job of jobs) job.wake();
  await Promise.all(jobs.map((job) => job.idle()));
  await loge.app.context.money.idle();
}

beforeAll(async () => {
  const { start } = PeriodicJob.prototype;
  PeriodicJob.prototype.start = function startNoted() {
    jobs.push(this);
    start.call(this);
  };
  loge = await startApp({ clock, env: { LOGE_PROMO_PAYS: 'everything' } });
});
afterAll(() => loge?.[Symbol.asyncDispose]());

test('every periodic job says whether it waits for a clock in doubt', () => {
  // With Redis there are two more, for what gateways count together and for their lives.
  expect(Object.fromEntries(jobs.map(({ name, isIrreversible }) => [name, isIrreversible ? WAITS : RUNS]))).toEqual(
    JOBS,
  );
});

describe('a clock that jumps', () => {
  let room: RoomId;
  let person: string;

  /** What a fan, a creator and the house still have. */
  async function readHouse() {
    const { db, rooms, money, people, chat, webhooks } = loge.app.context;
    return {
      room: (await rooms.getRoom(room)).status,
      ticket: (await rooms.decide({ roomId: room, identity: 'lea', role: 'fan' })).access.state,
      credit: (await money.wallets.get('lea')).promoMinor,
      address: await people.addressOf(person),
      recoveries: await db.bulk('select done_at, ended_at from address_changes', []),
      message: (await chat.personalData.export('lea', { limit: 10 })).messages.map(({ message }) => message.text),
      events: (await webhooks.list({ after: 0, limit: 1 })).events[0]?.id,
    };
  }

  const signs = async () => {
    const { isClockInDoubt } = await loge.server<DeskOverview>('GET', '/v1/desk/overview');
    return { metric: (await loge.app.context.metrics.clockInDoubt.get()).values[0]?.value, desk: isClockInDoubt };
  };

  beforeAll(async () => {
    const { rooms, money, people, chat } = loge.app.context;
    room = (await loge.createRoom({ kind: 'ticket', priceMinor: 500 })).id as RoomId;
    const startsAt = new Date(clock.now() + HOUR_MS).toISOString();
    await loge.server('PATCH', `/v1/rooms/${room}`, { startsAt });
    const expiresAt = new Date(clock.now() + 30 * DAY_MS).toISOString();
    await money.promotions.grant({ identity: 'lea', amountMinor: 2_000, reason: 'Welcome', expiresAt }, 'test');
    await money.tickets.buy({ room: await rooms.getRoom(room), identity: 'lea', name: 'Léa', from: 'wallet' });
    person = 'person_lea';
    await people.seed({ id: person, name: 'Léa', address: 'old@example.org' });
    // The same address, which its own mailbox has confirmed: only the waiting time is left.
    await people.addresses.beginRecovery(
      person,
      { account: person, address: 'old@example.org', reason: 'Lost' },
      'test',
    );
    const from = { identity: 'lea', name: 'Léa', role: 'fan' } as const;
    await chat.send({ room, from, input: { text: 'hello', clientId: 'hello-1' } });
    await runJobs();
    expect(await signs()).toEqual({ metric: 0, desk: false });
  });

  test.each([
    ['ahead', async () => clock.advance(AHEAD_MS)],
    ['ahead, and a restart right after', () => loge.restart()],
    ['back', async () => clock.advance(-AHEAD_MS)],
    ['back, and a restart right after', () => loge.restart()],
    ['further back', async () => clock.advance(-AHEAD_MS)],
    [
      'to the right time, and a restart',
      async () => {
        clock.advance(AHEAD_MS);
        await loge.restart();
      },
    ],
  ])('%s changes nothing for good, and says so', async (_, jump) => {
    const before = await readHouse();
    await jump();
    await runJobs();
    expect(await readHouse()).toEqual(before);
    expect(await signs()).toEqual({ metric: 1, desk: true });
  });
});
