/**
 * `<wallet-topup>`: adds credit with a saved card or on the payment page. Fires `wallet-changed` when credit was added
 * at once.
 */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { call } from '../site/site-call.ts';
import '../../../client-sdk/elements/controls/amount-choice.ts';
import { presetsOf } from '../../../client-sdk/elements/controls/amount-choice.ts';
import { icon } from '../../../client-sdk/elements/controls/more-icons.ts';
import { ChargeKey } from '../../../client-sdk/elements/money/charge-key.ts';
import { returnUrlFor } from '../../../client-sdk/elements/money/checkout.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { SavedCard, Wallet } from '../../protocol/money/money.ts';

import { SitePart } from '../site/site-part.ts';
import { storeAwaitedTopup } from './awaited-topup.ts';
import { cardEnd, cardName, groupCards, isExpired } from './card-names.ts';
import { wordsOfCharge } from './unknown-charge.ts';

const PRESETS = [10, 20, 50, 100] as const;
const NEW_CARD = '';

export class WalletTopup extends SitePart {
  static override properties = {
    ...SitePart.properties,
    wallet: { attribute: false },
    cards: { attribute: false },
    currency: {},
    chosenMinor: { state: true },
    card: { state: true },
    fault: { state: true },
  };
  declare wallet: Wallet | undefined;
  declare cards: SavedCard[];
  declare currency: string;
  declare chosenMinor: number | undefined;
  /** The selected saved card; empty: another one, on the payment page. Undefined: not selected, so the first one. */
  declare card: string | undefined;
  /** What is wrong with the amount. */
  declare fault: string;

  readonly #chargeKey = new ChargeKey();

  static override styles = [
    ...SitePart.styles,
    css`
      .card {
        margin-top: var(--_space-16);
      }

      fieldset {
        display: grid;
        gap: var(--_space-8);
        margin: var(--_space-16) 0 0;
        padding: 0;
        border: 0;
      }

      legend {
        margin-bottom: var(--_space-8);
        padding: 0;
        font-weight: 600;
      }

      .way {
        display: flex;
        align-items: center;
        gap: var(--_space-12);
        min-height: 3rem;
        padding: var(--_space-8) var(--_space-16);
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius-small);
        cursor: pointer;
      }

      .way:has(:checked) {
        border-color: var(--_accent);
        background: color-mix(in oklab, var(--_accent) 11%, transparent);
      }

      .way:has(:focus-visible) {
        box-shadow: var(--_ring);
      }

      .way input {
        flex: none;
        width: 1.15rem;
        height: 1.15rem;
        margin: 0;
        accent-color: var(--_accent);
      }

      .way input:focus-visible {
        box-shadow: none;
      }

      .way span {
        min-width: 0;
      }

      .way small {
        display: block;
        color: var(--_muted);
        font: var(--_type-14);
      }

      .pay {
        width: 100%;
        margin-top: var(--_space-16);
      }

      .secure,
      .caps {
        margin-top: var(--_space-12);
        font: var(--_type-14);
      }
    `,
  ];

  constructor() {
    super();
    this.cards = [];
    this.currency = 'eur';
    this.fault = '';
  }

