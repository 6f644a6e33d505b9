/** `<site-create-room>`: title, access, price, capacity and start; then opens the room's studio. */

import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { fieldFault } from '../../../client-sdk/elements/controls/field-fault.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { currencySymbol, formatMoney, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Tier } from '../../protocol/money/memberships.ts';
import type { AccessKind, AccessRule } from '../../protocol/rooms.ts';
import type { NewRoom } from '../api/site-api.ts';
import { siteApi } from '../api/site-api.ts';
import { SitePart } from '../site/site-part.ts';
import { createRoomStyles } from '../styles/create-room-styles.ts';
import { listedSwitch, listedSwitchStyles } from './listed-switch.ts';

const KINDS = ['free', 'ticket', 'members', 'private'] as const;
const PRICE_LIMITS = {
  ticket: { minMinor: LIMITS.ticketMinMinor, maxMinor: LIMITS.ticketMaxMinor },
  private: { minMinor: LIMITS.privateRateMinMinor, maxMinor: LIMITS.privateRateMaxMinor },
  tier: { minMinor: LIMITS.tierMinMinor, maxMinor: LIMITS.tierMaxMinor },
} as const;

/** The form's fields, as text. */
const EMPTY_FORM = {
  roomTitle: '',
  price: '5',
  rate: '3',
  capacity: '',
  startsAt: '',
  minTier: '',
  tierName: '',
  tierPrice: '9',
};
type Field = keyof typeof EMPTY_FORM;

/** What is wrong with a field, in words. */
class FormFault extends Error {
  readonly field: Field;

  constructor(field: Field, message: string) {
    super(message);
    this.field = field;
  }
}

export class SiteCreateRoom extends SitePart {
  static override properties = {
    ...SitePart.properties,
    currency: {},
    kind: { state: true },
    form: { state: true },
    listed: { state: true },
    tiers: { state: true },
    fault: { state: true },
  };
  declare currency: string;
  declare kind: AccessKind;
  declare form: Record<Field, string>;
  declare fault: FormFault | undefined;
  /** Whether everybody may find the room; otherwise only those with its link. */
  declare listed: boolean;
  /** Tiers of the creator's club; undefined while loading. */
  declare tiers: Tier[] | undefined;

  static override styles = [...SitePart.styles, createRoomStyles, listedSwitchStyles];

  constructor() {
    super();
    this.currency = 'eur';
    this.kind = 'ticket';
    this.form = { ...EMPTY_FORM };
    this.listed = false;
    this.fault = undefined;
  }

  protected override async load(): Promise<void> {
    this.tiers = await siteApi.myTiers();
  }

  override render(): TemplateResult {
    const words = this.words.rooms;
    return html`<form @submit=${this.#submit} novalidate>
      ${this.#input('roomTitle', { label: words.title, id: 'room-title', placeholder: words.titlePlaceholder, maxlength: LIMITS.titleChars })}
      <fieldset>
        <legend>${words.access}</legend>
        ${KINDS.map((kind) => this.#kindChoice(kind))}
      </fieldset>
      ${this.#price()}
      <div class="pair">
        ${
          this.kind === 'ticket'
            ? this.#input('capacity', {
                label: words.capacity,
                hint: words.capacityHint,
                id: 'room-capacity',
                inputmode: 'numeric',
              })
            : nothing
        }
        <wa-input
          type="datetime-local"
          label=${words.startsAt}
          data-testid="room-starts-at"
          .value=${this.form.startsAt}
          @input=${(event: Event) => this.#set('startsAt', event)}
          ${fieldFault(this.#faultOf('startsAt'), words.startsAtHint)}
        ></wa-input>
      </div>
      ${listedSwitch({
        words: this.words,
        listed: this.listed,
        id: 'room-listed',
        change: (listed) => {
          this.listed = listed;
        },
      })}
      <div class="end">
        ${this.messages()}
        <wa-button variant="brand" data-testid="create-room" ?loading=${this.busy === 'create'} @click=${this.#create}>${words.create}</wa-button>
      </div>
    </form>`;
  }

