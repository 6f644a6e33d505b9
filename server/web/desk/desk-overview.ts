/** `<desk-overview>`: what needs the operator, then the state of books and provider. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskActView, DeskOverview } from '../../protocol/money/desk.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const ACTS_SHOWN = 8;

/** The page that shows whether an act was done. */
function placeOf({ act, subject }: DeskActView): string {
  switch (act) {
    case 'refund':
      return `/desk/payments/${encodeURIComponent(subject)}`;
    case 'evidence':
      return '/desk/disputes';
    case 'payouts':
      return '/desk/payouts';
    case 'freeze':
    case 'unfreeze':
      return '/desk/holds';
    case 'reconciliation':
      return '/desk/reconciliation';
    case 'fee_policy':
      return '/desk/fees';
    case 'role_given':
    case 'role_ended':
    case 'sessions_ended':
    case 'account_closed':
    case 'look':
    case 'recovery':
    case 'recovery_withdrawn':
      return `/desk/people/${encodeURIComponent(subject)}`;
  }
}

interface Alarm {
  name: string;
  text: string;
  hint: string;
  /** Absent: there is nothing to do on the desk. */
  href?: string;
  /** Shown in red: waiting costs money. */
  isGrave: boolean;
}

export class DeskOverviewPart extends DeskPart {
  static override properties = { ...DeskPart.properties, overview: { state: true }, newestActs: { state: true } };
  declare overview: DeskOverview | undefined;
  /** Operators' acts, newest first. */
  declare newestActs: DeskActView[];

  static override styles = [
    ...DeskPart.styles,
    css`
      .alarms {
        display: grid;
        gap: var(--_space-12);
        margin-bottom: var(--_space-32);
        list-style: none;
      }

      .alarms a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 0 var(--_space-16);
        align-items: center;
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid color-mix(in oklab, var(--_accent) 45%, var(--_line));
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_accent) 7%, var(--_surface));
        text-decoration: none;
      }

      .alarms a.grave {
        border-color: color-mix(in oklab, var(--_danger) 55%, var(--_line));
        background: color-mix(in oklab, var(--_live) 14%, var(--_surface));
      }

      .alarms .icon {
        color: var(--_accent);
      }

      .grave .icon {
        color: var(--_danger);
      }

      .alarms b {
        display: block;
      }

      .go {
        color: var(--_accent);
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }

      .well {
        display: flex;
        gap: var(--_space-16);
        align-items: center;
        margin-bottom: var(--_space-32);
        padding: var(--_space-16) var(--_space-16);
        border: 1px solid color-mix(in oklab, var(--_success) 45%, var(--_line));
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_success) 7%, var(--_surface));
      }

      .well .icon {
        flex: none;
        color: var(--_success);
      }

      .owed {
        max-width: 34rem;
      }

      .count {
        margin-bottom: var(--_space-16);
        font: var(--_type-20);
      }
    `,
  ];

  protected override async load(): Promise<void> {
    [this.overview, { acts: this.newestActs }] = await Promise.all([
      call('GET /v1/desk/overview'),
      call('GET /v1/desk/acts'),
    ]);
  }

