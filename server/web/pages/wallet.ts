/** The wallet: what is in it, how to put more in, and everything that moved. */
import '../../../client-sdk/elements/web-awesome.ts';
import '../../../client-sdk/elements/amount-choice.ts';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { presetsOf } from '../../../client-sdk/elements/amount-choice.ts';
import { returnUrlFor, takeCheckoutReturn } from '../../../client-sdk/elements/checkout.ts';
import { formatDateTime, formatMoney } from '../../../client-sdk/elements/format.ts';
import { defineElement } from '../../../client-sdk/elements/room-part.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Wallet } from '../../protocol/money.ts';
import type { SiteSession, WalletEntry } from '../site-api.ts';
import { siteApi } from '../site-api.ts';
import { SitePage } from '../site-page.ts';
import '../site-sign-in.ts';
import { walletPageStyles } from '../wallet-styles.ts';

const PRESETS = [10, 20, 50, 100] as const;
const ASK_EVERY_MS = 1_000;
/** After this many looks the words say that it takes longer, and looking goes on no more. */
const ASK_TIMES = 20;

type Notice = 'confirmed' | 'arrived' | 'late' | 'cancelled';

export class SiteWallet extends SitePage {
  static override properties = {
    ...SitePage.properties,
    wallet: { state: true },
    entries: { state: true },
    chosenMinor: { state: true },
    notice: { state: true },
    busy: { state: true },
    problem: { state: true },
  };
  declare wallet: Wallet | undefined;
  declare entries: WalletEntry[] | undefined;
  declare chosenMinor: number | undefined;
  declare notice: Notice | undefined;
  declare busy: boolean;
  declare problem: string;
  protected readonly page = 'wallet';
  #checkout = takeCheckoutReturn();

  static override styles = [...SitePage.styles, walletPageStyles];

  constructor() {
    super();
    this.busy = false;
    this.problem = '';
  }

  protected override async load(session: SiteSession): Promise<void> {
    if (!session.person) return;
    await this.#read();
    const back = this.#checkout;
    this.#checkout = undefined;
    if (back?.outcome === 'cancelled') this.notice = 'cancelled';
    if (back?.outcome === 'success') await this.#awaitCredit();
  }

