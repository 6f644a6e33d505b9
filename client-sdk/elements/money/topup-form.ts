/**
 * `<loge-topup-form>`: tops a wallet up with a saved card or on the payment page: in the dialog of a room and on the
 * site's wallet page. Emits `topup-done` where the credit was added at once.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { cardMinimumMinor } from '../../../server/protocol/money/card-minimum.ts';
import type { CardTopup, SavedCard } from '../../../server/protocol/money/money.ts';
import '../controls/amount-choice.ts';
import { presetsOf } from '../controls/amount-choice.ts';
import { icon } from '../controls/icons.ts';
import { button, plainControlStyles } from '../controls/plain-controls.ts';
import { defineElement, LogeElement, withProperties } from '../room/room-part.ts';
import { formatMoney } from '../texts/format.ts';
import '../texts/topup-texts.ts';
import { cardEnd, cardName, groupCards, isExpired } from './card-names.ts';
import { ChargeKey, wordsOfCharge } from './charge-key.ts';
import { openCheckout } from './checkout.ts';
import { neededTopup, topupAmounts } from './topup-amounts.ts';

const PRESETS = [10, 20, 50, 100] as const;
const NEW_CARD = '';

/** What is asked of the server. Without a saved card it answers with a payment page. */
export interface TopupOrder {
  amountMinor: number;
  locale: 'en' | 'fr';
  card?: string;
  idempotencyKey?: string;
}

