import { html } from 'lit';
import { describe, expect, test, vi } from 'vitest';
import type { Quote } from '../../server/protocol/money/pricing.ts';
import { handlerOf, pressOf } from '../../tests/support/browser/element-events.ts';
import { testIdsOf, wordsOf } from '../../tests/support/browser/element-markup.ts';
import { listening } from '../../tests/support/browser/listening-part.ts';
import { LogeError } from '../client/errors.ts';
import type { RoomEventMap } from '../client/events.ts';
import type { Room } from '../client/room.ts';
import { LogeLobby, type PaymentNotice } from './loge-lobby.ts';
import { LogeSummary } from './room/loge-summary.ts';

interface LobbyOf {
  balanceMinor?: number;
  ticketsLeft?: number;
  capacity?: number;
  info?: object;
  access?: object;
  notice?: PaymentNotice;
  decisionsPath?: string;
}

const QUOTE = {
  waiver: { text: 'At once, please.', textVersion: '1', language: 'en' },
} as unknown as Quote;

/** Its lobby sells a ticket for €9.00. */
function roomOf({ balanceMinor = 0, ticketsLeft = 10, capacity = 10, info = {}, access = {} }: LobbyOf): Room {
  const offer = { kind: 'ticket', priceMinor: 900, currency: 'eur' };
  const creator = { identity: 'camille', name: 'Camille' };
  return {
    info: { id: 'room_00000001', title: 'A concert', creator, access: offer, capacity, status: 'scheduled', ...info },
    access: { state: 'required', offer, ...access },
    wallet: { balanceMinor, currency: 'eur' },
    ...{ ticketsLeft, isLive: false, viewerCount: 0 },
    quote: () => Promise.reject(new Error('not needed')),
  } as unknown as Room;
}

function lobby(of: LobbyOf) {
  const { notice, decisionsPath } = of;
  return html`<loge-lobby .room=${roomOf(of)} .quote=${QUOTE} .notice=${notice} .decisionsPath=${decisionsPath}></loge-lobby>`;
}

describe('the lobby of a room with tickets', () => {
  test('offers the wallet first when it holds enough, else the card', () => {
    const ways = (balanceMinor: number) => testIdsOf(lobby({ balanceMinor })).filter((id) => id.startsWith('buy-'));
    expect(ways(900)).toEqual(['buy-wallet', 'buy-card']);
    expect(ways(899)).toEqual(['buy-card', 'buy-wallet']);
  });

  test('names what is missing, and what has to be topped up', () => {
    expect(wordsOf(lobby({ balanceMinor: 600 }))).toMatch(/Top up €5\.00.*€3\.00/);
    expect(wordsOf(lobby({ balanceMinor: 200 }))).toMatch(/Top up €7\.00.*€7\.00/);
  });

  test('counts the tickets that are left when they are few and most are sold', () => {
    const left = (ticketsLeft: number, capacity: number) =>
      wordsOf(lobby({ ticketsLeft, capacity })).match(/(?:Only )?\w+ tickets? left/i)?.[0];
    expect([left(3, 10), left(1, 2)]).toEqual(['Only 3 tickets left', 'Only one ticket left']);
    // Three of three are not few, nor are 21 of 100.
    expect([left(3, 3), left(6, 10), left(21, 100)]).toEqual([undefined, undefined, undefined]);
  });

  test('says until when a pause lasts, and what becomes of a ticket', () => {
    // The reader's time.
    const [liveEndedAt, pausedUntil] = [0, 20].map((minute) => new Date(2030, 0, 1, 20, minute).toISOString());
    const paused = { pausedUntil, pauseAnnounced: true, liveEndedAt };
    expect(testIdsOf(lobby({ info: paused }))).toContain('lobby-paused');
    expect(wordsOf(lobby({ info: paused }))).toMatch(/20:20/);
    expect(testIdsOf(lobby({ info: paused, access: { state: 'granted' } }))).not.toContain('lobby-paused');
  });
});

test('after a live before its date, the lobby says the date; after a later one, that the room is off air', () => {
  const room = { startsAt: '2030-01-01T20:00:00.000Z', pausedUntil: null };
  const when = (liveEndedAt: string, of: object = {}) =>
    wordsOf(lobby({ info: { ...room, liveEndedAt, ...of } })).includes('Off air') ? 'off air' : 'date';
  expect([when('2030-01-01T18:00:00.000Z'), when('2030-01-01T21:00:00.000Z')]).toEqual(['date', 'off air']);
  // A room with tickets does not wait for its date.
  expect(when('2030-01-01T18:00:00.000Z', { pausedUntil: '2030-01-01T18:30:00.000Z' })).toBe('off air');
});

test('after a payment, the doors open to nobody who is refused, and money that bought nothing goes back', () => {
  const ended = { state: 'refused', reason: 'room_ended' };
  const isOpening = (access: object) => /Opening the doors/.test(wordsOf(lobby({ access, notice: 'confirmed' })));
  expect([isOpening({}), isOpening(ended)]).toEqual([true, false]);
  expect(wordsOf(lobby({ access: ended, notice: 'returned' }))).toContain('The money goes back the way it came.');
  const soldOut = lobby({ ticketsLeft: 0, notice: 'returned' });
  expect(testIdsOf(soldOut)).toEqual(expect.arrayContaining(['payment-notice', 'sold-out']));
});

test('a suspended person is sent to the reasons and the appeal only on a site that has the page for it', () => {
  const access = { state: 'refused', reason: 'suspended' };
  expect(wordsOf(lobby({ access }))).toContain('The house has suspended your account.');
  expect(testIdsOf(lobby({ access }))).not.toContain('access-appeal');
  expect(wordsOf(lobby({ access, decisionsPath: '/reports' }))).toContain('Read the reasons, or appeal');
});

test('the summary of a room that has ended stays when a later read fails', async () => {
  const summaries = [Promise.resolve({ liveSeconds: 60 }), Promise.reject(new LogeError('connection_failed'))];
  const room = { info: { status: 'ended' }, summary: () => summaries.shift() };
  const { part, emitter } = listening(new LogeSummary(), room);
  // Asked for while the first read is under way, and read after it.
  emitter.emit('earningsChanged', {} as RoomEventMap['earningsChanged']);
  await expect.poll(() => part.problem).not.toBe('');
  expect([part.summary?.liveSeconds, summaries.length]).toEqual([60, 0]);
});

test('a waiver that was accepted is not one of another text', async () => {
  vi.stubGlobal('location', { href: 'http://localhost/' });
  const element = new LogeLobby();
  const buyTicket = vi.fn(async (_request: object) => ({ id: 'ticket_1' }));
  element.room = { ...roomOf({ balanceMinor: 900 }), buyTicket } as unknown as Room;
  element.quote = QUOTE;
  handlerOf(element.render(), 'data-testid="waiver"', 'change')({ target: { checked: true } });
  await pressOf(element.render(), 'buy-wallet')();
  element.quote = { waiver: { text: 'Tout de suite.', textVersion: '1', language: 'fr' } } as unknown as Quote;
  await pressOf(element.render(), 'buy-wallet')();
  const waiver = { accepted: true, textVersion: '1', language: 'en' };
  expect(buyTicket.mock.calls).toEqual([[{ from: 'wallet', waiver }], [{ from: 'wallet' }]]);
  vi.unstubAllGlobals();
});
