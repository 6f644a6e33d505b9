/** `<site-create-room>`: title, text, access, price, capacity and start; then opens the room's studio. */

import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Tier } from '../../protocol/money/memberships.ts';
import type { AccessKind, AccessRule } from '../../protocol/rooms.ts';

import { leaveFor } from '../site/leave-page.ts';
import { FormFault, RoomForm, TICKET_PRICE } from './room-form.ts';

const KINDS = ['free', 'ticket', 'members', 'private'] as const;
const PRICE_LIMITS = {
  ticket: TICKET_PRICE,
  private: { minMinor: LIMITS.privateRateMinMinor, maxMinor: LIMITS.privateRateMaxMinor },
  tier: { minMinor: LIMITS.tierMinMinor, maxMinor: LIMITS.tierMaxMinor },
} as const;

const EMPTY_FORM = {
  roomTitle: '',
  text: '',
  price: '5',
  rate: '3',
  capacity: '',
  startsAt: '',
  minTier: '',
  tierName: '',
  tierPrice: '9',
};
type Field = keyof typeof EMPTY_FORM;

export class SiteCreateRoom extends RoomForm<Field> {
  static override properties = {
    ...RoomForm.properties,
    kind: { state: true },
    tiers: { state: true },
    created: { state: true },
  };
  declare kind: AccessKind;
  /** Tiers of the creator's club; undefined while loading. */
  declare tiers: Tier[] | undefined;
  /** The room, while its poster could not be saved. */
  declare created: string | undefined;

  constructor() {
    super();
    this.kind = 'ticket';
    this.form = { ...EMPTY_FORM };
  }

  protected override async load(): Promise<void> {
    this.tiers = (await call('GET /v1/me/tiers')).tiers;
  }

  override render(): TemplateResult {
    const words = this.words.rooms;
    const { created } = this;
    return html`<form @submit=${this.submit} novalidate>
      ${created ? html`<p>${words.createdWithoutPoster}</p>` : [this.titleField(), this.textField()]}
      ${this.posterField()}
      ${created ? nothing : this.#terms()}
      <div class="end">
        ${this.messages()}
        ${
          created
            ? html`<wa-button variant="neutral" data-testid="save-poster" ?loading=${this.busy === 'create'} @click=${() => this.submit()}>${words.save}</wa-button>
              <wa-button appearance="outlined" href="/studio/${created}">${words.toStudio}</wa-button>`
            : html`<wa-button variant="neutral" data-testid="create-room" ?loading=${this.busy === 'create'} @click=${() => this.submit()}>${words.create}</wa-button>`
        }
      </div>
    </form>`;
  }

  /** Once the room is there, they are changed in the studio, like those of any room. */
  #terms(): TemplateResult {
    const words = this.words.rooms;
    return html`<fieldset>
        <legend>${words.access}</legend>
        ${KINDS.map((kind) => this.#kindChoice(kind))}
      </fieldset>
      ${this.#price()}
      <div class="pair">
        ${
          this.kind === 'ticket'
            ? this.input('capacity', {
                label: words.capacity,
                hint: words.capacityHint,
                id: 'room-capacity',
                inputmode: 'numeric',
              })
            : nothing
        }
        ${this.dateField(words.startsAtHint)}
      </div>
      ${this.listedField()}`;
  }

  #price(): TemplateResult | typeof nothing {
    const words = this.words.rooms;
    const range = (name: keyof typeof PRICE_LIMITS) =>
      [this.limit(PRICE_LIMITS[name].minMinor), this.limit(PRICE_LIMITS[name].maxMinor)] as const;
    if (this.kind === 'ticket')
      return this.amount('price', { label: words.price, hint: words.priceHint(...range('ticket')), id: 'room-price' });
    if (this.kind === 'private')
      return this.amount('rate', { label: words.rate, hint: words.rateHint(...range('private')), id: 'room-rate' });
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
          ${this.input('tierName', { label: words.tierName, placeholder: words.tierNamePlaceholder, id: 'tier-name', maxlength: LIMITS.titleChars })}
          ${this.amount('tierPrice', { label: words.tierPrice, hint: words.priceHint(...range), id: 'tier-price' })}
        </div>`;
    }
    const priceOf = ({ priceMinor, currency, interval }: Tier) => {
      const price = this.money(priceMinor, currency);
      return interval === 'month' ? words.perMonth(price) : words.perYear(price);
    };
    // A select keeps the text of its option; after a change of language it needs a new one.
    return html`${keyed(
      this.language,
      html`<wa-select label=${words.tier} data-testid="room-tier" .value=${this.form.minTier} @change=${(event: Event) => this.set('minTier', event)}>
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

  protected override async send(): Promise<void> {
    const input = this.created ? undefined : { basis: this.#readBasis(), priceMinor: this.#readKindPrice() };
    let { created } = this;
    const isDone = await this.act('create', async () => {
      if (input)
        created = (await call('POST /v1/me/rooms', { ...input.basis, access: await this.#access(input.priceMinor) }))
          .id;
      if (!created) return;
      await this.savePoster(created);
      // A page that comes back from the browser's memory must not make the same room again.
      this.form = { ...EMPTY_FORM };
      await leaveFor(`/studio/${created}`);
    });
    if (!isDone) this.created = created;
  }

  #readBasis() {
    const title = this.readTitle();
    const places = this.kind === 'ticket' ? this.form.capacity.trim() : '';
    const isPlaces = /^[1-9]\d{0,6}$/.test(places) && Number(places) <= LIMITS.capacityMax;
    if (places !== '' && !isPlaces) throw new FormFault('capacity', this.words.rooms.capacityInvalid);
    const startsAt = this.readStart();
    const text = this.form.text.trim();
    return {
      title,
      listed: this.listed,
      ...(text === '' ? {} : { text }),
      ...(places === '' ? {} : { capacity: Number(places) }),
      ...(startsAt ? { startsAt } : {}),
    };
  }

  /** The price of a ticket, a minute, or the first tier; undefined without one. */
  #readKindPrice(): number | undefined {
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
    const priceMinor = this.readPrice(text, PRICE_LIMITS[name]);
    const isPrice = priceMinor !== undefined;
    if (isPrice && (!isFirstTier || this.form.tierName.trim() !== '')) return priceMinor;
    const say = isFirstTier ? words.tierInvalid : words.priceInvalid;
    const field = { ticket: 'price', private: 'rate', tier: isPrice ? 'tierName' : 'tierPrice' } as const;
    throw new FormFault(field[name], say(this.limit(minMinor), this.limit(maxMinor)));
  }

  async #access(priceMinor: number | undefined): Promise<AccessRule> {
    const { kind, currency } = this;
    if (kind === 'ticket' && priceMinor !== undefined) return { kind, priceMinor, currency };
    if (kind === 'private' && priceMinor !== undefined) return { kind, ratePerMinuteMinor: priceMinor, currency };
    if (kind !== 'members') return { kind: 'free' };
    if (priceMinor !== undefined) {
      const tier = await call('POST /v1/me/tiers', { name: this.form.tierName.trim(), priceMinor, interval: 'month' });
      // If creating the room fails after this, the tier exists and the form does not create another.
      this.tiers = [tier];
    }
    const minTier = this.tiers?.find(({ id }) => id === this.form.minTier)?.id;
    return minTier ? { kind, minTier } : { kind };
  }
}

defineElement('site-create-room', SiteCreateRoom);
