/** Base of the pages of those who work for the house: desk and review with a sidebar of what is open to one. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { SiteSession } from '../../protocol/site.ts';
import { sectionStyles } from '../styles/section-styles.ts';
import '../texts/desk-texts.ts';
import '../texts/review-texts.ts';
import { SitePage } from './site-page.ts';

/** The sections in their groups, by the path of each. */
const DESK = {
  house: ['overview', 'jobs', 'letters', 'charter'],
  money: ['payments', 'payouts', 'disputes', 'holds', 'bookings', 'reconciliation', 'vat', 'dac7', 'fees'],
  people: ['people', 'recoveries'],
  reports: ['reports'],
} as const;
export const DESK_SECTIONS = Object.values(DESK).flat();
export type DeskSection = (typeof DESK_SECTIONS)[number];
export const REVIEW_SECTIONS = ['', 'orders', 'figures'] as const;

export abstract class SectionPage extends SitePage {
  static override styles = [...SitePage.styles, sectionStyles];

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    // On a phone the sections are wider than the window: scroll to the open one.
    const current = this.renderRoot.querySelector<HTMLElement>('.sections a[aria-current]');
    const row = current?.closest('nav');
    if (current && row) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.clientWidth) / 2;
  }

  /** `path`: of the section that is open. */
  protected sided(session: SiteSession, path: string, content: unknown): TemplateResult {
    const { desk, review } = this.words;
    const link = (href: string, text: string, testId: string) => html`<li>
      <a href=${href} data-testid=${testId} aria-current=${href === path ? 'page' : nothing}>${text}</a>
    </li>`;
    const groups = Object.entries(DESK).map(([name, sections]) => ({
      title: desk.groups[name as keyof typeof DESK],
      links: [
        ...(session.isOperator ? sections : []).map((it: DeskSection) =>
          link(deskPath(it), desk.sections[it], `desk-${it}`),
        ),
        ...(name === 'reports' && session.isReviewer ? REVIEW_SECTIONS : []).map((it) =>
          link(reviewPath(it), review.sections[it], `review-section-${it || 'cases'}`),
        ),
      ],
    }));
    return html`<div class="sided">
      <nav class="sections" aria-label=${desk.navigation}>
        ${groups.map(({ title, links }) => (links.length > 0 ? html`<div><p>${title}</p><ul>${links}</ul></div>` : nothing))}
      </nav>
      <div>${content}</div>
    </div>`;
  }

  /** Whom the page is not for. */
  protected closed(testId: string, title: string, text: string): TemplateResult {
    return html`<div class="column narrow" data-testid=${testId}>
      <h1 class="display">${title}</h1>
      <p class="lead">${text}</p>
    </div>`;
  }
}

export function deskPath(section: DeskSection): string {
  return section === 'overview' ? '/desk' : `/desk/${section}`;
}

export function reviewPath(section: (typeof REVIEW_SECTIONS)[number]): string {
  return section === '' ? '/review' : `/review/${section}`;
}
