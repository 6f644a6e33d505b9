/** `<wallet-history>`: all movements, newest first, each with its receipt. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatDateTime } from '../../../client-sdk/elements/texts/format.ts';
import { PagePart, type Row } from '../site/page-part.ts';
import { type HistoryPage, readHistory, type WalletEntry } from './history-pages.ts';

const WITHOUT_RECEIPT = new Set(['promotion_expired', 'dispute_loss', 'dispute_undone']);

export class WalletHistory extends PagePart<HistoryPage> {
  protected override show({ entries, next }: HistoryPage): unknown {
    const { history, historyNone, historyMore } = this.words.wallet;
    const list = this.list({
      items: entries.flatMap((entry) => this.#rows(entry)),
      row: (row) => row,
      empty: historyNone,
      more: next
        ? {
            label: historyMore,
            testId: 'history-more',
            load: () =>
              this.extend(async (shown) => {
                const older = await readHistory(next);
                return { ...older, entries: [...shown.entries, ...older.entries] };
              }),
          }
        : undefined,
    });
    return this.section('history', { title: history }, list);
  }

  /** What went back to the card: a credit line of its own, above its payment. */
  #rows(entry: WalletEntry): Row[] {
    const texts = this.words.wallet;
    const { amountMinor, currency, refundedMinor, refunds = [] } = entry;
    const kind = texts.kinds[entry.kind] ?? entry.label ?? entry.kind;
    const label = entry.label && (texts.refundReasons[entry.label] ?? entry.label);
    const what = entry.roomTitle ?? label;
    const title = what && what !== kind && entry.kind !== 'topup' ? what : '';
    const giftMinor = Math.abs(entry.promoMinor);
    const isAllGift = giftMinor === Math.abs(amountMinor);
    const arrival = (status: string | undefined) => (status === 'failed' ? texts.refundFailed : texts.refundArrives);
    return [
      ...refunds.map((refund) =>
        this.#row(refund, { kind: texts.refundLine, title, notes: [arrival(refund.status)], hasReceipt: true }),
      ),
      this.#row(entry, {
        kind,
        title,
        notes: [
          label !== what && label,
          entry.kind === 'refund' && amountMinor < 0 && arrival(entry.status),
          giftMinor > 0 && !isAllGift && texts.withGift(this.money(giftMinor, currency)),
          entry.isByCard && texts.byCard,
          refundedMinor && refunds.length === 0 && texts.refunded(this.money(refundedMinor, currency)),
        ],
        hasReceipt: !WITHOUT_RECEIPT.has(entry.kind),
      }),
    ];
  }

  #row(
    { id, at, amountMinor, currency }: Pick<WalletEntry, 'id' | 'at' | 'amountMinor' | 'currency'>,
    { kind, title, notes, ...shown }: { kind: string; title: string; notes: unknown[]; hasReceipt: boolean },
  ): Row {
    const { receipt, receiptOf } = this.words.wallet;
    const amount = this.money(amountMinor, currency);
    const isIn = amountMinor > 0;
    return {
      title: html`${kind}${title ? html`<span class="muted"> · <bdi>${title}</bdi></span>` : nothing}`,
      lines: [
        html`<time datetime=${at}>${formatDateTime(at, this.language)}</time>${notes.map((note) => (note ? html` · <bdi>${note}</bdi>` : nothing))}`,
      ],
      amount: html`<span class=${isIn ? 'in' : nothing}>${isIn ? `+${amount}` : amount}</span>${
        shown.hasReceipt
          ? html`<a class="link small" href="/receipts/${id}" aria-label=${receiptOf(`${kind}, ${amount}`)}>${receipt}</a>`
          : nothing
      }`,
      testId: `entry-${id}`,
    };
  }
}

defineElement('wallet-history', WalletHistory);
