import sharp from 'sharp';
import { expect, test } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { createLog } from '../../../platform/log.ts';
import type { CardRoom } from '../../../web/rooms/room-card.ts';
import { roomCard } from '../discovery/room-links.ts';
import { CARD_SIZE } from './card-content.ts';
import { ShareCards } from './share-cards.ts';

const log = createLog({ level: 'silent', pretty: false });
/** One for all tests: its thread takes most of a second to start. */
const cards = new ShareCards({ clock: systemClock, log });
const card = (title: string) => ({ title, subtitle: 'with Camille', facts: ['€5'] });

test('a flood of requests draws a few pictures, each once, and refuses the rest', async () => {
  let admitted = 0;
  const get = (title: string) =>
    cards.get(card(title), async () => {
      admitted += 1;
    });
  const titles = Array.from({ length: 200 }, (_, index) => `Room ${index % 100}`);
  const answers = await Promise.allSettled(titles.map(get));
  const drawn = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason.code] : []));
  expect(new Set(drawn).size).toBeLessThan(12);
  expect(drawn.length).toBe(2 * new Set(drawn).size);
  expect(new Set(refused)).toEqual(new Set(['rate_limited']));
  // What has been drawn is kept, and costs no budget of the address.
  const before = admitted;
  expect(await get('Room 0')).toBe(drawn[0]);
  expect(admitted).toBe(before);
});

test('a title of any length and script is a picture of the same size, and nothing in it is markup', async () => {
  const titles = ['W'.repeat(500), '東京 🎉 مرحبا', '</text><image href="file:///etc/passwd"/>', ' '];
  for (const title of titles) {
    const { width, height, format } = await sharp(await cards.get(card(title), async () => undefined)).metadata();
    expect([title, format, { width, height }]).toEqual([title, 'jpeg', CARD_SIZE]);
  }
});

test('a title or name in a script that the font lacks is replaced by words, not left out', () => {
  const room = (title: string, name: string) =>
    roomCard(
      {
        id: 'room_1',
        title,
        creator: { identity: 'ada', name },
        status: 'scheduled',
        access: { kind: 'free' },
      } as unknown as CardRoom,
      {
        language: 'en',
        timeZone: 'UTC',
      },
    );
  expect(room('東京 🎉', '美咲')).toMatchObject({ title: 'Take your seat.', subtitle: '' });
  expect(room('東京 Night 🎉 live', 'Misaki 美咲')).toMatchObject({ title: 'Night live', subtitle: 'with Misaki' });
});

test('the picture of a sold-out room says so in place of its price, in both languages', () => {
  const access = { kind: 'ticket', priceMinor: 500, currency: 'eur' } as const;
  const room = {
    id: 'room_1',
    title: 'One seat',
    creator: { identity: 'ada', name: 'Ada' },
    status: 'scheduled',
    access,
  } as unknown as CardRoom;
  const factsOf = (soldOut: boolean) =>
    (['en', 'fr'] as const).map((language) => roomCard({ ...room, soldOut }, { language, timeZone: 'UTC' }).facts);
  expect(factsOf(false)).toEqual([['€5.00'], ['5,00\u00a0€']]);
  expect(factsOf(true)).toEqual([['Sold out'], ['Complet']]);
});
