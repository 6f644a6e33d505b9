/** `<desk-overview>`: what needs the operator, then the state of books and provider. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { DeskActView, DeskOverview } from '../../protocol/money/desk.ts';
import type { PublicOpinion } from '../../protocol/trust/opinions.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const ACTS_SHOWN = 8;
const ANSWER_ALARM_MS = 7 * 24 * 60 * 60_000;

/** The page that shows whether an act was done. */
function placeOf({ act, subject }: DeskActView): string {
  switch (act) {
    case 'refund':
      return `/desk/payments/${encodeURIComponent(subject)}`;
    case 'evidence':
      return '/desk/disputes';
    case 'payouts':
      return '/desk/payouts';
    case 'reserve':
    case 'freeze':
    case 'unfreeze':
    case 'card_hold':
    case 'card_release':
      return '/desk/holds';
    case 'reconciliation':
      return '/desk/reconciliation';
    case 'booking':
    case 'booking_confirmed':
    case 'booking_declined':
      return '/desk/bookings';
    case 'fee_policy':
      return '/desk/fees';
    case 'seat_changed':
    case 'member_invited':
    case 'member_removed':
      return '/desk/committee';
    case 'opinion_answered':
    case 'opinion_step_done':
      return '/desk/opinions';
    case 'buyer_country':
    case 'pledge':
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
  href: string | undefined;
  /** Shown in red: waiting costs money. */
  isGrave: boolean;
}

interface Shown {
  overview: DeskOverview;
  /** Operators' acts, newest first. */
  acts: DeskActView[];
  /** Of the committee, which the management has to answer. */
  opinions: PublicOpinion[];
}

export class DeskOverviewPart extends DeskPart<Shown> {
  protected override height = '18rem';

  static override styles = [
    ...DeskPart.styles,
    css`
      .alarms {
        margin-bottom: var(--_space-24);
        overflow: hidden;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_surface);
        list-style: none;
      }

      .alarms li + li {
        border-top: 1px solid var(--_line);
      }

      .alarms a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 0 var(--_space-12);
        align-items: center;
        min-height: 2.75rem;
        padding: var(--_space-8) var(--_space-16);
        text-decoration: none;
      }

      .alarms a[href]:hover {
        background: var(--_chosen);
      }

      .alarms .icon {
        color: var(--_accent);
      }

      .grave :is(.icon, b) {
        color: var(--_danger);
      }

      .alarms b {
        margin-inline-end: var(--_space-8);
      }

      .go {
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }

      .well {
        display: flex;
        gap: var(--_space-16);
        align-items: center;
        margin-bottom: var(--_space-24);
        padding: var(--_space-12) var(--_space-16);
        border: 1px solid color-mix(in oklab, var(--_success) 45%, var(--_line));
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_success) 7%, var(--_surface));
      }

      .well .icon {
        flex: none;
        color: var(--_success);
      }

      .count {
        margin-bottom: var(--_space-8);
        font: var(--_title-20);
      }
    `,
  ];

  protected override read = async () => {
    const [overview, { acts }, { opinions }] = await Promise.all([
      call('GET /v1/desk/overview'),
      call('GET /v1/desk/acts').then((answer) => this.know(answer)),
      call('GET /v1/desk/committee/opinions'),
    ]);
    return { overview, acts, opinions };
  };

  protected override show({ overview, acts, opinions }: Shown): unknown {
    const texts = this.desk.overview;
    const alarms = [...this.#owedAnswers(opinions), ...this.#alarms(overview)];
    const { clearing, owed, currency } = overview;
    const figure = (id: string, label: string, amountMinor: number | null, hint: string) => ({
      ...{ label, hint, testId: `desk-${id}` },
      amount: amountMinor === null ? '–' : this.money(amountMinor, currency),
    });
    return [
      alarms.length === 0
        ? html`<div class="well" data-testid="all-well">${icon('check', 26)}<div><b>${texts.allWell}</b><p class="muted">${texts.allWellText}</p></div></div>`
        : html`<h2 class="display count">${texts.alarms(alarms.length)}</h2>
            <ul class="alarms">${alarms.map((alarm) => this.#alarm(alarm))}</ul>`,
      this.figures([
        figure('books', texts.books, clearing.ledgerMinor, texts.booksHint),
        figure('provider', texts.provider, clearing.providerMinor, this.#providerHint(clearing, currency)),
        figure('held', texts.held, owed.creatorsPendingMinor, texts.heldHint),
        figure('available', texts.available, owed.creatorsAvailableMinor, texts.availableHint),
      ]),
      html`<div class="amounts">${this.section('owed', { title: texts.owed }, this.#owed(overview))}</div>`,
      this.#last(overview),
      acts.length > 0 ? this.section('acts', { title: texts.acts }, this.#acts(acts.slice(0, ACTS_SHOWN))) : nothing,
    ];
  }

  #alarms(overview: DeskOverview): Alarm[] {
    const texts = this.desk.overview;
    const money = (amountMinor: number) => this.money(amountMinor, overview.currency);
    const { lastReconciliation: last, clearing, disputes, payouts, failures, frozenCreators, closedWallets } = overview;
    const unexplained = last?.unexplainedCount ?? 0;
    const failed = failures.refunds + failures.payouts + failures.providerEvents + failures.payments;
    const alarm =
      (isGrave: boolean) =>
      (name: string, text: string, hint: string, href?: string): Alarm => ({ name, text, hint, href, isGrave });
    const [grave, mild] = [alarm(true), alarm(false)];
    const due = disputes.evidenceDueAt && texts.evidenceDue(this.moment(disputes.evidenceDueAt));
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
      closedWallets.oldest !== null &&
        grave(
          'closed-wallets',
          texts.closedWallets(money(closedWallets.amountMinor), closedWallets.count),
          texts.closedWalletsText,
          `/desk/payments?query=${encodeURIComponent(closedWallets.oldest)}`,
        ),
      this.#cutOff(overview),
      (clearing.payoutInterval ?? 'manual') !== 'manual' && grave('schedule', texts.schedule, texts.scheduleText),
      clearing.providerMinor === null && grave('silent', texts.silent, texts.silentText, '/desk/reconciliation'),
      last === null && mild('never', texts.never, texts.neverText, '/desk/reconciliation'),
      payouts.dueCount > 0 &&
        mild('due', texts.due(money(payouts.dueMinor), payouts.dueCount), texts.dueText, '/desk/payouts'),
      overview.waitingBookings > 0 &&
        mild('bookings', texts.bookings(overview.waitingBookings), texts.bookingsText, '/desk/bookings'),
      this.#waitingBills(overview),
      frozenCreators > 0 && mild('frozen', texts.frozen(frozenCreators), texts.frozenText, '/desk/holds'),
    ];
    return candidates.filter((alarm) => alarm !== false);
  }

  /** What the management owes the committee: late, or due within a week. */
  #owedAnswers(opinions: readonly PublicOpinion[]): Alarm[] {
    const texts = this.desk.opinions;
    const href = '/desk/opinions';
    const open = opinions.filter(({ answer }) => answer === null);
    const late = open.filter(({ isLate }) => isLate).length;
    const soonMs = Date.now() + ANSWER_ALARM_MS;
    const soon = open.filter(({ isLate, answerDueAt }) => !isLate && Date.parse(answerDueAt) < soonMs).length;
    return [
      ...(late > 0
        ? [{ name: 'opinions-late', text: texts.late(late), hint: texts.lateText, href, isGrave: true }]
        : []),
      ...(soon > 0
        ? [{ name: 'opinions-due', text: texts.soon(soon), hint: texts.soonText, href, isGrave: false }]
        : []),
    ];
  }

  #cutOff({ cutOffActs: { count, oldest } }: DeskOverview): Alarm | false {
    if (!oldest) return false;
    const texts = this.desk.overview;
    const when = this.moment(oldest.at);
    const hint = texts.cutOffText(texts.actKinds[oldest.act], this.nameOf(oldest.by), when);
    return { name: 'cut-off', text: texts.cutOff(count), hint, href: placeOf(oldest), isGrave: true };
  }

  #waitingBills({ waitingSelfBills: { count, first } }: DeskOverview): Alarm | false {
    if (first === null) return false;
    const { waitingBills, waitingBillsText } = this.desk.overview;
    const href = `/desk/people/${encodeURIComponent(first)}`;
    return { name: 'bills', text: waitingBills(count), hint: waitingBillsText, href, isGrave: false };
  }

  #providerHint({ ledgerMinor, providerMinor }: DeskOverview['clearing'], currency: string): string {
    const texts = this.desk.overview;
    if (providerMinor === null) return texts.providerSilent;
    const apartMinor = Math.abs(providerMinor - ledgerMinor);
    return apartMinor === 0 ? texts.providerHint : texts.providerApart(this.money(apartMinor, currency));
  }

  #owed({ owed, revenueMinor, payouts, currency }: DeskOverview): TemplateResult {
    const texts = this.desk.overview;
    const money = (amountMinor: number) => this.money(amountMinor, currency);
    return this.facts([
      [texts.owedFans, money(owed.fansMinor)],
      [texts.owedPromo, money(owed.promoMinor)],
      [texts.owedCreators, money(owed.creatorsPendingMinor + owed.creatorsAvailableMinor)],
      [texts.owedPayouts, money(payouts.pendingMinor)],
      [texts.owedAssociations, money(owed.associationsMinor)],
      [texts.owedVat, money(owed.vatMinor)],
      [texts.owedCards, money(owed.cardsMinor)],
      [texts.revenue, money(revenueMinor), 'sum'],
    ]);
  }

  #alarm({ name, text, hint, href, isGrave }: Alarm): TemplateResult {
    return html`<li>
      <a class=${isGrave ? 'grave' : ''} href=${href ?? nothing} data-testid="alarm-${name}">
        ${icon(isGrave ? 'warning' : 'clock', 20)}
        <span><b>${text}</b><span class="muted">${hint}</span></span>
        ${href === undefined ? nothing : html`<span class="go" aria-hidden="true">${this.desk.overview.go}</span>`}
      </a>
    </li>`;
  }

  #acts(items: DeskActView[]): unknown {
    const texts = this.desk.overview;
    return this.list({
      items,
      testId: 'acts',
      row: (act) => ({
        title: texts.actKinds[act.act],
        href: placeOf(act),
        state: act.outcome === 'done' ? undefined : { look: 'bad', text: texts.actOutcomes[act.outcome] },
        lines: [
          this.person(act.subject),
          act.reason && html`<bdi>${this.reasonOf(act)}</bdi>`,
          texts.actBy(this.nameOf(act.by), this.moment(act.at)),
        ],
      }),
    });
  }

  #last({ lastReconciliation: last }: DeskOverview): TemplateResult | typeof nothing {
    if (!last) return nothing;
    const { explained, unexplained } = this.desk.reconciliation;
    const verdict = last.unexplainedCount === 0 ? explained : unexplained(last.unexplainedCount);
    const when = html`<a href="/desk/reconciliation">${this.moment(last.startedAt)}</a>`;
    return this.section(
      'last',
      { title: this.desk.overview.last },
      html`<p>${when} <span class="muted">· ${verdict}</span></p>`,
    );
  }
}

defineElement('desk-overview', DeskOverviewPart);
