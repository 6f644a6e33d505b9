/** The home page while it stays open. */

import { expect, test, vi } from 'vitest';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { OwnTicket } from '../../protocol/money/money.ts';

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
  answerOf('GET /site/session', { person: { role: 'fan' } });
  answerOf('GET /v1/public/rooms', { rooms: [] });
  const tickets = answerOf('GET /v1/tickets', { tickets: [ticket] });
  const page = new Page();
  page.connectedCallback();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(page.held).toEqual([ticket]);
  tickets.mockResolvedValue({ tickets: [{ ...ticket, roomStatus: 'live' }] });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.held).toMatchObject([{ roomStatus: 'live' }]);
  tickets.mockRejectedValue(new Error('offline'));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.held).toMatchObject([{ roomStatus: 'live' }]);
  // Without a ticket, the page asks again when it comes back into view.
  tickets.mockResolvedValue({ tickets: [{ ...ticket, roomStatus: 'ended' }] });
  await vi.advanceTimersByTimeAsync(10_000);
  tickets.mockResolvedValue({ tickets: [ticket] });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.held).toEqual([]);
  listened.get('visibilitychange')?.();
  await vi.advanceTimersByTimeAsync(1);
  expect(page.held).toEqual([ticket]);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
