/** `<loge-topup>`: the dialog of `<loge-wallet>` to top the wallet up, with a saved card or on the payment page. */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { SavedCard } from '../../../server/protocol/money/money.ts';
import { LogeError } from '../../src/errors.ts';
import type { CardTopUp } from '../../src/money/wallet.ts';
import type { Room } from '../../src/room.ts';
import '../controls/amount-choice.ts';
import { presetsOf } from '../controls/amount-choice.ts';
import { icon } from '../controls/more-icons.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { defineElement } from '../room/room-part.ts';
import '../texts/topup-texts.ts';
import { ChargeKey } from './charge-key.ts';
import { openCheckout, returnUrlFor } from './checkout.ts';
import { neededTopup, topupAmounts } from './topup-amounts.ts';
import '../theme/web-awesome.ts';

const PRESETS = [10, 20, 50, 100] as const;
/** Errors after which it is not known whether a saved card is charged. */
const UNKNOWN: ReadonlySet<string> = new Set([
  ...['provider_unavailable', 'connection_failed', 'timeout'],
  // An earlier order with another amount or card was not answered.
  'idempotency_conflict',
]);

export class LogeTopup extends DialogPart {
  static override properties = {
    returnUrl: { attribute: false },
    wanted: { attribute: false },
    missingMinor: { state: true },
    chosenMinor: { state: true },
    cards: { state: true },
    card: { state: true },
    fault: { state: true },
  };
  /** Return URL of the payment page. Default: the current page. */
  declare returnUrl: string | undefined;
  /** Each new request opens the dialog. */
  declare wanted: { missingMinor: number } | undefined;
  declare missingMinor: number;
  /** What is wrong with the amount. */
  declare fault: string;
  declare chosenMinor: number | undefined;
  declare cards: readonly SavedCard[];
  /** The selected saved card; empty: another one, on the payment page. Undefined: not selected, so the first one. */
  declare card: string | undefined;

  readonly #chargeKey = new ChargeKey();

  static override styles = [
    ...DialogPart.styles,
    css`
      .text {
        margin-bottom: var(--_space-16);
        color: var(--_muted);
      }

      wa-callout {
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
        min-height: 2.75rem;
        cursor: pointer;
      }

      .way input {
        flex: none;
        width: 1.15rem;
        height: 1.15rem;
        margin: 0;
        accent-color: var(--_accent);
      }
    `,
  ];

