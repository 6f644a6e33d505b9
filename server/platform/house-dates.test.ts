import { expect, test } from 'vitest';
import { formatDate } from './house-dates.ts';

const WINTER = '2026-12-24T19:30:00Z';
const SUMMER = '2026-07-24T19:30:00Z';

test.each([
  ['UTC', ['Thu 24 Dec, 19:30 UTC', 'Fri 24 Jul, 19:30 UTC'], ['jeu. 24 déc., 19:30 UTC', 'ven. 24 juil., 19:30 UTC']],
  [
    'Europe/Paris',
    ['Thu 24 Dec, 20:30 CET', 'Fri 24 Jul, 21:30 CEST'],
    ['jeu. 24 déc., 20:30 (heure de Paris)', 'ven. 24 juil., 21:30 (heure de Paris)'],
  ],
  [
    'Europe/Brussels',
    ['Thu 24 Dec, 20:30 CET', 'Fri 24 Jul, 21:30 CEST'],
    ['jeu. 24 déc., 20:30 (heure d’Europe centrale)', 'ven. 24 juil., 21:30 (heure d’Europe centrale)'],
  ],
  [
    'America/New_York',
    ['Thu 24 Dec, 14:30 (Eastern Time)', 'Fri 24 Jul, 15:30 (Eastern Time)'],
    ['jeu. 24 déc., 14:30 (heure de l’Est nord-américain)', 'ven. 24 juil., 15:30 (heure de l’Est nord-américain)'],
  ],
] as const)('a time in %s is that of its clocks in winter and in summer, and names the zone', (timeZone, en, fr) => {
  const both = (language: 'en' | 'fr') => [WINTER, SUMMER].map((at) => formatDate(at, 'short', { language, timeZone }));
  expect([both('en'), both('fr')]).toEqual([en, fr]);
});

test('a day is that of the house', () => {
  const dayIn = (timeZone: string) => formatDate('2026-12-31T23:30:00Z', 'day', { language: 'en', timeZone });
  expect([dayIn('UTC'), dayIn('Europe/Paris')]).toEqual(['31 December 2026', '1 January 2027']);
});
