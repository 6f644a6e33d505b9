import { html } from 'lit';
import { expect, test } from 'vitest';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import './loge-charter.ts';

test('the charter that a creator accepts names the year since which it is in force', () => {
  const charter = { version: 3, effectiveFrom: '2029-12-01T12:00:00.000Z', acceptedVersion: null, articles: [] };
  const sheet = html`<loge-charter .charter=${charter} .open=${true}></loge-charter>`;
  expect(wordsOf(sheet)).toContain('in force since 1 December 2029.');
});
