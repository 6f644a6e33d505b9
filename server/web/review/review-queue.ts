/** `<review-queue>`: the cases in which the house owes something, the worst first; J, K and Enter move and open. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Given } from '../../protocol/operations/calls.ts';
import type { CaseList, QueuedCase } from '../../protocol/trust/decisions.ts';
import { DeskPart } from '../desk/desk-part.ts';
import type { Row } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { optionsOf } from './review-words.ts';

type Query = NonNullable<Given<'GET /v1/review/cases'>[0]>;

const STATES = ['owed', 'open', 'appealed', 'decided'] as const;

export class ReviewQueue extends DeskPart<CaseList> {
  protected override height = '14rem';
  #asked: Query = {};

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#handleKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#handleKey);
  }

  protected override read = async (): Promise<CaseList> => this.know(await call('GET /v1/review/cases', this.#asked));

  override render(): unknown {
    const texts = this.words.review;
    const filters = this.search({
      fields: [
        {
          name: 'state',
          label: texts.state,
          testId: 'review-state',
          kind: 'select',
          options: optionsOf(texts.states, STATES),
        },
        {
          ...{ name: 'category', label: texts.category, testId: 'review-category', kind: 'select' },
          options: [{ value: '', label: texts.allCategories }, ...optionsOf(texts.categories)],
        },
        { name: 'late', label: texts.lateOnly, testId: 'review-late', kind: 'check' },
      ],
      ask: (values) => {
        this.#asked = {
          ...(values('state') !== 'owed' && { state: values('state') }),
          category: values('category'),
          ...(values('late') && { late: 'true' }),
        } as Query;
      },
    });
    return html`${filters}${super.render()}`;
  }

  protected override show({ cases, next }: CaseList): unknown {
    const texts = this.words.review;
    if (cases.length === 0) return html`<p class="muted" data-testid="review-none">${texts.none}</p>`;
    const load = () =>
      this.extend(async (shown) => {
        const page = this.know(await call('GET /v1/review/cases', { ...this.#asked, ...(next && { after: next }) }));
        return { ...page, cases: [...shown.cases, ...page.cases] };
      });
    const list = this.list({
      items: cases,
      testId: 'review-cases',
      row: (each) => this.#row(each),
      more: next ? { label: texts.more, testId: 'review-more', load } : undefined,
    });
    return [html`<p class="muted">${texts.keys}</p>`, list];
  }

  #row(each: QueuedCase): Row {
    const texts = this.words.review;
    const { id, subject, category, severity, isLate, isOrder, owed, dueAt, openedAt, reportCount, accused } = each;
    const flags = [isLate && texts.late, isOrder && texts.order, owed && texts.owed[owed]].filter(Boolean);
    const mayNot = owed && each.mayNotDecide;
    return {
      title: texts.heading(texts.subjects[subject], texts.categories[category]),
      href: `/review/${id}`,
      state: flags.length > 0 ? { look: isLate || isOrder ? 'bad' : 'open', text: flags.join(' · ') } : undefined,
      lines: [
        accused && html`${texts.about} ${this.person(accused)}`,
        `${texts.severity(severity)} · ${texts.count(reportCount)}`,
        owed ? texts.due(this.moment(dueAt)) : texts.opened(this.moment(openedAt)),
        mayNot && html`<span data-testid="may-not-decide">${texts.mayNot[mayNot]}</span>`,
      ],
      testId: `case-${id}`,
    };
  }

  #handleKey = (event: KeyboardEvent): void => {
    const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
    const isTyping = event.composedPath().some((node) => node instanceof HTMLElement && node.matches('input, select'));
    if (step === 0 || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...this.renderRoot.querySelectorAll<HTMLElement>('.rows strong a')];
    const active = (this.renderRoot as ShadowRoot).activeElement;
    const at = links.indexOf(active as HTMLElement);
    links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  };
}

defineElement('review-queue', ReviewQueue);
