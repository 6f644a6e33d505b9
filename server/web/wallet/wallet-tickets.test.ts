/** What a person holds, on the wallet page and on the home page. */

import { html, type TemplateResult } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { markupOf, testIdsOf, wordsOf } from '../../../tests/support/browser/element-markup.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';
import { homeContent } from '../home/home-content.ts';
import { type CardRoom, roomCard } from '../rooms/room-card.ts';
import { siteTexts } from '../texts/site-texts.ts';
import '../texts/wallet-texts.ts';
import { WalletTickets } from './wallet-tickets.ts';

afterEach(() => vi.unstubAllGlobals());

const context = { words: siteTexts('en'), texts: elementTexts('en'), language: 'en' } as const;

/** In January 2030, in the reader's time. */
const at = (day: number, hour: number, minute = 0) => new Date(2030, 0, day, hour, minute).toISOString();

const held = {
  ...{ id: 'ticket_1', room: 'room_1', title: 'A concert', creatorName: 'Camille', priceMinor: 900, currency: 'eur' },
  ...{ status: 'valid', roomStatus: 'scheduled', startsAt: at(1, 20), withdrawable: true },
  ...{ movedAt: null, pausedUntil: null, pauseAnnounced: false },
} as unknown as OwnTicket;

const listed = (ticket: Partial<OwnTicket>) =>
  html`<wallet-tickets .data=${[{ ...held, ...ticket }]}></wallet-tickets>`;

test('a ticket leads to its room, its calendar file and its receipt, and can be given back', () => {
  const markup = markupOf(listed({}));
  expect(markup).toMatch(
    /href="\/rooms\/room_1".*href="\/v1\/public\/rooms\/room_1\/calendar" download.*\/receipts\/ticket_1/,
  );
  expect(markup).toContain('give-back-ticket_1');
  expect(wordsOf(listed({}))).toMatch(/A concert Camille · .*1 Jan/);
});

test('a ticket that is used up or given back says so, and offers nothing more', () => {
  const words = siteTexts('en').wallet.tickets;
  for (const [ticket, state] of [
    [{ status: 'refunded' }, words.returned],
    [{ roomStatus: 'ended' }, elementTexts('en').room.ended],
  ] as const) {
    const over = { ...ticket, withdrawable: false } as Partial<OwnTicket>;
    expect(wordsOf(listed(over))).toContain(`Camille · ${state}`);
    expect(markupOf(listed(over))).not.toMatch(/calendar|give-back/);
  }
  expect(wordsOf(listed({ roomStatus: 'live' }))).toContain(elementTexts('en').lobby.liveNow);
});

test('tickets that cannot be read are not a fan without tickets', async () => {
  answerOf('GET /v1/tickets').mockRejectedValue(new LogeError('timeout'));
  const part = new WalletTickets();
  await part.reload();
  const shown = part.render() as TemplateResult;
  expect(testIdsOf(shown)).toContain('lost');
  expect(wordsOf(shown)).toContain(siteTexts('en').site.retry);
});

test('the home page shows what one holds, with its date, or that it is on', () => {
  const home = (tickets: OwnTicket[]) =>
    wordsOf(homeContent({ person: null, rooms: [], held: tickets, signIn: '', context }));
  expect(home([held])).toMatch(/A concert Camille .*1 Jan/);
  expect(home([{ ...held, roomStatus: 'live' }])).toContain(`A concert Camille ${elementTexts('en').lobby.liveNow}`);
  expect(home([])).not.toContain('A concert');
  const paused = { ...held, pausedUntil: at(2, 20), pauseAnnounced: true };
  expect(home([paused])).toMatch(/A concert Camille Paused, back by Wed,? 2 Jan/);
});

test('a room whose live was interrupted does not come up at the date of its beginning', () => {
  const { lobby } = elementTexts('en');
  const live = {
    id: 'room_1',
    title: 'A concert',
    creator: { identity: 'camille', name: 'Camille' },
    access: { kind: 'free' },
  };
  const room = { ...live, status: 'scheduled', startsAt: at(1, 20), poster: null } as CardRoom;
  const card = (change: Partial<CardRoom>) => wordsOf(roomCard({ ...room, ...change }, context));
  expect(card({})).toContain('1 Jan');
  const over = { liveEndedAt: at(1, 20, 30) };
  expect(card(over)).toMatch(new RegExp(`^(?!.*1 Jan).*${lobby.offAir}`));
  expect(card({ ...over, pausedUntil: at(2, 20), pauseAnnounced: true })).toContain('Paused, back by');
});
