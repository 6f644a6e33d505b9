import { expect, it } from 'vitest';
import {
  OPENS_PER_WINDOW_MAX,
  PLAYS_PER_WINDOW_MAX,
  PLAYS_WINDOW_MS,
  RECEIVER_BUDGETS_MAX,
  UNANSWERED_MAX_MS,
} from './limits.ts';
import { ReceiverBudget, ReceiverBudgets } from './receiver-budget.ts';
import { ReceiverReports } from './receiver-reports.ts';

it('is spent by media that nobody reports, over all of a person’s sessions, and renewed by a report', () => {
  const budgets = new ReceiverBudgets();
  budgets.get('room', 'fan').spend(UNANSWERED_MAX_MS / 2);
  expect(budgets.get('room', 'fan').isSpent).toBe(false);
  budgets.get('room', 'fan').spend(UNANSWERED_MAX_MS / 2);
  expect(budgets.get('room', 'fan').isSpent).toBe(true);
  expect([budgets.get('room', 'other').isSpent, budgets.get('room 2', 'fan').isSpent]).toEqual([false, false]);
  budgets.get('room', 'fan').handleReport();
  expect(budgets.get('room', 'fan').isSpent).toBe(false);
});

it('is renewed on request so often within a window, and says when again', () => {
  const budget = new ReceiverBudget();
  for (let i = 0; i < PLAYS_PER_WINDOW_MAX; i++) {
    budget.spend(UNANSWERED_MAX_MS);
    expect(budget.renew(i)).toBeUndefined();
    expect(budget.isSpent).toBe(false);
  }
  budget.spend(UNANSWERED_MAX_MS);
  expect(budget.renew(1_000)).toBe(PLAYS_WINDOW_MS - 1_000);
  expect(budget.isSpent).toBe(true);
  expect(budget.renew(PLAYS_WINDOW_MS)).toBeUndefined();
});

it('lets so many sessions begin unpaused within a window, and none while it is spent', () => {
  const budget = new ReceiverBudget();
  for (let i = 0; i < OPENS_PER_WINDOW_MAX; i++) expect(budget.open(i)).toBe(false);
  expect(budget.open(1_000)).toBe(true);
  // A pause that is ended lets that session play, and not more of them be opened.
  expect(budget.renew(1_000)).toBeUndefined();
  expect(budget.open(2_000)).toBe(true);
  expect(budget.open(PLAYS_WINDOW_MS)).toBe(false);
  budget.spend(UNANSWERED_MAX_MS);
  expect(budget.open(2 * PLAYS_WINDOW_MS)).toBe(true);
});

it('forgets the person who was asked for longest ago when there are too many', () => {
  const budgets = new ReceiverBudgets();
  budgets.get('room', 'first').spend(UNANSWERED_MAX_MS);
  budgets.get('room', 'second').spend(UNANSWERED_MAX_MS);
  budgets.get('room', 'first');
  for (let i = 0; i < RECEIVER_BUDGETS_MAX - 1; i++) budgets.get('room', `fan ${i}`);
  expect(budgets.get('room', 'first').isSpent).toBe(true);
  expect(budgets.get('room', 'second').isSpent).toBe(false);
});

it('takes any change of what a receiver reports for a new report, and silence for none', () => {
  const reports = new ReceiverReports();
  const silent = { ssrc: 1, roundTripTime: 0, jitter: 0, packetsLost: 0, fractionLost: 0 };
  expect(reports.look([silent])).toBe(false);
  expect(reports.look([{ ...silent, jitter: 3 }])).toBe(true);
  expect(reports.look([{ ...silent, jitter: 3 }])).toBe(false);
  expect(
    reports.look([
      { ...silent, jitter: 3, roundTripTime: 12.5 },
      { ...silent, ssrc: 2 },
    ]),
  ).toBe(true);
  expect(reports.seen).toBe(2);
});
