/**
 * Selects an amount: a row of presets and a field for others, for tips and top-ups. Emits `amount-chosen` with the
 * amount in the minor unit, or undefined while the typed text is not a valid amount.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement, LogeElement, withProperties } from '../room/room-part.ts';
import { currencySymbol, formatMoney, formatShortMoney, minorUnits, parseMoney } from '../texts/format.ts';
import { fieldStyles } from './fields.ts';

export class LogeAmountChoice extends withProperties(
  LogeElement,
  {
    currency: 'eur',
    /** `tip` or `topup`: the prefix of the test ids. */
    kind: 'tip',
    label: '',
    presetsMinor: [] as number[],
    valueMinor: undefined as number | undefined,
    otherLabel: '',
    /** What is wrong with the amount; empty if nothing is. */
    fault: '',
    /** What the field holds: while it holds something, no preset looks chosen. */
    typed: '',
  },
  { currency: {}, kind: {}, label: {} },
) {
  static override styles = [
    fieldStyles,
    css`
      /* One row; amounts too long for it take a second one. */
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-4);
      }

      .presets,
      .other {
        display: contents;
      }

      .preset,
      .field-input {
        flex: 1 0 auto;
        min-width: var(--_finger);
        height: var(--_control);
        padding: 0 var(--_space-4);
        font: var(--_strong-14);
      }

      .preset {
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius-small);
        background: transparent;
        color: var(--_text);
        cursor: pointer;
        white-space: nowrap;
        transition: background-color 120ms;
      }

      .field-input {
        flex: 1.5 1 0;
        min-width: 4.25rem;
        padding-inline: var(--_space-8);
        text-align: center;
      }

      /* Amounts in full: three, and below them the rest with the field. */
      .topup :is(.preset, .field-input) {
        flex: 1 0 30%;
      }

      .topup .preset {
        min-width: min-content;
      }

      .preset:hover {
        background: color-mix(in oklab, var(--_accent) 12%, transparent);
      }

      .preset[aria-checked='true'],
      .field-input.chosen {
        border-color: var(--_accent);
        background: var(--_chosen);
        box-shadow: inset 0 0 0 1px var(--_accent);
      }

      .fault {
        flex: 1 0 100%;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues): void {
    // Another amount was chosen, here or outside: two amounts in one form would surprise.
    if (changed.has('valueMinor') && parseMoney(this.typed, this.currency) !== this.valueMinor) this.typed = '';
  }

  override render(): TemplateResult {
    const { typed, kind, fault, currency, language } = this;
    const chosen = typed ? undefined : this.presetsMinor.find((amountMinor) => amountMinor === this.valueMinor);
    return html`<div class="row ${kind}">
      <div class="presets" role="radiogroup" aria-label=${this.label} @keydown=${this.#handleKey}>
        ${this.presetsMinor.map(
          (amountMinor, index) => html`<button
            class="preset"
            type="button"
            role="radio"
            aria-checked=${amountMinor === chosen}
            tabindex=${amountMinor === chosen || (chosen === undefined && index === 0) ? 0 : -1}
            data-testid="${kind}-amount-${amountMinor}"
            @click=${() => this.#setAmount(amountMinor)}
          >
            ${(kind === 'tip' ? formatShortMoney : formatMoney)(amountMinor, currency, language)}
          </button>`,
        )}
      </div>
      <div class="other" data-testid="${kind}-amount-other">
        <input
          class="field-input ${typed && this.valueMinor !== undefined ? 'chosen' : ''}"
          inputmode="decimal"
          autocomplete="off"
          aria-label=${this.texts.labelled(this.label, this.otherLabel)}
          aria-invalid=${fault ? 'true' : nothing}
          aria-describedby=${fault ? 'fault' : nothing}
          placeholder="${this.otherLabel} ${currencySymbol(currency, language)}"
          .value=${typed}
          @input=${this.#handleTyped}
        />
        ${fault ? html`<p class="fault" id="fault" role="alert">${fault}</p>` : nothing}
      </div>
    </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.has('fault') && this.fault) this.renderRoot.querySelector('input')?.focus();
  }

  #handleTyped = (event: Event): void => {
    this.#setAmount(parseMoney((event.target as HTMLInputElement).value, this.currency));
    this.typed = (event.target as HTMLInputElement).value;
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
    this.typed = '';
    this.valueMinor = amountMinor;
    this.dispatchEvent(new CustomEvent('amount-chosen', { detail: { amountMinor } }));
  }
}

/** Preset amounts given in whole units of the currency, in its minor unit. */
export function presetsOf(units: readonly number[], currency: string): number[] {
  return units.map((amount) => amount * minorUnits(currency));
}

defineElement('loge-amount-choice', LogeAmountChoice);
