/** The operators' desk: one page with a part for each path below `/desk`. */

import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { type PartImport, registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SiteSession } from '../../protocol/site.ts';

import { DESK_SECTIONS, type DeskSection, deskPath, SectionPage } from '../site/section-page.ts';
import '../texts/account-texts.ts';
import '../texts/opinion-texts.ts';
import '../texts/receipt-texts.ts';
import '../texts/wallet-texts.ts';

const withControls = (load: PartImport) => () =>
  Promise.all([import('../../../client-sdk/elements/theme/web-awesome.ts'), load()]);
// Each section is a page of its own, and operators alone see it.
registerParts({
  'desk-bookings': withControls(() => import('../desk/desk-bookings.ts')),
  'desk-charter': withControls(() => import('../desk/desk-charter.ts')),
  'desk-committee': withControls(() => import('../desk/desk-committee.ts')),
  'desk-dac7': withControls(() => import('../desk/desk-dac7.ts')),
  'desk-disputes': withControls(() => import('../desk/desk-disputes.ts')),
  'desk-fees': withControls(() => import('../desk/desk-fees.ts')),
  'desk-holds': withControls(() => import('../desk/desk-holds.ts')),
  'desk-jobs': withControls(() => import('../desk/desk-jobs.ts')),
  'desk-letters': withControls(() => import('../desk/desk-letters.ts')),
  'desk-opinions': withControls(() => import('../desk/desk-opinions.ts')),
  'desk-overview': withControls(() => import('../desk/desk-overview.ts')),
  'desk-payment': withControls(() => import('../desk/desk-payment.ts')),
  'desk-payments': withControls(() => import('../desk/desk-payments.ts')),
  'desk-people': withControls(() => import('../desk/desk-people.ts')),
  'desk-person': withControls(() => import('../desk/desk-person.ts')),
  'desk-payouts': withControls(() => import('../desk/desk-payouts.ts')),
  'desk-recoveries': withControls(() => import('../desk/desk-recoveries.ts')),
  'desk-reconciliation': withControls(() => import('../desk/desk-reconciliation.ts')),
  'desk-vat': withControls(() => import('../desk/desk-vat.ts')),
  'desk-reports': withControls(() => import('../desk/desk-reports.ts')),
});

/** `id`: of a payment, or of a person. */
const PARTS: Record<DeskSection, (id: string, session: SiteSession) => TemplateResult> = {
  overview: () => html`<desk-overview></desk-overview>`,
  payments: (id) => (id ? html`<desk-payment payment=${id}></desk-payment>` : html`<desk-payments></desk-payments>`),
  payouts: (_id, { currency }) => html`<desk-payouts currency=${currency}></desk-payouts>`,
  disputes: () => html`<desk-disputes></desk-disputes>`,
  holds: () => html`<desk-holds></desk-holds>`,
  bookings: () => html`<desk-bookings></desk-bookings>`,
  reconciliation: () => html`<desk-reconciliation></desk-reconciliation>`,
  vat: () => html`<desk-vat></desk-vat>`,
  dac7: () => html`<desk-dac7></desk-dac7>`,
  fees: () => html`<desk-fees></desk-fees>`,
  charter: () => html`<desk-charter></desk-charter>`,
  committee: (_id, { hasAccounts }) => html`<desk-committee ?without-accounts=${!hasAccounts}></desk-committee>`,
  opinions: () => html`<desk-opinions></desk-opinions>`,
  reports: () => html`<desk-reports></desk-reports>`,
  people: (id) => (id ? html`<desk-person person=${id}></desk-person>` : html`<desk-people></desk-people>`),
  letters: () => html`<desk-letters></desk-letters>`,
  jobs: () => html`<desk-jobs></desk-jobs>`,
  recoveries: () => html`<desk-recoveries></desk-recoveries>`,
};

export class SiteDesk extends SectionPage {
  protected readonly page = 'desk';
  readonly #section: DeskSection;
  /** Of a payment, or of a person. */
  readonly #id: string;

  constructor() {
    super();
    const [, section = 'overview', id = ''] = location.pathname.split('/').filter(Boolean);
    this.#section = DESK_SECTIONS.find((known) => known === section) ?? 'overview';
    this.#id = decodeURIComponent(id);
  }

  protected override get pageTitle(): string {
    return `${this.words.desk.sections[this.#section]} · ${super.pageTitle}`;
  }

  protected override content(session: SiteSession): TemplateResult {
    const { desk } = this.words;
    if (!session.person) return html`<div class="column narrow">${this.signIn()}</div>`;
    if (!session.isOperator) return this.closed('operators-only', desk.operatorsOnly, desk.operatorsOnlyText);
    const title = html`<h1 class="display">${desk.sections[this.#section]}</h1>`;
    return this.sided(session, deskPath(this.#section), [
      this.#id ? '' : title,
      PARTS[this.#section](this.#id, session),
    ]);
  }
}

defineElement('site-desk', SiteDesk);
