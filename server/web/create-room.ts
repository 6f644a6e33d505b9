/** `<site-create-room>`: a title, who may enter, a price; then straight to the room's studio. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { formatMoney, parseMoney } from '../../client-sdk/elements/format.ts';
import { defineElement, LogeElement } from '../../client-sdk/elements/room-part.ts';
import { LIMITS } from '../protocol/limits.ts';
import { siteApi } from './site-api.ts';
import { siteTexts } from './site-language.ts';

const DEFAULT_PRICE = '5';

export class SiteCreateRoom extends LogeElement {
  static override properties = {
    currency: {},
    kind: { state: true },
    roomTitle: { state: true },
    price: { state: true },
    busy: { state: true },
    problem: { state: true },
  };
  declare currency: string;
  declare kind: 'free' | 'ticket';
  declare roomTitle: string;
  declare price: string;
  declare busy: boolean;
  declare problem: string;

  static override styles = [
    ...LogeElement.styles,
    css`
      :host {
        display: block;
      }

      form {
        display: grid;
        gap: 1.25rem;
        padding: 1.25rem;
        border: 1px solid var(--_line);
        border-radius: var(--_radius);
        background: var(--_surface);
      }

      fieldset {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 0.6rem;
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        margin-bottom: 0.55rem;
        padding: 0;
        font-weight: 600;
      }

      .kind {
        position: relative;
        display: block;
        padding: 0.8rem 0.9rem;
        border: 1px solid var(--_line-strong);
        border-radius: var(--_radius-small);
        cursor: pointer;
      }

      .kind:has(:checked) {
        border-color: var(--_accent);
        background: color-mix(in oklab, var(--_accent) 11%, transparent);
      }

      .kind:has(:focus-visible) {
        box-shadow: var(--_ring);
      }

      .kind input {
        position: absolute;
        inset: 0;
        opacity: 0;
        cursor: pointer;
      }

      .kind b {
        display: block;
        font-weight: 600;
      }

      .kind small {
        font-size: 0.875rem;
        color: var(--_muted);
      }
    `,
  ];

  constructor() {
    super();
    this.currency = 'eur';
    this.kind = 'ticket';
    this.roomTitle = '';
    this.price = DEFAULT_PRICE;
    this.busy = false;
    this.problem = '';
  }

  override render(): TemplateResult {
    const words = siteTexts(this.language).studio;
    const minimum = formatMoney(LIMITS.ticketMinMinor, this.currency, this.language);
    const maximum = formatMoney(LIMITS.ticketMaxMinor, this.currency, this.language);
    return html`<form @submit=${this.#submit} novalidate>
      <wa-input
        label=${words.roomTitle}
        placeholder=${words.roomTitlePlaceholder}
        maxlength=${LIMITS.titleChars}
        autocomplete="off"
        data-testid="room-title"
        .value=${this.roomTitle}
        @input=${(event: Event) => {
          this.roomTitle = (event.target as HTMLInputElement).value ?? '';
        }}
        @keydown=${this.#submitOnEnter}
      ></wa-input>
      <fieldset>
        <legend>${words.access}</legend>
        ${this.#kindChoice('free', words.free, words.freeText)} ${this.#kindChoice('ticket', words.ticket, words.ticketText)}
      </fieldset>
      ${
        this.kind === 'ticket'
          ? html`<wa-input
              label=${words.price}
              hint=${words.priceHint(minimum, maximum)}
              inputmode="decimal"
              autocomplete="off"
              data-testid="room-price"
              .value=${this.price}
              @input=${(event: Event) => {
                this.price = (event.target as HTMLInputElement).value ?? '';
              }}
              @keydown=${this.#submitOnEnter}
              ><span slot="end" class="muted">${this.currency.toUpperCase()}</span></wa-input
            >`
          : nothing
      }
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
      <wa-button variant="brand" data-testid="create-room" ?loading=${this.busy} @click=${this.#create}>${words.create}</wa-button>
    </form>`;
  }

  #kindChoice(kind: 'free' | 'ticket', title: string, text: string): TemplateResult {
    return html`<label class="kind">
      <input
        type="radio"
        name="kind"
        value=${kind}
        data-testid="room-kind-${kind}"
        .checked=${this.kind === kind}
        @change=${() => {
          this.kind = kind;
        }}
      /><b>${title}</b><small>${text}</small>
    </label>`;
  }

  #submit = (event: Event): void => {
    event.preventDefault();
    void this.#create();
  };

  #submitOnEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.isComposing) void this.#create();
  };

  #create = async (): Promise<void> => {
    const words = siteTexts(this.language).studio;
    const title = this.roomTitle.trim();
    const priceMinor = parseMoney(this.price, this.currency);
    const isTicket = this.kind === 'ticket';
    this.problem = '';
    if (this.busy) return;
    if (title === '') {
      this.problem = words.titleMissing;
      return;
    }
    if (
      isTicket &&
      (priceMinor === undefined || priceMinor < LIMITS.ticketMinMinor || priceMinor > LIMITS.ticketMaxMinor)
    ) {
      const money = (amountMinor: number) => formatMoney(amountMinor, this.currency, this.language);
      this.problem = words.priceInvalid(money(LIMITS.ticketMinMinor), money(LIMITS.ticketMaxMinor));
      return;
    }
    this.busy = true;
    try {
      const access = isTicket
        ? { kind: 'ticket' as const, priceMinor, currency: this.currency }
        : { kind: 'free' as const };
      const room = await siteApi.createRoom({ title, access });
      location.assign(`/studio/${room.id}`);
    } catch (error) {
      this.problem = this.wordsFor(error);
      this.busy = false;
    }
  };
}

defineElement('site-create-room', SiteCreateRoom);
