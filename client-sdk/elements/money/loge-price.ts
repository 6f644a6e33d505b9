/**
 * `<loge-price>`: the breakdown of a price before paying: one line, which expands to the shares of all parties. It
 * fetches the quote itself whenever its properties change.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Tier } from '../../../server/protocol/money/memberships.ts';
import type { Quote } from '../../../server/protocol/money/pricing.ts';
import type { Room } from '../../client/room.ts';
import { HostTimer } from '../room/host-timer.ts';
import { defineElement, LogeElement, withProperties } from '../room/room-part.ts';
import { formatMoney } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';
import { shownName } from '../texts/shown-name.ts';

/** Emitted with each new quote, and without one if it is not available. */
export const QUOTE_CHANGED = 'loge-quote-changed';

/** Debounces requests while the person types an amount. */
const DEBOUNCE_MS = 250;

export class LogePrice extends withProperties(
  LogeElement,
  {
    /** For a private session, the quote is for one minute. */
    kind: 'ticket' as 'ticket' | 'tip' | 'private_session' | 'membership',
    from: 'wallet' as 'wallet' | 'card',
    room: undefined as Room | undefined,
    amountMinor: undefined as number | undefined,
    /** Of a membership. */
    tier: undefined as Tier['id'] | undefined,
    quote: undefined as Quote | undefined,
  },
  { kind: {}, from: {} },
) {
  readonly #timer = new HostTimer(this);
  /** Number of the latest request; answers to older ones are ignored. */
  #requestNumber = 0;
  #requestedLanguage: Language | undefined;

  static override styles = css`
    :host {
      margin-top: var(--_space-4);
      color: var(--_muted);
      font: var(--_type-14);
    }

    summary {
      cursor: pointer;
      padding-block: var(--_space-12);
    }

    dl {
      display: grid;
      grid-template-columns: 1fr auto;
      gap: var(--_space-4) var(--_space-16);
      margin: var(--_space-8) 0 0;
    }

    dd {
      text-align: end;
    }

    .gross {
      padding-top: var(--_space-4);
      border-top: 1px solid var(--_line, currentColor);
      color: var(--_text);
    }

    p {
      margin: var(--_space-8) 0 0;
    }

    a {
      display: inline-block;
      padding-block: var(--_space-12);
      color: inherit;
    }
  `;

  protected override willUpdate(changed: PropertyValues): void {
    // The quote contains the waiver text in one language, so drop it when the language changes.
    const isOtherLanguage = this.#requestedLanguage !== undefined && this.#requestedLanguage !== this.language;
    if (isOtherLanguage) this.#setQuote(undefined);
    if (isOtherLanguage || ['room', 'kind', 'from', 'amountMinor', 'tier'].some((name) => changed.has(name)))
      this.#requestQuote();
  }

  #requestQuote(): void {
    this.#timer.stop();
    this.#requestNumber += 1;
    this.#requestedLanguage = this.language;
    const { room, kind, amountMinor } = this;
    if (!room || (kind === 'tip' && amountMinor === undefined)) {
      this.#setQuote(undefined);
      return;
    }
    const requestNumber = this.#requestNumber;
    this.#timer.start(this.quote ? DEBOUNCE_MS : 0, () => void this.#load(room, requestNumber));
  }

  async #load(room: Room, requestNumber: number): Promise<void> {
    const { kind, from, amountMinor, tier } = this;
    const request = {
      ...{ kind, from },
      ...(kind === 'tip' && amountMinor !== undefined && { amountMinor }),
      ...(tier !== undefined && { tier }),
    };
    // A missing quote does not prevent paying: the price is known, and the payment reports errors.
    const quote = await room.quote({ ...request, locale: this.language }).catch(() => undefined);
    if (requestNumber === this.#requestNumber) this.#setQuote(quote);
  }

  #setQuote(quote: Quote | undefined): void {
    if (quote === this.quote) return;
    this.quote = quote;
    this.emit(QUOTE_CHANGED, { quote });
  }

  override render(): TemplateResult | typeof nothing {
    const { quote, texts, language } = this;
    if (!quote) return nothing;
    const { parts, vat, association, currency } = quote;
    const money = (amountMinor: number) => formatMoney(amountMinor, currency, language);
    const [about, estimate] = vat.isEstimate ? ['≈ ', texts.price.estimate] : ['', ''];
    const creator = shownName(this.room?.info?.creator, texts);
    const line = (label: string, amountMinor: number) => html`
      <dt>${label}</dt>
      <dd>${money(amountMinor)}</dd>
    `;
    const percent = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
    return html`
      <details part="price" data-testid="price-breakdown">
        <summary>${texts.price.summary(creator, about + money(parts.creatorMinor))}</summary>
        <dl>
          ${line(creator, parts.creatorMinor)}
          ${association ? line(association.name, parts.associationMinor) : nothing}
          ${line(texts.price.processor, parts.processorMinor)}
          ${line(texts.price.platform, parts.platformMinor)}
          ${line(texts.price.vat(percent.format(vat.rateBps / 100), vat.country) + estimate, parts.vatMinor)}
          <dt class="gross">${texts.price.total}</dt>
          <dd class="gross">${money(quote.grossMinor)}</dd>
        </dl>
        ${association ? html`<p>${texts.price.pledge(creator, percent.format(association.shareBps / 100), association.name)}</p>` : nothing}
        ${quote.charterUrl ? html`<p><a href=${quote.charterUrl} target="_blank" data-testid="charter-link">${texts.price.charter}</a></p>` : nothing}
      </details>
    `;
  }
}

defineElement('loge-price', LogePrice);
