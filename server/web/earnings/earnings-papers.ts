/** `<earnings-papers>`: payouts, monthly statements, downloads, and the figures for the tax office. */
import type { EarningsPage, TaxYear } from '../../protocol/money/payouts.ts';
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatCount } from '../../../client-sdk/elements/texts/format.ts';
import type { Payout, Statement } from '../../protocol/money/payouts.ts';

import { formatMoment, formatMonth } from '../site/dates.ts';
import { SitePart } from '../site/site-part.ts';

const PAYOUT_LOOK = { pending: 'open', paid: 'good', failed: 'bad' } as const;

export class EarningsPapers extends SitePart {
  static override properties = {
    ...SitePart.properties,
    page: { attribute: false },
    month: { state: true },
    statement: { state: true },
    taxYear: { state: true },
  };
  declare page: EarningsPage;
  /** The month that the creator chose; undefined: the latest one. */
  declare month: string | undefined;
  declare statement: Statement | undefined;
  declare taxYear: TaxYear | undefined;

  static override styles = [
    ...SitePart.styles,
    css`
      wa-select {
        max-width: 20rem;
        margin-bottom: var(--_space-16);
      }

      table {
        width: 100%;
        border-collapse: collapse;
        font: var(--_type-16);
      }

      :is(th, td) {
        padding: var(--_space-8) 0 var(--_space-8) var(--_space-16);
        border-bottom: 1px solid var(--_line);
        text-align: end;
        font-weight: 400;
        white-space: nowrap;
      }

      thead th {
        color: var(--_muted);
        font: var(--_type-14);
        white-space: normal;
        vertical-align: bottom;
      }

      :is(th, td):first-child {
        padding-inline-start: 0;
        text-align: start;
      }

      .waiting {
        height: 16rem;
      }
    `,
  ];

