/** The wallet page after the return from the payment page. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { markupOf } from '../../../tests/support/browser/element-markup.ts';
import { answerOf } from '../../../tests/support/browser/site-calls.ts';
import type { SiteSession } from '../../protocol/site.ts';

function returnFromPayment(): void {
  const href = 'http://localhost/wallet?loge-payment=topup&checkout=success&session_id=cs_1';
  vi.stubGlobal('location', { href, search: '' });
  vi.stubGlobal('history', { state: null, replaceState: () => {} });
  vi.stubGlobal('sessionStorage', { getItem: () => null });
  vi.stubGlobal('localStorage', { getItem: () => 'topup_2' });
}

returnFromPayment();
// The page reads its URL as soon as it is imported.
const { SiteWallet } = await import('../pages/wallet.ts');
const session = { person: {}, currency: 'eur' } as unknown as SiteSession;
class TestWallet extends SiteWallet {
  override isConnected = true;
  arrive = () => this.load(session);
  shown = () => markupOf(this.content(session));
}
customElements.define('test-site-wallet', TestWallet);

const wallet = { balanceMinor: 2_000, promoMinor: 0, currency: 'eur' };
const topup = { kind: 'topup', id: 'topup_2', at: '2020-01-01T20:00:00.000Z', amountMinor: 900, currency: 'eur' };
const history = { entries: [topup], next: null };

beforeEach(() => {
  returnFromPayment();
  answerOf('GET /v1/wallet', wallet);
  answerOf('GET /v1/wallet/history', history);
  answerOf('GET /v1/wallet/card-payments', { payments: [], next: null });
  answerOf('GET /v1/wallet/cards', { cards: [] });
  answerOf('GET /v1/withdrawals', { contracts: [] });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a top-up has arrived when the history has it, whatever the clock of the device says', async () => {
  const page = new TestWallet();
  await page.arrive();
  expect(page.notice).toBe('arrived');
});

test('a poll that fails neither replaces the page nor ends the wait for the top-up', async () => {
  vi.useFakeTimers();
  const none = { entries: [], next: null };
  answerOf('GET /v1/wallet/history', history).mockResolvedValueOnce(none).mockResolvedValueOnce(none);
  answerOf('GET /v1/wallet', wallet).mockResolvedValueOnce(wallet).mockRejectedValueOnce(new LogeError('timeout'));
  const page = new TestWallet();
  await Promise.all([page.arrive(), vi.advanceTimersByTimeAsync(3_000)]);
  expect(page.notice).toBe('arrived');
});

test('saved cards that could not be read are not called missing', async () => {
  answerOf('GET /v1/wallet/cards', { cards: [] }).mockRejectedValueOnce(new LogeError('timeout'));
  const page = new TestWallet();
  await page.arrive();
  expect(page.shown()).not.toContain('<wallet-cards');
  await page.arrive();
  expect(page.shown()).toContain('<wallet-cards');
});
