/**
 * `<loge-chat>`: the ordered chat of a room with its composer. Only a window of the log is in the document, so that a long evening stays
 * smooth; new messages are announced to screen readers politely and in groups. Slot `actions`: what stands beside the send button.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { LIMITS } from '../../server/protocol/limits.ts';
import type { ChatItem } from '../src/events.ts';
import type { Room } from '../src/room.ts';
import { ChatAnnouncer } from './chat-announcer.ts';
import type { EntryContext } from './chat-entry.ts';
import { chatEntry } from './chat-entry.ts';
import './chat-moderation.ts';
import type { LogeChatModeration } from './chat-moderation.ts';
import { ChatScroll } from './chat-scroll.ts';
import { chatStyles } from './chat-styles.ts';
import { icon } from './icons.ts';
import './loge-goal.ts';
import './loge-leaderboard.ts';
import { defineElement, RoomPart } from './room-part.ts';

interface PendingMessage {
  key: number;
  text: string;
}

/** The count of characters left is shown from here on. */
const COUNTED_FROM_CHARS = LIMITS.messageChars - 80;

export class LogeChat extends RoomPart {
  static override properties = {
    pending: { state: true },
    draft: { state: true },
    problem: { state: true },
    gap: { state: true },
    goalless: { type: Boolean },
  };
  declare pending: PendingMessage[];
  declare draft: string;
  declare problem: string;
  declare gap: boolean;
  /** Without the shared goal above the messages, where the page shows it elsewhere. */
  declare goalless: boolean;

  readonly #scroll = new ChatScroll(this);
  readonly #announcer = new ChatAnnouncer(this, (count) => this.texts.chat.announceMany(count));
  #nextKey = 1;

  static override styles = [...RoomPart.styles, ...chatStyles];

  constructor() {
    super();
    this.pending = [];
    this.draft = '';
    this.problem = '';
    this.gap = false;
    this.goalless = false;
  }

