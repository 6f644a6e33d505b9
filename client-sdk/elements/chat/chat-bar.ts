/**
 * `<loge-chat-bar>`: the header of the chat: viewer count, raising a hand, and for moderators the panic button and the
 * moderation view. It emits events; the chat opens the dialogs. Slot `strip`: instead of the title in a small chat.
 */
import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { TrackSource } from '../../../server/protocol/stage.ts';
import type { Room } from '../../client/room.ts';
import { countStyles } from '../controls/count-styles.ts';
import { icon } from '../controls/more-icons.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { formatCount } from '../texts/format.ts';
import { chatBarStyles } from './chat-bar-styles.ts';

export class LogeChatBar extends withProperties(RoomPart, {
  /** What panic has taken off the stage. */
  halted: [] as readonly TrackSource[],
}) {
  static override styles = [countStyles, chatBarStyles];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, [
      'viewerCount',
      'chatState',
      'chatHands',
      'chatQueue',
      'localLiveStarted',
      'localLiveEnded',
      'localTrackChanged',
    ]);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const { room } = this;
    // However the panic or the live has ended.
    if (!room?.chat.state?.panic || !room.localParticipant.isLive) this.halted = [];
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    if (!room?.chat.state) return nothing;
    const { chat, moderation } = texts;
    const canModerate = room.localParticipant.permissions.moderate;
    const { count } = room.chat.hands;
    const people = formatCount(room.viewerCount, this.language);
    return html`
      <div class="bar">
        <h2>${chat.label}</h2>
        <slot name="strip"></slot>
        ${canModerate && !room.chat.state.panic ? this.#panicButton(room) : nothing}
        ${canModerate ? this.#handsButton(count) : this.#ownHand(room, count)}
        <button
          type="button"
          data-testid="chat-people-open"
          title=${chat.people}
          @click=${() => this.emit('loge-chat-people', {})}
        >${icon('people', 19)}<span class="visually-hidden">${this.texts.labelled(chat.people, '')}</span>${people}</button>
        ${
          canModerate
            ? html`<button
                type="button"
                data-testid="moderation-open"
                title=${moderation.open}
                @click=${() => this.emit('loge-chat-moderation', {})}
              >${icon('shield', 19)}<span class="visually-hidden">${room.chat.waiting > 0 ? moderation.waiting(room.chat.waiting) : moderation.open}</span>${room.chat.waiting > 0 ? html`<span class="count" data-testid="chat-waiting">${room.chat.waiting}</span>` : nothing}</button>`
            : nothing
        }
      </div>
      ${canModerate && room.chat.state.panic ? this.#panicOn(room) : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    `;
  }

  #panicButton(room: Room): TemplateResult {
    const { moderation } = this.texts;
    return html`<button
      class="panic"
      type="button"
      data-testid="panic"
      title=${moderation.panicHint}
      ?disabled=${this.busy !== ''}
      @click=${() => this.#panic(room, true)}
    >${icon('alarm', 18)}<span class="label">${moderation.panic}</span></button>`;
  }

  #panicOn(room: Room): TemplateResult {
    const { moderation } = this.texts;
    return html`<div class="closed" role="alert" data-testid="panic-on">
      ${icon('lock', 18)}<span>${moderation.panicOn} ${this.#haltWords(room)}</span>
      <div class="acts">
        ${
          room.localParticipant.isLive && !isSilent(room)
            ? html`<button type="button" data-testid="panic-halt" ?disabled=${this.busy !== ''} @click=${() => this.#halt(room)}>
                ${icon('cameraOff', 16)}${moderation.panicHalt}
              </button>`
            : nothing
        }
        <button type="button" data-testid="panic-undo" ?disabled=${this.busy !== ''} @click=${() => this.#undo(room)}>
          ${icon('undo', 16)}${moderation.panicUndo}
        </button>
      </div>
    </div>`;
  }

  #ownHand(room: Room, count: number): TemplateResult {
    const { chat } = this.texts;
    const isUp = room.chat.isHandRaised;
    const label = isUp ? chat.lowerHand : chat.raiseHand;
    return html`<button
      type="button"
      data-testid="chat-hand"
      aria-pressed=${isUp}
      title=${label}
      @click=${() => this.act('hand', () => room.chat.raiseHand(!isUp))}
    >${icon('hand', 19)}<span class="visually-hidden">${label}${count > 0 ? `. ${chat.handsUp(count)}` : ''}</span>${count > 0 ? html`<span aria-hidden="true" data-testid="hands-count">${count}</span>` : nothing}</button>`;
  }

  #handsButton(count: number): TemplateResult | typeof nothing {
    if (count === 0) return nothing;
    const { chat } = this.texts;
    return html`<button
      type="button"
      data-testid="chat-hands-open"
      class="raised"
      title=${chat.handsUp(count)}
      @click=${() => this.emit('loge-chat-people', {})}
    >${icon('hand', 19)}<span class="visually-hidden">${chat.handsUp(count)}</span><span class="count" aria-hidden="true">${count}</span></button>`;
  }

  #haltWords(room: Room): string {
    const { moderation } = this.texts;
    if (isSilent(room)) return moderation.panicHalted;
    return room.isLive ? moderation.panicGoesOn : '';
  }

  /** Mutes what was not muted, also a device that is away, so that undoing brings back just that. */
  #halt(room: Room): Promise<boolean> {
    const me = room.localParticipant;
    const sources = new Set<TrackSource>(['camera', 'microphone', ...me.tracks.map(({ source }) => source)]);
    return this.act('halt', async () => {
      for (const source of sources) {
        if (me.isMuted(source)) continue;
        await me.setMuted(source, true);
        this.halted = [...this.halted, source];
      }
    });
  }

  async #undo(room: Room): Promise<void> {
    const isUndone = await this.act('halt', async () => {
      for (const source of this.halted) await room.localParticipant.setMuted(source, false);
    });
    if (isUndone) await this.#panic(room, false);
  }

  #panic(room: Room, on: boolean): Promise<boolean> {
    const { panicReason, panicUndo } = this.texts.moderation;
    return this.act('panic', () => room.chat.moderation.panic({ on, reason: on ? panicReason : panicUndo }));
  }
}

/** Whether one is live and sends neither picture nor sound. */
function isSilent({ localParticipant: me }: Room): boolean {
  return me.isLive && me.tracks.every(({ muted }) => muted);
}

defineElement('loge-chat-bar', LogeChatBar);
