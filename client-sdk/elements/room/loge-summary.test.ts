import { html } from 'lit';
import { expect, test } from 'vitest';
import { markupOf, testIdsOf, wordsOf } from '../../../tests/support/browser/element-markup.ts';
import type { Room } from '../../client/room.ts';
import './loge-summary.ts';

const ENDED = {
  ...{ liveSeconds: 3_700, currency: 'eur', returnedTickets: null, earnings: null, next: null },
  ticket: { id: 'ticket_00000001', priceMinor: 1_200, paidFrom: 'card', state: 'kept' },
  tips: { count: 2, amountMinor: 700 },
  goal: { id: 'goal_1', title: 'An encore', reachedMinor: 1_400, targetMinor: 1_000, currency: 'eur' },
  givers: [{ identity: 'lea', name: 'Léa' }],
};

function summary(of: object) {
  const room = {
    info: { status: 'ended', creator: { identity: 'camille', name: 'Camille' } },
    ...{ currency: 'eur', tipRequests: [] },
  } as unknown as Room;
  return html`<loge-summary .room=${room} .receiptPath=${'/receipts/'} .summary=${{ ...ENDED, ...of }}></loge-summary>`;
}

test('a fan is thanked, reads what all gave, and in one line what they paid, with the receipt', () => {
  expect(wordsOf(summary({}))).toMatch(
    /^Thank you Camille was live for 1:01:40\. An encore Reached: .* Léa You paid €12\.00 for the ticket and €7\.00 in tips\. Receipt$/,
  );
  expect(markupOf(summary({}))).toContain('href="/receipts/ticket_00000001"');
});

test('who was not there reads of the evening and the next one, and nothing of an evening that never was', () => {
  const absent = { ticket: null, tips: { count: 0, amountMinor: 0 }, goal: null, givers: [] };
  const next = { id: 'room_00000002', title: 'The next one', startsAt: '2030-01-01T20:00:00.000Z' };
  expect(testIdsOf(summary({ ...absent, next }))).toEqual(['room-summary', 'summary-next']);
  expect(wordsOf(summary({ ...absent, liveSeconds: 0 }))).toBe('');
});
