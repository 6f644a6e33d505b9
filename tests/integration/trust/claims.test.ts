/** R72c over the wire: what claims of consent of many new accounts do to a live, and to whom they are open. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { eq } from '../../../server/platform/db/sql.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { attendances } from '../../../server/rooms/attendances/attendances.schema.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { DECIDED } from '../../support/houses/review-house.ts';
import { goLive, type Live } from '../../support/media/media.ts';
import { TestParticipant } from '../../support/people/participant.ts';

const MINUTE_MS = 60_000;
const ACCOUNTS = 12;
const CLAIM = { subject: { kind: 'live' }, category: 'consent' } as const;

const clock = new MovableClock();
/** Of the house's jobs that run once a minute. */
const jobs: (() => void)[] = [];
let loge: TestApp;
let room: RoomId;
let creator: TestParticipant;
let live: Live;
const open: Disposable[] = [];

beforeAll(async () => {
  const { setInterval: real } = globalThis;
  const spy = vi.spyOn(globalThis, 'setInterval').mockImplementation(((run: () => void, ms: number) => {
    if (ms === MINUTE_MS) jobs.push(run);
    return real(run, ms);
  }) as typeof setInterval);
  loge = await startApp({ clock, env: { LOGE_TRUST_PROXY: '1' } });
  spy.mockRestore();
});
afterAll(() => loge[Symbol.asyncDispose]());
beforeEach(async () => {
  room = (await loge.createRoom({ kind: 'free' }, `ada-${clock.now()}`)).id as RoomId;
  const { identity } = (await loge.app.context.rooms.getRoom(room)).creator;
  creator = await TestParticipant.connect(loge.url, { token: await loge.token({ identity, role: 'creator', room }) });
  live = await goLive(creator);
  open.push(creator, live);
});
afterEach(() => {
  for (const each of open.splice(0).reverse()) each[Symbol.dispose]();
  clock.advance(MINUTE_MS);
});

/** Each from an address of its own. */
async function enter(index: number, from = `192.0.2.${index + 1}`): Promise<TestParticipant> {
  const token = await loge.token({ identity: `new-${index}-${room}`, room });
  const account = await TestParticipant.connect(loge.url, { token }, { headers: { 'x-forwarded-for': from } });
  open.push(account);
  return account;
}

const enterAll = () => Promise.all(Array.from({ length: ACCOUNTS }, (_, index) => enter(index)));
const isStopped = async () => (await loge.app.context.rooms.getRoom(room)).status !== 'live';

/** Nothing is sent before the facts of the claim were dispatched. */
async function claim(account: TestParticipant): Promise<boolean> {
  await account.request('reports:file', CLAIM);
  await loge.app.context.outbox.idle();
  return isStopped();
}

async function stayInside(minutes: number): Promise<void> {
  const { orm } = loge.app.context.db;
  const counted = async () => {
    const rows = await orm.select().from(attendances).where(eq(attendances.room, room));
    return rows.map((row) => row.minutes);
  };
  for (let minute = 0; minute <= minutes; minute += 1) {
    for (const run of jobs) run();
    await expect.poll(async () => (await counted()).filter((each) => each === minute).length).toBe(ACCOUNTS + 1);
    clock.advance(MINUTE_MS);
  }
}

test('no number of new accounts stops the live of a room that anybody may enter', async () => {
  const accounts = await enterAll();
  for (const account of accounts) expect(await claim(account)).toBe(false);
});

test('of accounts that stayed inside one stops the live; once a reviewer has cleared it, none does again', async () => {
  const accounts = await enterAll();
  await stayInside(LIMITS.claimMinutes);
  const [first, ...others] = accounts as [TestParticipant, ...TestParticipant[]];
  expect(await claim(first)).toBe(true);
  const { decisions, outbox } = loge.app.context;
  const { cases } = await decisions.list('rev-1', { limit: 100 });
  const { id = '' } = cases.find((each) => each.room === room) ?? {};
  await decisions.decide('rev-1', id, { ...DECIDED, ground: { law: 'None' } });
  await outbox.idle();
  open.push(await goLive(creator));
  for (const account of others) expect(await claim(account)).toBe(false);
});

test('one address has few claims a day that act by themselves', async () => {
  const from = '198.51.100.7';
  const [neighbour, ...accounts] = (await Promise.all(
    Array.from({ length: ACCOUNTS }, (_, index) => enter(index, index === 0 ? undefined : from)),
  )) as [TestParticipant, ...TestParticipant[]];
  await stayInside(LIMITS.claimMinutes);
  const about = { subject: { kind: 'person', id: 'max' }, category: 'consent' } as const;
  for (const account of accounts.slice(0, LIMITS.claimsPerAddressPerDay)) await account.request('reports:file', about);
  for (const account of accounts) expect(await claim(account)).toBe(false);
  expect(await claim(neighbour)).toBe(true);
});
