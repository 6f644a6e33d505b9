import { expect, test } from 'vitest';
import { formatDate } from './house-dates.ts';

const WINTER = '2026-12-24T19:30:00Z';
const SUMMER = '2026-07-24T19:30:00Z';

test.each([
  ['UTC', ['Thu 24 Dec, 19:30 UTC', 'Fri 24 Jul, 19:30 UTC'], ['jeu. 24 déc., 19:30 UTC', 'ven. 24 juil., 19:30 UTC']],
  [
    'Europe/Paris',
    ['Thu 24 Dec, 20:30 CET', 'Fri 24 Jul, 21:30 CEST'],
    ['jeu. 24 déc., 20:30 (heure d’hiver de Paris)', 'ven. 24 juil., 21:30 (heure d’été de Paris)'],
  ],
] as const)('a time in %s is that of its clocks in winter and in summer, and names the zone', (timeZone, en, fr) => {
  const both = (language: 'en' | 'fr') => [WINTER, SUMMER].map((at) => formatDate(at, 'short', { language, timeZone }));
  expect([both('en'), both('fr')]).toEqual([en, fr]);
});

// Intl's words are not pinned: they differ between versions of Node.
test.each([
  ['Europe/Brussels', '02:30', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
  ['Europe/London', '01:30', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
  ['America/New_York', '01:30', '2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'],
])('the name of the zone tells the two hours of an autumn night in %s apart, in words', (timeZone, time, ...night) => {
  for (const language of ['en', 'fr'] as const) {
    const said = night.map((at) => formatDate(at, 'short', { language, timeZone }));
    const names = said.map((text) => text.split(` ${time} `)[1]);
    expect(names).toEqual(night.map(() => expect.stringMatching(/^(\p{Lu}+|\(\p{L}[^\d:]+\))$/u)));
    expect(names[0]).not.toBe(names[1]);
  }
});

test('a day is that of the house', () => {
  const dayIn = (timeZone: string) => formatDate('2026-12-31T23:30:00Z', 'day', { language: 'en', timeZone });
  expect([dayIn('UTC'), dayIn('Europe/Paris')]).toEqual(['31 December 2026', '1 January 2027']);
});
