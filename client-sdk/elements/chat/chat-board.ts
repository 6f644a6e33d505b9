/** `<loge-chat-board>`: the pinned message, above the others. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { ChatMessage } from '../../../server/protocol/chat/chat.ts';
import type { Room } from '../../client/room.ts';
import { icon } from '../controls/more-icons.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { chatBoardStyles } from './chat-board-styles.ts';
import { textOf } from './list/chat-entry.ts';
import { nameOf } from './list/chat-name.ts';

export class LogeChatBoard extends withProperties(RoomPart, { isExpanded: false }) {
  static override styles = chatBoardStyles;

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatState']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room } = this;
    const pinned = room?.chat.state && room.chat.pinned;
    return pinned && !pinned.removed && !pinned.erased ? this.#pinned(room, pinned) : nothing;
  }

  #pinned(room: Room, message: ChatMessage): TemplateResult {
    const { chat, moderation } = this.texts;
    return html`<div class="pinned" data-testid="chat-pinned">
      ${icon('pin', 17)}<span class="visually-hidden">${this.texts.labelled(chat.pinned, '')}</span>
      <button
        class="words ${this.isExpanded ? 'whole' : ''}"
        type="button"
        aria-expanded=${this.isExpanded}
        @click=${() => {
          this.isExpanded = !this.isExpanded;
        }}
      >
        ${nameOf(message.from, this.texts)}<bdi dir="auto">${textOf({ text: message.text })}</bdi>
      </button>
      ${
        room.localParticipant.permissions.moderate
          ? html`<button
              class="quiet"
              type="button"
              data-testid="chat-unpin"
              title=${chat.unpin}
              aria-label="${chat.unpin} (${moderation.title})"
              @click=${() => this.act('unpin', () => room.chat.moderation.pin(null))}
            >${icon('close', 15)}</button>`
          : nothing
      }
    </div>`;
  }
}

defineElement('loge-chat-board', LogeChatBoard);
