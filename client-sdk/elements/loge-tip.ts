/** `<loge-tip>`: a button and the sheet to send a tip with, from the wallet, with a few words for everyone. */

import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { LIMITS } from '../../server/protocol/limits.ts';
import type { TipMenuItem } from '../../server/protocol/tipping.ts';
import { createKey } from '../src/random-key.ts';
import type { Room } from '../src/room.ts';
import './amount-choice.ts';
import { presetsOf } from './amount-choice.ts';
import { fieldStyles } from './fields.ts';
import { formatMoney, formatMoneyShort } from './format.ts';
import { icon } from './icons.ts';
import './loge-price.ts';
import { defineElement, RoomPart } from './room-part.ts';

const PRESETS = [2, 5, 10, 20, 50] as const;

/** Asks whoever shows the wallet to open the top-up, with the amount that is missing. */
export const TOPUP_WANTED = 'loge-topup-wanted';
/** Told once the tip is settled. */
export const TIP_SENT = 'loge-tip-sent';

export class LogeTip extends RoomPart {
  static override properties = {
    open: { state: true },
    chosenMinor: { state: true },
    menuItem: { state: true },
    busy: { state: true },
    problem: { state: true },
  };
  declare open: boolean;
  declare chosenMinor: number | undefined;
  /** What was chosen from the creator's menu; its price is the amount. */
  declare menuItem: string | undefined;
  declare busy: boolean;
  declare problem: string;

  /** One key for one intention: pressing send again after a failure never pays twice. */
  #key = createKey();

