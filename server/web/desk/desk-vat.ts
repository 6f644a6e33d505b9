/** `<desk-vat>`: the VAT of a quarter by country and rate, for the returns of the house. The quarter is in the URL. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { VAT_SCHEMES, type VatLine, type VatReport, type VatScheme } from '../../protocol/money/vat-report.ts';
import type { Row } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

/** A correction goes through the one-stop shop for three years after the return. */
const QUARTERS_OFFERED = 14;

export class DeskVat extends DeskPart<VatReport> {
  protected override height = '14rem';

  protected override read = () => call('GET /v1/reports/vat', { quarter: this.#quarter() });

  #quarter(): string {
    return new URLSearchParams(location.search).get('quarter') ?? quarterBefore(0);
  }

  override render(): unknown {
    const texts = this.desk.vat;
    // A quarter in the URL may be older than those that are offered.
    const quarters = Array.from({ length: QUARTERS_OFFERED }, (_, index) => quarterBefore(index));
    const options = [...new Set([...quarters, this.#quarter()])].map((value) => ({
      value,
      label: this.#nameOf(value),
    }));
    const search = this.search({
      fields: [
        {
          name: 'quarter',
          label: texts.quarter,
          kind: 'select',
          testId: 'vat-quarter',
          value: this.#quarter(),
          options,
        },
      ],
      ask: (values) => {
        const url = new URL(location.href);
        url.searchParams.set('quarter', values('quarter'));
        history.replaceState(history.state, '', url.href);
      },
    });
    return html`<p class="muted">${texts.text}</p>${search}<div aria-live="polite">${super.render()}</div>`;
  }

  protected override show(report: VatReport): unknown {
    const texts = this.desk.vat;
    const { quarter, sales, corrections, unnumberedCount, currency } = report;
    const file = `/v1/reports/vat.csv?quarter=${quarter}`;
    if (sales.length + corrections.length === 0)
      return html`<p class="muted" data-testid="vat-report">${texts.none}</p>`;
    return html`<div data-testid="vat-report">
      ${unnumberedCount > 0 ? html`<p><span class="bad-mark">${texts.unnumbered(unnumberedCount)}</span></p>` : nothing}
      ${VAT_SCHEMES.map((scheme) => this.#scheme(scheme, report))}
      ${currency === 'eur' ? nothing : html`<p class="muted">${texts.notEuro}</p>`}
      <p class="buttons"><a class="button outlined" data-testid="vat-csv" href=${file} download>${texts.csv}</a></p>
    </div>`;
  }

  #scheme(scheme: VatScheme, { sales, corrections, due, quarter, currency }: VatReport): unknown {
    const texts = this.desk.vat;
    const lines = [...sales, ...corrections].filter((line) => line.scheme === scheme);
    if (lines.length === 0) return nothing;
    const { title, text } = texts.schemes[scheme];
    // Without corrections or a second rate, the lines say it.
    const owed = due.filter((each) => each.scheme === scheme);
    return this.section(`vat-${scheme}`, { title, text }, [
      this.list({ items: lines, testId: `vat-lines-${scheme}`, row: (line) => this.#row(line, quarter, currency) }),
      lines.length > owed.length
        ? html`<div class="amounts"><h3>${texts.due}</h3>
            ${this.facts(owed.map(({ country, vatMinor }) => [this.#country(country), this.money(vatMinor, currency)]))}
          </div>`
        : nothing,
    ]);
  }

  #row(line: VatLine, quarter: string, currency: string): Row {
    const texts = this.desk.vat;
    const { period, country, rateBps, salesCount, reversalsCount, unprovenCount, netMinor, vatMinor } = line;
    const percent = new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 });
    return {
      title: `${this.#country(country)}, ${percent.format(rateBps / 10_000)}`,
      state: period === quarter ? undefined : { look: 'open', text: texts.corrects(this.#nameOf(period)) },
      lines: [
        texts.net(this.money(netMinor, currency)),
        salesCount > 0 && texts.sales(salesCount),
        reversalsCount > 0 && texts.reversals(reversalsCount),
        unprovenCount > 0 && texts.unproven(unprovenCount),
      ],
      amount: this.money(vatMinor, currency),
    };
  }

  #country(code: string): string {
    return new Intl.DisplayNames([this.language], { type: 'region' }).of(code) ?? code;
  }

  #nameOf(quarter: string): string {
    const [year = '', number = ''] = quarter.split('-Q');
    return this.desk.vat.quarterOf(number, year);
  }
}

/** `2026-Q4`, so many quarters ago. */
function quarterBefore(count: number): string {
  const now = new Date();
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 3 * count));
  return `${first.getUTCFullYear()}-Q${Math.floor(first.getUTCMonth() / 3) + 1}`;
}

defineElement('desk-vat', DeskVat);
