/** `<earnings-papers>`: monthly statements, downloads, and the figures for the tax office. */
import type { PropertyValues } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatCount } from '../../../client-sdk/elements/texts/format.ts';
import type { EarningsPage, Statement, TaxYear } from '../../protocol/money/payouts.ts';
import { formatMonth } from '../site/dates.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

interface Papers {
  statement: Statement | undefined;
  taxYear: TaxYear;
}

export class EarningsPapers extends PagePart<Papers> {
  static override properties = { ...PagePart.properties, page: { attribute: false } };
  declare page: EarningsPage;
  /** The month that the creator chose; undefined: the latest one. */
  month: string | undefined;
  protected override height = '48rem';

  static override styles = [
    ...PagePart.styles,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
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
    `,
  ];

  /** A sale or a payout changes the statements too. */
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.hasUpdated && changed.has('page')) void this.reload();
  }

  protected override read = async () => {
    const month = this.month ?? this.page.statements[0];
    const [statement, taxYear] = await Promise.all([
      month ? call('GET /v1/earnings/statement', { month }) : undefined,
      call('GET /v1/earnings/tax-year', { year: String(new Date().getUTCFullYear()) }),
    ]);
    return { statement, taxYear };
  };

  protected override show({ statement, taxYear }: Papers): unknown {
    const texts = this.words.earnings;
    return [
      this.section('statements', { title: texts.statements }, this.#months(statement)),
      this.section(
        'exports',
        { title: texts.exports, text: texts.exportsText },
        html`<p class="buttons">
          <a class="button outlined small" data-testid="export-csv" href="/v1/earnings.csv" download="loge.csv">CSV</a>
          <a class="button outlined small" data-testid="export-json" href="/v1/earnings.json" download="loge.json">JSON</a>
        </p>`,
      ),
      this.section('tax', { title: `${texts.tax} ${taxYear.year}`, text: texts.taxText }, this.#tax(taxYear)),
    ];
  }

  #months(statement: Statement | undefined): unknown {
    const texts = this.words.earnings;
    if (!statement) return html`<p class="muted">${texts.statementsNone}</p>`;
    const options = this.page.statements.map((month) => ({ value: month, label: formatMonth(month, this.language) }));
    const month = { name: 'month', label: texts.month, testId: 'statement-month', kind: 'select', options } as const;
    const search = this.search({
      fields: [{ ...month, value: statement.month }],
      ask: (values) => {
        this.month = values('month');
      },
    });
    // The one that was chosen could not be read.
    const isOther = this.month !== undefined && this.month !== statement.month;
    return [search, isOther ? nothing : this.#statement(statement)];
  }

  #statement(statement: Statement): unknown {
    const texts = this.words.earnings.statement;
    const { month, sales, refunds, payoutsMinor, currency, refundCount } = statement;
    const money = (amountMinor: number) => this.money(amountMinor, currency);
    const unlessZero = (amountMinor: number) => amountMinor !== 0 && money(amountMinor);
    return html`<div data-testid="statement">
        ${this.facts([
          [texts.opening, money(statement.openingMinor)],
          [texts.gross(statement.saleCount), money(sales.grossMinor)],
          [texts.vat, unlessZero(-sales.vatMinor), 'indent'],
          [texts.fees, unlessZero(-sales.feesMinor), 'indent'],
          [texts.charity, unlessZero(-sales.charityMinor), 'indent'],
          [texts.net, money(sales.netMinor)],
          [texts.refunds(refundCount), refundCount > 0 && money(refunds.netMinor)],
          [texts.payouts, unlessZero(payoutsMinor)],
          [texts.writtenOff, unlessZero(statement.writtenOffMinor)],
          [texts.closing, money(statement.closingMinor), 'sum'],
        ])}
      </div>
      <p class="buttons">
        <a class="button outlined small" href="/v1/earnings.csv?month=${month}" download="loge-${month}.csv">${texts.csv}</a>
      </p>`;
  }

  #tax({ quarters: all }: TaxYear): unknown {
    const { words, language } = this;
    const texts = words.earnings;
    const quarters = all.filter(({ activities, considerationMinor }) => activities > 0 || considerationMinor !== 0);
    if (quarters.length === 0) return html`<p class="small">${texts.taxNone}</p>`;
    const heads = [texts.taxQuarter, texts.taxEarned, texts.taxSales, texts.taxFees, texts.taxTaxes];
    return html`<div class="scroller" tabindex="0" role="group" aria-labelledby="tax"><table data-testid="tax">
      <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>
        ${quarters.map(
          ({ quarter, considerationMinor, activities, feesMinor, taxesMinor, currency }) => html`<tr>
            <th scope="row">${language === 'fr' ? quarter.slice(5).replace('Q', 'T') : quarter.slice(5)}</th>
            <td>${this.money(considerationMinor, currency)}</td>
            <td>${formatCount(activities, language)}</td>
            <td>${this.money(feesMinor, currency)}</td>
            <td>${this.money(taxesMinor, currency)}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>`;
  }
}

defineElement('earnings-papers', EarningsPapers);
