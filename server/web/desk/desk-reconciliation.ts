/** `<desk-reconciliation>`: books against provider, each difference explained, and earlier comparisons. */
import { html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatCount, formatLongDay } from '../../../client-sdk/elements/texts/format.ts';
import type { Reconciliation } from '../../protocol/money/payouts.ts';
import { formatMonth } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

/** Financial years that may begin in any of them. */
const MONTHS_OFFERED = 36;

export class DeskReconciliation extends DeskPart<Reconciliation[]> {
  protected override height = '14rem';

  /** Newest first. */
  protected override read = async () => (await call('GET /v1/reconciliations')).reconciliations;

  protected override show([newest, ...earlier]: Reconciliation[]): unknown {
    const texts = this.desk.reconciliation;
    const run = this.acts(undefined, [
      {
        label: texts.run,
        look: 'filled',
        testId: () => 'reconcile',
        run: () => call('POST /v1/reconciliations'),
        done: () => texts.done,
      },
    ]);
    const list = this.list({
      items: earlier,
      row: (each) => ({
        title: this.moment(each.startedAt),
        lines: [this.#verdict(each)],
        amount: this.money(each.differenceMinor, each.currency),
      }),
    });
    return [
      html`<p class="muted">${texts.text}</p><div>${run}</div>`,
      newest ? this.#result(newest) : html`<p class="muted">${texts.none}</p>`,
      earlier.length > 0 ? this.section('earlier', { title: texts.earlier }, list) : nothing,
      this.section('journal', { title: texts.journal }, this.#journal()),
      this.section('self-bills', { title: texts.bills, text: texts.billsText }, this.#bills()),
    ];
  }

  /** The newest first, to the end of this year. */
  #months() {
    const year = new Date().getUTCFullYear();
    return Array.from({ length: MONTHS_OFFERED }, (_, index) => {
      const value = new Date(Date.UTC(year, 11 - index)).toISOString().slice(0, 7);
      return { value, label: formatMonth(value, this.language) };
    });
  }

  #bills(): unknown {
    const texts = this.desk.reconciliation;
    const before = new Date();
    before.setUTCDate(0);
    const month = { name: 'month', label: texts.billsMonth, kind: 'select', testId: 'self-bills-month' } as const;
    return this.form({
      fields: [{ ...month, options: this.#months(), value: before.toISOString().slice(0, 7) }],
      submit: { label: texts.billsExport, testId: 'self-bills-export' },
      send: async (values) =>
        location.assign(`/v1/reports/self-bills.csv?${new URLSearchParams({ month: values('month') })}`),
    });
  }

  #journal(): unknown {
    const texts = this.desk.reconciliation;
    const year = new Date().getUTCFullYear();
    const options = this.#months();
    const from = { name: 'from', label: texts.journalFrom, kind: 'select', testId: 'journal-from', options } as const;
    return [
      html`<p class="muted">${texts.journalText}</p>`,
      this.form({
        fields: [
          { ...from, value: `${year - 1}-01` },
          { name: 'months', label: texts.journalMonths, kind: 'number', value: '12', testId: 'journal-months' },
        ],
        submit: { label: texts.journalExport, testId: 'journal-export' },
        faults: (values) => ({ months: !/^([1-9]|1\d|2[0-4])$/.test(values('months')) && texts.journalMonthsWrong }),
        send: async (values) => {
          const period = new URLSearchParams({ from: values('from'), months: values('months') });
          location.assign(`/v1/reports/journal.txt?${period}`);
        },
      }),
    ];
  }

  #verdict({ unexplainedCount, items }: Reconciliation): string {
    const texts = this.desk.reconciliation;
    if (unexplainedCount > 0) return texts.unexplained(unexplainedCount);
    // Items without a difference name what only the provider had.
    return items.every(({ differenceMinor }) => differenceMinor === 0) ? texts.agrees : texts.explained;
  }

  #result(run: Reconciliation): unknown {
    const texts = this.desk.reconciliation;
    const { language } = this;
    const money = (amountMinor: number) => this.money(amountMinor, run.currency);
    const isWell = run.unexplainedCount === 0;
    const items = this.list({
      items: run.items,
      row: ({ isExplained, reference, text, differenceMinor }) => ({
        title: html`<code>${reference}</code>`,
        state: isExplained ? { look: 'good', text: texts.isExplained } : { look: 'bad', text: texts.isUnexplained },
        lines: [html`<span lang="en">${text}</span>`],
        amount: money(differenceMinor),
      }),
    });
    return html`<section class="amounts" data-testid="reconciliation" data-unexplained=${run.unexplainedCount}>
      <h2 class="display"><span class="${isWell ? 'good' : 'bad'}-mark">${icon(isWell ? 'check' : 'warning', 24)}</span> ${this.#verdict(run)}</h2>
      <p class="muted">${this.moment(run.startedAt)} · ${texts.movements(formatCount(run.movementCount, language))} ${texts.since(formatLongDay(run.since, language))}</p>
      ${this.facts([
        [texts.books, money(run.ledgerMinor)],
        [texts.provider, money(run.providerMinor)],
        [texts.difference, money(run.differenceMinor), 'sum'],
      ])}
      ${run.items.length > 0 ? html`<h3>${texts.items}</h3>${items}` : nothing}
    </section>`;
  }
}

defineElement('desk-reconciliation', DeskReconciliation);
