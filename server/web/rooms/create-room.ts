/** `<site-create-room>`: title, text, access, price, capacity and start; then opens the room's studio. */
import { html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Tier } from '../../protocol/money/memberships.ts';
import type { AccessKind, AccessRule } from '../../protocol/rooms.ts';
import { leaveFor } from '../site/leave-page.ts';
import type { Field, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { type PriceLimits, RoomForm, TICKET_PRICE } from './room-form.ts';

const KINDS = ['free', 'ticket', 'members', 'private'] as const satisfies readonly AccessKind[];
const RATE: PriceLimits = { minMinor: LIMITS.privateRateMinMinor, maxMinor: LIMITS.privateRateMaxMinor };
const TIER_PRICE: PriceLimits = {
  minMinor: LIMITS.tierMinMinor,
  maxMinor: LIMITS.tierMaxMinor,
  isByCard: true,
};

/** Its data: the tiers of the creator's club. */
export class SiteCreateRoom extends RoomForm<Tier[]> {
  static override properties = { ...RoomForm.properties, currency: {}, created: { state: true } };
  declare currency: string;
  /** The room, while its poster could not be saved. */
  declare created: string | undefined;
  protected override height = '56rem';

  constructor() {
    super();
    this.currency = 'eur';
  }

  protected override read = async () => (await call('GET /v1/me/tiers')).tiers;

  protected get roomCurrency(): string {
    return this.currency;
  }

  protected override show(tiers: Tier[]): unknown {
    const texts = this.words.rooms;
    const { created } = this;
    const form = this.form({
      // Once the room is there, they are changed in the studio, like those of any room.
      fields: created ? [] : this.#fields(tiers),
      content: html`${created ? html`<p>${texts.createdWithoutPoster}</p>` : nothing}${this.poster()}`,
      submit: created ? { label: texts.save, testId: 'save-poster' } : { label: texts.create, testId: 'create-room' },
      faults: (values) => (created ? {} : this.#faults(values, tiers)),
      send: (values) => this.#create(values, tiers),
      // A page that comes back from the browser's memory must not make the same room again.
      isCleared: true,
    });
    return [
      form,
      created
        ? html`<p class="buttons"><a class="button outlined" href="/studio/${created}">${texts.toStudio}</a></p>`
        : nothing,
    ];
  }

  #fields(tiers: Tier[]): Field[] {
    const texts = this.words.rooms;
    const isOf = (...kinds: string[]) => ({ isFor: (values: Values) => kinds.includes(values('kind')) });
    return [
      ...this.titleAndText(),
      {
        ...{ name: 'kind', label: texts.access, testId: 'room-kind', kind: 'radio', value: 'ticket' },
        options: KINDS.map((kind) => {
          const { title, text } = texts.kinds[kind];
          return { value: kind, label: title, text, testId: `room-kind-${kind}` };
        }),
      },
      this.priceField({
        ...{ name: 'price', label: texts.price, hint: texts.priceHint(...this.range(TICKET_PRICE)) },
        ...{ testId: 'room-price', value: '5', ...isOf('ticket') },
      }),
      this.priceField({
        ...{ name: 'rate', label: texts.rate, hint: texts.rateHint(...this.range(RATE)) },
        ...{ testId: 'room-rate', value: '3', ...isOf('private') },
      }),
      ...this.#club(tiers).map((field) => ({ ...field, ...isOf('members') })),
      {
        ...{ name: 'capacity', label: texts.capacity, hint: texts.capacityHint, testId: 'room-capacity' },
        ...{ inputMode: 'numeric', ...isOf('ticket') },
      },
      ...this.startAndListing(texts.startsAtHint, { startsAt: '', listed: false }),
    ];
  }

  /** The tier that a members-only room requires; a club without tiers gets its first one here. */
  #club(tiers: Tier[]): Field[] {
    const texts = this.words.rooms;
    if (tiers.length > 0) {
      const priceOf = ({ priceMinor, currency, interval }: Tier) => {
        const price = this.money(priceMinor, currency);
        return interval === 'month' ? texts.perMonth(price) : texts.perYear(price);
      };
      const options = tiers.map((tier) => ({ value: tier.id, label: texts.tierFrom(tier.name, priceOf(tier)) }));
      const field = { name: 'minTier', label: texts.tier, testId: 'room-tier', kind: 'select' } as const;
      return [{ ...field, options: [{ value: '', label: texts.anyTier }, ...options] }];
    }
    const legend = { title: texts.tier, text: texts.firstTier };
    return [
      {
        ...{ name: 'tierName', label: texts.tierName, placeholder: texts.tierNamePlaceholder },
        ...{ testId: 'tier-name', maxChars: LIMITS.titleChars, legend },
      },
      this.priceField({
        ...{ name: 'tierPrice', label: texts.tierPrice, hint: texts.priceHint(...this.range(TIER_PRICE)) },
        ...{ testId: 'tier-price', value: '9', legend },
      }),
    ];
  }

  #faults(values: Values, tiers: Tier[]): Record<string, string | false> {
    const texts = this.words.rooms;
    const kind = values('kind');
    const isNoPrice = (name: string, limits: PriceLimits) => this.priceOf(values(name), limits) === undefined;
    const isFirstTier = kind === 'members' && tiers.length === 0;
    const tierInvalid = texts.tierInvalid(...this.range(TIER_PRICE));
    const places = values('capacity');
    const isPlaces = /^[1-9]\d{0,6}$/.test(places) && Number(places) <= LIMITS.capacityMax;
    return {
      ...this.faultsOf(values),
      price: kind === 'ticket' && isNoPrice('price', TICKET_PRICE) && texts.priceInvalid(...this.range(TICKET_PRICE)),
      rate: kind === 'private' && isNoPrice('rate', RATE) && texts.priceInvalid(...this.range(RATE)),
      tierName: isFirstTier && values('tierName') === '' && tierInvalid,
      tierPrice: isFirstTier && isNoPrice('tierPrice', TIER_PRICE) && tierInvalid,
      capacity: places !== '' && !isPlaces && texts.capacityInvalid,
    };
  }

  async #create(values: Values, tiers: Tier[]): Promise<void> {
    const room = this.created ?? (await this.#createRoom(values, tiers));
    try {
      await this.savePoster(room);
    } catch (error) {
      this.created = room;
      throw error;
    }
    await leaveFor(`/studio/${room}`);
  }

  async #createRoom(values: Values, tiers: Tier[]): Promise<string> {
    const [text, capacity, startsAt] = [values('text'), values('capacity'), values('startsAt')];
    const { id } = await call('POST /v1/me/rooms', {
      ...{ title: values('title'), listed: values('listed') === 'on', access: await this.#access(values, tiers) },
      ...(text && { text }),
      ...(capacity && { capacity: Number(capacity) }),
      ...(startsAt && { startsAt: new Date(startsAt).toISOString() }),
    });
    return id;
  }

  async #access(values: Values, tiers: Tier[]): Promise<AccessRule> {
    const { currency } = this;
    const kind = values('kind');
    const priceOf = (name: string, limits: PriceLimits) => this.priceOf(values(name), limits) ?? 0;
    if (kind === 'ticket') return { kind, priceMinor: priceOf('price', TICKET_PRICE), currency };
    if (kind === 'private') return { kind, ratePerMinuteMinor: priceOf('rate', RATE), currency };
    if (kind !== 'members') return { kind: 'free' };
    if (tiers.length === 0) {
      const priceMinor = priceOf('tierPrice', TIER_PRICE);
      // If creating the room fails after this, the tier exists and the form does not create another.
      this.data = [await call('POST /v1/me/tiers', { name: values('tierName'), priceMinor, interval: 'month' })];
    }
    const minTier = tiers.find(({ id }) => id === values('minTier'))?.id;
    return minTier ? { kind, minTier } : { kind };
  }
}

defineElement('site-create-room', SiteCreateRoom);
