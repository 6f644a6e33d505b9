/** What somebody who is no creator is told on the page of the earnings. */
import { expect, test, vi } from 'vitest';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import type { SiteSession } from '../../protocol/site.ts';

vi.stubGlobal('location', { search: '' });
// The page reads its URL as soon as it is imported.
const { SiteEarnings } = await import('../pages/earnings.ts');

test('a fan is led to the account, in which one becomes a creator, and not to the people of a demonstration', () => {
  class Page extends SiteEarnings {
    shown = () => markupOf(this.content({ person: { role: 'fan' } } as unknown as SiteSession));
  }
  customElements.define('test-site-earnings', Page);
  const shown = new Page().shown();
  expect(shown).toContain('href="/account"');
  expect(shown).not.toContain('Sign out');
});
