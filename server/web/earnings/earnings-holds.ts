/** `<earnings-holds>`: held sales, each with its reason and release date. */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsHold, EarningsPage } from '../../protocol/money/payouts.ts';
import { formatDay, formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { SitePart } from '../site/site-part.ts';

/** Sales shown at first; a longer list is expanded in steps. */
const SHOWN_AT_FIRST = 8;
const SHOWN_MORE = 25;

export class EarningsHolds extends SitePart {
  static override properties = {
    ...SitePart.properties,
    page: { attribute: false },
    more: { state: true },
    next: { state: true },
    shown: { state: true },
  };
  declare page: EarningsPage;
  /** Holds of further pages. */
  declare more: EarningsHold[];
  declare next: string | null | undefined;
  declare shown: number;
  /** What was held when the end of the list was reached. */
  #pendingAtEnd = 0;

  constructor() {
    super();
    this.more = [];
    this.shown = SHOWN_AT_FIRST;
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!changed.has('page')) return;
    // The page is read again and again: released sales leave its beginning, and newer ones come behind the last one.
    const first = new Set(this.page.holds.map(({ sale }) => sale));
    this.more = this.more.filter(({ sale }) => !first.has(sale));
    const isLonger = this.next === null && this.page.summary.pendingMinor !== this.#pendingAtEnd;
    if (isLonger) this.next = this.more.at(-1)?.sale ?? undefined;
  }

  get #all(): EarningsHold[] {
    return [...this.page.holds, ...this.more];
  }

  get #nextHold(): string | null {
    return this.next === undefined ? this.page.nextHold : this.next;
  }

  override render(): TemplateResult | typeof nothing {
    const { words } = this;
    const all = this.#all;
    if (all.length === 0) return nothing;
    return html`<section aria-labelledby="holds">
      <h2 id="holds" class="display">${words.earnings.holds}</h2>
      <p class="muted small">${words.earnings.holdsText}</p>
      <ul class="rows" data-testid="holds">${all.slice(0, this.shown).map((hold) => this.#hold(hold))}</ul>
      ${
        all.length > this.shown || this.#nextHold
          ? html`<wa-button appearance="outlined" size="s" ?loading=${this.busy === 'more'} @click=${this.#showMore}>${words.earnings.more}</wa-button>`
          : nothing
      }
      ${this.messages()}
    </section>`;
  }

  #hold(hold: EarningsHold): TemplateResult {
    const { words, language } = this;
    const released = hold.releaseAt
      ? words.earnings.releasedOn(formatDay(hold.releaseAt, language))
      : hold.reason === 'disputed'
        ? words.earnings.releaseOpen
        : words.earnings.releaseHouse;
    return html`<li data-testid="hold-${hold.source}">
      <div class="what">
        <p><b>${words.earnings.kinds[hold.kind] ?? hold.kind}</b> <span class="muted small">· ${words.earnings.sold(formatMoment(hold.soldAt, language))}</span></p>
        <p class="small">${words.earnings.reasons[hold.reason]}</p>
        <p class="small muted">${released}</p>
      </div>
      <span class="amount">${this.money(hold.amountMinor, this.page.summary.currency)}</span>
    </li>`;
  }

  #showMore = async (): Promise<void> => {
    const after = this.#nextHold;
    const isEnough = this.#all.length >= this.shown + SHOWN_MORE;
    if (!isEnough && after) {
      await this.act('more', async () => {
        const page = await call('GET /v1/earnings', { after });
        this.more = [...this.more, ...page.holds];
        this.next = page.nextHold;
        this.#pendingAtEnd = this.page.summary.pendingMinor;
      });
    }
    this.shown += SHOWN_MORE;
  };
}

defineElement('earnings-holds', EarningsHolds);
