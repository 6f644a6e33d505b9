/** `<review-queue>`: the cases in which the house owes something, the worst first; J, K and Enter move and open. */

import type { Given } from '../../protocol/operations/calls.ts';
import type { ReportCategory } from '../../protocol/trust/reports.ts';
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { QueuedCase } from '../../protocol/trust/decisions.ts';

import { DeskPart, textOf } from '../desk/desk-part.ts';
import { formatMoment } from '../site/dates.ts';

const STATES = ['owed', 'open', 'appealed', 'decided'] as const;

export class ReviewQueue extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    cases: { state: true },
    next: { state: true },
    state: { state: true },
    category: { state: true },
    isLateOnly: { state: true },
  };
  declare cases: QueuedCase[] | undefined;
  declare next: string | null;
  declare state: (typeof STATES)[number];
  declare category: string;
  declare isLateOnly: boolean;
  /** The filters of the list. An answer to earlier ones is discarded. */
  #asked: Given<'GET /v1/review/cases'>[0] = {};

  static override styles = [
    ...DeskPart.styles,
    css`
      .filters {
        display: grid;
        gap: var(--_space-16);
        margin: var(--_space-16) 0 var(--_space-12);
        align-items: end;
      }

      @media (min-width: 700px) {
        .filters {
          grid-template-columns: 17rem 17rem auto;
        }

        .filters wa-checkbox {
          padding-bottom: var(--_space-8);
        }
      }

      .rows > li {
        padding: 0;
      }

      .rows a {
        flex: 1 1 100%;
        display: block;
        padding: var(--_space-12) var(--_space-8);
        border-radius: var(--_radius-small);
        text-decoration: none;
        overflow-wrap: anywhere;
      }

      .rows a:hover {
        background: var(--_surface);
      }

      .rows a:focus-visible {
        outline: 2px solid var(--_accent);
        outline-offset: -2px;
      }
    `,
  ];

  constructor() {
    super();
    this.next = null;
    this.state = 'owed';
    this.category = '';
    this.isLateOnly = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#handleKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#handleKey);
  }

  protected override async load(): Promise<void> {
    const { state, category, isLateOnly } = this;
    const asked: Given<'GET /v1/review/cases'>[0] = {
      ...(state !== 'owed' && { state }),
      category: category as ReportCategory | '',
      ...(isLateOnly && { late: 'true' }),
    };
    this.#asked = asked;
    this.next = null;
    const { cases, next } = await call('GET /v1/review/cases', asked);
    if (asked !== this.#asked) return;
    this.cases = cases;
    this.next = next;
  }

  override render(): TemplateResult {
    const texts = this.words.review;
    return html`
      <div class="filters" role="group" aria-label=${texts.filters}>
        ${keyed(
          this.language,
          html`<wa-select label=${texts.state} data-testid="review-state" .value=${this.state} @change=${(event: Event) => this.#filter({ state: textOf(event) as ReviewQueue['state'] })}>
          ${STATES.map((name) => html`<wa-option value=${name}>${texts.states[name]}</wa-option>`)}
        </wa-select>`,
        )}
        ${keyed(
          this.language,
          html`<wa-select label=${texts.category} data-testid="review-category" .value=${this.category || 'all'} @change=${(event: Event) => this.#filter({ category: textOf(event) === 'all' ? '' : textOf(event) })}>
          <wa-option value="all">${texts.allCategories}</wa-option>
          ${Object.entries(texts.categories).map(([name, words]) => html`<wa-option value=${name}>${words}</wa-option>`)}
        </wa-select>`,
        )}
        <wa-checkbox data-testid="review-late" ?checked=${this.isLateOnly} @change=${(event: Event) => this.#filter({ isLateOnly: (event.target as HTMLInputElement).checked })}>${texts.lateOnly}</wa-checkbox>
      </div>
      ${this.messages()}
      ${this.whenRead(this.cases, '14rem', (cases) =>
        cases.length === 0
          ? html`<p class="muted" data-testid="review-none">${texts.none}</p>`
          : html`<p class="small muted">${texts.keys}</p>
                <ul class="rows" data-testid="review-cases" aria-label=${texts.queue}>${cases.map((each) => this.#row(each))}</ul>`,
      )}
      ${this.next ? html`<wa-button appearance="outlined" ?loading=${this.busy === 'more'} @click=${this.#more}>${texts.more}</wa-button>` : nothing}
    `;
  }

  #row(each: QueuedCase): TemplateResult {
    const texts = this.words.review;
    const { id, subject, category, severity, isLate, isOrder, owed, dueAt, openedAt, reportCount, accused } = each;
    const mayNot = owed && each.mayNotDecide;
    const moment = (at: string) => formatMoment(at, this.language);
    return html`<li>
      <a href="/review/${id}" data-testid="case-${id}">
        <span class="line">
          <b>${texts.heading(texts.subjects[subject], texts.categories[category])}</b>
          ${isLate ? html`<span class="state bad">${texts.late}</span>` : nothing}
          ${isOrder ? html`<span class="state bad">${texts.order}</span>` : nothing}
          ${owed ? html`<span class="state open">${texts.owed[owed]}</span>` : nothing}
        </span>
        <span class="line small muted">
          <span>${texts.severity(severity)}</span>
          <span>${texts.count(reportCount)}</span>
          <span>${texts.opened(moment(openedAt))}</span>
          ${owed ? html`<span>${texts.due(moment(dueAt))}</span>` : nothing}
          ${accused ? html`<span>${texts.about} <bdi>${accused}</bdi></span>` : nothing}
        </span>
        ${mayNot ? html`<span class="line small" data-testid="may-not-decide">${texts.mayNot[mayNot]}</span>` : nothing}
      </a>
    </li>`;
  }

  #filter(change: Partial<Pick<ReviewQueue, 'state' | 'category' | 'isLateOnly'>>): void {
    Object.assign(this, change);
    void this.reload();
  }

  #more = (): Promise<boolean> =>
    this.act('more', async () => {
      const asked = this.#asked;
      const { cases, next } = await call('GET /v1/review/cases', { ...asked, ...(this.next && { after: this.next }) });
      if (asked !== this.#asked) return;
      this.cases = [...(this.cases ?? []), ...cases];
      this.next = next;
    });

  #handleKey = (event: KeyboardEvent): void => {
    const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
    const isTyping = event
      .composedPath()
      .some((node) => node instanceof HTMLElement && node.matches('input, wa-select'));
    if (step === 0 || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...this.renderRoot.querySelectorAll<HTMLElement>('.rows a')];
    const active = (this.renderRoot as ShadowRoot).activeElement;
    const at = links.indexOf(active as HTMLElement);
    links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  };
}

defineElement('review-queue', ReviewQueue);
