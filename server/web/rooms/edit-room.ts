/** `<site-edit-room>`: changes a room, or cancels it. Emits `room-changed`. */
import { css } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { minorUnits } from '../../../client-sdk/elements/texts/format.ts';
import type { RoomChange, RoomView } from '../../protocol/rooms.ts';
import type { Field, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { RoomForm, TICKET_PRICE } from './room-form.ts';

export class SiteEditRoom extends RoomForm<RoomView> {
  static override styles = [
    ...RoomForm.styles,
    css`
      /* In the card of the room. */
      form.card {
        padding: 0;
        border: 0;
      }

      .acts {
        margin-top: var(--_space-16);
      }
    `,
  ];

  protected get roomCurrency(): string {
    return this.data?.access.currency ?? 'eur';
  }

  protected override show(room: RoomView): unknown {
    const texts = this.words.rooms;
    const { id, title, firstLiveAt, access } = room;
    const form = this.form({
      fields: this.#fields(room),
      content: this.poster(room.poster),
      submit: { label: texts.save, testId: 'save-room' },
      faults: (values) => this.#faults(room, values),
      send: (values) => this.#save(room, values),
      done: () => texts.saved,
    });
    const cancel = this.acts(room, [
      {
        ...{ label: firstLiveAt ? texts.end : texts.cancel, testId: () => 'cancel-room', look: 'danger' },
        question: () => ({
          title: firstLiveAt ? texts.endTitle(title) : texts.cancelTitle(title),
          text: access.kind === 'ticket' ? texts.cancelTicketsText : texts.cancelText,
          confirm: firstLiveAt ? texts.end : texts.cancel,
          cancel: texts.keep,
          testId: 'confirm-cancel-room',
        }),
        run: async () => {
          await call('POST /v1/rooms/:id/end', { id });
          this.emit('room-changed', {});
        },
      },
    ]);
    return [form, cancel];
  }

  #fields(room: RoomView): Field[] {
    const texts = this.words.rooms;
    const isSold = room.access.kind === 'ticket';
    const [start, listed] = this.startAndListing(isSold ? texts.movedHint : texts.startsAtHint, {
      ...{ startsAt: startOf(room), listed: room.listed },
    });
    const price = this.priceField({
      ...{ name: 'price', label: texts.price, hint: texts.priceFixedHint, testId: 'room-price' },
      value: this.#price(room),
    });
    return [...this.titleAndText(room), isSold && price, !room.firstLiveAt && start, listed].filter((it) => !!it);
  }

  #price({ access }: RoomView): string {
    return String((access.priceMinor ?? 0) / minorUnits(this.roomCurrency));
  }

  #faults(room: RoomView, values: Values): Record<string, string | false> {
    const isPrice = this.priceOf(values('price'), TICKET_PRICE) !== undefined || values('price') === this.#price(room);
    const priceInvalid = this.words.rooms.priceInvalid(...this.range(TICKET_PRICE));
    return {
      ...this.faultsOf(values, startOf(room)),
      price: room.access.kind === 'ticket' && !isPrice && priceInvalid,
    };
  }

  async #save(room: RoomView, values: Values): Promise<void> {
    const { id } = room;
    const changed = await call('PATCH /v1/rooms/:id', { id, ...this.#changeOf(room, values) });
    this.data = { ...room, ...changed, ...(await this.savePoster(id)) };
    this.emit('room-changed', {});
  }

  /** Only what was edited: the room may have changed elsewhere since the form was filled. */
  #changeOf(room: RoomView, values: Values): RoomChange {
    const change: RoomChange = {};
    const [title, text, price, start] = [values('title'), values('text'), values('price'), values('startsAt')];
    const listed = values('listed') === 'on';
    if (title !== room.title) change.title = title;
    if (text !== (room.text ?? '')) change.text = text || null;
    if (listed !== room.listed) change.listed = listed;
    const priceMinor = price === this.#price(room) ? undefined : this.priceOf(price, TICKET_PRICE);
    if (room.access.kind === 'ticket' && priceMinor !== undefined) change.priceMinor = priceMinor;
    // A date that stays may lie in the past, and has seconds that the field does not show.
    if (!room.firstLiveAt && start !== startOf(room)) change.startsAt = start ? new Date(start).toISOString() : null;
    return change;
  }
}

/** As the field of a date takes it: local time to the minute. */
function startOf({ startsAt }: RoomView): string {
  if (!startsAt) return '';
  const date = new Date(startsAt);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

defineElement('site-edit-room', SiteEditRoom);
