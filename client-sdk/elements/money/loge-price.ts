/**
 * `<loge-price>`: the quiet receipt before paying: one line, and on request who gets what of the price. It asks the room for the quote by
 * itself, whenever what it is for changes.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Quote } from '../../../server/protocol/pricing.ts';
import type { Room } from '../../src/room.ts';
import { defineElement, LogeElement } from '../room/room-part.ts';
import { formatMoney } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';

/** Told with each quote that has arrived, and with none when it cannot be had. */
export const QUOTE_CHANGED = 'loge-quote-changed';

/** A person who types an amount is asked for once they pause. */
const PAUSE_MS = 250;

export class LogePrice extends LogeElement {
  static override properties = {
    room: { attribute: false },
    kind: {},
    from: {},
    amountMinor: { attribute: false },
    quote: { state: true },
  };
  declare room: Room | undefined;
  /** Of a private session it is one minute that is quoted. */
  declare kind: 'ticket' | 'tip' | 'private_session';
  declare from: 'wallet' | 'card';
  declare amountMinor: number | undefined;
  declare quote: Quote | undefined;

  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Answers that come out of order are of no use. */
  #asked = 0;
  #askedIn: Language | undefined;

  static override styles = [
    ...LogeElement.styles,
    css`
      :host {
        display: block;
        margin-top: 0.75rem;
        color: var(--_muted);
        font-size: 0.875rem;
      }

      summary {
        cursor: pointer;
        min-height: 1.75rem;
      }

      summary:focus-visible {
        outline: 2px solid var(--_accent);
        outline-offset: 2px;
      }

      dl {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.3rem 1rem;
        margin: 0.5rem 0 0;
      }

      dd {
        margin: 0;
        text-align: end;
        font-variant-numeric: tabular-nums;
      }

      .gross {
        padding-top: 0.3rem;
        border-top: 1px solid var(--_line, currentColor);
        color: var(--_text);
      }

      p {
        margin: 0.5rem 0 0;
      }
    `,
  ];

  constructor() {
    super();
    this.kind = 'ticket';
    this.from = 'wallet';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override willUpdate(changed: PropertyValues): void {
    // The text of the waiver comes in one language, and is not shown in another while the next is on its way.
    const isOtherLanguage = this.#askedIn !== undefined && this.#askedIn !== this.language;
    if (isOtherLanguage) this.#keep(undefined);
    if (isOtherLanguage || ['room', 'kind', 'from', 'amountMinor'].some((name) => changed.has(name))) this.#ask();
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#askedIn = this.language;
    const { room, kind, amountMinor } = this;
    if (!room || (kind === 'tip' && amountMinor === undefined)) {
      this.#keep(undefined);
      return;
    }
    const asked = this.#asked;
    this.#timer = setTimeout(() => void this.#load(room, asked), this.quote ? PAUSE_MS : 0);
  }

  async #load(room: Room, asked: number): Promise<void> {
    const { kind, from, amountMinor } = this;
    const request = kind === 'tip' && amountMinor !== undefined ? { kind, from, amountMinor } : { kind, from };
    // Without a quote one can pay all the same: the price itself is known, and what is wrong with it the payment will say.
    const quote = await room.quote({ ...request, locale: this.language }).catch(() => undefined);
    if (asked === this.#asked) this.#keep(quote);
  }

  #keep(quote: Quote | undefined): void {
    if (quote === this.quote) return;
    this.quote = quote;
    this.tell(QUOTE_CHANGED, { quote });
  }

  override render(): TemplateResult | typeof nothing {
    const { quote, texts, language } = this;
    if (!quote) return nothing;
    const { parts, vat, association, currency } = quote;
    const money = (amountMinor: number) => formatMoney(amountMinor, currency, language);
    const creator = this.room?.info?.creator.name ?? '';
    const line = (name: string, label: string, amountMinor: number) => html`
      <dt>${label}</dt>
      <dd data-part=${name}>${money(amountMinor)}</dd>
    `;
    const percent = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
    return html`
      <details part="price" data-testid="price-breakdown">
        <summary>${texts.price.summary(creator, money(parts.creatorMinor))}</summary>
        <dl>
          ${line('creator', creator, parts.creatorMinor)}
          ${association ? line('association', association.name, parts.associationMinor) : nothing}
          ${line('processor', texts.price.processor, parts.processorMinor)}
          ${line('platform', texts.price.platform, parts.platformMinor)}
          ${line('vat', texts.price.vat(percent.format(vat.rateBps / 100), vat.country), parts.vatMinor)}
          <dt class="gross">${texts.price.total}</dt>
          <dd class="gross" data-part="gross">${money(quote.grossMinor)}</dd>
        </dl>
        ${association ? html`<p>${texts.price.pledge(creator, percent.format(association.shareBps / 100), association.name)}</p>` : nothing}
      </details>
    `;
  }
}

defineElement('loge-price', LogePrice);
