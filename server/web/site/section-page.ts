/** Base of the pages of those who work for the house or watch over it, with a sidebar of what is open to one. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { sectionStyles } from '../styles/section-styles.ts';
import '../texts/account-texts.ts';
import '../texts/desk-texts.ts';
import '../texts/review-texts.ts';
import { SitePage } from './site-page.ts';

/** The sections in their groups, by the path of each. */
const DESK = {
  house: ['overview', 'jobs', 'letters', 'charter', 'committee', 'opinions'],
  money: ['payments', 'payouts', 'disputes', 'holds', 'bookings', 'reconciliation', 'vat', 'dac7', 'fees'],
  people: ['people', 'recoveries'],
  reports: ['reports'],
} as const;
export const DESK_SECTIONS = Object.values(DESK).flat();
export type DeskSection = (typeof DESK_SECTIONS)[number];
export const REVIEW_SECTIONS = ['', 'orders', 'figures'] as const;

interface SectionGroup {
  title: string;
  links: readonly { href: string; text: string; testId: string }[];
}

export abstract class SectionPage extends SitePage {
  static override styles = [...SitePage.styles, sectionStyles];

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    // On a phone the sections are wider than the window: scroll to the open one.
    const current = this.renderRoot.querySelector<HTMLElement>('.sections a[aria-current]');
    const row = current?.closest('nav');
    if (current && row) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.clientWidth) / 2;
  }

  /** What is open to them, in groups. */
  protected groupsFor(session: SiteSession): SectionGroup[] {
    const { desk, review } = this.words;
    return Object.entries(DESK).map(([name, sections]) => ({
      title: desk.groups[name as keyof typeof DESK],
      links: [
        ...(session.isOperator ? sections : []).map((it: DeskSection) => ({
          ...{ href: deskPath(it), text: desk.sections[it], testId: `desk-${it}` },
        })),
        ...(name === 'reports' && session.isReviewer ? REVIEW_SECTIONS : []).map((it) => ({
          ...{ href: reviewPath(it), text: review.sections[it], testId: `review-section-${it || 'cases'}` },
        })),
      ],
    }));
  }

  /** `path`: of the section that is open. */
  protected sided(session: SiteSession, path: string, content: unknown): TemplateResult {
    const group = ({ title, links }: SectionGroup) =>
      html`<div><p>${title}</p><ul>${links.map(
        ({ href, text, testId }) => html`<li>
          <a href=${href} data-testid=${testId} aria-current=${href === path ? 'page' : nothing}>${text}</a>
        </li>`,
      )}</ul></div>`;
    return html`<div class="sided">
      <nav class="sections" aria-label=${this.words.desk.navigation}>
        ${this.groupsFor(session).map((each) => (each.links.length > 0 ? group(each) : nothing))}
      </nav>
      <div>${content}</div>
    </div>`;
  }

  /** Until they have used a passkey or the OpenID provider of the house. */
  protected locked(
    { openIdProvider }: SiteSession,
    { locked, lockedText }: { locked: string; lockedText: (hours: number, provider: string | null) => string },
  ): TemplateResult {
    const { review, accounts } = this.words;
    return html`<div class="column narrow" data-testid="${this.page}-locked">
      <h1 class="display">${locked}</h1>
      <p class="lead">${lockedText(LIMITS.strongHours, openIdProvider)}</p>
      <div class="buttons">${button({ label: review.lockedAct, testId: `${this.page}-unlock`, isBusy: this.busy === 'unlock', onClick: this.#unlock })}</div>
      <div aria-live="polite">${this.problem ? html`<div class="callout danger" role="alert">${this.problem}</div>` : nothing}</div>
      <p class="lead">${review.lockedAdd} <a href="/account">${accounts.account.title}</a>.</p>
    </div>`;
  }

  #unlock = (): Promise<boolean> =>
    this.act('unlock', async () => {
      const { confirmWithPasskey } = await import('../passkeys/passkey-confirm.ts');
      if (await confirmWithPasskey()) await this.start();
    });

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
