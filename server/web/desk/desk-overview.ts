/** `<desk-overview>`: what needs the operator first, then how books and provider stand. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { icon } from '../../../client-sdk/elements/icons.ts';
import { defineElement } from '../../../client-sdk/elements/room-part.ts';
import { formatMoment } from '../dates.ts';
import type { DeskOverview } from '../desk-api.ts';
import { deskApi } from '../desk-api.ts';
import { DeskPart } from './desk-part.ts';

interface Alarm {
  name: string;
  text: string;
  hint: string;
  href: string;
  /** What costs money when it waits stands in red. */
  isGrave: boolean;
}

export class DeskOverviewPart extends DeskPart {
  static override properties = { ...DeskPart.properties, overview: { state: true } };
  declare overview: DeskOverview | undefined;

  static override styles = [
    ...DeskPart.styles,
    css`
      .alarms {
        display: grid;
        gap: 0.75rem;
        margin-bottom: 2rem;
        list-style: none;
      }

      .alarms a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 0 1rem;
        align-items: center;
        padding: 0.9rem 1.1rem;
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
        gap: 0.9rem;
        align-items: center;
        margin-bottom: 2rem;
        padding: 1.1rem 1.25rem;
        border: 1px solid color-mix(in oklab, var(--_success) 45%, var(--_line));
        border-radius: var(--_radius);
        background: color-mix(in oklab, var(--_success) 7%, var(--_surface));
      }

      .well .icon {
        flex: none;
        color: var(--_success);
      }

      .count {
        margin-bottom: 0.9rem;
        font-size: 1.4rem;
      }
    `,
  ];

  protected override async load(): Promise<void> {
    this.overview = await deskApi.overview();
  }

  override render(): TemplateResult {
    const { overview } = this;
    if (!overview)
      return html`${this.messages()}${this.isLost ? nothing : html`<div class="waiting" style="height: 18rem"></div>`}`;
    const texts = this.desk.overview;
    const alarms = this.#alarms(overview);
    const figure = (id: string, label: string, amountMinor: number, hint: string) => html`<div>
      <dt>${label}</dt>
      <dd class="amount" data-testid="desk-${id}">${this.money(amountMinor, overview.currency)}</dd>
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
        ${figure('books', texts.books, overview.clearingMinor, texts.booksHint)}
        ${figure('provider', texts.provider, overview.providerMinor, texts.providerHint)}
        ${figure('held', texts.held, overview.heldMinor, texts.heldHint)}
        ${figure('available', texts.available, overview.availableMinor, texts.availableHint)}
      </dl>
      ${this.#last(overview)} ${this.messages()}
    `;
  }

  #alarms(overview: DeskOverview): Alarm[] {
    const texts = this.desk.overview;
    const money = (amountMinor: number) => this.money(amountMinor, overview.currency);
    const { lastReconciliation: last, duePayouts, openDisputes, failures, differenceMinor } = overview;
    const unexplained = last?.unexplainedCount ?? 0;
    const of = (isOn: boolean, alarm: Alarm) => (isOn ? [alarm] : []);
    return [
      ...of(unexplained > 0, {
        name: 'unexplained',
        text: texts.unexplained(unexplained),
        hint: texts.differenceText,
        href: '/desk/reconciliation',
        isGrave: true,
      }),
      ...of(differenceMinor !== 0 && unexplained === 0, {
        name: 'difference',
        text: texts.difference(money(Math.abs(differenceMinor))),
        hint: texts.differenceText,
        href: '/desk/reconciliation',
        isGrave: false,
      }),
      ...of(openDisputes > 0, {
        name: 'disputes',
        text: texts.disputes(openDisputes),
        hint: texts.disputesText,
        href: '/desk/disputes',
        isGrave: true,
      }),
      ...of(failures.length > 0, {
        name: 'failures',
        text: texts.failures(failures.length),
        hint: failures[0]?.text ?? '',
        href: '/desk/payments',
        isGrave: true,
      }),
      ...of(last === null, {
        name: 'never',
        text: texts.never,
        hint: texts.neverText,
        href: '/desk/reconciliation',
        isGrave: false,
      }),
      ...of(duePayouts.count > 0, {
        name: 'due',
        text: texts.due(money(duePayouts.totalMinor), duePayouts.count),
        hint: texts.dueText,
        href: '/desk/payouts',
        isGrave: false,
      }),
    ];
  }

  #alarm({ name, text, hint, href, isGrave }: Alarm): TemplateResult {
    return html`<li>
      <a class=${isGrave ? 'grave' : ''} href=${href} data-testid="alarm-${name}">
        ${icon(isGrave ? 'warning' : 'clock', 24)}
        <span><b>${text}</b><span class="small muted">${hint}</span></span>
        <span class="go small" aria-hidden="true">${this.desk.overview.go}</span>
      </a>
    </li>`;
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
