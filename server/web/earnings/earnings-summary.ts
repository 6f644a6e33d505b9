/** `<earnings-summary>`: a creator's four totals, why money is held, and the next releases. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsPage, EarningsRelease, FrozenEarnings } from '../../protocol/money/payouts.ts';
import { dayKey, formatDay, formatDaysUntil } from '../site/dates.ts';
import { PagePart, type Row } from '../site/page-part.ts';

/** Days that are listed; later ones are in the list of sales. */
const DAYS_SHOWN = 6;

export class EarningsSummary extends PagePart<EarningsPage> {
  static override styles = [
    ...PagePart.styles,
    css`
      .when {
        color: var(--_accent);
        font: var(--_type-16);
      }
    `,
  ];

  protected override show(page: EarningsPage): unknown {
    const { earnings: texts } = this.words;
    const { summary } = page;
    const figure = (id: string, label: string, amountMinor: number, hint: string) => ({
      ...{ label, hint, testId: `earnings-${id}` },
      amount: this.money(amountMinor, summary.currency),
    });
    return [
      this.figures([
        figure('pending', texts.pending, summary.pendingMinor, texts.pendingHint),
        { ...figure('available', texts.available, summary.availableMinor, this.#availableHint(page)), isStrong: true },
        figure('in-payout', texts.inPayout, summary.inPayoutMinor, texts.inPayoutHint),
        figure('paid-out', texts.paidOut, summary.paidOutMinor, texts.paidOutHint),
      ]),
      summary.frozen.map((frozen) => this.#frozen(frozen, page)),
      this.#reserve(page),
      this.#frozenEmpty(page),
      this.section('next', { title: texts.next }, this.#next(page)),
    ];
  }

  /** No payout is promised to a creator whose money waits, for a reason that stands below. */
  #availableHint({ freeze, summary }: EarningsPage): string {
    const { owedHint, waitsHint, availableHint } = this.words.earnings;
    if (summary.availableMinor < 0) return owedHint;
    return freeze || summary.frozen.length > 0 ? waitsHint : availableHint;
  }

  #frozen({ reason, until, amountMinor }: FrozenEarnings, page: EarningsPage): TemplateResult {
    const { frozen: texts } = this.words.earnings;
    const { currency, payoutMinMinor } = page.summary;
    const note =
      reason === 'house'
        ? this.#houseNote(page)
        : reason === 'suspended'
          ? html`<a class="link" href="/reports">${texts.suspended.decision}</a>`
          : nothing;
    const text =
      reason === 'below_minimum'
        ? texts.below_minimum.text(this.money(payoutMinMinor, currency))
        : reason === 'suspended'
          ? texts.suspended.text(until ? formatDay(until, this.language) : null)
          : reason === 'recovery'
            ? `${texts.recovery.text} ${texts.recovery.until(until ? formatDay(until, this.language) : null)}`
            : texts[reason].text;
    const title = texts[reason].title(this.money(Math.abs(amountMinor), currency));
    return html`<div class="callout ${reason === 'recovery' ? 'danger' : ''}" data-testid="frozen-${reason}">
      <div><strong>${title}</strong>${text} ${note}</div>
    </div>`;
  }

  #reserve({ summary: { reserve } }: EarningsPage): unknown {
    if (!reserve) return nothing;
    const texts = this.words.earnings.reserve;
    const percent = new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 });
    const why = reserve.reason === null ? '' : this.words.earnings.frozen.house.note(reserve.reason);
    return html`<div class="callout" data-testid="reserve">
      <div><strong>${texts.title(percent.format(reserve.shareBps / 10_000), reserve.days)}</strong>${texts.text} ${why}</div>
    </div>`;
  }

  /** Why, until when, what to do, and whom to write to. */
  #houseNote({ freeze, contact }: EarningsPage): unknown {
    if (!freeze) return nothing;
    const texts = this.words.earnings.frozen.house;
    return html`${texts.note(freeze.reason)} ${texts.until}
    ${contact ? html`${texts.contact} <a class="link" href="mailto:${contact}">${contact}</a>` : nothing}`;
  }

  /** A freeze is shown even without earnings. */
  #frozenEmpty(page: EarningsPage): unknown {
    const texts = this.words.earnings.frozen.house;
    if (!page.freeze || page.summary.frozen.some(({ reason }) => reason === 'house')) return nothing;
    return html`<div class="callout" data-testid="frozen-house">
      <div><strong>${texts.none}</strong>${texts.text} ${this.#houseNote(page)}</div>
    </div>`;
  }

  #next({ summary, holds }: EarningsPage): unknown {
    const texts = this.words.earnings;
    const { currency, availableMinor, frozen } = summary;
    const days = mergeLocalDays(summary.releases);
    const undecidedMinor = holds.reduce((sum, hold) => sum + (hold.releaseAt ? 0 : hold.amountMinor), 0);
    const goes = availableMinor > 0 && frozen.length === 0;
    const items = [
      goes && { title: texts.payoutNext(this.money(availableMinor, currency)), lines: [texts.payoutWhen] },
      ...days.slice(0, DAYS_SHOWN).map((day) => this.#release(day, currency)),
      undecidedMinor !== 0 && {
        title: texts.undecided(this.money(undecidedMinor, currency)),
        lines: [texts.undecidedWhen],
      },
    ].filter((row) => row !== false);
    return [
      this.list<Row>({ items, row: (row) => row, testId: 'earnings-next', empty: texts.nextNone }),
      days.some(({ payoutMinor }) => payoutMinor > 0)
        ? html`<a class="link" href="/v1/earnings/calendar?locale=${this.language}" download data-testid="payout-calendar">${texts.calendar}</a>`
        : nothing,
    ];
  }

  #release({ at, amountMinor, payoutMinor, saleCount }: EarningsRelease, currency: string): Row {
    const { language } = this;
    const texts = this.words.earnings;
    const when = html`<time datetime=${at}>${formatDay(at, language)}</time>, ${formatDaysUntil(at, language)}`;
    return {
      title:
        payoutMinor > 0
          ? texts.pays(this.money(payoutMinor, currency))
          : texts.releasesOnly(this.money(amountMinor, currency)),
      lines: [payoutMinor > amountMinor ? texts.releaseSalesAndRest(saleCount) : texts.releaseSales(saleCount)],
      amount: html`<span class="when">${when}</span>`,
    };
  }
}

/** Two days of UTC may be one of the reader's. */
function mergeLocalDays(releases: readonly EarningsRelease[]): EarningsRelease[] {
  const days = new Map<string, EarningsRelease>();
  for (const release of releases) {
    const day = days.get(dayKey(release.at)) ?? { ...release, amountMinor: 0, saleCount: 0, payoutMinor: 0 };
    days.set(dayKey(release.at), {
      at: release.at,
      amountMinor: day.amountMinor + release.amountMinor,
      saleCount: day.saleCount + release.saleCount,
      payoutMinor: day.payoutMinor + release.payoutMinor,
    });
  }
  return [...days.values()];
}

defineElement('earnings-summary', EarningsSummary);
