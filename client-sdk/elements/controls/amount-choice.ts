/**
 * Selects an amount: a row of presets and a field for others, for tips, top-ups and the site's wallet page. Emits
 * `amount-chosen` with the amount in the minor unit, or undefined while the typed text is not a valid amount.
 */

import '@awesome.me/webawesome/dist/components/input/input.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html } from 'lit';
import { defineElement, LogeElement } from '../room/room-part.ts';
import { currencySymbol, formatAmount, formatMoney, minorUnits, parseMoney } from '../texts/format.ts';
import { fieldFault } from './field-fault.ts';

/** As many amounts as a phone shows in a row. */
const ONE_ROW = 4;

export interface AmountRange {
  minMinor: number;
  maxMinor: number;
}

export class LogeAmountChoice extends LogeElement {
  static override properties = {
    presetsMinor: { attribute: false },
    valueMinor: { attribute: false },
    currency: {},
    range: { attribute: false },
    kind: {},
    label: {},
    otherLabel: { attribute: false },
    fault: { attribute: false },
  };
  declare presetsMinor: number[];
  declare valueMinor: number | undefined;
  declare currency: string;
  declare range: AmountRange;
  /** `tip` or `topup`: the prefix of the test ids. */
  declare kind: string;
  declare label: string;
  declare otherLabel: string;
  /** What is wrong with the amount; empty if nothing is. */
  declare fault: string;

  static override styles = [
    ...LogeElement.styles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }

      .presets {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-4);
      }

      .preset {
        flex: 1 1 auto;
        max-width: 7rem;
        height: var(--_control);
        padding: 0 var(--_space-4);
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius-small);
        background: transparent;
        color: var(--_text);
        font: inherit;
        font-weight: 600;
        cursor: pointer;
        white-space: nowrap;
        transition: background-color 120ms;
      }

      /* Two full rows rather than one and a rest. */
      .presets.many {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
      }

      .presets.many .preset {
        max-width: none;
      }

      @container (max-width: 19rem) {
        .presets:not(.many) {
          display: grid;
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }

        .preset {
          max-width: none;
        }
      }

      .preset:hover {
        background: color-mix(in oklab, var(--_accent) 12%, transparent);
      }

      .preset[aria-checked='true'] {
        border-color: var(--_accent);
        background: var(--_chosen);
        box-shadow: inset 0 0 0 1px var(--_accent);
      }

      wa-input {
        margin-top: var(--_space-16);
      }
    `,
  ];

  constructor() {
    super();
    this.presetsMinor = [];
    this.valueMinor = undefined;
    this.currency = 'eur';
    this.range = { minMinor: 1, maxMinor: Number.MAX_SAFE_INTEGER };
    this.kind = 'tip';
    this.label = '';
    this.otherLabel = '';
    this.fault = '';
  }

  override render(): TemplateResult {
    const isPreset = this.valueMinor !== undefined && this.presetsMinor.includes(this.valueMinor);
    const symbol = currencySymbol(this.currency, this.language);
    return html`
      <div class="presets ${this.presetsMinor.length > ONE_ROW ? 'many' : ''}" role="radiogroup" aria-label=${this.label} @keydown=${this.#handleKey}>
        ${this.presetsMinor.map(
          (amountMinor, index) => html`<button
            class="preset"
            type="button"
            role="radio"
            aria-checked=${amountMinor === this.valueMinor}
            tabindex=${amountMinor === this.valueMinor || (!isPreset && index === 0) ? 0 : -1}
            data-testid="${this.kind}-amount-${amountMinor}"
            @click=${() => this.#setAmount(amountMinor)}
          >
            ${formatMoney(amountMinor, this.currency, this.language)}
          </button>`,
        )}
      </div>
      <wa-input
        label=${this.otherLabel}
        inputmode="decimal"
        autocomplete="off"
        data-testid="${this.kind}-amount-other"
        placeholder=${formatAmount(this.range.minMinor, this.currency, this.language)}
        @input=${this.#handleTyped}
        ${fieldFault(this.fault)}
      >
        <span slot="end" class="muted">${symbol}</span>
      </wa-input>
    `;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const field = this.renderRoot.querySelector('wa-input');
    // Another amount was chosen, here or outside: two amounts in one form would surprise.
    const isOther = this.valueMinor !== undefined && parseMoney(field?.value ?? '', this.currency) !== this.valueMinor;
    if (field && changed.has('valueMinor') && isOther) field.value = '';
    if (changed.has('fault') && this.fault) field?.focus();
  }

  #handleTyped = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value ?? '';
    this.#setAmount(parseMoney(text, this.currency));
  };

  /** Arrow keys move within the presets, as in a radio group. */
  #handleKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll<HTMLButtonElement>('.preset')];
    const from = buttons.findIndex((button) => button.matches(':focus'));
    const next = buttons[(from + step + buttons.length) % buttons.length];
    next?.focus();
    next?.click();
  };

  #setAmount(amountMinor: number | undefined): void {
    this.valueMinor = amountMinor;
    this.dispatchEvent(new CustomEvent('amount-chosen', { detail: { amountMinor } }));
  }
}

/** Preset amounts given in whole units of the currency, in its minor unit. */
export function presetsOf(units: readonly number[], currency: string): number[] {
  return units.map((amount) => amount * minorUnits(currency));
}

defineElement('loge-amount-choice', LogeAmountChoice);
