import { html } from 'lit';
import { expect, test } from 'vitest';
import type { Quote } from '../../../server/protocol/money/pricing.ts';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import type { Room } from '../../client/room.ts';
import { elementTexts } from '../texts/element-texts.ts';
import './loge-price.ts';

const QUOTE = {
  parts: { creatorMinor: 600, platformMinor: 125, processorMinor: 25, associationMinor: 0, vatMinor: 150 },
  vat: { rateBps: 2_000, country: 'FR' },
  ...{ association: null, currency: 'eur', grossMinor: 900, charterUrl: null, waiver: null },
} as unknown as Quote;

test('before paying, the provider’s fee and what it leaves to the house are estimates, and said to be so', () => {
  const room = { info: { creator: { name: 'Camille' } }, quote: () => Promise.reject(new Error('not needed')) };
  const words = wordsOf(html`<loge-price .room=${room as unknown as Room} .quote=${QUOTE}></loge-price>`);
  expect(words).toMatch(/Payment provider, about €0\.25 .*, about €1\.25 .*€1\.50 .*€9\.00/);
  const { processor, platform } = elementTexts('fr').price;
  for (const text of [processor, platform]) expect(text).toMatch(/, environ$/);
});

test('while the country is not known, the VAT and the creator’s part are estimates, and the price is not', () => {
  const room = { info: { creator: { name: 'Camille' } }, quote: () => Promise.reject(new Error('not needed')) };
  const wordsWith = (isEstimate: boolean) => {
    const quote = { ...QUOTE, vat: { ...QUOTE.vat, isEstimate } };
    return wordsOf(html`<loge-price .room=${room as unknown as Room} .quote=${quote}></loge-price>`);
  };
  expect(wordsWith(true)).toMatch(/≈ €6\.00 of this.*VAT 20% \(FR\), estimated €1\.50 You pay €9\.00/);
  expect(wordsWith(false)).not.toMatch(/≈|estimated/);
  expect(elementTexts('fr').price.estimate).toContain('estimée');
});