  get #usable(): SavedCard[] {
    return groupCards(this.cards).flatMap(([card]) => (card && !isExpired(card) ? [card] : []));
  }

  /** The card that pays; undefined for the payment page. */
  get #payingCard(): SavedCard | undefined {
    const usable = this.#usable;
    return this.card === undefined ? usable[0] : usable.find(({ id }) => id === this.card);
  }

  override render(): TemplateResult {
    const { words, chosenMinor: chosen, currency } = this;
    const money = (amountMinor: number) => this.money(amountMinor, currency);
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
        .fault=${this.fault}
        @amount-chosen=${(event: CustomEvent<{ amountMinor?: number }>) => {
          this.chosenMinor = event.detail.amountMinor;
          this.problem = '';
          this.fault = '';
        }}
      ></loge-amount-choice>
      ${this.#ways()} ${this.messages()}
      <wa-button
        class="pay"
        variant="brand"
        data-testid="topup-pay"
        ?disabled=${chosen === undefined || !this.wallet}
        ?loading=${this.busy === 'pay'}
        @click=${this.#pay}
      >
        ${chosen === undefined ? words.wallet.payNone : words.wallet.pay(money(chosen))}
      </wa-button>
      <p class="secure muted">${this.#payingCard ? words.wallet.secureSaved : words.wallet.secure}</p>
      <p class="caps muted" data-testid="wallet-caps">
        ${words.wallet.caps(money(LIMITS.topupMinMinor), money(LIMITS.topupMaxMinor), money(LIMITS.walletMaxMinor))}
      </p>
    </section>`;
  }

  #ways(): TemplateResult | typeof nothing {
    const { words, language } = this;
    const usable = this.#usable;
    if (usable.length === 0) return nothing;
    const paying = this.#payingCard?.id ?? NEW_CARD;
    const way = (id: string, name: string, hint: string) => html`<label class="way">
      <input
        type="radio"
        name="card"
        value=${id}
        data-testid="pay-with-${id || 'new'}"
        .checked=${paying === id}
        @change=${() => {
          this.card = id;
          this.problem = '';
        }}
      />${icon('card', 20)}<span>${name}<small>${hint}</small></span>
    </label>`;
    return html`<fieldset>
      <legend>${words.wallet.payWith}</legend>
      ${usable.map((card) => way(card.id, cardName(card, language), words.wallet.expires(cardEnd(card))))}
      ${way(NEW_CARD, words.wallet.newCard, words.wallet.newCardText)}
    </fieldset>`;
  }

  /** A fault of the amount, found before the request. */
  #faultOf(amountMinor: number, balanceMinor: number): string {
    const { words, currency, language } = this;
    const money = (limitMinor: number) => formatMoney(limitMinor, currency, language);
    if (amountMinor < LIMITS.topupMinMinor) return words.wallet.tooSmall(money(LIMITS.topupMinMinor));
    if (amountMinor > LIMITS.topupMaxMinor) return words.wallet.tooLarge(money(LIMITS.topupMaxMinor));
    const roomMinor = LIMITS.walletMaxMinor - balanceMinor;
    if (amountMinor <= roomMinor) return '';
    return `${words.wallet.full(money(LIMITS.walletMaxMinor))} ${words.wallet.room(money(Math.max(0, roomMinor)))}`;
  }

  #pay = async (): Promise<void> => {
    const { chosenMinor: amountMinor, wallet } = this;
    if (!wallet || amountMinor === undefined || this.busy) return;
    this.note = '';
    this.fault = this.#faultOf(amountMinor, wallet.balanceMinor);
    if (this.fault) return;
    const card = this.#payingCard;
    await this.act('pay', async () => {
      const request = { amountMinor, returnUrl: returnUrlFor('topup', location.href), locale: this.language };
      const answer = await (card
        ? this.#chargeKey.use((idempotencyKey) =>
            call('POST /v1/wallet/topups', { ...request, card: card.id, idempotencyKey }),
          )
        : call('POST /v1/wallet/topups', request));
      const paidAt = 'checkoutUrl' in answer ? answer.checkoutUrl : 'actionUrl' in answer && answer.actionUrl;
      if (!paidAt) return this.#handleArrived();
      storeAwaitedTopup(answer.topup);
      location.assign(paidAt);
    });
  };

  protected override wordsFor(error: unknown): string {
    const words = super.wordsFor(error);
    return this.#payingCard ? wordsOfCharge(error, words, this.words.wallet) : words;
  }

  #handleArrived(): void {
    this.chosenMinor = undefined;
    this.note = this.words.wallet.arrived;
    this.emit('wallet-changed', {});
  }
}

defineElement('wallet-topup', WalletTopup);
