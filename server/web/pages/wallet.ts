/** The wallet: credit, top-up, withdrawals, cards, memberships, history. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { spinner } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { registerParts } from '../../../client-sdk/elements/loading/parts.ts';
import { returnUrlFor, takeCheckoutReturn } from '../../../client-sdk/elements/money/checkout.ts';
import type { TopupOrder } from '../../../client-sdk/elements/money/topup-form.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import type { SavedCard, Wallet } from '../../protocol/money/money.ts';
import type { SiteSession } from '../../protocol/site.ts';
import { call } from '../site/site-call.ts';
import { SitePage } from '../site/site-page.ts';
import { ledgerStyles } from '../styles/ledger-styles.ts';
import { walletPageStyles } from '../styles/wallet-styles.ts';
import { readAwaitedTopup, storeAwaitedTopup } from '../wallet/awaited-topup.ts';
import {
  type HistoryPage,
  readCardHistory,
  readCreditHistory,
  readHistory,
  startOfHistory,
} from '../wallet/history-pages.ts';
import '../texts/wallet-texts.ts';

const loadWallet = () => import('../wallet/wallet-parts.ts');
// A visitor who is not signed in sees none of them.
registerParts({
  'wallet-billing': loadWallet,
  'wallet-cards': loadWallet,
  'wallet-history': loadWallet,
  'wallet-memberships': loadWallet,
  'wallet-withdrawals': loadWallet,
  'wallet-tickets': loadWallet,
  'loge-topup-form': loadWallet,
});

const ASK_EVERY_MS = 1_000;
/** After this many attempts the page says that it takes longer, and stops asking. */
const ASK_TIMES = 20;

type Notice = 'confirming' | 'arrived' | 'late' | 'cancelled' | 'refused';

export class SiteWallet extends SitePage {
  static override properties = {
    ...SitePage.properties,
    wallet: { state: true },
    history: { state: true },
    cards: { state: true },
    notice: { state: true },
    isPastDue: { state: true },
  };
  declare wallet: Wallet | undefined;
  declare history: HistoryPage | undefined;
  /** Undefined while they could not be read. */
  declare cards: SavedCard[] | undefined;
  declare notice: Notice | undefined;
  /** Whether the renewal of a membership has failed; undefined until the memberships are known. */
  declare isPastDue: boolean | undefined;
  protected readonly page = 'wallet';
  #checkout = takeCheckoutReturn();

  static override styles = [...SitePage.styles, ledgerStyles, walletPageStyles];

  protected override async load(session: SiteSession): Promise<void> {
    if (!session.person) return;
    await this.#read();
    const back = this.#checkout;
    this.#checkout = undefined;
    if (back?.outcome === 'cancelled') this.notice = 'cancelled';
    if (back?.outcome === 'refused') this.notice = 'refused';
    if (back?.outcome === 'success' && back.purpose === 'topup') await this.#awaitCredit();
  }

