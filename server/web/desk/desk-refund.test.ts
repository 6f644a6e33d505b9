/** What an operator is told before a refund. */
import { expect, test } from 'vitest';
import { wordsOf } from '../../../tests/support/browser/element-markup.ts';
import type { DeskPaymentDetail } from '../../protocol/money/desk.ts';
import { siteTexts } from '../texts/site-texts.ts';
import '../texts/desk-texts.ts';
import { DeskRefund } from './desk-refund.ts';

class Refund extends DeskRefund {
  told(amountMinor: number): string {
    return wordsOf(this.split({ amountMinor, to: 'wallet', legs: [] }));
  }
}
customElements.define('test-desk-refund', Refund);

test.each([0, 300])('a refund of all that is left of a ticket, after one of %i, ends its access', (refundedMinor) => {
  const { losesAccess } = siteTexts('en').desk.payment;
  const part = new Refund();
  const status = refundedMinor ? 'part_refunded' : 'settled';
  part.detail = {
    payment: { id: 'ticket_1', kind: 'ticket', status, amountMinor: 900, refundedMinor, currency: 'eur' },
  } as unknown as DeskPaymentDetail;
  expect(part.told(900 - refundedMinor)).toContain(losesAccess);
  expect(part.told(500 - refundedMinor)).not.toContain(losesAccess);
});
