/** The form of the account's profile. */

import { afterEach, expect, test, vi } from 'vitest';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import '../texts/account-texts.ts';
import { AccountProfile } from './account-profile.ts';

class TestProfile extends AccountProfile {
  override emit = () => true;
}
customElements.define('test-account-profile', TestProfile);

afterEach(() => vi.unstubAllGlobals());

test('a profile that was open for long takes back no change of another page', async () => {
  const profile = { name: 'Léa', handle: 'lea', language: 'en', about: '', mail: { lives: true }, role: 'fan' };
  const fields = new Map(Object.entries({ name: 'Léa', handle: 'lea', language: 'fr', lives: 'on' }));
  vi.stubGlobal(
    'FormData',
    class {
      get = (name: string) => fields.get(name) ?? null;
    },
  );
  const changeProfile = answerOf('PATCH /v1/me', profile);
  const part = new TestProfile();
  part.profile = profile as unknown as Profile;
  const { strings, values } = part.render();
  const save = values[strings.findIndex((text) => text.endsWith('@submit='))] as (event: unknown) => Promise<void>;
  await save({ preventDefault: () => {} });
  expect(changeProfile.mock.calls).toEqual([[{ language: 'fr' }]]);
});
