/** `<desk-payments>`: searches payments by payer or id. The query is in the URL. */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';

import type { DeskPayment, DeskPaymentsQuery } from '../../protocol/money/desk.ts';
import { PAYMENT_KINDS } from '../../protocol/money/payment-kind.ts';
import type { Given } from '../../protocol/operations/calls.ts';
import { formatMoment } from '../site/dates.ts';
import { DeskPart, textOf } from './desk-part.ts';

const ALL = 'all';

/** The style of a payment's status. */

export const PAYMENT_LOOK = { settled: 'good', part_refunded: 'open', refunded: 'open', disputed: 'bad' } as const;

export class DeskPayments extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    query: { state: true },
    kind: { state: true },
    payments: { state: true },
    next: { state: true },
  };
  declare query: string;
  declare kind: string;
  declare payments: DeskPayment[] | undefined;
  declare next: string | null;
  /** What the list shows, not what the fields say meanwhile. */
  #asked: Given<'GET /v1/payments'>[0] = {};

  static override styles = [
    ...DeskPart.styles,
    css`
      form {
        display: grid;
        gap: var(--_space-16);
        align-items: start;
      }

      .found {
        min-height: 12rem;
      }

      .found .rows a {
        color: inherit;
        text-decoration: none;
      }

      .rows > li {
        padding: 0;
      }

      .rows > li > a {
        display: grid;
        flex: 1;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: start;
        gap: var(--_space-4) var(--_space-16);
        padding: var(--_space-12) var(--_space-8);
        margin-inline: calc(-1 * var(--_space-8));
        border-radius: var(--_radius-small);
      }

      .end {
        display: grid;
        justify-items: end;
        gap: var(--_space-4);
      }

      .rows > li > a:hover {
        background: var(--_surface);
      }

      @media (min-width: 720px) {
        form {
          grid-template-columns: minmax(0, 1fr) 14rem auto;
        }

        form wa-button {
          margin-top: var(--_space-32);
        }
      }
    `,
  ];

  constructor() {
    super();
    const asked = new URLSearchParams(location.search);
    this.query = asked.get('query') ?? '';
    this.kind = asked.get('kind') ?? '';
    this.next = null;
  }

  protected override async load(): Promise<void> {
    const asked = { query: this.query.trim(), kind: this.kind as DeskPaymentsQuery['kind'] | '' };
    this.#asked = asked;
    const { payments, next } = await call('GET /v1/payments', asked);
    // Another search has begun meanwhile.
    if (asked !== this.#asked) return;
    this.payments = payments;
    this.next = next;
  }

  override render(): TemplateResult {
    const texts = this.desk.payments;
    const { kinds } = this.words.wallet;
    return html`
      <form role="search" @submit=${this.#submit}>
        <wa-input
          label=${texts.search}
          hint=${texts.searchHint}
          type="search"
          autocomplete="off"
          data-testid="payments-query"
          .value=${this.query}
          @input=${(event: Event) => {
            this.query = textOf(event);
          }}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === 'Enter' && !event.isComposing) void this.#search();
          }}
        ></wa-input>
        ${keyed(
          this.language,
          html`<wa-select
          label=${texts.kind}
          data-testid="payments-kind"
          .value=${this.kind || ALL}
          @change=${(event: Event) => {
            const { value } = event.target as HTMLInputElement;
            this.kind = value === ALL ? '' : value;
            void this.#search();
          }}
        >
          <wa-option value=${ALL}>${texts.all}</wa-option>
          ${PAYMENT_KINDS.map((kind) => html`<wa-option value=${kind}>${kinds[kind]}</wa-option>`)}
        </wa-select>`,
        )}
        <wa-button variant="neutral" data-testid="payments-search" ?loading=${this.busy === 'search'} @click=${this.#search}>${texts.find}</wa-button>
      </form>
      ${this.messages()}
      <section class="found" aria-labelledby="found" aria-live="polite">
        <h2 id="found" class="visually-hidden">${texts.found}</h2>
        ${this.whenRead(this.payments, '12rem', (payments) =>
          payments.length === 0
            ? html`<p class="muted">${texts.none}</p>`
            : html`<ul class="rows" data-testid="payments">${payments.map((payment) => this.#payment(payment))}</ul>`,
        )}
        ${this.next ? html`<wa-button size="s" appearance="outlined" ?loading=${this.busy === 'more'} @click=${this.#more}>${this.desk.more}</wa-button>` : nothing}
      </section>
    `;
  }

  #payment(payment: DeskPayment): TemplateResult {
    const texts = this.desk.payments;

    const { id, kind, identity, creator, status } = payment;
    return html`<li>
      <a href="/desk/payments/${id}" data-testid="payment-${id}">
        <div class="what">
          <p class="line"><b>${this.words.wallet.kinds[kind] ?? kind}</b> <span><bdi>${texts.from(identity)}</bdi>${creator ? html` <bdi>${texts.to(creator)}</bdi>` : nothing}</span></p>
          <p class="small muted">${formatMoment(payment.at, this.language)} · ${texts.by[payment.from]}</p>
        </div>
        <span class="end">
          <span class="amount">${this.money(payment.amountMinor, payment.currency)}</span>
          <span class="state ${PAYMENT_LOOK[status]}">${texts.states[status]}</span>
        </span>
      </a>
    </li>`;
  }

  #submit = (event: Event): void => {
    event.preventDefault();
    void this.#search();
  };

  #search = async (): Promise<void> => {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries({ query: this.query.trim(), kind: this.kind })) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    history.replaceState(history.state, '', url.href);
    this.next = null;
    // A running search is not waited for: its answer is no longer wanted.
    this.busy = '';
    await this.act('search', () => this.load());
  };

  #more = async (): Promise<void> => {
    const { next: after } = this;
    if (!after) return;
    await this.act('more', async () => {
      const asked = this.#asked;
      const page = await call('GET /v1/payments', { ...asked, after });
      if (asked !== this.#asked) return;
      this.payments = [...(this.payments ?? []), ...page.payments];
      this.next = page.next;
    });
  };
}

defineElement('desk-payments', DeskPayments);
