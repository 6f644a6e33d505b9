/** The review of reports for reviewers: the queue of cases, one case, orders of authorities and figures. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { type PartImport, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { SiteSession } from '../../protocol/site.ts';

import { REVIEW_SECTIONS, reviewPath, SectionPage } from '../site/section-page.ts';
import '../texts/account-texts.ts';

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
    if (!session.isStrong) return this.#locked(session);
    const open = REVIEW_SECTIONS.find((section) => section === this.#place);
    const content =
      open === undefined
        ? html`<review-case case=${this.#place} reader=${session.person.identity}></review-case>`
        : [html`<h1 class="display">${review.titles[open]}</h1>`, PARTS[open]];
    return this.sided(session, reviewPath(open ?? ''), content);
  }

  #locked({ openIdProvider }: SiteSession): TemplateResult {
    const { review, accounts } = this.words;
    return html`<div class="column narrow" data-testid="review-locked">
      <h1 class="display">${review.locked}</h1>
      <p class="lead">${review.lockedText(LIMITS.strongHours, openIdProvider)}</p>
      <div class="buttons">${button({ label: review.lockedAct, testId: 'review-unlock', isBusy: this.busy === 'unlock', onClick: this.#unlock })}</div>
      <div aria-live="polite">${this.problem ? html`<div class="callout danger" role="alert">${this.problem}</div>` : nothing}</div>
      <p class="lead">${review.lockedAdd} <a href="/account">${accounts.account.title}</a>.</p>
    </div>`;
  }

  #unlock = (): Promise<boolean> =>
    this.act('unlock', async () => {
      const { confirmWithPasskey } = await import('../passkeys/passkey-confirm.ts');
      if (await confirmWithPasskey()) await this.start();
    });
}

defineElement('site-review', SiteReview);
