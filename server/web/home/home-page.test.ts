/** The home page while it stays open. */
import { expect, test, vi } from 'vitest';
import type { OwnTicket } from '../../protocol/money/money.ts';
import { walletApi } from '../api/money-api.ts';
import type { SiteSession } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';

vi.stubGlobal('location', { search: '' });
// The page reads its URL as soon as it is imported.
const { SiteHome } = await import('../pages/home.ts');
class Page extends SiteHome {
  override createRenderRoot = () => ({}) as HTMLElement;
  override shouldUpdate = () => false;
  override getRootNode = () => this;
}
customElements.define('test-site-home', Page);

test('the tickets on the home page follow their rooms and purchases in other tabs, while the page is open', async () => {
  vi.useFakeTimers();
  const documentElement = { lang: 'en' };
  const listened = new Map<string, () => void>();
  const addEventListener = (name: string, listener: () => void) => listened.set(name, listener);
  vi.stubGlobal('document', { documentElement, hidden: false, addEventListener });
  vi.stubGlobal('ShadowRoot', class {});
  vi.stubGlobal(
    'MutationObserver',
    class {
      observe = () => {};
    },
  );
  const ticket = { id: 'ticket_1', status: 'valid', roomStatus: 'scheduled' } as unknown as OwnTicket;
  vi.spyOn(siteApi, 'session').mockResolvedValue({ person: { role: 'fan' } } as unknown as SiteSession);
  vi.spyOn(siteApi, 'rooms').mockResolvedValue([]);
  const tickets = vi.spyOn(walletApi, 'tickets').mockResolvedValue([ticket]);
  const page = new Page();
  page.connectedCallback();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(page.held).toEqual([ticket]);
  tickets.mockResolvedValue([{ ...ticket, roomStatus: 'live' }]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.held).toMatchObject([{ roomStatus: 'live' }]);
  tickets.mockRejectedValue(new Error('offline'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.held).toMatchObject([{ roomStatus: 'live' }]);
  // Without a ticket, the page asks again when it comes back into view.
  tickets.mockResolvedValue([{ ...ticket, roomStatus: 'ended' }]);
  await vi.advanceTimersByTimeAsync(10_000);
  tickets.mockResolvedValue([ticket]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.held).toEqual([]);
  listened.get('visibilitychange')?.();
  await vi.advanceTimersByTimeAsync(1);
  expect(page.held).toEqual([ticket]);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