  async #read(): Promise<void> {
    [this.wallet, this.history, this.cards] = await Promise.all([
      call('GET /v1/wallet'),
      readHistory(startOfHistory(readCreditHistory, readCardHistory)),
      // A failure does not block the rest of the wallet.
      call('GET /v1/wallet/cards').then(
        ({ cards }) => cards,
        () => this.cards,
      ),
    ]);
  }

  /** The browser may return before the provider's confirmation: poll for the new top-up. */
  async #awaitCredit(): Promise<void> {
    const topup = readAwaitedTopup();
    if (!topup) return;
    const isHere = () => this.history?.entries.some(({ id }) => id === topup) ?? false;
    this.notice = 'confirming';
    for (let asked = 0; asked < ASK_TIMES && !isHere(); asked += 1) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      if (!this.isConnected) return;
      // What fails is asked for again: the page has been loaded.
      await this.#read().catch(() => undefined);
    }
    this.notice = isHere() ? 'arrived' : 'late';
  }

  protected override content(session: SiteSession): TemplateResult {
    const { words } = this;
    if (!session.person) {
      return html`<div class="column narrow">${this.signIn()}</div>`;
    }
    const currency = this.wallet?.currency ?? session.currency;
    const isOff = session.walletMode === 'off';
    return html`<div class="column wallet">
      <h1 class="display">${words.wallet.title}</h1>
      <div class="halves" @wallet-changed=${() => this.#read()}>
        <div class="credit">
          ${isOff ? this.#noCredit() : this.#balance(currency)} ${this.#pastDue()} ${this.#notices()}
          ${isOff ? nothing : this.#topUp(currency)}
        </div>
        <div class="happened">
          <wallet-tickets></wallet-tickets>
          <wallet-memberships
            @memberships-read=${(event: CustomEvent<{ isPastDue: boolean }>) => {
              this.isPastDue = event.detail.isPastDue;
            }}
          ></wallet-memberships>
          ${this.history ? html`<wallet-history .data=${this.history}></wallet-history>` : nothing}
        </div>
        <div class="back">
          ${this.cards ? html`<wallet-cards .data=${this.cards}></wallet-cards>` : nothing}
          <wallet-withdrawals id="withdraw" .of=${this.wallet}></wallet-withdrawals>
          <wallet-billing></wallet-billing>
        </div>
      </div>
    </div>`;
  }

  #topUp(currency: string): TemplateResult {
    return html`<section class="card" aria-labelledby="top-up">
      <h2 id="top-up" class="display">${this.words.wallet.topUp}</h2>
      <loge-topup-form
        currency=${currency}
        .balanceMinor=${this.wallet?.balanceMinor}
        .cards=${this.cards ?? []}
        .order=${this.#order}
        @topup-done=${this.#handleArrived}
      ></loge-topup-form>
    </section>`;
  }

  readonly #order = async (order: TopupOrder) => {
    const answer = await call('POST /v1/wallet/topups', { ...order, returnUrl: returnUrlFor('topup', location.href) });
    if (!('status' in answer && answer.status === 'succeeded')) storeAwaitedTopup(answer.topup);
    return answer;
  };

  readonly #handleArrived = (): void => {
    this.notice = 'arrived';
    void this.#read();
  };

  /** What ends access soon is shown next to the credit. What follows is shown once it is known. */
  #pastDue(): TemplateResult {
    const { pastDue, whatToDo } = this.words.wallet.memberships;
    const show = () => this.renderRoot.querySelector('wallet-memberships')?.scrollIntoView({ block: 'center' });
    return html`<div ?pending=${this.isPastDue === undefined}>
      ${
        this.isPastDue
          ? html`<div class="callout danger" data-testid="wallet-past-due">
              <span>${pastDue}. <button class="link" type="button" @click=${show}>${whatToDo}</button></span>
            </div>`
          : nothing
      }
    </div>`;
  }

  #noCredit(): TemplateResult {
    const { words } = this;
    return html`<div class="balance card" data-testid="wallet-off">
      <h2 class="display">${words.wallet.off}</h2>
      <p class="what muted">${words.wallet.offText}</p>
    </div>`;
  }

  #balance(currency: string): TemplateResult {
    const { words, wallet, language } = this;
    const money = (amountMinor: number) => formatMoney(amountMinor, currency, language);
    return html`<div class="balance card" ?pending=${!wallet}>
      <p class="muted">${words.wallet.balance}</p>
      <p class="amount display" data-testid="wallet-balance">
        ${wallet ? money(wallet.balanceMinor) : html`<span class="waiting"></span>`}
      </p>
      <p class="what muted">${words.wallet.text}</p>
      ${
        wallet && wallet.promoMinor > 0
          ? html`<dl class="facts">
                <dt>${words.wallet.paid}</dt><dd>${money(wallet.balanceMinor - wallet.promoMinor)}</dd>
                <dt>${words.wallet.promo}</dt><dd data-testid="wallet-promo">${money(wallet.promoMinor)}</dd>
              </dl>
              <p class="what muted">${words.wallet.promoText}</p>`
          : nothing
      }
    </div>`;
  }

  #notices(): TemplateResult {
    const { words, notice } = this;
    return html`<div aria-live="polite">
      ${
        notice
          ? html`<div class="callout ${notice === 'refused' ? 'danger' : ''}" data-testid="wallet-notice">
              ${notice === 'confirming' ? spinner() : nothing}<span>${words.wallet[notice]}</span>
            </div>`
          : nothing
      }
    </div>`;
  }
}

defineElement('site-wallet', SiteWallet);
