/** `<earnings-summary>`: a creator's four totals, why money is held, and the next releases. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsPage, EarningsRelease, FrozenEarnings } from '../../protocol/money/payouts.ts';

import { dayKey, formatDay, formatDaysUntil } from '../site/dates.ts';
import { SitePart } from '../site/site-part.ts';

/** Days that are listed; later ones are in the list of sales. */
const DAYS_SHOWN = 6;

export class EarningsSummary extends SitePart {
  static override properties = { ...SitePart.properties, page: { attribute: false } };
  declare page: EarningsPage;

  static override styles = [
    ...SitePart.styles,
    css`
      :host {
        display: block;
      }

      wa-callout {
        margin-top: var(--_space-16);
      }

      wa-callout strong {
        display: block;
      }

      .when {
        color: var(--_accent);
        font: var(--_type-16);
      }
    `,
  ];

  override render(): TemplateResult {
    const { words } = this;
    const { summary } = this.page;
    return html`
      <dl class="figures">
        ${this.#figure('pending', words.earnings.pending, summary.pendingMinor, words.earnings.pendingHint)}
        ${this.#figure('available', words.earnings.available, summary.availableMinor, this.#availableHint(), true)}
        ${this.#figure('in-payout', words.earnings.inPayout, summary.inPayoutMinor, words.earnings.inPayoutHint)}
        ${this.#figure('paid-out', words.earnings.paidOut, summary.paidOutMinor, words.earnings.paidOutHint)}
      </dl>
      ${summary.frozen.map((frozen) => this.#frozen(frozen))}
      ${this.#frozenEmpty()} ${this.#next()}
    `;
  }

  /** No payout is promised to a creator whose money waits, for a reason that stands below. */
  #availableHint(): string {
    const { owedHint, waitsHint, availableHint } = this.words.earnings;
    const { freeze, summary } = this.page;
    if (summary.availableMinor < 0) return owedHint;
    return freeze || summary.frozen.length > 0 ? waitsHint : availableHint;
  }

  #figure(id: string, label: string, amountMinor: number, hint: string, isStrong = false): TemplateResult {
    return html`<div class=${isStrong ? 'strong' : ''}>
      <dt>${label}</dt>
      <dd class="amount" data-testid="earnings-${id}">${this.money(amountMinor, this.page.summary.currency)}</dd>
      <dd class="small">${hint}</dd>
    </div>`;
  }

  #frozen(frozen: FrozenEarnings): TemplateResult {
    const { frozen: texts } = this.words.earnings;
    const { currency, payoutMinMinor } = this.page.summary;
    const { reason } = frozen;
    const { freeze } = this.page;
    const note =
      reason === 'house' && freeze
        ? this.#houseNote(freeze.reason)
        : reason === 'suspended'
          ? html`<a class="link" href="/reports">${texts.suspended.decision}</a>`
          : nothing;
    const text =
      reason === 'below_minimum'
        ? texts.below_minimum.text(this.money(payoutMinMinor, currency))
        : reason === 'suspended'
          ? texts.suspended.text(frozen.until ? formatDay(frozen.until, this.language) : null)
          : texts[reason].text;
    return html`<wa-callout variant=${reason === 'recovery' ? 'danger' : 'brand'} data-testid="frozen-${reason}">
      <strong>${texts[reason].title(this.money(Math.abs(frozen.amountMinor), currency))}</strong>${text} ${note}
    </wa-callout>`;
  }

  /** Why, until when, what to do, and whom to write to. */
  #houseNote(reason: string): TemplateResult {
    const texts = this.words.earnings.frozen.house;
    const { contact } = this.page;
    return html`${texts.note(reason)} ${texts.until}
    ${contact ? html`${texts.contact} <a class="link" href="mailto:${contact}">${contact}</a>` : nothing}`;
  }

  /** A freeze is shown even without earnings. */
  #frozenEmpty(): TemplateResult | typeof nothing {
    const { freeze, summary } = this.page;
    const texts = this.words.earnings.frozen.house;
    if (!freeze || summary.frozen.some(({ reason }) => reason === 'house')) return nothing;
    return html`<wa-callout variant="brand" data-testid="frozen-house">
      <strong>${texts.none}</strong>${texts.text} ${this.#houseNote(freeze.reason)}
    </wa-callout>`;
  }

  #next(): TemplateResult {
    const { words, page } = this;
    const { currency, availableMinor, frozen } = page.summary;
    const days = mergeLocalDays(page.summary.releases);
    const hasPayout = days.some(({ payoutMinor }) => payoutMinor > 0);
    const undecidedMinor = page.holds.reduce((sum, hold) => sum + (hold.releaseAt ? 0 : hold.amountMinor), 0);
    const goes = availableMinor > 0 && frozen.length === 0;
    const isNothing = days.length === 0 && undecidedMinor === 0 && !goes;
    return html`<section aria-labelledby="next">
      <h2 id="next" class="display">${words.earnings.next}</h2>
      ${
        isNothing
          ? html`<p class="muted">${words.earnings.nextNone}</p>`
          : html`<ul class="rows" data-testid="earnings-next">
              ${goes ? this.#row(words.earnings.payoutNext(this.money(availableMinor, currency)), words.earnings.payoutWhen) : nothing}
              ${days.slice(0, DAYS_SHOWN).map((day) => this.#release(day))}
              ${
                undecidedMinor === 0
                  ? nothing
                  : this.#row(
                      words.earnings.undecided(this.money(undecidedMinor, currency)),
                      words.earnings.undecidedWhen,
                    )
              }
            </ul>`
      }
      ${
        hasPayout
          ? html`<a class="link" href="/v1/earnings/calendar?locale=${this.language}" download data-testid="payout-calendar">${words.earnings.calendar}</a>`
          : nothing
      }
    </section>`;
  }

  #release({ at, amountMinor, payoutMinor, saleCount }: EarningsRelease): TemplateResult {
    const { words, language } = this;
    const money = (minor: number) => this.money(minor, this.page.summary.currency);
    const { earnings: texts } = words;
    return html`<li>
      <div class="what">
        <p>${payoutMinor > 0 ? texts.pays(money(payoutMinor)) : texts.releasesOnly(money(amountMinor))}</p>
        <p class="small muted">
          ${payoutMinor > amountMinor ? texts.releaseSalesAndRest(saleCount) : texts.releaseSales(saleCount)}
        </p>
      </div>
      <span class="when"><time datetime=${at}>${formatDay(at, language)}</time>, ${formatDaysUntil(at, language)}</span>
    </li>`;
  }

  #row(text: string, when: string): TemplateResult {
    return html`<li><p class="what">${text}</p><span class="small muted">${when}</span></li>`;
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
