/**
 * `<loge-reminder>`: asks to be reminded of a live to come, in the lobby. Emits `loge-reminder-set`, so that a site can
 * offer more than mail.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room as RoomInfo } from '../../../server/protocol/rooms.ts';
import type { Room } from '../../client/room.ts';
import { button, plainControlStyles } from '../controls/plain-controls.ts';
import '../texts/reminder-texts.ts';
import { defineElement, RoomPart, withProperties } from './room-part.ts';

export class LogeReminder extends withProperties(RoomPart, {
  /** Of this live of the creator, which follows the room's. */
  next: undefined as RoomInfo['id'] | undefined,
  /** Undefined until the server has said it. */
  wanted: undefined as boolean | undefined,
}) {
  static override styles = [
    plainControlStyles,
    css`
      :host {
        margin-top: var(--_space-16);
      }

      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8) var(--_space-16);
        align-items: center;
      }

      a {
        display: inline-flex;
        align-items: center;
        min-height: 2.75rem;
        color: inherit;
      }

      p {
        margin-top: var(--_space-8);
        color: var(--_muted);
        font: var(--_type-16);
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    void this.#load(room);
    return [...(['connected', 'reconnected'] as const).map((name) => room.on(name, () => void this.#load(room)))];
  }

  async #load(room: Room): Promise<void> {
    const { next } = this;
    if (next || (room.info && !room.info.firstLiveAt))
      this.wanted = await room.remindMe(undefined, { next }).catch(() => this.wanted);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, wanted } = this;
    const texts = this.texts.reminder;
    const { status, firstLiveAt } = room?.info ?? {};
    if (!room || wanted === undefined) return nothing;
    if (!this.next && (room.access.state === 'refused' || status !== 'scheduled' || firstLiveAt)) return nothing;
    return html`<div class="row">
        ${button({
          label: wanted ? texts.off : texts.on,
          testId: 'remind-me',
          isOutlined: true,
          isBusy: this.busy !== '',
          onClick: () => void this.#set(room, !wanted),
        })}
        ${room.calendarUrl && !this.next ? html`<a href=${room.calendarUrl} download data-testid="lobby-calendar">${texts.calendar}</a>` : nothing}
      </div>
      <div role="status">
        ${wanted ? html`<p data-testid="reminder-set">${texts.text}</p>` : nothing}
        ${this.problem ? html`<p role="alert">${this.problem}</p>` : nothing}
      </div>`;
  }

  async #set(room: Room, wanted: boolean): Promise<void> {
    const isDone = await this.act('remind', async () => {
      this.wanted = await room.remindMe(wanted, { next: this.next });
    });
    if (isDone && wanted) this.emit('loge-reminder-set', {});
  }
}

defineElement('loge-reminder', LogeReminder);
