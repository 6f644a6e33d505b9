/** The receipt page of a top-up. */
import { expect, test, vi } from 'vitest';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import type { Receipt } from '../../protocol/money/pricing.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { siteTexts } from '../texts/site-texts.ts';

vi.stubGlobal('location', { pathname: '/receipts/topup_1', search: '' });
// The page reads its URL as soon as it is imported.
const { SiteReceipt } = await import('../pages/receipt.ts');
class TestReceipt extends SiteReceipt {
  shown = () => wordsOf(this.content({ person: {} } as unknown as SiteSession));
}
customElements.define('test-site-receipt', TestReceipt);

test('a top-up is called credit only if it became credit', () => {
  const page = new TestReceipt();
  const paid = { promoMinor: 0, walletMinor: 0, cardMinor: 900 };
  const receipt = {
    id: 'topup_1',
    kind: 'topup',
    status: 'settled',
    amountMinor: 900,
    currency: 'eur',
    paid,
    corrections: [] as Receipt['corrections'],
  } as Receipt;
  page.receipt = { ...receipt, at: '2030-01-01T20:00:00.000Z' };
  const { topupNote } = siteTexts('en').receipt;
  expect(page.shown()).toContain(topupNote);
  page.receipt = { ...page.receipt, status: 'refunded', reason: 'wallet_limit' };
  expect(page.shown()).not.toContain(topupNote);
});
