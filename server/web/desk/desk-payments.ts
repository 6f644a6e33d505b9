/** `<desk-payments>`: searches payments by payer or id. The query is in the URL. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskPayment, DeskPaymentList } from '../../protocol/money/desk.ts';
import { PAYMENT_KINDS } from '../../protocol/money/payment-kind.ts';
import type { Given } from '../../protocol/operations/calls.ts';
import type { Row, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

type Query = NonNullable<Given<'GET /v1/payments'>[0]> & Partial<Record<'query' | 'kind', string>>;

/** The style of a payment's status. */
export const PAYMENT_LOOK = { settled: 'good', part_refunded: 'open', refunded: 'open', disputed: 'bad' } as const;

export class DeskPayments extends DeskPart<DeskPaymentList> {
  protected override height = '12rem';

  protected override read = async (): Promise<DeskPaymentList> =>
    this.know(await call('GET /v1/payments', this.#query()));

  #query(): Query {
    const asked = new URLSearchParams(location.search);
    return { query: asked.get('query') ?? '', kind: asked.get('kind') ?? '' } as Query;
  }

  override render(): unknown {
    const texts = this.desk.payments;
    const { query, kind } = this.#query();
    const { kinds } = this.words.wallet;
    const search = this.search({
      fields: [
        { name: 'query', label: texts.search, hint: texts.searchHint, testId: 'payments-query', value: query },
        {
          ...{ name: 'kind', label: texts.kind, testId: 'payments-kind', kind: 'select', value: kind },
          options: [
            { value: '', label: texts.all },
            ...PAYMENT_KINDS.map((value) => ({ value, label: kinds[value] ?? value })),
          ],
        },
      ],
      submit: { label: texts.find, testId: 'payments-search' },
      ask: (values) => this.#ask(values),
    });
    return html`${search}<div aria-live="polite">${super.render()}</div>`;
  }

  #ask(values: Values): void {
    const url = new URL(location.href);
    for (const name of ['query', 'kind']) {
      if (values(name)) url.searchParams.set(name, values(name));
      else url.searchParams.delete(name);
    }
    history.replaceState(history.state, '', url.href);
  }

  protected override show({ payments, next }: DeskPaymentList): unknown {
    const load = () =>
      this.extend(async (shown) => {
        const page = this.know(await call('GET /v1/payments', { ...this.#query(), ...(next && { after: next }) }));
        return { ...page, payments: [...shown.payments, ...page.payments] };
      });
    return this.list({
      items: payments,
      testId: 'payments',
      empty: this.desk.payments.none,
      row: (payment) => this.#row(payment),
      more: next ? { label: this.desk.more, testId: 'payments-more', load } : undefined,
    });
  }

  #row({ id, kind, identity, creator, status, at, from, amountMinor, currency }: DeskPayment): Row {
    const texts = this.desk.payments;
    return {
      title: this.words.wallet.kinds[kind] ?? kind,
      href: `/desk/payments/${id}`,
      state: { look: PAYMENT_LOOK[status], text: texts.states[status] },
      lines: [
        this.person(identity),
        creator && html`→ ${this.person(creator)}`,
        `${this.moment(at)} · ${texts.by[from]}`,
      ],
      amount: this.money(amountMinor, currency),
      testId: `payment-${id}`,
    };
  }
}

defineElement('desk-payments', DeskPayments);