export class LogeTopupForm extends withProperties(
  LogeElement,
  {
    currency: 'eur',
    /** Undefined until the wallet is known. */
    balanceMinor: undefined as number | undefined,
    cards: [] as readonly SavedCard[],
    /** Each new one chooses an amount: what is missing, or a usual one where nothing is. */
    wanted: undefined as { missingMinor: number } | undefined,
    chosenMinor: undefined as number | undefined,
    /** The chosen saved card; empty: another one, on the payment page. Undefined: the first one. */
    card: undefined as string | undefined,
    /** What is wrong with the amount. */
    fault: '',
  },
  { currency: {} },
) {
  static override properties = { order: { attribute: false } };
  declare order: (order: TopupOrder) => Promise<{ checkoutUrl: string } | CardTopup>;

  readonly #chargeKey = new ChargeKey();

  static override styles = [
    plainControlStyles,
    css`
      fieldset {
        display: grid;
        gap: var(--_space-8);
        margin-top: var(--_space-16);
      }

      legend {
        margin-bottom: var(--_space-8);
        padding: 0;
        font: var(--_strong-16);
      }

      .way {
        display: flex;
        align-items: center;
        gap: var(--_space-12);
        min-height: var(--_control);
        padding: var(--_space-4) var(--_space-16);
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius-small);
        cursor: pointer;
      }

      .way:has(:checked) {
        border-color: var(--_accent);
        background: var(--_chosen);
        box-shadow: inset 0 0 0 1px var(--_accent);
      }

      .way:has(:focus-visible) {
        box-shadow: var(--_ring);
      }

      .way input {
        box-shadow: none;
      }

      small {
        display: block;
        color: var(--_muted);
        font: var(--_type-14);
      }

      .button {
        width: 100%;
        margin-top: var(--_space-16);
      }

      p {
        margin-top: var(--_space-12);
        color: var(--_muted);
        font: var(--_type-14);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has('wanted') || !this.wanted) return;
    const { missingMinor } = this.wanted;
    this.#choose(missingMinor > 0 ? neededTopup(missingMinor) : this.#presetsMinor[1]);
  }

  get #presetsMinor(): number[] {
    return topupAmounts(this.wanted?.missingMinor ?? 0, presetsOf(PRESETS, this.currency));
  }

  get #usable(): SavedCard[] {
    return groupCards(this.cards).flatMap(([card]) => (card && !isExpired(card) ? [card] : []));
  }

  /** The saved card that pays; undefined for the payment page. */
  get #payingCard(): string | undefined {
    const usable = this.#usable;
    return (this.card === undefined ? usable[0] : usable.find(({ id }) => id === this.card))?.id;
  }

  get #minMinor(): number {
    return cardMinimumMinor(this.currency, LIMITS.topupMinMinor);
  }

  #money(amountMinor: number): string {
    return formatMoney(amountMinor, this.currency, this.language);
  }

  override render(): TemplateResult {
    const { chosenMinor: chosen } = this;
    const texts = this.texts.topup;
    const range = { minMinor: this.#minMinor, maxMinor: LIMITS.topupMaxMinor };
    return html`
      <loge-amount-choice
        kind="topup"
        label=${texts.amounts}
        currency=${this.currency}
        .otherLabel=${texts.other}
        .presetsMinor=${this.#presetsMinor}
        .valueMinor=${chosen}
        .fault=${this.fault}
        @amount-chosen=${(event: CustomEvent<{ amountMinor?: number }>) => this.#choose(event.detail.amountMinor)}
      ></loge-amount-choice>
      ${this.#ways()}
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="problem">${this.problem}</div>` : nothing}
      ${button({
        label: chosen === undefined ? texts.payNone : texts.pay(this.#money(chosen)),
        testId: 'topup-pay',
        isPrimary: true,
        isBusy: this.busy !== '',
        isDisabled: chosen === undefined || this.balanceMinor === undefined,
        onClick: () => this.#pay(),
      })}
      <p>${this.#payingCard ? texts.secureSaved : texts.secure}</p>
      <p data-testid="wallet-caps">
        ${texts.caps(this.#money(range.minMinor), this.#money(range.maxMinor), this.#money(LIMITS.walletMaxMinor))}
      </p>
    `;
  }

  #ways(): TemplateResult | typeof nothing {
    const texts = this.texts.topup;
    const usable = this.#usable;
    if (usable.length === 0) return nothing;
    const paying = this.#payingCard ?? NEW_CARD;
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
      <legend>${texts.payWith}</legend>
      ${usable.map((card) => way(card.id, cardName(card, texts), texts.expires(cardEnd(card))))}
      ${way(NEW_CARD, texts.newCard, texts.newCardText)}
    </fieldset>`;
  }

  #choose(amountMinor: number | undefined): void {
    this.chosenMinor = amountMinor;
    this.problem = '';
    this.fault = '';
  }

  /** A fault of the amount, found before the request. */
  #faultOf(amountMinor: number, balanceMinor: number): string {
    const texts = this.texts.topup;
    if (amountMinor < this.#minMinor) return texts.tooSmall(this.#money(this.#minMinor));
    if (amountMinor > LIMITS.topupMaxMinor) return texts.tooLarge(this.#money(LIMITS.topupMaxMinor));
    const leftMinor = LIMITS.walletMaxMinor - balanceMinor;
    if (amountMinor <= leftMinor) return '';
    return `${texts.full(this.#money(LIMITS.walletMaxMinor))} ${texts.room(this.#money(Math.max(0, leftMinor)))}`;
  }

  async #pay(): Promise<void> {
    const { chosenMinor: amountMinor, balanceMinor } = this;
    if (amountMinor === undefined || balanceMinor === undefined || this.busy) return;
    this.fault = this.#faultOf(amountMinor, balanceMinor);
    if (this.fault) return;
    await this.act('pay', async () => {
      const card = this.#payingCard;
      const order = { amountMinor, locale: this.language };
      const answer = await (card
        ? this.#chargeKey.use((idempotencyKey) => this.order({ ...order, card, idempotencyKey }))
        : this.order(order));
      if ('checkoutUrl' in answer) openCheckout(this, answer.checkoutUrl);
      else if (answer.status === 'requires_action') openCheckout(this, answer.actionUrl);
      else {
        this.chosenMinor = undefined;
        this.emit('topup-done', {});
      }
    });
  }

  /** Without an answer in time the saved card may still be charged. */
  protected override wordsFor(error: unknown): string {
    const words = super.wordsFor(error);
    return this.#payingCard ? wordsOfCharge(error, words, this.texts.topup) : words;
  }
}

defineElement('loge-topup-form', LogeTopupForm);
