/** `<earnings-holds>`: held sales, each with its reason and release date. */
import type { PropertyValues } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsHold, EarningsPage } from '../../protocol/money/payouts.ts';
import { formatDay } from '../site/dates.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

/** Sales shown at first; a longer list is expanded in steps. */
const SHOWN_AT_FIRST = 8;
const SHOWN_MORE = 25;

export class EarningsHolds extends PagePart<EarningsPage> {
  /** Of the first page, and of further ones. */
  #all: EarningsHold[] = [];
  #further: EarningsHold[] = [];
  /** Where the next page begins; null at the end, undefined while there is the first page alone. */
  #next: string | null | undefined;
  #shown = SHOWN_AT_FIRST;

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!changed.has('data') || !this.data) return;
    // The page is read again and again: released sales leave its beginning, and newer ones come behind the last one.
    const { holds } = this.data;
    const first = new Set(holds.map(({ sale }) => sale));
    this.#further = this.#further.filter(({ sale }) => !first.has(sale));
    this.#all = [...holds, ...this.#further];
    if (this.#next === null) this.#next = this.#further.at(-1)?.sale;
  }

  protected override isHidden(): boolean {
    return this.#all.length === 0;
  }

  protected override show({ nextHold, summary }: EarningsPage): unknown {
    const texts = this.words.earnings;
    const after = this.#next === undefined ? nextHold : this.#next;
    const list = this.list({
      items: this.#all.slice(0, this.#shown),
      testId: 'holds',
      row: ({ kind, source, reason, soldAt, amountMinor, releaseAt, reserve }) => ({
        title: texts.kinds[kind] ?? kind,
        lines: [
          texts.sold(this.moment(soldAt)),
          texts.reasons[reason],
          releaseAt
            ? texts.releasedOn(formatDay(releaseAt, this.language))
            : reason === 'disputed'
              ? texts.releaseOpen
              : reason === 'live_ahead'
                ? texts.releaseAfterLive
                : texts.releaseHouse,
          reserve &&
            texts.reserveOf(
              this.money(reserve.amountMinor, summary.currency),
              reserve.releaseAt && formatDay(reserve.releaseAt, this.language),
            ),
        ],
        amount: this.money(amountMinor, summary.currency),
        testId: `hold-${source}`,
      }),
      more:
        after || this.#all.length > this.#shown
          ? { label: texts.more, testId: 'more-holds', load: () => this.#showMore(after) }
          : undefined,
    });
    return this.section('holds', { title: texts.holds, text: texts.holdsText }, list);
  }

  async #showMore(after: string | null): Promise<void> {
    if (after && this.#all.length < this.#shown + SHOWN_MORE) {
      const { holds, nextHold } = await call('GET /v1/earnings', { after });
      this.#further = [...this.#further, ...holds];
      this.#all = [...this.#all, ...holds];
      this.#next = nextHold;
    }
    this.#shown += SHOWN_MORE;
  }
}

defineElement('earnings-holds', EarningsHolds);