  /** A sale or a payout changes the statements too. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.hasUpdated && changed.has('page')) void this.reload();
  }

  protected override async load(): Promise<void> {
    const month = this.#shownMonth;
    const [statement, taxYear] = await Promise.all([
      month ? call('GET /v1/earnings/statement', { month }) : undefined,
      call('GET /v1/earnings/tax-year', { year: String(new Date().getUTCFullYear()) }),
    ]);
    // Another month may have been chosen meanwhile.
    if (month === this.#shownMonth) this.statement = statement;
    this.taxYear = taxYear;
  }

  get #shownMonth(): string | undefined {
    return this.month ?? this.page.statements[0];
  }

  override render(): TemplateResult {
    return html`${this.#payouts()} ${this.#statements()} ${this.#exports()} ${this.#tax()} ${this.messages()}`;
  }

  #payouts(): TemplateResult {
    const { words, page } = this;
    return html`<section aria-labelledby="payouts">
      <h2 id="payouts" class="display">${words.earnings.payouts}</h2>
      ${
        page.payouts.length === 0
          ? html`<p class="muted">${words.earnings.payoutsNone}</p>`
          : html`<ul class="rows" data-testid="payouts">${page.payouts.map((payout) => this.#payout(payout))}</ul>`
      }
    </section>`;
  }

  #payout({ id, createdAt, settledAt, status, amountMinor, currency, failure, reversedMinor }: Payout): TemplateResult {
    const { words, language } = this;
    return html`<li data-testid="payout-${id}">
      <div class="what">
        <p><span class="state ${PAYOUT_LOOK[status]}">${words.earnings.payoutStates[status]}</span></p>
        <p class="small muted">${formatMoment(settledAt ?? createdAt, language)}</p>
        ${failure ? html`<p class="small">${words.earnings.payoutFailed(failure)}</p>` : nothing}
        ${reversedMinor > 0 ? html`<p class="small">${words.earnings.payoutReversed(this.money(reversedMinor, currency))}</p>` : nothing}
      </div>
      <span class="amount">${this.money(amountMinor, currency)}</span>
    </li>`;
  }

  #statements(): TemplateResult {
    const { words, page, language } = this;
    const statement = this.statement?.month === this.#shownMonth ? this.statement : undefined;
    if (page.statements.length === 0) {
      return html`<section aria-labelledby="statements">
        <h2 id="statements" class="display">${words.earnings.statements}</h2>
        <p class="muted">${words.earnings.statementsNone}</p>
      </section>`;
    }
    return html`<section aria-labelledby="statements">
      <h2 id="statements" class="display">${words.earnings.statements}</h2>
      ${keyed(
        this.language,
        html`<wa-select
        label=${words.earnings.month}
        data-testid="statement-month"
        .value=${this.#shownMonth ?? ''}
        @change=${(event: Event) => this.#choose((event.target as HTMLInputElement).value)}
      >
        ${page.statements.map((month) => html`<wa-option value=${month}>${formatMonth(month, language)}</wa-option>`)}
      </wa-select>`,
      )}
      ${statement ? this.#statement(statement) : this.isLost ? nothing : html`<div class="waiting"></div>`}
    </section>`;
  }

  #statement(statement: Statement): TemplateResult {
    const texts = this.words.earnings.statement;
    const { sales, refunds, currency, refundCount } = statement;
    const line = (label: string, amountMinor: number, look = '') =>
      html`<dt class=${look}>${label}</dt><dd class=${look}>${this.money(amountMinor, currency)}</dd>`;
    const detail = (label: string, amountMinor: number) =>
      amountMinor === 0 ? nothing : line(label, amountMinor, 'indent');
    return html`
      <dl class="facts" data-testid="statement">
        ${line(texts.opening, statement.openingMinor)} ${line(texts.gross(statement.saleCount), sales.grossMinor)}
        ${detail(texts.vat, -sales.vatMinor)} ${detail(texts.fees, -sales.feesMinor)} ${detail(texts.charity, -sales.charityMinor)}
        ${line(texts.net, sales.netMinor)}
        ${refundCount > 0 ? line(texts.refunds(refundCount), refunds.netMinor) : nothing}
        ${statement.payoutsMinor === 0 ? nothing : line(texts.payouts, statement.payoutsMinor)}
        ${line(texts.closing, statement.closingMinor, 'sum')}
      </dl>
      <p class="buttons">
        <wa-button appearance="outlined" size="s" href="/v1/earnings.csv?month=${statement.month}" download="loge-${statement.month}.csv">${texts.csv}</wa-button>
      </p>
    `;
  }

  #choose(month: string): void {
    this.month = month;
    void this.reload();
  }

  #exports(): TemplateResult {
    const { words } = this;
    return html`<section aria-labelledby="exports">
      <h2 id="exports" class="display">${words.earnings.exports}</h2>
      <p class="muted small">${words.earnings.exportsText}</p>
      <p class="buttons">
        <wa-button appearance="outlined" size="s" data-testid="export-csv" href="/v1/earnings.csv" download="loge.csv">CSV</wa-button>
        <wa-button appearance="outlined" size="s" data-testid="export-json" href="/v1/earnings.json" download="loge.json">JSON</wa-button>
      </p>
    </section>`;
  }

  #tax(): TemplateResult {
    const { words, taxYear, language } = this;
    const quarters = taxYear?.quarters.filter(
      ({ activities, considerationMinor }) => activities > 0 || considerationMinor !== 0,
    );
    return html`<section aria-labelledby="tax">
      <h2 id="tax" class="display">${words.earnings.tax}${taxYear ? ` ${taxYear.year}` : ''}</h2>
      <p class="muted small">${words.earnings.taxText}</p>
      ${
        quarters && quarters.length > 0
          ? html`<div class="scroller" tabindex="0" role="region" aria-labelledby="tax"><table data-testid="tax">
              <thead>
                <tr>
                  <th scope="col">${words.earnings.taxQuarter}</th>
                  <th scope="col">${words.earnings.taxEarned}</th>
                  <th scope="col">${words.earnings.taxSales}</th>
                  <th scope="col">${words.earnings.taxFees}</th>
                  <th scope="col">${words.earnings.taxTaxes}</th>
                </tr>
              </thead>
              <tbody>
                ${quarters.map(
                  (it) => html`<tr>
                    <th scope="row">${language === 'fr' ? it.quarter.slice(5).replace('Q', 'T') : it.quarter.slice(5)}</th>
                    <td>${this.money(it.considerationMinor, it.currency)}</td>
                    <td>${formatCount(it.activities, language)}</td>
                    <td>${this.money(it.feesMinor, it.currency)}</td>
                    <td>${this.money(it.taxesMinor, it.currency)}</td>
                  </tr>`,
                )}
              </tbody>
            </table></div>`
          : quarters
            ? html`<p class="small">${words.earnings.taxNone}</p>`
            : nothing
      }
    </section>`;
  }
}

defineElement('earnings-papers', EarningsPapers);