  async #read(): Promise<void> {
    [this.wallet, this.entries] = await Promise.all([siteApi.wallet(), siteApi.walletHistory()]);
  }

  /** The payment page comes back before the provider's confirmation does, or after it: look for a top-up of just now. */
  async #awaitCredit(): Promise<void> {
    const isRecent = () => {
      const newest = this.entries?.find((entry) => entry.kind === 'topup');
      return newest !== undefined && Date.now() - Date.parse(newest.at) < 60_000;
    };
    this.notice = 'confirmed';
    for (let asked = 0; asked < ASK_TIMES && !isRecent(); asked += 1) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      if (!this.isConnected) return;
      await this.#read();
    }
    this.notice = isRecent() ? 'arrived' : 'late';
  }

  protected override content(session: SiteSession | undefined): TemplateResult {
    const { words } = this;
    if (session && !session.person) {
      return html`<div class="column narrow"><site-sign-in ?demo=${session.demo}></site-sign-in></div>`;
    }
    const currency = this.wallet?.currency ?? session?.currency ?? 'eur';
    return html`<div class="column wallet">
      <h1 class="display">${words.wallet.title}</h1>
      <div class="halves">
        <div>
          <div class="balance card">
            <p class="muted">${words.wallet.balance}</p>
            <p class="amount display" data-testid="wallet-balance">
              ${this.wallet ? formatMoney(this.wallet.balanceMinor, currency, this.language) : html`<span class="waiting"></span>`}
            </p>
            <p class="what muted">${words.wallet.text}</p>
          </div>
          ${this.#notices()} ${this.#topUp(currency)}
        </div>
        ${this.#history()}
      </div>
    </div>`;
  }

  #notices(): TemplateResult {
    const { words, notice } = this;
    return html`<div aria-live="polite">
      ${
        notice
          ? html`<wa-callout variant=${notice === 'arrived' ? 'success' : 'brand'} data-testid="wallet-notice">
              ${notice === 'confirmed' ? html`<wa-spinner slot="icon"></wa-spinner>` : nothing}${words.wallet[notice]}
            </wa-callout>`
          : nothing
      }
    </div>`;
  }

  #topUp(currency: string): TemplateResult {
    const { words, chosenMinor: chosen } = this;
    return html`<section class="card" aria-labelledby="top-up">
      <h2 id="top-up" class="display">${words.wallet.topUp}</h2>
      <loge-amount-choice
        kind="topup"
        label=${words.wallet.amounts}
        currency=${currency}
        .otherLabel=${words.wallet.other}
        .presetsMinor=${presetsOf(PRESETS, currency)}
        .valueMinor=${chosen}
        .range=${{ minMinor: LIMITS.topupMinMinor, maxMinor: LIMITS.topupMaxMinor }}
        @amount-chosen=${(event: CustomEvent<{ amountMinor?: number }>) => {
          this.chosenMinor = event.detail.amountMinor;
          this.problem = '';
        }}
      ></loge-amount-choice>
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
      <wa-button
        class="pay"
        variant="brand"
        data-testid="topup-pay"
        ?disabled=${chosen === undefined || !this.wallet}
        ?loading=${this.busy}
        @click=${() => this.#pay(currency)}
      >
        ${chosen === undefined ? words.wallet.payNone : words.wallet.pay(formatMoney(chosen, currency, this.language))}
      </wa-button>
      <p class="secure muted">${words.wallet.secure}</p>
    </section>`;
  }

  #history(): TemplateResult {
    const { words, entries } = this;
    return html`<section aria-labelledby="history">
      <h2 id="history" class="display">${words.wallet.history}</h2>
      ${
        entries
          ? entries.length > 0
            ? html`<ul class="entries">${entries.map((entry) => this.#entry(entry))}</ul>`
            : html`<p class="muted">${words.wallet.historyNone}</p>`
          : html`<div class="waiting" style="height: 14rem"></div>`
      }
    </section>`;
  }

  #entry(entry: WalletEntry): TemplateResult {
    const kind = this.words.wallet.kinds[entry.kind] ?? entry.label;
    const amount = formatMoney(entry.amountMinor, entry.currency, this.language);
    const title = entry.label && entry.label !== kind ? entry.label : '';
    return html`<li data-testid="entry-${entry.id}">
      <div>
        <p><b>${kind}</b>${title && entry.kind !== 'topup' ? html`<span class="muted"> · ${title}</span>` : nothing}</p>
        <p class="muted"><time datetime=${entry.at}>${formatDateTime(entry.at, this.language)}</time></p>
      </div>
      <span class="numbers ${entry.amountMinor > 0 ? 'in' : ''}">${entry.amountMinor > 0 ? `+${amount}` : amount}</span>
    </li>`;
  }

  async #pay(currency: string): Promise<void> {
    const { words, chosenMinor: amountMinor, wallet } = this;
    if (!wallet || amountMinor === undefined || this.busy) return;
    const money = (limitMinor: number) => formatMoney(limitMinor, currency, this.language);
    this.problem = '';
    if (amountMinor < LIMITS.topupMinMinor) this.problem = words.wallet.tooSmall(money(LIMITS.topupMinMinor));
    else if (amountMinor > LIMITS.topupMaxMinor) this.problem = words.wallet.tooLarge(money(LIMITS.topupMaxMinor));
    else if (wallet.balanceMinor + amountMinor > LIMITS.walletMaxMinor)
      this.problem = words.wallet.full(money(LIMITS.walletMaxMinor));
    if (this.problem) return;
    this.busy = true;
    try {
      const { checkoutUrl } = await siteApi.topUp({ amountMinor, returnUrl: returnUrlFor('topup', location.href) });
      location.assign(checkoutUrl);
    } catch (error) {
      this.problem = this.wordsFor(error);
      this.busy = false;
    }
  }
}

defineElement('site-wallet', SiteWallet);
