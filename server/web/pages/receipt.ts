/** A receipt: payment, payer, split of the price, and accepted terms. Has a print layout. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { formatDuration, formatLongDay, formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { call } from '../site/site-call.ts';
import '../../../client-sdk/elements/controls/loge-confirm.ts';
import type { LogeConfirm } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { Receipt } from '../../protocol/money/pricing.ts';

import { formatMoment } from '../site/dates.ts';
import { SitePage } from '../site/site-page.ts';
import { idOfPage } from '../site/site-paths.ts';
import { ledgerStyles } from '../styles/ledger-styles.ts';
import { receiptStyles } from '../styles/receipt-styles.ts';
import '../texts/receipt-texts.ts';
import '../texts/wallet-texts.ts';

registerParts({ 'self-bill': () => import('../receipt/self-bill.ts') });

export class SiteReceipt extends SitePage {
  static override properties = {
    ...SitePage.properties,
    receipt: { state: true },
    isWithdrawn: { state: true },
  };
  declare receipt: Receipt | undefined;
  declare isWithdrawn: boolean;
  protected readonly page = 'receipt';
  readonly #id = idOfPage('receipts');
  readonly #bill = idOfPage('self-bills');

  static override styles = [...SitePage.styles, ledgerStyles, receiptStyles];

  constructor() {
    super();
    this.isWithdrawn = false;
  }

  protected override async load(session: SiteSession): Promise<void> {
    if (session.person && this.#id) this.receipt = await call('GET /v1/receipts/:payment', { payment: this.#id });
  }

  protected override get pageTitle(): string {
    const { receipt } = this;
    return receipt ? `${this.#title(receipt)} ${receipt.id} · ${this.words.site.name}` : super.pageTitle;
  }

  #kind({ kind }: Pick<Receipt, 'kind'>): string {
    return this.words.wallet.kinds[kind] ?? kind;
  }

  #title(receipt: Receipt): string {
    const { title, creditNote } = this.words.receipt;
    return isTakenBack(receipt) && receipt.parts ? creditNote(this.#kind(receipt)) : title(this.#kind(receipt));
  }

  #money(amountMinor: number): string {
    return formatMoney(amountMinor, this.receipt?.currency ?? 'eur', this.language);
  }

  protected override content(session: SiteSession): TemplateResult {
    const { receipt, words } = this;
    if (!session.person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (this.#bill)
      return html`<div class="column narrow">
        <p class="screen"><a class="link" href="/earnings">${words.receipt.selfBill.back}</a></p>
        <self-bill bill=${this.#bill}></self-bill>
      </div>`;
    if (!receipt) return html`<div class="column narrow"><div class="waiting" style="height: 32rem"></div></div>`;
    const isOwn = session.person.identity === receipt.identity;
    return html`<div class="column narrow">
      <p class="screen">
        ${
          isOwn
            ? html`<a class="link" href="/wallet">${words.receipt.back}</a>`
            : html`<a class="link" href="/desk/payments/${receipt.id}">${words.receipt.backDesk}</a>`
        }
      </p>
      <article class="paper" data-testid="receipt" data-status=${receipt.status}>
        ${this.#seller(receipt)}
        <h1 class="display">${this.#title(receipt)}</h1>
        <p class="total" data-testid="receipt-total">${this.#money(receipt.amountMinor)}</p>
        ${this.#about(receipt, isOwn ? session.person.name : receipt.identity)} ${this.#parts(receipt)} ${this.#paid(receipt)} ${this.#waiver(receipt)}
        ${receipt.kind === 'ticket' && receipt.status === 'valid' ? html`<p class="small muted">${words.receipt.ticketNote(session.minLiveMinutes)}</p>` : nothing}
        ${receipt.kind === 'topup' && receipt.status === 'settled' ? html`<p class="small muted">${words.receipt.topupNote}</p>` : nothing}
      </article>
      <div class="screen">${this.#acts(receipt, isOwn)}</div>
      <loge-confirm class="screen"></loge-confirm>
    </div>`;
  }

  #seller({ invoice }: Receipt): TemplateResult {
    const words = this.words.receipt;
    if (!invoice) return html`<p class="seller"><span>${this.words.site.name}</span></p>`;
    const { name, address, vatNumber } = invoice.seller;
    return html`<address class="seller" data-testid="receipt-seller">
      <span>${name}</span><span class="small muted">${address}</span>
      ${vatNumber ? html`<span class="small muted">${words.vatNumber} ${vatNumber}</span>` : nothing}
    </address>`;
  }

  /** `buyer` is shown until the person has chosen a name for their receipts. */
  #about(receipt: Receipt, buyer: string): TemplateResult {
    const words = this.words.receipt;
    const line = (label: string, value: unknown) => (value ? html`<dt>${label}</dt><dd>${value}</dd>` : nothing);
    const number = (label: string, value: unknown) =>
      value ? html`<dt class="number">${label}</dt><dd class="number">${value}</dd>` : nothing;
    const link = (id: string) => html`<a href="/receipts/${id}"><code>${id}</code></a>`;
    return html`<dl class="facts about">
      ${number(words.invoice, receipt.invoice?.number && html`<code data-testid="receipt-number">${receipt.invoice.number}</code>`)}
      ${number(words.corrects, receipt.invoice?.corrects && html`<code>${receipt.invoice.corrects}</code>`)}
      ${number(words.number, html`<code>${receipt.id}</code>`)}
      ${line(words.date, html`<time datetime=${receipt.at}>${formatMoment(receipt.at, this.language)}</time>`)}
      ${line(words.status, words.states[receipt.status] ?? receipt.status)}
      ${line(words.buyer, html`<bdi>${receipt.invoice?.buyerName ?? buyer}</bdi>`)}
      ${line(words.room, receipt.room && html`<bdi>${receipt.room.title}</bdi>`)}
      ${line(words.creator, shownName(receipt.creator ?? undefined, elementTexts(this.language)))} ${this.#whatFor(receipt)} ${line(words.reason, receipt.reason && (this.words.wallet.refundReasons[receipt.reason] ?? receipt.reason))}
      ${number(words.related, receipt.relatesTo && link(receipt.relatesTo))}
      ${receipt.corrections.map((each) => number(this.#kind(each), html`${link(each.id)} · ${this.#money(each.amountMinor)}`))}
    </dl>`;
  }

  #whatFor({ membership, privateSession, request }: Receipt): TemplateResult | typeof nothing {
    const words = this.words.receipt;
    if (request) {
      return html`<dt>${words.request}</dt><dd><bdi>${request.label}</bdi> · ${words.requestStates[request.state]}</dd>`;
    }
    if (membership) {
      const until = formatLongDay(membership.paidUntil, this.language);
      return html`<dt>${words.membership}</dt><dd><bdi>${membership.tier}</bdi></dd><dt>${words.paidUntil}</dt><dd>${until}</dd>`;
    }
    if (!privateSession) return nothing;
    const { ratePerMinuteMinor, confirmedMs } = privateSession;
    return html`<dt>${words.perMinute}</dt><dd>${this.#money(ratePerMinuteMinor)}</dd>
      <dt>${words.time}</dt><dd>${formatDuration(confirmedMs)}</dd>`;
  }

  #parts(receipt: Receipt): TemplateResult | typeof nothing {
    const { parts, vat, association, creator, amountMinor } = receipt;
    const words = this.words.receipt;
    if (!parts) return nothing;
    const percent = new Intl.NumberFormat(this.language, { maximumFractionDigits: 2 });
    // The parts of a refund are negative in the books and positive on its receipt.
    const isBack = isTakenBack(receipt);
    const sign = isBack ? -1 : 1;
    const line = (label: string, partMinor: number) => html`<dt>${label}</dt><dd>${this.#money(sign * partMinor)}</dd>`;
    return html`<section>
      <h2 class="display">${isBack ? words.partsRefund : words.parts}</h2>
      <dl class="facts" data-testid="receipt-parts">
        ${line(creator ? shownName(creator, elementTexts(this.language)) : words.creator, parts.creatorMinor)}
        ${association ? line(association.name, parts.associationMinor) : nothing} ${line(words.platform, parts.platformMinor)}
        ${vat ? line(words.vat(percent.format(vat.rateBps / 100), vat.country), parts.vatMinor) : nothing}
        <dt class="sum">${words.amount}</dt>
        <dd class="sum">${this.#money(amountMinor)}</dd>
      </dl>
      ${isBack ? nothing : html`<p class="small muted">${words.processorNote}</p>`}
    </section>`;
  }

  #paid(receipt: Receipt): TemplateResult | typeof nothing {
    const { paid, kind } = receipt;
    const words = this.words.receipt;
    if (kind === 'promotion') return nothing;
    const isRefund = isTakenBack(receipt);
    const line = (label: string, amountMinor: number) =>
      amountMinor === 0 ? nothing : html`<dt>${label}</dt><dd>${this.#money(Math.abs(amountMinor))}</dd>`;
    return html`<section>
      <h2 class="display">${isRefund ? words.paidBack : words.paid}</h2>
      <dl class="facts" data-testid="receipt-paid">
        ${line(words.byCard, paid.cardMinor)} ${line(isRefund ? words.toWallet : words.byWallet, paid.walletMinor)}
        ${line(words.byGift, paid.promoMinor)}
      </dl>
    </section>`;
  }

  #waiver({ waiver }: Receipt): TemplateResult | typeof nothing {
    const words = this.words.receipt;
    if (!waiver) return nothing;
    return html`<section data-testid="receipt-waiver">
      <h2 class="display">${words.waiver}</h2>
      <blockquote lang=${waiver.language}>${waiver.text}</blockquote>
      <p class="small muted">${words.waiverAt(formatMoment(waiver.acceptedAt, this.language))}</p>
    </section>`;
  }

  #acts(receipt: Receipt, isOwn: boolean): TemplateResult {
    const words = this.words.receipt;
    const isBusy = this.busy !== '';
    return html`
      ${this.isWithdrawn ? html`<div class="callout" role="status" data-testid="withdrawn">${words.withdrawn}</div>` : nothing}
      ${this.problem ? html`<div class="callout danger" role="alert">${this.problem}</div>` : nothing}
      ${receipt.withdrawable && isOwn ? html`<p class="small muted">${words.withdrawable}</p>` : nothing}
      <p class="buttons">
        ${button({ label: words.print, testId: 'print', onClick: () => window.print() })}
        ${receipt.withdrawable && isOwn ? button({ label: words.withdraw, testId: 'withdraw', isOutlined: true, isBusy, onClick: () => this.#withdraw(receipt) }) : nothing}
      </p>
    `;
  }

  async #withdraw(receipt: Receipt): Promise<void> {
    const words = this.words.receipt;
    const answer = await this.renderRoot.querySelector<LogeConfirm>('loge-confirm')?.ask({
      title: words.withdrawTitle,
      text: words.withdrawText(this.#money(receipt.amountMinor)),
      confirm: words.withdraw,
      cancel: words.withdrawKeep,
      testId: 'confirm-withdraw',
    });
    if (answer === undefined) return;
    await this.act('withdraw', async () => {
      await call('POST /v1/withdrawals', { item: receipt.id });
      this.isWithdrawn = true;
      this.receipt = await call('GET /v1/receipts/:payment', { payment: receipt.id });
    });
  }
}

/** Whether it gives back what a payment had split. */
function isTakenBack({ kind }: Receipt): boolean {
  return kind === 'refund' || kind === 'dispute_lost';
}

defineElement('site-receipt', SiteReceipt);
