/**
 * `<loge-chat-bar>`: the header of the chat: viewer count, raising a hand, and for moderators the panic button and the
 * moderation view. It emits events; the chat opens the dialogs.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../src/room.ts';
import { icon } from '../controls/more-icons.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';
import { formatCount } from '../texts/format.ts';

export class LogeChatBar extends RoomPart {
  static override styles = [
    ...RoomPart.styles,
    css`
      :host {
        display: block;
        flex: none;
        border-bottom: 1px solid var(--_line);
        background: var(--_surface);
      }

      .bar {
        display: flex;
        align-items: center;
        gap: 0.15rem;
        min-height: 2.75rem;
        padding: 0 0.5rem 0 1rem;
      }

      h2 {
        margin-inline-end: auto;
        font-size: 0.9375rem;
        font-weight: 650;
      }

      button {
        display: inline-flex;
        align-items: center;
        gap: 0.35rem;
        min-width: 2.5rem;
        height: 2.5rem;
        justify-content: center;
        padding: 0 0.5rem;
        border: 0;
        border-radius: 999px;
        background: none;
        color: var(--_muted);
        font: inherit;
        font-size: 0.8438rem;
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        cursor: pointer;
      }

      button:hover,
      button[aria-pressed='true'] {
        color: var(--_text);
      }

      button[aria-pressed='true'] {
        color: var(--_accent);
      }

      .count {
        display: grid;
        place-items: center;
        min-width: 1.25rem;
        height: 1.25rem;
        padding: 0 0.3rem;
        border-radius: 999px;
        background: var(--_accent);
        color: var(--_on-accent);
        font-size: 0.75rem;
      }

      .panic {
        color: var(--_danger);
      }

      .panic:hover {
        color: var(--_danger);
        background: color-mix(in oklab, var(--_danger) 14%, transparent);
      }

      .closed {
        display: flex;
        align-items: center;
        gap: 0.65rem;
        padding: 0.5rem 0.6rem 0.5rem 1rem;
        background: var(--_live);
        color: var(--_on-live);
        font-size: 0.9063rem;
        font-weight: 600;
        line-height: 1.35;
      }

      .closed .icon {
        flex: none;
      }

      .closed button {
        flex: none;
        margin-inline-start: auto;
        padding: 0 0.9rem;
        border: 1px solid currentColor;
        color: inherit;
      }

      .problem {
        padding: 0 1rem 0.5rem;
        color: var(--_danger);
        font-size: 0.875rem;
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, [
      'connected',
      'accessGranted',
      'rightsChanged',
      'accessRevoked',
      'viewerCount',
      'chatState',
      'chatHands',
      'chatQueue',
      'roomEnded',
    ]);
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
        ${canModerate && !room.chat.state.panic ? this.#panicButton(room) : nothing}
        ${canModerate ? this.#handsButton(count) : this.#ownHand(room, count)}
        <button
          type="button"
          data-testid="chat-people-open"
          title=${chat.people}
          @click=${() => this.emit('loge-chat-people', {})}
        >${icon('people', 19)}<span class="visually-hidden">${chat.people}:</span>${people}</button>
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
    >${icon('alarm', 18)}${moderation.panic}</button>`;
  }

  #panicOn(room: Room): TemplateResult {
    const { moderation } = this.texts;
    return html`<div class="closed" role="alert" data-testid="panic-on">
      ${icon('lock', 18)}<span>${moderation.panicOn}</span>
      <button type="button" data-testid="panic-undo" ?disabled=${this.busy !== ''} @click=${() => this.#panic(room, false)}>
        ${icon('undo', 16)}${moderation.panicUndo}
      </button>
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
      title=${chat.handsUp(count)}
      @click=${() => this.emit('loge-chat-people', {})}
    >${icon('hand', 19)}<span class="visually-hidden">${chat.handsUp(count)}</span><span aria-hidden="true">${count}</span></button>`;
  }

  #panic(room: Room, on: boolean): Promise<boolean> {
    const { panicReason, panicUndo } = this.texts.moderation;
    return this.act('panic', () => room.chat.moderation.panic({ on, reason: on ? panicReason : panicUndo }));
  }
}

defineElement('loge-chat-bar', LogeChatBar);
