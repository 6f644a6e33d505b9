import { html } from 'lit';
import { expect, test } from 'vitest';
import type { Receipt } from '../../../server/protocol/money/pricing.ts';
import { markupOf, testIdsOf, wordsOf } from '../../../tests/support/browser/element-markup.ts';
import type { Room } from '../../client/room.ts';
import './loge-ticket.ts';

/** In the reader's time. */
const STARTS_AT = new Date(2030, 0, 1, 20).toISOString();

function card({ firstLiveAt = null as string | null, withdrawable = true } = {}) {
  const info = {
    id: 'room_1',
    title: 'A concert',
    creator: { identity: 'camille', name: 'Camille' },
    startsAt: STARTS_AT,
    firstLiveAt,
  };
  const access = { state: 'granted', ticket: 'ticket_00a1b2c3d4' };
  const localParticipant = { name: 'Léa' };
  const room = { info, access, localParticipant, calendarUrl: 'https://loge.example/calendar' } as unknown as Room;
  const receipt = { withdrawable, amountMinor: 900, currency: 'eur' } as Receipt;
  return html`<loge-ticket .room=${room} .receipt=${receipt} receipt-path="/receipts/"></loge-ticket>`;
}

test('the card of a ticket has its title and date, a calendar file, the receipt, and the ways back', () => {
  expect(wordsOf(card())).toMatch(/A concert with Camille Date .*1 Jan.* Name Léa Number A1B2C3D4 You paid €9\.00/);
  expect(markupOf(card())).toMatch(
    /href="https:\/\/loge\.example\/calendar" download.*href="\/receipts\/ticket_00a1b2c3d4"/,
  );
  expect(testIdsOf(card())).toEqual(expect.arrayContaining(['ticket-calendar', 'ticket-back', 'ticket-close']));
});

test('once the live has begun there is nothing for a calendar, and no way to give the ticket back', () => {
  const ids = testIdsOf(card({ firstLiveAt: STARTS_AT, withdrawable: false }));
  expect(ids).not.toContain('ticket-calendar');
  expect(ids).not.toContain('ticket-back');
});