  static override styles = [
    ...RoomPart.styles,
    fieldStyles,
    css`
      :host {
        display: inline-block;
      }

      :host([empty]) {
        display: none;
      }

      .field {
        display: block;
        margin-top: 1rem;
      }

      .to {
        margin-bottom: 1rem;
        color: var(--_muted);
      }

      .balance {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        min-height: 2.5rem;
        margin-top: 0.9rem;
        color: var(--_muted);
        font-size: 0.9375rem;
      }

      .balance.short {
        color: var(--_text);
      }

      wa-callout {
        margin-top: 0.75rem;
      }

      .menu {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-bottom: 1rem;
      }

      .menu button {
        display: inline-flex;
        align-items: baseline;
        gap: 0.6em;
        min-height: 2.75rem;
        padding: 0.5rem 0.9rem;
        border: 1px solid var(--_line-strong);
        border-radius: 99px;
        background: transparent;
        color: var(--_text);
        font: inherit;
        cursor: pointer;
      }

      .menu button[aria-pressed='true'] {
        border-color: var(--_accent);
        box-shadow: inset 0 0 0 1px var(--_accent);
      }

      .menu b {
        color: var(--_accent);
        font-variant-numeric: tabular-nums;
      }

      .end {
        width: 100%;
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
    this.busy = false;
    this.problem = '';
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, [
      'connected',
      'reconnected',
      'walletChanged',
      'accessGranted',
      'accessRevoked',
      'roomEnded',
      'tipMenuChanged',
    ]);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    const currency = room?.wallet.currency;
    if (!this.#isOffered || !room?.info || !currency) return nothing;
    return html`
      <wa-button part="button" variant="brand" data-testid="tip-open" @click=${this.#show}>
        <span slot="start">${icon('gift', 20)}</span>${texts.tip.open}
      </wa-button>
      ${this.#sheet(room, room.info.creator.name, currency)}
    `;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    // Without a button the element takes no room among its neighbours.
    this.toggleAttribute('empty', !this.#isOffered);
  }

  get #isOffered(): boolean {
    const { room } = this;
    return Boolean(room?.info && room.wallet.currency && room.localParticipant.permissions.tip);
  }

  #sheet(room: Room, creatorName: string, currency: string): TemplateResult {
    const { texts, language, chosenMinor: chosen } = this;
    const missingMinor = Math.max(0, (chosen ?? 0) - room.wallet.balanceMinor);
    return html`
      <wa-dialog
        lang=${language}
        label=${texts.tip.title}
        light-dismiss
        .open=${this.open}
        @wa-after-hide=${(event: Event) => event.target === event.currentTarget && this.#close()}
      >
        <p class="to">${texts.tip.to(creatorName)}</p>
        ${this.#menu(room, currency)}
        <form id="tip" @submit=${this.#handleSubmit}>
          <loge-amount-choice
            kind="tip"
            label=${texts.tip.amounts}
            currency=${currency}
            .otherLabel=${texts.tip.other}
            .presetsMinor=${presetsOf(PRESETS, currency)}
            .valueMinor=${chosen}
            .range=${{ minMinor: LIMITS.tipMinMinor, maxMinor: LIMITS.tipMaxMinor }}
            @amount-chosen=${(event: CustomEvent<{ amountMinor?: number }>) => this.#handleChosen(event.detail.amountMinor)}
          ></loge-amount-choice>
          <label class="field">
            <span class="field-label">${texts.tip.message}</span>
            <input
              class="field-input"
              name="message"
              data-testid="tip-message"
              maxlength=${LIMITS.tipMessageChars}
              placeholder=${texts.tip.messagePlaceholder}
              autocomplete="off"
              enterkeyhint="send"
            />
          </label>
        </form>
        <loge-price kind="tip" .room=${this.open ? room : undefined} .amountMinor=${this.#quotable}></loge-price>
        ${this.#balance(room, currency, missingMinor)}
        ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
        <wa-button
          slot="footer"
          class="end"
          variant="brand"
          data-testid="tip-send"
          ?disabled=${chosen === undefined || missingMinor > 0}
          ?loading=${this.busy}
          @click=${this.#send}
        >
          ${chosen === undefined ? texts.tip.sendNone : texts.tip.send(formatMoney(chosen, currency, language))}
        </wa-button>
      </wa-dialog>
    `;
  }

  /** An amount that can be a tip; for others there is nothing to explain. */
  get #quotable(): number | undefined {
    const { chosenMinor } = this;
    const isTip = chosenMinor !== undefined && chosenMinor >= LIMITS.tipMinMinor && chosenMinor <= LIMITS.tipMaxMinor;
    return isTip ? chosenMinor : undefined;
  }

  #menu(room: Room, currency: string): TemplateResult | typeof nothing {
    if (room.tipMenu.length === 0) return nothing;
    const { language } = this;
    return html`<div class="menu" part="menu" role="group" aria-label=${this.texts.tip.menu} data-testid="tip-menu">
      ${room.tipMenu.map(
        (item) => html`<button
          type="button"
          aria-pressed=${this.menuItem === item.id ? 'true' : 'false'}
          data-testid="tip-menu-item"
          @click=${() => this.#chooseItem(item)}
        >
          <bdi>${item.label}</bdi><b>${formatMoneyShort(item.amountMinor, currency, language)}</b>
        </button>`,
      )}
    </div>`;
  }

  #balance(room: Room, currency: string, missingMinor: number): TemplateResult {
    const { texts, language } = this;
    const money = (amountMinor: number) => formatMoney(amountMinor, currency, language);
    if (missingMinor > 0) {
      return html`<div class="balance short" role="status">
        <span>${texts.tip.short(money(missingMinor))}</span>
        <wa-button size="s" appearance="outlined" variant="brand" data-testid="tip-topup" @click=${() => this.#topUp(missingMinor)}
          >${texts.tip.topUp}</wa-button
        >
      </div>`;
    }
    const left = room.wallet.balanceMinor - (this.chosenMinor ?? 0);
    return html`<div class="balance numbers">
      <span>${this.chosenMinor === undefined ? texts.tip.balance(money(left)) : texts.tip.after(money(left))}</span>
    </div>`;
  }

  #show = (): void => {
    const currency = this.room?.wallet.currency;
    if (!currency) return;
    this.chosenMinor ??= presetsOf(PRESETS, currency)[1];
    this.problem = '';
    this.open = true;
  };

  #close(): void {
    this.open = false;
  }

  #handleChosen(amountMinor: number | undefined): void {
    if (amountMinor !== this.chosenMinor) {
      this.#key = createKey();
      this.menuItem = undefined;
    }
    this.chosenMinor = amountMinor;
    this.problem = '';
  }

  /** Chosen once more, it is chosen no longer. */
  #chooseItem(item: TipMenuItem): void {
    this.menuItem = this.menuItem === item.id ? undefined : item.id;
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
    this.tell(TOPUP_WANTED, { missingMinor });
  }

  #send = async (): Promise<void> => {
    const { room, chosenMinor: amountMinor, texts } = this;
    const currency = room?.wallet.currency;
    if (!room || !currency || amountMinor === undefined || this.busy) return;
    const money = (limitMinor: number) => formatMoney(limitMinor, currency, this.language);
    if (amountMinor < LIMITS.tipMinMinor) {
      this.problem = texts.tip.tooSmall(money(LIMITS.tipMinMinor));
      return;
    }
    if (amountMinor > LIMITS.tipMaxMinor) {
      this.problem = texts.tip.tooLarge(money(LIMITS.tipMaxMinor));
      return;
    }
    await this.#pay(room, amountMinor, currency);
  };

  async #pay(room: Room, amountMinor: number, currency: string): Promise<void> {
    const field = this.renderRoot.querySelector<HTMLInputElement>('input[name=message]');
    const message = field?.value.trim() || undefined;
    const { menuItem } = this;
    this.busy = true;
    this.problem = '';
    try {
      const tip = await room.tip({
        amountMinor,
        message,
        ...(menuItem ? { menuItem } : {}),
        idempotencyKey: this.#key,
      });
      this.#key = createKey();
      this.menuItem = undefined;
      if (field) field.value = '';
      this.open = false;
      this.tell(TIP_SENT, { tip, text: this.texts.tip.sent(formatMoney(tip.amountMinor, currency, this.language)) });
    } catch (error) {
      this.problem = this.wordsFor(error);
    } finally {
      this.busy = false;
    }
  }
}

defineElement('loge-tip', LogeTip);
