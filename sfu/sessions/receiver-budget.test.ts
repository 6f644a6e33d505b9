import { expect, it } from 'vitest';
import { MemoryLeasedHashes } from '../../server/platform/leased-hashes.ts';
import {
  OPENS_PER_WINDOW_MAX,
  PLAYS_PER_WINDOW_MAX,
  PLAYS_WINDOW_MS,
  RECEIVER_BUDGETS_MAX,
  UNANSWERED_MAX_MS,
} from '../limits.ts';
import { silentLog as log } from '../log.ts';
import type { SharedRecords } from '../shared-state.ts';
import { ReceiverBudgets } from './receiver-budget.ts';
import { ReceiverReports } from './receiver-guard.ts';

const open = (records?: SharedRecords) => new ReceiverBudgets({ records, log });
const fan = { room: 'room', identity: 'fan' };

it('is spent by unreported media over all of a person’s sessions, and renewed by a report', async () => {
  const budgets = open();
  const isSpent = async (person: typeof fan) => (await budgets.get(person)).isSpent;
  await (await budgets.get(fan)).spend(UNANSWERED_MAX_MS / 2);
  expect(await isSpent(fan)).toBe(false);
  await (await budgets.get(fan)).spend(UNANSWERED_MAX_MS / 2);
  expect(await isSpent(fan)).toBe(true);
  expect(await isSpent({ ...fan, identity: 'other' })).toBe(false);
  expect(await isSpent({ ...fan, room: 'room 2' })).toBe(false);
  await (await budgets.get(fan)).handleReport();
  expect(await isSpent(fan)).toBe(false);
});

it('can be renewed a limited number of times in a window, and says when again', async () => {
  const budget = await open().get(fan);
  for (let i = 0; i < PLAYS_PER_WINDOW_MAX; i++) {
    await budget.spend(UNANSWERED_MAX_MS);
    expect(await budget.renew(i)).toBeUndefined();
    expect(budget.isSpent).toBe(false);
  }
  await budget.spend(UNANSWERED_MAX_MS);
  expect(await budget.renew(1_000)).toBe(PLAYS_WINDOW_MS - 1_000);
  expect(budget.isSpent).toBe(true);
  expect(await budget.renew(PLAYS_WINDOW_MS)).toBeUndefined();
});

it('allows a limited number of unpaused sessions in a window over all nodes, and none while it is spent', async () => {
  const records = new MemoryLeasedHashes();
  const budgets = await Promise.all([open(records), open(records)].map((node) => node.get(fan)));
  const [here, there] = budgets as [(typeof budgets)[0], (typeof budgets)[0]];
  for (let i = 0; i < OPENS_PER_WINDOW_MAX; i++) expect(await budgets[i % 2]?.open(i)).toBe(false);
  expect([await here.open(1_000), await there.open(1_000)]).toEqual([true, true]);
  // A pause that is ended lets that session play, and not more of them be opened.
  expect(await here.renew(1_000)).toBeUndefined();
  expect(await here.open(2_000)).toBe(true);
  expect(await here.open(PLAYS_WINDOW_MS)).toBe(false);
  await here.spend(UNANSWERED_MAX_MS);
  expect(await here.open(2 * PLAYS_WINDOW_MS)).toBe(true);
});

it('is one budget for all nodes: concurrent spending adds up, and renewals count for all', async () => {
  const records = new MemoryLeasedHashes();
  const nodes = [open(records), open(records), open(records)];
  const budgets = await Promise.all(nodes.map((node) => node.get(fan)));
  const [here, there] = budgets as [(typeof budgets)[0], (typeof budgets)[0]];
  const parts = Array.from({ length: 30 }, (_, index) => budgets[index % 3]?.spend(UNANSWERED_MAX_MS / 30));
  await Promise.all(parts);
  await Promise.all([here.refresh(), there.refresh()]);
  expect([here.isSpent, there.isSpent, (await open(records).get(fan)).isSpent]).toEqual([true, true, true]);
  for (let i = 0; i < PLAYS_PER_WINDOW_MAX; i++) expect(await budgets[i % 3]?.renew(i)).toBeUndefined();
  expect(await (await open(records).get(fan)).renew(1_000)).toBe(PLAYS_WINDOW_MS - 1_000);
  await there.spend(UNANSWERED_MAX_MS);
  await here.spend(1);
  await here.handleReport();
  await there.refresh();
  expect(there.isSpent).toBe(false);
});

it('counts locally while the other nodes cannot be reached', async () => {
  const gone = () => Promise.reject(new Error('gone'));
  const budget = await open({ pick: gone, swap: gone }).get(fan);
  await budget.spend(UNANSWERED_MAX_MS);
  expect(budget.isSpent).toBe(true);
  expect(await budget.renew(0)).toBeUndefined();
  expect(budget.isSpent).toBe(false);
});

it('drops the least recently used person when there are too many', async () => {
  const budgets = open();
  const get = (identity: string) => budgets.get({ room: 'room', identity });
  await (await get('first')).spend(UNANSWERED_MAX_MS);
  await (await get('second')).spend(UNANSWERED_MAX_MS);
  await get('first');
  for (let i = 0; i < RECEIVER_BUDGETS_MAX - 1; i++) await get(`fan ${i}`);
  expect((await get('first')).isSpent).toBe(true);
  expect((await get('second')).isSpent).toBe(false);
});

it('takes any changed value for a new report, and an unchanged one for none', () => {
  const reports = new ReceiverReports();
  const silent = { ssrc: 1, roundTripTime: 0, jitter: 0, packetsLost: 0, fractionLost: 0 };
  expect(reports.check([silent])).toBe(false);
  expect(reports.check([{ ...silent, jitter: 3 }])).toBe(true);
  expect(reports.check([{ ...silent, jitter: 3 }])).toBe(false);
  expect(
    reports.check([
      { ...silent, jitter: 3, roundTripTime: 12.5 },
      { ...silent, ssrc: 2 },
    ]),
  ).toBe(true);
  expect(reports.seen).toBe(2);
});