  #price(): TemplateResult | typeof nothing {
    const words = this.words.rooms;
    const range = (name: keyof typeof PRICE_LIMITS) =>
      [this.#limit(PRICE_LIMITS[name].minMinor), this.#limit(PRICE_LIMITS[name].maxMinor)] as const;
    if (this.kind === 'ticket')
      return this.#amount('price', { label: words.price, hint: words.priceHint(...range('ticket')), id: 'room-price' });
    if (this.kind === 'private')
      return this.#amount('rate', { label: words.rate, hint: words.rateHint(...range('private')), id: 'room-rate' });
    return this.kind === 'members' ? this.#club(range('tier')) : nothing;
  }

  /** The tier that a members-only room requires; a club without tiers gets its first one here. */
  #club(range: readonly [string, string]): TemplateResult | typeof nothing {
    const words = this.words.rooms;
    const { tiers } = this;
    if (!tiers) return nothing;
    if (tiers.length === 0) {
      return html`<p class="muted small">${words.firstTier}</p>
        <div class="pair">
          ${this.#input('tierName', { label: words.tierName, placeholder: words.tierNamePlaceholder, id: 'tier-name', maxlength: LIMITS.titleChars })}
          ${this.#amount('tierPrice', { label: words.tierPrice, hint: words.priceHint(...range), id: 'tier-price' })}
        </div>`;
    }
    const priceOf = ({ priceMinor, currency, interval }: Tier) => {
      const price = this.money(priceMinor, currency);
      return interval === 'month' ? words.perMonth(price) : words.perYear(price);
    };
    // A select keeps the text of its option; after a change of language it needs a new one.
    return html`${keyed(
      this.language,
      html`<wa-select label=${words.tier} data-testid="room-tier" .value=${this.form.minTier} @change=${(event: Event) => this.#set('minTier', event)}>
      <wa-option value="">${words.anyTier}</wa-option>
      ${tiers.map((tier) => html`<wa-option value=${tier.id}>${words.tierFrom(tier.name, priceOf(tier))}</wa-option>`)}
    </wa-select>`,
    )}`;
  }

