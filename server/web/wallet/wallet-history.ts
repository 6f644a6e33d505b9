/** `<wallet-history>`: all movements, newest first, each with its receipt. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatDateTime } from '../../../client-sdk/elements/texts/format.ts';
import { SitePart } from '../site/site-part.ts';
import type { CardRefund, WalletEntry } from './history-pages.ts';
import { type HistoryPlace, readHistory } from './history-pages.ts';

const WITHOUT_RECEIPT = new Set(['promotion_expired', 'dispute_loss']);

/** A refund that was made at the payment provider has no status here, and no receipt. */
function hasReceipt({ kind, status }: WalletEntry): boolean {
  return kind === 'refund' ? status !== undefined : !WITHOUT_RECEIPT.has(kind);
}

/** Detail of `history-read`: further entries, and where the history continues. */
export interface HistoryRead {
  place: HistoryPlace;
  entries: WalletEntry[];
  next: HistoryPlace | null;
}

export class WalletHistory extends SitePart {
  static override properties = {
    ...SitePart.properties,
    entries: { attribute: false },
    older: { attribute: false },
  };
  declare entries: WalletEntry[] | undefined;
  /** Where the history continues; null at the end. */
  declare older: HistoryPlace | null;

  static override styles = [
    ...SitePart.styles,
    css`
      .end {
        display: grid;
        justify-items: end;
        gap: var(--_space-4);
      }
    `,
  ];

  override render(): TemplateResult {
    const { words, entries } = this;
    return html`<section aria-labelledby="history">
      <h2 id="history" class="display">${words.wallet.history}</h2>
      ${
        entries
          ? entries.length > 0
            ? html`<ul class="rows">${entries.map((entry) => this.#entry(entry))}</ul>`
            : html`<p class="muted">${words.wallet.historyNone}</p>`
          : html`<div class="waiting" style="height: 14rem"></div>`
      }
      ${
        this.older
          ? html`<wa-button appearance="outlined" size="s" data-testid="history-more" ?loading=${this.busy === 'more'} @click=${this.#showMore}>${words.wallet.historyMore}</wa-button>`
          : nothing
      }
      ${this.messages()}
    </section>`;
  }

  #showMore = (): Promise<unknown> =>
    this.act('more', async () => {
      const place = this.older;
      if (!place) return;
      const detail: HistoryRead = { place, ...(await readHistory(place)) };
      this.dispatchEvent(new CustomEvent('history-read', { detail }));
    });

  /** What went back to the card: a credit line of its own, above its payment. */
  #refund({ id, amountMinor, currency, at, status }: CardRefund, title: string): TemplateResult {
    const { words, language } = this;
    const amount = this.money(amountMinor, currency);
    return html`<li data-testid="entry-${id}" data-kind="refund">
      <div class="what">
        <p><b>${words.wallet.refundLine}</b>${title ? html`<span class="muted"> · <bdi>${title}</bdi></span>` : nothing}</p>
        <p class="small muted">
          <time datetime=${at}>${formatDateTime(at, language)}</time> · ${this.#arrival(status)}
        </p>
      </div>
      <div class="end">
        <span class="amount in">+${amount}</span>
        <a class="link small" href="/receipts/${id}" aria-label="${words.wallet.receiptOf(`${words.wallet.refundLine}, ${amount}`)}">${words.wallet.receipt}</a>
      </div>
    </li>`;
  }

  #arrival(status: string | undefined): string {
    const { refundFailed, refundArrives } = this.words.wallet;
    return status === 'failed' ? refundFailed : refundArrives;
  }

  #entry(entry: WalletEntry): TemplateResult {
    const { words, language } = this;
    const kind = words.wallet.kinds[entry.kind] ?? entry.label ?? entry.kind;
    const amount = this.money(entry.amountMinor, entry.currency);
    const label = entry.label && (words.wallet.refundReasons[entry.label] ?? entry.label);
    const what = entry.roomTitle ?? label;
    const title = what && what !== kind && entry.kind !== 'topup' ? what : '';
    const reason = label && label !== what ? label : '';
    const giftMinor = Math.abs(entry.promoMinor);
    const isAllGift = giftMinor === Math.abs(entry.amountMinor);
    const sentToCard = entry.kind === 'refund' && entry.amountMinor < 0 ? this.#arrival(entry.status) : '';
    return html`${entry.refunds?.map((refund) => this.#refund(refund, title)) ?? nothing}<li data-testid="entry-${entry.id}" data-kind=${entry.kind}>
      <div class="what">
        <p><b>${kind}</b>${title ? html`<span class="muted"> · <bdi>${title}</bdi></span>` : nothing}</p>
        <p class="small muted">
          <time datetime=${entry.at}>${formatDateTime(entry.at, language)}</time
          >${reason ? html` · <bdi>${reason}</bdi>` : nothing}${sentToCard ? ` · ${sentToCard}` : nothing}${giftMinor > 0 && !isAllGift ? ` · ${words.wallet.withGift(this.money(giftMinor, entry.currency))}` : nothing}${entry.isByCard ? ` · ${words.wallet.byCard}` : nothing}${entry.refundedMinor && !entry.refunds?.length ? ` · ${words.wallet.refunded(this.money(entry.refundedMinor, entry.currency))}` : nothing}
        </p>
      </div>
      <div class="end">
        <span class="amount ${entry.amountMinor > 0 ? 'in' : ''}">${entry.amountMinor > 0 ? `+${amount}` : amount}</span>
        ${
          hasReceipt(entry)
            ? html`<a class="link small" href="/receipts/${entry.id}" aria-label="${words.wallet.receiptOf(`${kind}, ${amount}`)}">${words.wallet.receipt}</a>`
            : nothing
        }
      </div>
    </li>`;
  }
}

defineElement('wallet-history', WalletHistory);
