import { describe, expect, test, vi } from 'vitest';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import { viewersBadge } from '../stage/badges.ts';
import './chat-texts.ts';
import { elementTexts } from './element-texts.ts';
import {
  currencySymbol,
  formatAmount,
  formatCount,
  formatDuration,
  formatMoney,
  formatTime,
  formatUntil,
  minorUnits,
  parseMoney,
} from './format.ts';

/** French uses one of two non-breaking spaces, depending on the ICU version. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('amounts', () => {
  test('have the number of decimals of the currency', () => {
    expect(formatMoney(1_250, 'eur', 'en')).toBe('€12.50');
    expect(plain(formatMoney(1_250, 'eur', 'fr'))).toBe('12,50 €');
    expect(plain(formatMoney(1_250, 'jpy', 'fr'))).toContain('1 250');
    expect(minorUnits('jpy')).toBe(1);
  });

  test('have a real minus, and the sign of the currency on its own', () => {
    expect(formatMoney(500, 'eur', 'en')).toBe('€5.00');
    expect(formatMoney(-550, 'eur', 'en')).toBe('\u2212€5.50');
    expect(formatMoney(-550, 'eur', 'fr')).toBe('\u22125,50\u00a0€');
    expect([currencySymbol('eur', 'fr'), currencySymbol('chf', 'en')]).toEqual(['€', 'CHF']);
    expect(formatAmount(500, 'eur', 'fr')).toBe('5,00');
  });

  test.each([
    ['5', 500],
    ['5.5', 550],
    ['5,50', 550],
    [' 12.34 ', 1_234],
    ['0.1', 10],
    // 8.2 * 100 is 819.9999999999999 in floating point, so amounts are parsed digit by digit.
    ['8.20', 820],
    ['1 000', 100_000],
    ['1\u202f000,50', 100_050],
    ['1,000', 100_000],
  ])('typed as %j are %i in the minor unit', (text, amountMinor) => {
    expect(parseMoney(text, 'eur')).toBe(amountMinor);
  });

  test.each(['', '-5', '1.234', '1e3', '5 €', '5 50', '0,500', '1,000.00', '12345678'])(
    '%j is not an amount',
    (text) => {
      expect(parseMoney(text, 'eur')).toBeUndefined();
    },
  );

  test('of a currency without decimals have none', () => {
    expect([parseMoney('500', 'jpy'), parseMoney('1,000', 'jpy')]).toEqual([500, 1_000]);
    expect(parseMoney('5.5', 'jpy')).toBeUndefined();
  });

  test.each(['eur', 'jpy', 'kwd'])('in %s that fill a field are read again as they are', (currency) => {
    const read = (language: 'en' | 'fr') => parseMoney(formatAmount(1_234_000, currency, language), currency);
    expect([read('en'), read('fr')]).toEqual([1_234_000, 1_234_000]);
  });
});

test('large counts are shortened', () => {
  expect(formatCount(1_234, 'en')).toBe('1,234');
  expect(formatCount(12_345, 'en')).toMatch(/^12k$/i);
});

test('durations are shown as a clock', () => {
  expect(formatDuration(-5)).toBe('0:00');
  expect(formatDuration(247_000)).toBe('4:07');
  expect(formatDuration(3_729_000)).toBe('1:02:09');
});

test('no line of a French text begins with a sign', () => {
  const { lobby, price } = elementTexts('fr');
  expect(price.summary('Camille', '4 €')).toMatch(/ quoi\u00a0\?$/);
  expect(lobby.soldOutText).toMatch(/^Restez ici\u00a0:/);
});

test('a reason ends with one full stop, whether its author wrote it or not', () => {
  for (const language of ['en', 'fr'] as const) {
    const { removed } = elementTexts(language).lobby;
    expect(removed('Spam.')).toBe(removed('Spam'));
    for (const reason of ['Spam', 'Why?', '“Bye!”', 'Spam…']) expect(removed(reason)).not.toMatch(/[.!?…][”.]?\.\s/);
  }
});

test('a time to come has no date if it is near, also past midnight, and a date if it is not', () => {
  vi.useFakeTimers({ now: new Date(2030, 0, 4, 23, 50) });
  try {
    const [soon, later] = [new Date(2030, 0, 5, 0, 20), new Date(2030, 0, 5, 14)].map((at) => at.toISOString());
    expect(formatUntil(soon ?? '', 'en')).toBe(formatTime(soon ?? '', 'en'));
    expect(formatUntil(later ?? '', 'en')).toContain('Jan');
  } finally {
    vi.useRealTimers();
  }
});

test('what is counted is in the singular or the plural, as its language has it', () => {
  const watching = (count: number, language: 'en' | 'fr') =>
    wordsOf(viewersBadge(count, elementTexts(language), language)).replace(/^\d+ /, '');
  expect([0, 1, 2].map((count) => watching(count, 'en'))).toEqual([
    ...['0 people watching', '1 person watching', '2 people watching'],
  ]);
  expect([0, 1, 2].map((count) => watching(count, 'fr'))).toEqual([
    ...['0 personne regarde', '1 personne regarde', '2 personnes regardent'],
  ]);
  const [en, fr] = [elementTexts('en').chat, elementTexts('fr').chat];
  expect([en.left(1), fr.left(1), fr.left(0)]).toEqual([
    ...['1 character left', '1 caractère restant', '0 caractère restant'],
  ]);
  expect(fr.slowMode(1)).toMatch(/toutes les secondes$/);
});