  constructor() {
    super();
    this.cards = [];
    this.missingMinor = 0;
    this.fault = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('wanted') && this.wanted) this.#open(this.wanted.missingMinor);
  }

  /** With what is missing, but not less than the smallest top-up; without a need, with a usual amount. */
  #open(missingMinor: number): void {
    if (!this.room?.wallet.currency) return;
    this.missingMinor = missingMinor;
    this.#handleChosen(missingMinor > 0 ? neededTopup(missingMinor) : this.#presetsMinor[1]);
    this.open = true;
    void this.#loadCards();
  }

  get #presetsMinor(): number[] {
    return topupAmounts(this.missingMinor, presetsOf(PRESETS, this.room?.wallet.currency ?? 'eur'));
  }

  /** Id of the saved card that pays; undefined for the payment page. */
  get #payingCard(): string | undefined {
    const { card, cards } = this;
    return (card === undefined ? cards[0] : cards.find(({ id }) => id === card))?.id;
  }

  /** If this fails, the payment page is used. */
  async #loadCards(): Promise<void> {
    const { room } = this;
    const known = this.cards;
    this.cards = (await room?.wallet.cards().catch(() => known)) ?? [];
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['connected', 'reconnected', 'walletChanged', 'accessGranted']);
  }

  override render(): TemplateResult | typeof nothing {
    const wallet = this.room?.wallet;
    const currency = wallet?.currency;
    if (!wallet || !currency) return nothing;
    const { texts, language, money } = this;
    const amount = money(wallet.balanceMinor);
    const range = { minMinor: LIMITS.topupMinMinor, maxMinor: LIMITS.topupMaxMinor };
    const chosen = this.chosenMinor;
    return html`
      <wa-dialog
        lang=${language}
        label=${texts.topup.title}
        light-dismiss
        .open=${this.open}
        @wa-after-hide=${this.handleHidden}
      >
        <p class="text">${texts.topup.text} ${texts.topup.holds(amount)} ${this.#missing()}</p>
        <loge-amount-choice
          kind="topup"
          label=${texts.topup.amounts}
          currency=${currency}
          .otherLabel=${texts.topup.other}
          .presetsMinor=${this.#presetsMinor}
          .valueMinor=${chosen}
          .range=${range}
          .fault=${this.fault}
          @amount-chosen=${(event: CustomEvent<{ amountMinor?: number }>) => this.#handleChosen(event.detail.amountMinor)}
        ></loge-amount-choice>
        ${this.#ways()}
        ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
        <wa-button
          slot="footer"
          style="width: 100%"
          variant="brand"
          data-testid="topup-pay"
          ?disabled=${chosen === undefined}
          ?loading=${this.busy !== ''}
          @click=${this.#pay}
        >
          ${chosen === undefined ? texts.topup.payNone : texts.topup.pay(money(chosen))}
        </wa-button>
      </wa-dialog>
    `;
  }

  #missing(): string {
    const { money } = this;
    if (this.missingMinor <= 0 || this.missingMinor >= LIMITS.topupMinMinor) return '';
    return this.texts.topup.missing(money(this.missingMinor), money(LIMITS.topupMinMinor));
  }

  #ways(): TemplateResult | typeof nothing {
    const { texts, cards } = this;
    if (cards.length === 0) return nothing;
    const paying = this.#payingCard ?? '';
    const way = (id: string, words: string) => html`<label class="way">
      <input
        type="radio"
        name="card"
        value=${id}
        data-testid="pay-with-${id || 'new'}"
        .checked=${paying === id}
        @change=${() => {
          this.card = id;
        }}
      />${icon('card', 18)}<span>${words}</span>
    </label>`;
    return html`<fieldset>
      <legend>${texts.topup.payWith}</legend>
      ${cards.map(({ id, brand, last4 }) => way(id, texts.topup.card(brandName(brand), last4)))} ${way('', texts.topup.newCard)}
    </fieldset>`;
  }

  #handleChosen(amountMinor: number | undefined): void {
    this.chosenMinor = amountMinor;
    this.problem = '';
    this.fault = '';
  }

  #pay = async (): Promise<void> => {
    const { room, chosenMinor: amountMinor, texts, money } = this;
    if (!room?.wallet.currency || amountMinor === undefined || this.busy) return;
    if (amountMinor < LIMITS.topupMinMinor) this.fault = texts.topup.tooSmall(money(LIMITS.topupMinMinor));
    else if (amountMinor > LIMITS.topupMaxMinor) this.fault = texts.topup.tooLarge(money(LIMITS.topupMaxMinor));
    else if (room.wallet.balanceMinor + amountMinor > LIMITS.walletMaxMinor) {
      this.fault = texts.topup.full(money(LIMITS.walletMaxMinor));
    } else await this.#goToCheckout(room, amountMinor);
  };

  async #goToCheckout(room: Room, amountMinor: number): Promise<void> {
    await this.act('pay', async () => {
      const card = this.#payingCard;
      const returnUrl = returnUrlFor('topup', this.returnUrl ?? location.href, room);
      const request = { amountMinor, returnUrl, locale: this.language };
      if (card) await this.#payBySavedCard(room, { ...request, card });
      else openCheckout(this, (await room.wallet.topUp(request)).checkoutUrl);
    });
  }

  /** Without an answer in time the saved card may still be charged. */
  protected override wordsFor(error: unknown): string {
    const isUnknown = error instanceof LogeError && UNKNOWN.has(error.code) && this.#payingCard;
    return isUnknown ? this.texts.topup.maybeCharged : super.wordsFor(error);
  }

  /** Tops up at once, unless the bank requires a confirmation. */
  async #payBySavedCard({ wallet }: Room, request: Omit<CardTopUp, 'idempotencyKey'>): Promise<void> {
    const answer = await this.#chargeKey.use((idempotencyKey) => wallet.topUpByCard({ ...request, idempotencyKey }));
    if (answer.status === 'requires_action') openCheckout(this, answer.actionUrl);
    else this.open = false;
  }
}

/** Capitalises the provider's lower-case brand. */
function brandName(brand: string): string {
  return brand.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
}

defineElement('loge-topup', LogeTopup);