  #kindChoice(kind: AccessKind): TemplateResult {
    const { title, text } = this.words.rooms.kinds[kind];
    return html`<label class="kind">
      <input
        type="radio"
        name="kind"
        value=${kind}
        data-testid="room-kind-${kind}"
        .checked=${this.kind === kind}
        @change=${() => {
          this.kind = kind;
          this.problem = '';
          this.fault = undefined;
        }}
      /><b>${title}</b><small>${text}</small>
    </label>`;
  }

  #input(
    field: Field,
    about: { label: string; id: string; hint?: string; placeholder?: string; maxlength?: number; inputmode?: string },
    end: unknown = nothing,
  ): TemplateResult {
    return html`<wa-input
      label=${about.label}
      placeholder=${about.placeholder ?? nothing}
      maxlength=${about.maxlength ?? nothing}
      inputmode=${about.inputmode ?? nothing}
      autocomplete="off"
      data-testid=${about.id}
      .value=${this.form[field]}
      @input=${(event: Event) => this.#set(field, event)}
      @keydown=${this.#submitOnEnter}
      ${fieldFault(this.#faultOf(field), about.hint)}
      >${end}</wa-input
    >`;
  }

  #amount(field: Field, about: { label: string; hint: string; id: string }): TemplateResult {
    return this.#input(
      field,
      { ...about, inputmode: 'decimal' },
      html`<span slot="end" class="muted">${currencySymbol(this.currency, this.language)}</span>`,
    );
  }

  #faultOf(field: Field): string {
    return this.fault?.field === field ? this.fault.message : '';
  }

  #set(field: Field, event: Event): void {
    if (this.fault?.field === field) this.fault = undefined;
    this.form = { ...this.form, [field]: (event.target as HTMLInputElement).value ?? '' };
  }

  #limit(amountMinor: number): string {
    return formatMoney(amountMinor, this.currency, this.language);
  }

  #submit = (event: Event): void => {
    event.preventDefault();
    void this.#create();
  };

  #submitOnEnter = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.isComposing) void this.#create();
  };

  #create = async (): Promise<void> => {
    if (this.busy) return;
    this.fault = undefined;
    try {
      const basis = this.#readBasis();
      const priceMinor = this.#readPrice();
      await this.act('create', async () => {
        const access = await this.#access(priceMinor);
        const room = await siteApi.createRoom({ ...basis, access });
        location.assign(`/studio/${room.id}`);
      });
    } catch (error) {
      if (!(error instanceof FormFault)) throw error;
      this.fault = error;
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('wa-input.faulty')?.focus();
    }
  };

  #readBasis(): Omit<NewRoom, 'access'> {
    const words = this.words.rooms;
    const { roomTitle, capacity, startsAt } = this.form;
    const title = roomTitle.trim();
    if (title === '') throw new FormFault('roomTitle', words.titleMissing);
    const places = this.kind === 'ticket' ? capacity.trim() : '';
    const isPlaces = /^[1-9]\d{0,6}$/.test(places) && Number(places) <= LIMITS.capacityMax;
    if (places !== '' && !isPlaces) throw new FormFault('capacity', words.capacityInvalid);
    const start = startsAt ? new Date(startsAt) : undefined;
    if (start && start.getTime() < Date.now()) throw new FormFault('startsAt', words.startsAtPast);
    return {
      title,
      listed: this.listed,
      ...(places === '' ? {} : { capacity: Number(places) }),
      ...(start ? { startsAt: start.toISOString() } : {}),
    };
  }

  /** The price of a ticket, a minute, or the first tier; undefined without one. */
  #readPrice(): number | undefined {
    const words = this.words.rooms;
    const isFirstTier = this.kind === 'members' && this.tiers?.length === 0;
    const [text, name] =
      this.kind === 'ticket'
        ? ([this.form.price, 'ticket'] as const)
        : this.kind === 'private'
          ? ([this.form.rate, 'private'] as const)
          : ([this.form.tierPrice, 'tier'] as const);
    if (this.kind === 'free' || (this.kind === 'members' && !isFirstTier)) return undefined;
    const { minMinor, maxMinor } = PRICE_LIMITS[name];
    const priceMinor = parseMoney(text, this.currency);
    const isPrice = priceMinor !== undefined && priceMinor >= minMinor && priceMinor <= maxMinor;
    if (isPrice && (!isFirstTier || this.form.tierName.trim() !== '')) return priceMinor;
    const say = isFirstTier ? words.tierInvalid : words.priceInvalid;
    const field = { ticket: 'price', private: 'rate', tier: isPrice ? 'tierName' : 'tierPrice' } as const;
    throw new FormFault(field[name], say(this.#limit(minMinor), this.#limit(maxMinor)));
  }

  async #access(priceMinor: number | undefined): Promise<AccessRule> {
    const { kind, currency } = this;
    if (kind === 'ticket' && priceMinor !== undefined) return { kind, priceMinor, currency };
    if (kind === 'private' && priceMinor !== undefined) return { kind, ratePerMinuteMinor: priceMinor, currency };
    if (kind !== 'members') return { kind: 'free' };
    if (priceMinor !== undefined) {
      const tier = await siteApi.createTier({ name: this.form.tierName.trim(), priceMinor, interval: 'month' });
      // If creating the room fails after this, the tier exists and the form does not create another.
      this.tiers = [tier];
    }
    const minTier = this.tiers?.find(({ id }) => id === this.form.minTier)?.id;
    return minTier ? { kind, minTier } : { kind };
  }
}

defineElement('site-create-room', SiteCreateRoom);
