/** What the forms of a room share: the fields of every room, the price, the poster, and what is wrong with them. */
import { html, type TemplateResult } from 'lit';
import { currencySymbol, parseMoney } from '../../../client-sdk/elements/texts/format.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { cardMinimumMinor } from '../../protocol/money/card-minimum.ts';
import type { Picture } from '../../protocol/pictures.ts';
import type { Room, RoomView } from '../../protocol/rooms.ts';
import { type Field, PagePart, type Values } from '../site/page-part.ts';
import './poster-field.ts';
import type { PosterField } from './poster-field.ts';

export interface PriceLimits {
  minMinor: number;
  maxMinor: number;
  /** Paid by card, which has a minimum of its own. */
  isByCard?: true;
}
export const TICKET_PRICE: PriceLimits = {
  minMinor: LIMITS.ticketMinMinor,
  maxMinor: LIMITS.ticketMaxMinor,
  isByCard: true,
};

export abstract class RoomForm<Data> extends PagePart<Data> {
  protected abstract get roomCurrency(): string;

  protected titleAndText(room?: RoomView): Field[] {
    const texts = this.words.rooms;
    return [
      {
        ...{ name: 'title', label: texts.title, placeholder: texts.titlePlaceholder, testId: 'room-title' },
        ...{ value: room?.title ?? '', maxChars: LIMITS.titleChars },
      },
      {
        ...{ name: 'text', label: texts.text, hint: texts.textHint, testId: 'room-text', kind: 'area' },
        ...{ value: room?.text ?? '', maxChars: LIMITS.roomTextChars },
      },
    ];
  }

  protected startAndListing(hint: string, { startsAt, listed }: { startsAt: string; listed: boolean }): Field[] {
    const texts = this.words.rooms;
    return [
      {
        ...{ name: 'startsAt', label: texts.startsAt, hint, testId: 'room-starts-at', kind: 'moment' },
        value: startsAt,
      },
      {
        ...{ name: 'listed', label: texts.listed, hint: texts.listedHint, testId: 'room-listed', kind: 'check' },
        value: listed,
      },
    ];
  }

  protected priceField(field: Field): Field {
    const label = `${field.label} (${currencySymbol(this.roomCurrency, this.language)})`;
    return { ...field, label, inputMode: 'decimal' };
  }

  protected poster(poster: Picture = null): TemplateResult {
    return html`<poster-field .poster=${poster}></poster-field>`;
  }

  /** Sends the poster that was chosen; answers the room where there was one. */
  protected async savePoster(room: string): Promise<Room | undefined> {
    return this.renderRoot.querySelector<PosterField>('poster-field')?.save(room);
  }

  #minimum({ minMinor, isByCard }: PriceLimits): number {
    return isByCard ? cardMinimumMinor(this.roomCurrency, minMinor) : minMinor;
  }

  protected range(limits: PriceLimits): [minimum: string, maximum: string] {
    return [this.money(this.#minimum(limits), this.roomCurrency), this.money(limits.maxMinor, this.roomCurrency)];
  }

  /** Undefined where the text is no price within these limits. */
  protected priceOf(text: string, limits: PriceLimits): number | undefined {
    const priceMinor = parseMoney(text, this.roomCurrency);
    const isWithin = priceMinor !== undefined && priceMinor >= this.#minimum(limits) && priceMinor <= limits.maxMinor;
    return isWithin ? priceMinor : undefined;
  }

  protected faultsOf(values: Values, startsAt = ''): Record<string, string | false> {
    const texts = this.words.rooms;
    const start = values('startsAt');
    const isPast = start !== '' && start !== startsAt && Date.parse(start) < Date.now();
    return { title: values('title') === '' && texts.titleMissing, startsAt: isPast && texts.startsAtPast };
  }
}
