/** `<wallet-refunds>`: refunds unspent credit to the card that paid it. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import type { UnspentTopup } from '../../protocol/money/wallet.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

export class WalletRefunds extends PagePart<UnspentTopup[]> {
  protected override isHidden = (topups: UnspentTopup[]) => topups.length === 0;

  protected override show(topups: UnspentTopup[]): unknown {
    const texts = this.words.wallet.refunds;
    const amountOf = ({ amountMinor, currency }: UnspentTopup) => this.money(amountMinor, currency);
    const list = this.list({
      items: topups,
      testId: 'refundable',
      row: (topup) => ({
        title: texts.of(formatLongDay(topup.at, this.language)),
        lines: [texts.toOriginal],
        testId: `refundable-${topup.topup}`,
      }),
      acts: [
        {
          label: (topup) => texts.act(amountOf(topup)),
          testId: ({ topup }) => `refund-${topup}`,
          question: (topup) => ({
            title: texts.askTitle(amountOf(topup)),
            text: texts.askText,
            confirm: texts.confirm,
            cancel: texts.keep,
            testId: 'confirm-refund',
          }),
          run: async ({ topup }) => {
            await call('POST /v1/wallet/refunds', { topup });
            this.emit('wallet-changed', {});
          },
          done: (topup) => texts.done(amountOf(topup)),
        },
      ],
    });
    return this.section('refunds', { title: texts.title, text: texts.text }, list);
  }
}

defineElement('wallet-refunds', WalletRefunds);
