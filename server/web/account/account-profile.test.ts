/** The form of the account's profile. */
import { expect, test } from 'vitest';
import type { Profile } from '../../protocol/accounts/people.ts';
import { changeOf } from './account-profile.ts';

test('a profile that was open for long takes back no change of another page', () => {
  const profile = { name: 'Léa', handle: 'lea', language: 'en', about: '', mail: { lives: true }, role: 'fan' };
  const fields = new Map(Object.entries({ name: 'Léa', handle: 'lea', language: 'fr', lives: 'on' }));
  expect(changeOf(profile as Profile, (name) => fields.get(name) ?? '')).toEqual({ language: 'fr' });
});
