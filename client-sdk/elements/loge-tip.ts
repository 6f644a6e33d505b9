/**
 * `<loge-tip>`: a button and a dialog to send a tip with a public message. Paid from the wallet, or by card if the
 * server has no wallets or the balance is too low.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import * as LIMITS from '../../server/protocol/limits.ts';
import { cardMinimumMinor } from '../../server/protocol/money/card-minimum.ts';
import type { TipMenuItem } from '../../server/protocol/money/tipping.ts';
import { LogeError } from '../client/errors.ts';
import { createKey } from '../client/random-key.ts';
import type { Room } from '../client/room.ts';
import './controls/amount-choice.ts';
import { presetsOf } from './controls/amount-choice.ts';
import { fieldStyles } from './controls/fields.ts';
import { icon } from './controls/more-icons.ts';
import { openCheckout, returnUrlFor, TOPUP_WANTED } from './money/checkout.ts';
import './texts/inside-texts.ts';
import './money/loge-price.ts';
import { tipStyles } from './money/tip-styles.ts';
import { DialogPart } from './room/dialog-part.ts';
import { defineElement, withProperties } from './room/room-part.ts';
import { shownName } from './texts/shown-name.ts';
import './theme/web-awesome.ts';
import type { LogePayingElement } from './public-elements.ts';

const PRESETS = [2, 5, 10, 20, 50, 100] as const;

const KEY_CONFLICT = 'idempotency_conflict';
const MENU_ERRORS = ['menu_item_not_found', 'menu_price_mismatch'] as const;

/** Emitted when the tip is booked. */
const TIP_SENT = 'loge-tip-sent';

