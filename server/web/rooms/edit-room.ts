/** `<site-edit-room>`: changes a room, or cancels it. Emits `room-changed`. */
import type { RoomView } from '../../protocol/rooms.ts';
import { call } from '../site/site-call.ts';
import '../../../client-sdk/elements/controls/loge-confirm.ts';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { LogeConfirm } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { minorUnits } from '../../../client-sdk/elements/texts/format.ts';
import type { RoomChange } from '../../protocol/rooms.ts';

import { FormFault, RoomForm, TICKET_PRICE } from './room-form.ts';

export class SiteEditRoom extends RoomForm<'price'> {
  static override properties = { ...RoomForm.properties, room: { attribute: false } };
  declare room: RoomView;
  /** The fields before they were edited. */
  #filled: Pick<SiteEditRoom, 'form' | 'listed'> | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    const { form, listed } = this.#filled ?? this;
    // What was edited stays when the room is read again.
    if (changed.has('room') && this.form === form && this.listed === listed) this.#fill();
  }

  #fill(): void {
    const { title, text, access, startsAt, listed } = this.room;
    this.currency = access.currency ?? this.currency;
    this.listed = listed;
    this.form = {
      roomTitle: title,
      text: text ?? '',
      price: access.priceMinor === undefined ? '' : toAmount(access.priceMinor, this.currency),
      startsAt: startsAt ? toLocalInput(startsAt) : '',
    };
    this.#filled = { form: this.form, listed };
  }

  override render(): TemplateResult {
    const words = this.words.rooms;
    const { room } = this;
    const sold = room.access.kind === 'ticket';
    return html`<form @submit=${this.submit} novalidate data-testid="edit-room">
      ${this.titleField()} ${this.textField()} ${this.posterField(room.poster)}
      ${sold ? this.amount('price', { label: words.price, hint: words.priceFixedHint, id: 'room-price' }) : nothing}
      ${room.firstLiveAt ? nothing : this.dateField(sold ? words.movedHint : words.startsAtHint)}
      ${this.listedField()}
      <div class="end">
        ${this.messages()}
        <wa-button variant="neutral" data-testid="save-room" ?loading=${this.busy === 'save'} @click=${() => this.submit()}>${words.save}</wa-button>
        <wa-button appearance="outlined" variant="danger" data-testid="cancel-room" ?loading=${this.busy === 'cancel'} @click=${this.#cancel}>${room.firstLiveAt ? words.end : words.cancel}</wa-button>
      </div>
      <loge-confirm></loge-confirm>
    </form>`;
  }

  protected override async send(): Promise<void> {
    const change = this.#readChange();
    const { form, listed } = this;
    const isSaved = await this.act('save', async () => {
      const changed = await call('PATCH /v1/rooms/:id', { id: this.room.id, ...change });
      this.#filled = { form, listed };
      this.room = { ...this.room, ...changed, ...(await this.savePoster(this.room.id)) };
    });
    if (!isSaved) return;
    this.note = this.words.rooms.saved;
    this.emit('room-changed', {});
  }

  /** Only what was edited: the room may have changed elsewhere since the form was filled. */
  #readChange(): RoomChange {
    const { access, firstLiveAt } = this.room;
    const isEdited = (field: keyof SiteEditRoom['form']) => this.form[field] !== this.#filled?.form[field];
    const change: RoomChange = {};
    if (isEdited('roomTitle')) change.title = this.readTitle();
    if (isEdited('text')) change.text = this.form.text.trim() || null;
    if (this.listed !== this.#filled?.listed) change.listed = this.listed;
    if (access.kind === 'ticket' && isEdited('price')) {
      const priceMinor = this.readPrice(this.form.price, TICKET_PRICE);
      const { minMinor, maxMinor } = TICKET_PRICE;
      if (priceMinor === undefined)
        throw new FormFault('price', this.words.rooms.priceInvalid(this.limit(minMinor), this.limit(maxMinor)));
      change.priceMinor = priceMinor;
    }
    // A date that stays may lie in the past, and has seconds that the field does not show.
    if (!firstLiveAt && isEdited('startsAt')) change.startsAt = this.readStart() ?? null;
    return change;
  }

  #cancel = async (): Promise<void> => {
    const words = this.words.rooms;
    const { firstLiveAt, title, access } = this.room;
    const answer = await this.renderRoot.querySelector<LogeConfirm>('loge-confirm')?.ask({
      title: firstLiveAt ? words.endTitle(title) : words.cancelTitle(title),
      text: access.kind === 'ticket' ? words.cancelTicketsText : words.cancelText,
      confirm: firstLiveAt ? words.end : words.cancel,
      cancel: words.keep,
      testId: 'confirm-cancel-room',
    });
    if (answer !== undefined && (await this.act('cancel', () => call('POST /v1/rooms/:id/end', { id: this.room.id }))))
      this.emit('room-changed', {});
  };
}

/** As the field of a date takes it: local time to the minute. */
function toLocalInput(iso: string): string {
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function toAmount(amountMinor: number, currency: string): string {
  return String(amountMinor / minorUnits(currency));
}

defineElement('site-edit-room', SiteEditRoom);
