/** A creator's earnings: held, available and next amounts, the payout account, and statements. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { EarningsPage } from '../../protocol/money/payouts.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { call } from '../site/site-call.ts';

import { SitePage } from '../site/site-page.ts';
import { ledgerStyles } from '../styles/ledger-styles.ts';
import '../texts/earnings-texts.ts';

const loadEarnings = () => import('../earnings/earnings-parts.ts');
// A visitor who is no creator sees none of them.
registerParts({
  'earnings-account': loadEarnings,
  'earnings-business': loadEarnings,
  'earnings-holds': loadEarnings,
  'earnings-papers': loadEarnings,
  'earnings-payouts': loadEarnings,
  'earnings-pledge': loadEarnings,
  'earnings-self-billing': loadEarnings,
  'earnings-summary': loadEarnings,
});

const REFRESH_MS = 5_000;

export class SiteEarnings extends SitePage {
  static override properties = { ...SitePage.properties, earnings: { state: true } };
  declare earnings: EarningsPage | undefined;
  protected readonly page = 'earnings';
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    ...SitePage.styles,
    ledgerStyles,
    css`
      .parts {
        display: grid;
        gap: 0 var(--_space-48);
      }

      earnings-summary,
      .waiting {
        display: block;
        margin-top: var(--_space-24);
      }

      .first {
        margin-top: var(--_space-32);
        padding: var(--_space-24) var(--_space-16);
      }

      .first h2 {
        color: var(--_text);
        font: var(--_title-20);
      }

      .steps {
        display: grid;
        gap: var(--_space-16) var(--_space-32);
        margin: var(--_space-16) 0;
        padding: 0;
        list-style: none;
        counter-reset: step;
      }

      .steps li {
        display: grid;
        grid-template: auto 1fr / 2.1rem minmax(0, 1fr);
        gap: 0 var(--_space-12);
        counter-increment: step;
      }

      .steps li::before {
        content: counter(step);
        display: grid;
        place-items: center;
        grid-row: span 2;
        width: 2.1rem;
        height: 2.1rem;
        border: 1px solid var(--_accent);
        border-radius: var(--_radius-full);
        color: var(--_accent);
        font: var(--_title-20);
      }

      .steps b {
        color: var(--_text);
      }

      earnings-account {
        display: block;
        margin-top: var(--_space-32);
      }

      @media (min-width: 900px) {
        .parts {
          margin-top: var(--_space-48);
          grid-template-columns: minmax(0, 1fr) minmax(0, 26rem);
          align-items: start;
        }

        .steps {
          grid-template-columns: 1fr 1fr;
        }

        .first,
        .parts earnings-account {
          margin-top: 0;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    // Sales appear while the page is open.
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override async load(session: SiteSession): Promise<void> {
    if (session.person?.role === 'creator') this.earnings = await call('GET /v1/earnings/overview');
  }

  async #refresh(): Promise<void> {
    if (!this.earnings || document.hidden) return;
    // A failed refresh leaves the page as it is; the next one follows.
    const earnings = await call('GET /v1/earnings/overview').catch(() => undefined);
    if (earnings && JSON.stringify(earnings) !== JSON.stringify(this.earnings)) this.earnings = earnings;
  }

  protected override content(session: SiteSession): TemplateResult {
    const { words, earnings } = this;
    if (!session.person) {
      return html`<div class="column narrow">${this.signIn()}</div>`;
    }
    if (session.person.role !== 'creator') return this.creatorsOnly(words.earnings.creatorsOnly);
    return html`<div class="column">
      <h1 class="display">${words.earnings.title}</h1>
      <p class="lead">${words.earnings.text}</p>
      ${earnings ? this.#earnings(earnings) : html`<div class="waiting" style="height: 26rem"></div>`}
    </div>`;
  }

  #earnings(earnings: EarningsPage): TemplateResult {
    const isFirst = earnings.statements.length === 0;
    // What blocks payouts comes first.
    const isPayable = earnings.account.status === 'enabled';
    const account = html`<earnings-account .data=${earnings}></earnings-account>`;
    return html`
      <earnings-summary .data=${earnings}></earnings-summary>
      ${isPayable ? nothing : account}
      <div class="parts">
        <div>${isFirst ? this.#wayOfMoney() : html`<earnings-holds .data=${earnings}></earnings-holds>`}</div>
        <div>
          ${isPayable ? account : nothing}
          <earnings-payouts .data=${earnings}></earnings-payouts>
          <earnings-pledge></earnings-pledge>
          <earnings-business></earnings-business>
          <earnings-self-billing></earnings-self-billing>
          <earnings-papers .page=${earnings}></earnings-papers>
        </div>
      </div>
    `;
  }

  /** Before the first sale: how earnings work. */
  #wayOfMoney(): TemplateResult {
    const { words } = this;
    return html`<section class="empty first" aria-labelledby="first" data-testid="earnings-empty">
      <h2 id="first" class="display">${words.earnings.empty}</h2>
      <p>${words.earnings.emptyText}</p>
      <ol class="steps">
        ${words.earnings.steps.map(({ title, text }) => html`<li><b>${title}</b><span>${text}</span></li>`)}
      </ol>
      <a class="button" href="/studio">${words.earnings.openStudio}</a>
    </section>`;
  }
}

defineElement('site-earnings', SiteEarnings);