  override render(): TemplateResult {
    const { overview } = this;
    if (!overview)
      return html`${this.messages()}${this.isLost ? nothing : html`<div class="waiting" style="height: 18rem"></div>`}`;
    const texts = this.desk.overview;
    const alarms = this.#alarms(overview);
    const { clearing, owed } = overview;
    const figure = (id: string, label: string, amountMinor: number | null, hint: string) => html`<div>
      <dt>${label}</dt>
      <dd class="amount" data-testid="desk-${id}">${amountMinor === null ? '–' : this.money(amountMinor, overview.currency)}</dd>
      <dd class="small">${hint}</dd>
    </div>`;
    return html`
      ${
        alarms.length === 0
          ? html`<div class="well" data-testid="all-well">${icon('check', 26)}<div><b>${texts.allWell}</b><p class="small muted">${texts.allWellText}</p></div></div>`
          : html`<h2 class="display count">${texts.alarms(alarms.length)}</h2>
              <ul class="alarms">${alarms.map((alarm) => this.#alarm(alarm))}</ul>`
      }
      <dl class="figures">
        ${figure('books', texts.books, clearing.ledgerMinor, texts.booksHint)}
        ${figure('provider', texts.provider, clearing.providerMinor, this.#providerHint(clearing, overview.currency))}
        ${figure('held', texts.held, owed.creatorsPendingMinor, texts.heldHint)}
        ${figure('available', texts.available, owed.creatorsAvailableMinor, texts.availableHint)}
      </dl>
      ${this.#owed(overview)} ${this.#last(overview)} ${this.#acts()} ${this.messages()}
    `;
  }

  #alarms(overview: DeskOverview): Alarm[] {
    const texts = this.desk.overview;
    const money = (amountMinor: number) => this.money(amountMinor, overview.currency);
    const { lastReconciliation: last, clearing, disputes, payouts, failures, frozenCreators } = overview;
    const unexplained = last?.unexplainedCount ?? 0;
    const failed = failures.refunds + failures.payouts + failures.providerEvents + failures.payments;
    const grave = (name: string, text: string, hint: string, href?: string) => ({
      name,
      text,
      hint,
      ...(href !== undefined && { href }),
      isGrave: true,
    });
    const mild = (name: string, text: string, hint: string, href: string) => ({
      name,
      text,
      hint,
      href,
      isGrave: false,
    });
    const due = disputes.evidenceDueAt && texts.evidenceDue(formatMoment(disputes.evidenceDueAt, this.language));
    const candidates: Array<Alarm | false> = [
      overview.isClockInDoubt && grave('clock', texts.clock, texts.clockText),
      unexplained > 0 &&
        grave('unexplained', texts.unexplained(unexplained), texts.differenceText, '/desk/reconciliation'),
      disputes.openCount > 0 &&
        grave(
          'disputes',
          texts.disputes(disputes.openCount, money(disputes.openMinor)),
          due || texts.disputesText,
          '/desk/disputes',
        ),
      failed > 0 &&
        grave(
          'failures',
          texts.failures(failed),
          texts.failuresOf(failures),
          failures.payouts > 0 ? '/desk/payouts' : '/desk/payments',
        ),
      this.#cutOff(overview),
      clearing.providerMinor === null && grave('silent', texts.silent, texts.silentText, '/desk/reconciliation'),
      last === null && mild('never', texts.never, texts.neverText, '/desk/reconciliation'),
      payouts.dueCount > 0 &&
        mild('due', texts.due(money(payouts.dueMinor), payouts.dueCount), texts.dueText, '/desk/payouts'),
      frozenCreators > 0 && mild('frozen', texts.frozen(frozenCreators), texts.frozenText, '/desk/holds'),
    ];
    return candidates.filter((alarm) => alarm !== false);
  }

  #cutOff({ cutOffActs: { count, oldest } }: DeskOverview): Alarm | false {
    if (!oldest) return false;
    const texts = this.desk.overview;
    const when = formatMoment(oldest.at, this.language);
    const hint = texts.cutOffText(texts.actKinds[oldest.act], oldest.by, when);
    return { name: 'cut-off', text: texts.cutOff(count), hint, href: placeOf(oldest), isGrave: true };
  }

  #providerHint({ ledgerMinor, providerMinor }: DeskOverview['clearing'], currency: string): string {
    const texts = this.desk.overview;
    if (providerMinor === null) return texts.providerSilent;
    const apartMinor = Math.abs(providerMinor - ledgerMinor);
    return apartMinor === 0 ? texts.providerHint : texts.providerApart(this.money(apartMinor, currency));
  }

  #owed({ owed, revenueMinor, payouts, currency }: DeskOverview): TemplateResult {
    const texts = this.desk.overview;
    const line = (label: string, amountMinor: number) =>
      html`<dt>${label}</dt><dd>${this.money(amountMinor, currency)}</dd>`;
    return html`<section aria-labelledby="owed">
      <h2 id="owed" class="display">${texts.owed}</h2>
      <dl class="facts owed">
        ${line(texts.owedFans, owed.fansMinor)} ${line(texts.owedPromo, owed.promoMinor)}
        ${line(texts.owedCreators, owed.creatorsPendingMinor + owed.creatorsAvailableMinor)}
        ${line(texts.owedPayouts, payouts.pendingMinor)} ${line(texts.owedAssociations, owed.associationsMinor)}
        ${line(texts.owedVat, owed.vatMinor)} ${line(texts.owedCards, owed.cardsMinor)}
        <dt class="sum">${texts.revenue}</dt><dd class="sum">${this.money(revenueMinor, currency)}</dd>
      </dl>
    </section>`;
  }

  #alarm({ name, text, hint, href, isGrave }: Alarm): TemplateResult {
    return html`<li>
      <a class=${isGrave ? 'grave' : ''} href=${href ?? nothing} data-testid="alarm-${name}">
        ${icon(isGrave ? 'warning' : 'clock', 24)}
        <span><b>${text}</b><span class="small muted">${hint}</span></span>
        ${href === undefined ? nothing : html`<span class="go small" aria-hidden="true">${this.desk.overview.go}</span>`}
      </a>
    </li>`;
  }

  #acts(): TemplateResult | typeof nothing {
    const texts = this.desk.overview;
    if (this.newestActs.length === 0) return nothing;
    return html`<section aria-labelledby="acts">
      <h2 id="acts" class="display">${texts.acts}</h2>
      <ul class="rows" data-testid="acts">
        ${this.newestActs.slice(0, ACTS_SHOWN).map(
          (act) => html`<li>
            <div class="what">
              <p><b>${texts.actKinds[act.act]}</b> <code>${act.subject}</code></p>
              ${act.reason ? html`<p class="small"><bdi>${this.reasonOf(act)}</bdi></p>` : nothing}
              ${act.outcome === 'done' ? nothing : html`<p class="small"><b>${texts.actOutcomes[act.outcome]}</b></p>`}
            </div>
            <span class="small muted">${texts.actBy(act.by, formatMoment(act.at, this.language))}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  #last({ lastReconciliation: last }: DeskOverview): TemplateResult | typeof nothing {
    if (!last) return nothing;
    return html`<section aria-labelledby="last">
      <h2 id="last" class="display">${this.desk.overview.last}</h2>
      <p>
        <a class="link" href="/desk/reconciliation">${formatMoment(last.startedAt, this.language)}</a>
        <span class="muted">· ${last.unexplainedCount === 0 ? this.desk.reconciliation.explained : this.desk.reconciliation.unexplained(last.unexplainedCount)}</span>
      </p>
    </section>`;
  }
}

defineElement('desk-overview', DeskOverviewPart);
