/** `<earnings-payouts>`: what was sent to a creator's bank. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsPage } from '../../protocol/money/payouts.ts';
import { PagePart } from '../site/page-part.ts';

const LOOK = { pending: 'open', paid: 'good', failed: 'bad' } as const;

export class EarningsPayouts extends PagePart<EarningsPage> {
  protected override show({ payouts }: EarningsPage): unknown {
    const texts = this.words.earnings;
    const list = this.list({
      items: payouts,
      testId: 'payouts',
      empty: texts.payoutsNone,
      row: ({ id, createdAt, settledAt, status, amountMinor, currency, failure, reversedMinor }) => ({
        title: this.moment(settledAt ?? createdAt),
        state: { look: LOOK[status], text: texts.payoutStates[status] },
        lines: [
          failure && texts.payoutFailed(failure),
          reversedMinor > 0 && texts.payoutReversed(this.money(reversedMinor, currency)),
        ],
        amount: this.money(amountMinor, currency),
        testId: `payout-${id}`,
      }),
    });
    return this.section('payouts', { title: texts.payouts }, list);
  }
}

defineElement('earnings-payouts', EarningsPayouts);
