/** `<loge-tip>`: a button and the sheet to send a tip with, from the wallet, with a few words for everyone. */

import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { LIMITS } from '../../server/protocol/limits.ts';
import { createKey } from '../src/random-key.ts';
import type { Room } from '../src/room.ts';
import './amount-choice.ts';
import { presetsOf } from './amount-choice.ts';
import { fieldStyles } from './fields.ts';
import { formatMoney } from './format.ts';
import { icon } from './icons.ts';
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
    busy: { state: true },
    problem: { state: true },
  };
  declare open: boolean;
  declare chosenMinor: number | undefined;
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
    if (amountMinor !== this.chosenMinor) this.#key = createKey();
    this.chosenMinor = amountMinor;
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
    this.busy = true;
    this.problem = '';
    try {
      const tip = await room.tip({ amountMinor, message, idempotencyKey: this.#key });
      this.#key = createKey();
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
