/** `<self-bill>`: a bill that the house wrote in a creator's name. Has a print layout. */
import { css, html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import type { SelfBill, SelfBillParty } from '../../protocol/money/self-bills.ts';
import { formatMonth } from '../site/dates.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { receiptStyles } from '../styles/receipt-styles.ts';

interface Shown {
  bill: SelfBill;
}

export class SelfBillPaper extends PagePart<Shown> {
  static override properties = { ...PagePart.properties, bill: {} };
  /** Its id. */
  declare bill: string;
  protected override height = '40rem';

  static override styles = [
    ...PagePart.styles,
    receiptStyles,
    css`
      .about {
        margin-top: var(--_space-16);
      }

      .about .seller {
        margin: 0;
      }

      section > :is(p, dl) {
        margin-top: var(--_space-8);
      }
    `,
  ];

  protected override read = () => call('GET /v1/self-bills/:bill', { bill: this.bill });

  protected override show({ bill }: Shown): unknown {
    const texts = this.words.receipt.selfBill;
    const { netMinor, vatMinor, totalMinor, currency } = bill;
    const money = (amountMinor: number) => this.money(amountMinor, currency);
    const percent = new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 });
    const title = totalMinor < 0 ? texts.creditNote : texts.title;
    document.title = `${title} ${bill.number}`;
    return html`<article class="paper" data-testid="self-bill">
        ${this.#party(bill.seller)}
        <h1 class="display">${title}</h1>
        <p class="small muted">${texts.mention}</p>
        <dl class="facts about">
          <dt>${texts.number}</dt><dd><code data-testid="self-bill-number">${bill.number}</code></dd>
          <dt>${texts.issuedAt}</dt><dd><time datetime=${bill.issuedAt}>${formatLongDay(bill.issuedAt, this.language)}</time></dd>
          <dt>${texts.month}</dt><dd>${formatMonth(bill.month, this.language)}</dd>
          <dt>${texts.buyer}</dt><dd>${this.#party(bill.buyer)}</dd>
        </dl>
        <section>
          <h2 class="display">${texts.what}</h2>
          <p class="small muted">${texts.sales(bill.saleCount, bill.refundCount)}</p>
          <dl class="facts" data-testid="self-bill-sums">
            <dt>${texts.net}</dt><dd>${money(netMinor)}</dd>
            <dt>${texts.vat(percent.format(bill.vatBps / 10_000))}</dt><dd>${money(vatMinor)}</dd>
            <dt class="sum">${texts.total}</dt><dd class="sum" data-testid="self-bill-total">${money(totalMinor)}</dd>
          </dl>
          ${bill.vat === 'standard' ? nothing : html`<p data-testid="self-bill-vat">${this.#vatMention(bill)}</p>`}
        </section>
        <section>
          <p class="small muted">${texts.payment}</p>
          <p class="small muted">${texts.noEInvoice}</p>
        </section>
      </article>
      <p class="buttons screen">${button({ label: this.words.receipt.print, testId: 'print', onClick: () => window.print() })}</p>`;
  }

  #party({ name, address, country, vatNumber, registrationNumber }: SelfBillParty): unknown {
    const words = this.words.receipt;
    const place = new Intl.DisplayNames([this.language], { type: 'region' }).of(country) ?? country;
    const lines = [...address.split('\n'), place];
    return html`<address class="seller">
      <span><bdi>${name}</bdi></span>
      ${lines.map((line) => html`<span class="small muted">${line}</span>`)}
      ${registrationNumber ? html`<span class="small muted">${words.selfBill.registration} ${registrationNumber}</span>` : nothing}
      ${vatNumber ? html`<span class="small muted">${words.vatNumber} ${vatNumber}</span>` : nothing}
    </address>`;
  }

  #vatMention({ vat, seller }: SelfBill): string {
    const { vats, smallBusinessFrance } = this.words.receipt.selfBill;
    return vat === 'small_business' && seller.country === 'FR' ? smallBusinessFrance : vats[vat];
  }
}

defineElement('self-bill', SelfBillPaper);
