/** The frame of every page. */
import { expect, test } from 'vitest';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import type { SitePerson } from '../../protocol/site.ts';
import { siteTexts } from '../texts/site-texts.ts';
import { type SiteFrame, siteFrame } from './site-frame.ts';

test('everybody who is signed in finds their wallet, also a creator and an operator', () => {
  const frame = { ...{ page: 'home', words: siteTexts('en'), language: 'en' }, housePages: [] } as unknown as SiteFrame;
  const of = (person: Partial<SitePerson> | null, isOperator = false) =>
    markupOf(
      siteFrame(
        { ...frame, person: person && { identity: 'lea', name: 'Léa', role: 'fan', ...person }, isOperator },
        '',
      ),
    );
  expect(of({ role: 'creator' })).toContain('href="/wallet"');
  expect(of({}, true)).toContain('href="/wallet"');
  expect(of(null)).not.toContain('href="/wallet"');
});
