/** The wallet page after the return from the payment page. */
import { afterEach, expect, test, vi } from 'vitest';
import type { WalletHistory } from '../../protocol/money/pricing.ts';
import { walletApi } from '../api/money-api.ts';
import type { SiteSession } from '../api/site-api.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('a top-up has arrived when the history has it, whatever the clock of the device says', async () => {
  const href = 'http://localhost/wallet?loge-payment=topup&checkout=success&session_id=cs_1';
  vi.stubGlobal('location', { href, search: '' });
  vi.stubGlobal('history', { state: null, replaceState: () => {} });
  vi.stubGlobal('sessionStorage', { getItem: () => null });
  vi.stubGlobal('localStorage', { getItem: () => 'topup_2' });
  const topup = { kind: 'topup', id: 'topup_2', at: '2020-01-01T20:00:00.000Z' };
  vi.spyOn(walletApi, 'read').mockResolvedValue({ balanceMinor: 2_000, promoMinor: 0, currency: 'eur' });
  const history = { entries: [topup], next: null } as unknown as WalletHistory;
  vi.spyOn(walletApi, 'creditHistory').mockResolvedValue(history);
  vi.spyOn(walletApi, 'cardHistory').mockResolvedValue({ entries: [], next: null });
  vi.spyOn(walletApi, 'cards').mockResolvedValue([]);
  vi.spyOn(walletApi, 'refundable').mockResolvedValue([]);
  // The page reads its URL as soon as it is imported.
  const { SiteWallet } = await import('../pages/wallet.ts');
  class TestWallet extends SiteWallet {
    arrive = () => this.load({ person: {} } as unknown as SiteSession);
  }
  customElements.define('test-site-wallet', TestWallet);
  const page = new TestWallet();
  await page.arrive();
  expect(page.notice).toBe('arrived');
});