  protected override listenTo(room: Room): Array<() => void> {
    this.#scroll.reset();
    return [
      ...this.renderOn(room, [
        'connected',
        'reconnecting',
        'reconnected',
        'accessGranted',
        'accessRevoked',
        'roomEnded',
      ]),
      ...this.renderOn(room, ['chatHistory', 'chatMessageRemoved']),
      room.on('chatMessage', (message) => {
        this.#scroll.noteAdded();
        if (message.from.identity !== room.localParticipant.identity) {
          this.#announcer.announce(this.texts.chat.announce(message.from.name, message.text));
        }
      }),
      room.on('chatMessageRemoved', () => this.#announcer.forget()),
      room.on('tipReceived', () => this.#scroll.noteAdded()),
      room.on('chatGap', () => {
        this.gap = true;
      }),
    ];
  }

  /** One render for each frame of the screen, however many messages came meanwhile. A hidden page has no frames, hence the timer. */
  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 200);
        requestAnimationFrame(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    await super.scheduleUpdate();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.#scroll.restore();
  }

  override render(): TemplateResult {
    const { room, texts } = this;
    const all = room?.chat.messages ?? [];
    const shown = this.#scroll.windowOf(all);
    return html`
      <section class="chat" part="chat" aria-label=${texts.chat.label}>
        ${
          this.goalless || !room
            ? nothing
            : html`<loge-goal exportparts="goal" .room=${room}></loge-goal>
              <loge-leaderboard exportparts="leaderboard" .room=${room} @loge-leaderboard-toggled=${() => this.requestUpdate()}></loge-leaderboard>`
        }
        <div
          class="list"
          part="list"
          data-testid="chat-list"
          tabindex="0"
          role="list"
          aria-label=${texts.chat.listLabel}
          @scroll=${this.#scroll.handleScroll}
        >
          ${this.#listBody(shown, all.length === 0)}
        </div>
        ${
          this.#scroll.isAtEnd
            ? nothing
            : html`<button class="newest" type="button" @click=${() => this.#scroll.toEnd()}>
                ${icon('down', 16)}${this.#scroll.unread > 0 ? texts.chat.unread(this.#scroll.unread) : texts.chat.newest}
              </button>`
        }
        ${this.#announcer.region()} ${this.#composer()}
      </section>
      ${
        room?.localParticipant.permissions.moderate
          ? html`<loge-chat-moderation .room=${room}></loge-chat-moderation>`
          : nothing
      }
    `;
  }

  #listBody(shown: readonly ChatItem[], isEmpty: boolean): unknown {
    const { room, texts } = this;
    const canModerate = room?.localParticipant.permissions.moderate ?? false;
    const context: EntryContext = {
      texts,
      language: this.language,
      self: room?.localParticipant.identity ?? '',
      moderate: canModerate ? (message) => this.#moderation?.show(message) : undefined,
    };
    return html`
      <div class="filler" role="presentation"></div>
      ${
        isEmpty && this.pending.length === 0
          ? html`<div class="empty" role="listitem"><p class="display">${texts.chat.empty}</p><p class="muted">${texts.chat.emptyText}</p></div>`
          : nothing
      }
      ${this.gap ? html`<div class="gap" role="listitem">${texts.chat.gap}</div>` : nothing}
      ${repeat(
        shown,
        (item) => item.id,
        // An entry that was drawn is drawn again only when it, the language or the reader's rights have changed.
        (item) => guard([item, context.language, context.self, canModerate], () => chatEntry(item, context)),
      )}
      ${repeat(
        this.pending,
        (message) => message.key,
        (message) => html`<div class="entry pending" role="listitem">
          <bdi class="name">${room?.localParticipant.name}</bdi><bdi class="text" dir="auto">${message.text}</bdi>
          <span class="muted"> · ${texts.chat.sending}</span>
        </div>`,
      )}
    `;
  }

  #composer(): TemplateResult {
    const { room, texts } = this;
    const mayWrite = room?.info?.chat.enabled && room.localParticipant.permissions.chat && room.info.status !== 'ended';
    if (!mayWrite) {
      return html`<div class="composer closed" part="composer">
        <p class="muted">${room?.info ? texts.chat.closed : ''}</p>
        <slot name="actions"></slot>
      </div>`;
    }
    const charsLeft = LIMITS.messageChars - this.draft.length;
    const isWaiting = room.state === 'reconnecting';
    return html`
      ${this.problem ? html`<p class="problem" role="alert">${icon('warning', 16)}${this.problem}</p>` : nothing}
      <form class="composer" part="composer" @submit=${this.#handleSubmit}>
        <label class="visually-hidden" for="message">${texts.chat.placeholder}</label>
        <textarea
          id="message"
          class="field-input"
          rows="1"
          data-testid="chat-input"
          maxlength=${LIMITS.messageChars}
          placeholder=${isWaiting ? texts.chat.placeholderOffline : texts.chat.placeholder}
          enterkeyhint="send"
          autocomplete="off"
          .value=${live(this.draft)}
          @input=${this.#handleInput}
          @keydown=${this.#handleKey}
        ></textarea>
        <button class="send" type="submit" data-testid="chat-send" aria-label=${texts.chat.send} ?disabled=${this.draft.trim() === ''}>
          ${icon('send', 20)}
        </button>
        <slot name="actions"></slot>
        ${
          this.draft.length >= COUNTED_FROM_CHARS
            ? html`<span class="left numbers" role="status">${texts.chat.left(charsLeft)}</span>`
            : nothing
        }
      </form>
    `;
  }

  get #moderation(): LogeChatModeration | null {
    return this.renderRoot.querySelector<LogeChatModeration>('loge-chat-moderation');
  }

  #handleInput = (event: Event): void => {
    this.draft = (event.target as HTMLTextAreaElement).value;
    this.problem = '';
  };

  #handleKey = (event: KeyboardEvent): void => {
    // While an input method is composing, Enter chooses a candidate and must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.#send();
  };

  #handleSubmit = (event: Event): void => {
    event.preventDefault();
    void this.#send();
  };

  async #send(): Promise<void> {
    const { room } = this;
    const text = this.draft.trim();
    if (!room || text === '') return;
    const message = { key: this.#nextKey, text };
    this.#nextKey += 1;
    this.pending = [...this.pending, message];
    this.draft = '';
    this.problem = '';
    this.#scroll.toEnd();
    try {
      await room.chat.send(text);
    } catch (error) {
      this.problem = this.wordsFor(error);
      // What was not sent goes back to where it was written, unless something new is being written there.
      if (this.draft === '') this.draft = text;
    } finally {
      this.pending = this.pending.filter((other) => other !== message);
    }
  }
}

defineElement('loge-chat', LogeChat);
