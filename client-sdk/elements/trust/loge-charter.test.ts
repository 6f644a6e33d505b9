import { html } from 'lit';
import { expect, test } from 'vitest';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import './loge-charter.ts';

test('the charter that a creator accepts names the year since which it is in force', () => {
  // The first hour of a day of the reader.
  const effectiveFrom = new Date(2029, 11, 1).toISOString();
  const charter = { version: 3, effectiveFrom, acceptedVersion: null, articles: [] };
  const sheet = html`<loge-charter .charter=${charter} .open=${true}></loge-charter>`;
  expect(wordsOf(sheet)).toContain('in force since 1 December 2029.');
});
