/** The review of reports for reviewers: the queue of cases, one case, orders of authorities and figures. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { type PartImport, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { REVIEW_SECTIONS, reviewPath, SectionPage } from '../site/section-page.ts';

const withControls = (load: PartImport) => () =>
  Promise.all([import('../../../client-sdk/elements/theme/web-awesome.ts'), load()]);
registerParts({
  'review-queue': withControls(() => import('../review/review-queue.ts')),
  'review-order': withControls(() => import('../review/review-order.ts')),
  'review-figures': withControls(() => import('../review/review-figures.ts')),
  'review-case': withControls(() => import('../review/review-case.ts')),
});

const PARTS = {
  '': html`<review-queue></review-queue>`,
  orders: html`<review-order></review-order>`,
  figures: html`<review-figures></review-figures>`,
};

export class SiteReview extends SectionPage {
  protected readonly page = 'review';
  /** The id of a case, or a section. */
  readonly #place: string;

  constructor() {
    super();
    const [, id = ''] = location.pathname.split('/').filter(Boolean);
    this.#place = decodeURIComponent(id);
  }

  protected override get pageTitle(): string {
    return `${this.words.review.title} · Loge`;
  }

  protected override content(session: SiteSession): TemplateResult {
    const { review } = this.words;
    if (!session.person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (!session.isReviewer) return this.closed('reviewers-only', review.reviewersOnly, review.reviewersOnlyText);
    if (!session.isStrong) return this.locked(session, review);
    const open = REVIEW_SECTIONS.find((section) => section === this.#place);
    const content =
      open === undefined
        ? html`<review-case case=${this.#place} reader=${session.person.identity}></review-case>`
        : [html`<h1 class="display">${review.titles[open]}</h1>`, PARTS[open]];
    return this.sided(session, reviewPath(open ?? ''), content);
  }
}

defineElement('site-review', SiteReview);
