/** The review of reports: the queue of cases, and one case, for people with the role of a reviewer. */
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { type PartImport, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SiteSession } from '../api/site-api.ts';
import { SitePage } from '../site/site-page.ts';
import '../texts/review-texts.ts';

const withControls = (load: PartImport) => () =>
  Promise.all([import('../../../client-sdk/elements/theme/web-awesome.ts'), load()]);
registerParts({
  'review-queue': withControls(() => import('../review/review-queue.ts')),
  'review-case': withControls(() => import('../review/review-case.ts')),
});

export class SiteReview extends SitePage {
  protected readonly page = 'review';
  readonly #case: string;

  constructor() {
    super();
    const [, id = ''] = location.pathname.split('/').filter(Boolean);
    this.#case = decodeURIComponent(id);
  }

  protected override get pageTitle(): string {
    return `${this.words.review.title} · Loge`;
  }

  protected override content(session: SiteSession): TemplateResult {
    const { review } = this.words;
    if (!session.person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (!session.isReviewer) {
      return html`<div class="column narrow" data-testid="reviewers-only">
        <h1 class="display">${review.reviewersOnly}</h1>
        <p class="lead">${review.reviewersOnlyText}</p>
      </div>`;
    }
    return html`<div class="column">
      ${
        this.#case
          ? html`<review-case case=${this.#case} reader=${session.person.identity}></review-case>`
          : html`<h1 class="display">${review.title}</h1><review-queue></review-queue>`
      }
    </div>`;
  }
}

defineElement('site-review', SiteReview);