export class LogeTip
  extends withProperties(
    DialogPart,
    {
      /** Return URL of the payment page. Default: the current page. */
      returnUrl: undefined as string | undefined,
      chosenMinor: undefined as number | undefined,
      /** Id of the chosen menu item; its price is the amount. */
      menuItem: undefined as string | undefined,
      /** Stays as it was chosen for the next tip, so that nobody is named by oversight. */
      anonymous: false,
      /** What is wrong with the amount. */
      fault: '',
    },
    { returnUrl: { attribute: 'return-url' } },
  )
  implements LogePayingElement
{
  /** Idempotency key of the current tip: sending it again after a failure never pays twice. */
  #key = createKey();
  /** Key of an attempt whose result is unknown: only the same request with this key tells whether it has paid. */
  #sentKey = '';

  static override styles = [fieldStyles, tipStyles];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['walletChanged', 'tipMenuChanged']);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!this.menuItem || this.#sentKey === this.#key) return;
    if (this.room?.tipMenu.some((item) => this.#isChosen(item))) return;
    // The item is gone or has another price: without this, the old price would pay for a tip without a request.
    this.menuItem = undefined;
    this.chosenMinor = undefined;
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    const currency = room?.currency;
    if (!this.#isOffered || !room?.info || !currency) return nothing;
    return html`
      <wa-button part="button" variant="brand" data-testid="tip-open" @click=${this.#show}>
        <span slot="start">${icon('gift', 20)}</span>${texts.tip.open}
      </wa-button>
      ${this.#sheet(room, shownName(room.info.creator, texts), currency)}
    `;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // An empty element takes no space in the layout.
    this.toggleAttribute('empty', !this.#isOffered);
  }

  get #isOffered(): boolean {
    const { room } = this;
    return Boolean(room?.info && room.currency && room.localParticipant.permissions.tip);
  }

  /** False if the server has no wallets; each tip is then a card payment. */
  get #hasWallet(): boolean {
    return Boolean(this.room?.wallet.currency);
  }

  #sheet(room: Room, creatorName: string, currency: string): TemplateResult {
    const { texts, money, chosenMinor: chosen } = this;
    const hasWallet = this.#hasWallet;
    const missingMinor = hasWallet ? Math.max(0, (chosen ?? 0) - room.wallet.balanceMinor) : 0;
    const minMinor = hasWallet ? LIMITS.tipMinMinor : this.#cardMinMinor;
    return this.dialog(
      texts.tip.title,
      html`<p class="to">${hasWallet ? texts.tip.to(creatorName) : texts.tip.toByCard(creatorName)}</p>
        ${this.#menu(room)}
        <form id="tip" @submit=${this.#handleSubmit}>
          <loge-amount-choice
            kind="tip"
            label=${texts.tip.amounts}
            currency=${currency}
            .otherLabel=${texts.tip.other}
            .presetsMinor=${presetsOf(PRESETS, currency).filter((amountMinor) => amountMinor >= minMinor)}
            .valueMinor=${this.menuItem ? undefined : chosen}
            .fault=${this.fault}
            @amount-chosen=${(event: CustomEvent<{ amountMinor?: number }>) => this.#handleChosen(event.detail.amountMinor)}
          ></loge-amount-choice>
          <details class="more">
            <summary data-testid="tip-more">${icon('plus', 16)}${texts.tip.more}</summary>
            <input
              class="field-input"
              name="message"
              data-testid="tip-message"
              aria-label=${texts.tip.message}
              maxlength=${LIMITS.tipMessageChars}
              placeholder=${texts.tip.messagePlaceholder}
              autocomplete="off"
              enterkeyhint="send"
            />
            <label class="anonymous">
              <input
                type="checkbox"
                data-testid="tip-anonymous"
                .checked=${this.anonymous}
                @change=${(event: Event) => {
                  this.anonymous = (event.target as HTMLInputElement).checked;
                }}
              />
              <span>${texts.tip.anonymous}<small class="muted">${texts.tip.anonymousHint}</small></span>
            </label>
          </details>
        </form>
        <loge-price kind="tip" from=${hasWallet ? 'wallet' : 'card'} .room=${this.open ? room : undefined} .amountMinor=${this.#quotable}></loge-price>
        ${hasWallet ? this.#balance(room, missingMinor) : html`<p class="balance">${texts.tip.byCardFrom(money(minMinor))}</p>`}
        ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
        <wa-button
          slot="footer"
          class="end"
          variant="brand"
          data-testid="tip-send"
          ?disabled=${chosen === undefined || missingMinor > 0}
          ?loading=${this.busy === (hasWallet ? 'wallet' : 'card')}
          @click=${this.#send}
        >
          ${chosen === undefined ? texts.tip.sendNone : (hasWallet ? texts.tip.send : texts.tip.payByCard)(money(chosen))}
        </wa-button>`,
    );
  }

  /** The amount to quote, if it is a valid tip. */
  get #quotable(): number | undefined {
    const { chosenMinor } = this;
    const isTip = chosenMinor !== undefined && chosenMinor >= LIMITS.tipMinMinor && chosenMinor <= LIMITS.tipMaxMinor;
    return isTip ? chosenMinor : undefined;
  }

  #menu(room: Room): TemplateResult | typeof nothing {
    if (room.tipMenu.length === 0) return nothing;
    return html`<div class="menu" part="menu" role="group" aria-label=${this.texts.tip.menu} data-testid="tip-menu">
      ${room.tipMenu.map(
        (item) => html`<button
          type="button"
          aria-pressed=${this.#isChosen(item) ? 'true' : 'false'}
          data-testid="tip-menu-item"
          @click=${() => this.#toggleItem(item)}
        >
          <bdi>${item.label}</bdi><b>${this.money(item.amountMinor)}</b>
        </button>`,
      )}
    </div>`;
  }

  #balance(room: Room, missingMinor: number): TemplateResult {
    const { texts, money } = this;
    if (missingMinor > 0) {
      return html`<div class="balance short" role="status">
        <span>${texts.tip.short(money(missingMinor))}</span>
        <span class="ways">
          ${
            (this.chosenMinor ?? 0) >= this.#cardMinMinor
              ? html`<wa-button size="s" appearance="outlined" variant="neutral" data-testid="tip-by-card" ?loading=${this.busy === 'card'} @click=${this.#sendByCard}>${texts.tip.byCard}</wa-button>`
              : nothing
          }
          <wa-button size="s" appearance="outlined" variant="neutral" data-testid="tip-topup" @click=${() => this.#topUp(missingMinor)}
            >${texts.tip.topUp}</wa-button
          >
        </span>
      </div>`;
    }
    const left = room.wallet.balanceMinor - (this.chosenMinor ?? 0);
    return html`<div class="balance">
      <span>${this.chosenMinor === undefined ? texts.tip.balance(money(left)) : texts.tip.after(money(left))}</span>
    </div>`;
  }

  #show = (): void => {
    const currency = this.room?.currency;
    if (!currency) return;
    this.chosenMinor ??= presetsOf(PRESETS, currency)[1];
    this.problem = '';
    this.fault = '';
    this.open = true;
  };

  #handleChosen(amountMinor: number | undefined): void {
    if (amountMinor !== this.chosenMinor || this.menuItem) this.#key = createKey();
    this.menuItem = undefined;
    this.chosenMinor = amountMinor;
    this.problem = '';
    this.fault = '';
  }

  /** At the price that it has now. */
  #isChosen({ id, amountMinor }: TipMenuItem): boolean {
    return id === this.menuItem && amountMinor === this.chosenMinor;
  }

  /** Selects an item, or deselects the selected one. */
  #toggleItem(item: TipMenuItem): void {
    this.menuItem = this.#isChosen(item) ? undefined : item.id;
    this.chosenMinor = item.amountMinor;
    this.#key = createKey();
    this.problem = '';
  }

  #handleSubmit = (event: Event): void => {
    event.preventDefault();
    void this.#send();
  };

  #topUp(missingMinor: number): void {
    this.open = false;
    this.emit(TOPUP_WANTED, { missingMinor });
  }

  get #cardMinMinor(): number {
    return cardMinimumMinor(this.room?.currency ?? '', LIMITS.directTipMinMinor);
  }

  #send = async (): Promise<void> => {
    if (!this.#hasWallet) return this.#sendByCard();
    const checked = this.#check(LIMITS.tipMinMinor, this.texts.tip.tooSmall);
    if (checked) await this.#pay(checked.room, checked.amountMinor);
  };

  #sendByCard = async (): Promise<void> => {
    const checked = this.#check(this.#cardMinMinor, this.texts.tip.tooSmallByCard);
    if (!checked) return;
    await this.#attempt('card', async () => {
      const returnUrl = returnUrlFor('tip', this.returnUrl ?? location.href, checked.room);
      const request = { ...this.#request(checked.amountMinor), returnUrl, locale: this.language };
      openCheckout(this, (await checked.room.tipByCard(request)).checkoutUrl);
    });
  };

  /** Validates the amount; shows what is wrong with it and returns undefined if it is not a valid tip. */
  #check(minMinor: number, tooSmall: (minimum: string) => string) {
    const { room, chosenMinor: amountMinor, texts, money } = this;
    if (!room?.currency || amountMinor === undefined || this.busy) return undefined;
    if (amountMinor < minMinor) this.fault = tooSmall(money(minMinor));
    else if (amountMinor > LIMITS.tipMaxMinor) this.fault = texts.tip.tooLarge(money(LIMITS.tipMaxMinor));
    else return { room, amountMinor };
    return undefined;
  }

  get #field(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>('input[name=message]');
  }

  #request(amountMinor: number) {
    const message = this.#field?.value.trim();
    const { menuItem, anonymous } = this;
    return {
      amountMinor,
      ...(message ? { message } : {}),
      ...(menuItem ? { menuItem } : {}),
      ...(anonymous ? { anonymous } : {}),
      idempotencyKey: this.#key,
    };
  }

  async #pay(room: Room, amountMinor: number): Promise<void> {
    await this.#attempt('wallet', async () => {
      const tip = await room.tip(this.#request(amountMinor));
      const field = this.#field;
      this.#key = createKey();
      this.menuItem = undefined;
      if (field) field.value = '';
      field?.closest('details')?.removeAttribute('open');
      this.open = false;
      this.emit(TIP_SENT, { tip, text: this.texts.tip.sent(this.money(tip.amountMinor)) });
    });
  }

  /** On a key conflict, an earlier attempt has used the key, but its answer was lost or its payment page is open. */
  async #attempt(way: 'wallet' | 'card', send: () => Promise<void>): Promise<void> {
    this.#sentKey = this.#key;
    await this.act(way, () =>
      send().catch((error: unknown) => {
        // The server looks for an earlier tip with this key before it refuses one for the menu.
        if (hasCode(error, ...MENU_ERRORS)) this.#sentKey = '';
        if (hasCode(error, KEY_CONFLICT)) this.#key = createKey();
        throw error;
      }),
    );
  }

  protected override wordsFor(error: unknown): string {
    return hasCode(error, KEY_CONFLICT) ? this.texts.tip.maybeSent : super.wordsFor(error);
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof LogeError && codes.includes(error.code);
}

defineElement('loge-tip', LogeTip);
