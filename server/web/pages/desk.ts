/** The operators' desk: one page with a part for each path below `/desk`. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { type PartImport, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SiteSession } from '../../protocol/site.ts';

import { SitePage } from '../site/site-page.ts';
import { ledgerStyles } from '../styles/ledger-styles.ts';
import { sectionStyles } from '../styles/section-styles.ts';
import '../texts/account-texts.ts';
import '../texts/desk-texts.ts';
import '../texts/receipt-texts.ts';
import '../texts/wallet-texts.ts';

const withControls = (load: PartImport) => () =>
  Promise.all([import('../../../client-sdk/elements/theme/web-awesome.ts'), load()]);
// Each section is a page of its own, and operators alone see it.
registerParts({
  'desk-charter': withControls(() => import('../desk/desk-charter.ts')),
  'desk-disputes': withControls(() => import('../desk/desk-disputes.ts')),
  'desk-fees': withControls(() => import('../desk/desk-fees.ts')),
  'desk-holds': withControls(() => import('../desk/desk-holds.ts')),
  'desk-jobs': withControls(() => import('../desk/desk-jobs.ts')),
  'desk-letters': withControls(() => import('../desk/desk-letters.ts')),
  'desk-overview': withControls(() => import('../desk/desk-overview.ts')),
  'desk-payment': withControls(() => import('../desk/desk-payment.ts')),
  'desk-payments': withControls(() => import('../desk/desk-payments.ts')),
  'desk-people': withControls(() => import('../desk/desk-people.ts')),
  'desk-person': withControls(() => import('../desk/desk-person.ts')),
  'desk-payouts': withControls(() => import('../desk/desk-payouts.ts')),
  'desk-recoveries': withControls(() => import('../desk/desk-recoveries.ts')),
  'desk-reconciliation': withControls(() => import('../desk/desk-reconciliation.ts')),
  'desk-reports': withControls(() => import('../desk/desk-reports.ts')),
});

const SECTIONS = [
  'overview',
  'payments',
  'payouts',
  'disputes',
  'holds',
  'reconciliation',
  'fees',
  'charter',
  'reports',
  'people',
  'letters',
  'jobs',
  'recoveries',
] as const;
type Section = (typeof SECTIONS)[number];

export class SiteDesk extends SitePage {
  protected readonly page = 'desk';
  readonly #section: Section;
  /** Of a payment, or of a person. */
  readonly #id: string;

  static override styles = [...SitePage.styles, sectionStyles, ledgerStyles];

  constructor() {
    super();
    const [, section = 'overview', id = ''] = location.pathname.split('/').filter(Boolean);
    this.#section = SECTIONS.find((known) => known === section) ?? 'overview';
    this.#id = decodeURIComponent(id);
  }

  protected override get pageTitle(): string {
    return `${this.words.desk.sections[this.#section]} · ${super.pageTitle}`;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    super.updated(changed);
    // On a phone the section tabs are wider than the window: scroll to the open one.
    const current = this.renderRoot.querySelector<HTMLElement>('.sections a[aria-current]');
    const row = current?.parentElement;
    if (current && row) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.clientWidth) / 2;
  }

  protected override content(session: SiteSession): TemplateResult {
    const { words } = this;
    if (!session.person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (!session.isOperator) {
      return html`<div class="column narrow" data-testid="operators-only">
        <h1 class="display">${words.desk.operatorsOnly}</h1>
        <p class="lead">${words.desk.operatorsOnlyText}</p>
      </div>`;
    }
    return html`<div class="column">
      <h1 class="display">${words.desk.title}</h1>
      <nav class="sections" aria-label=${words.desk.navigation}>
        ${SECTIONS.map(
          (section) => html`<a
            href=${section === 'overview' ? '/desk' : `/desk/${section}`}
            data-testid="desk-${section}"
            aria-current=${section === this.#section ? 'page' : nothing}
            >${words.desk.sections[section]}</a
          >`,
        )}
      </nav>
      ${this.#part(session.currency)}
    </div>`;
  }

  #part(currency: string): TemplateResult {
    const id = this.#id;
    switch (this.#section) {
      case 'overview':
        return html`<desk-overview></desk-overview>`;
      case 'payments':
        return id ? html`<desk-payment payment=${id}></desk-payment>` : html`<desk-payments></desk-payments>`;
      case 'payouts':
        return html`<desk-payouts currency=${currency}></desk-payouts>`;
      case 'disputes':
        return html`<desk-disputes></desk-disputes>`;
      case 'holds':
        return html`<desk-holds></desk-holds>`;
      case 'reconciliation':
        return html`<desk-reconciliation></desk-reconciliation>`;
      case 'fees':
        return html`<desk-fees></desk-fees>`;
      case 'charter':
        return html`<desk-charter></desk-charter>`;
      case 'reports':
        return html`<desk-reports></desk-reports>`;
      case 'people':
        return id ? html`<desk-person person=${id}></desk-person>` : html`<desk-people></desk-people>`;
      case 'letters':
        return html`<desk-letters></desk-letters>`;
      case 'jobs':
        return html`<desk-jobs></desk-jobs>`;
      case 'recoveries':
        return html`<desk-recoveries></desk-recoveries>`;
    }
  }
}

defineElement('site-desk', SiteDesk);
