/**
 * `<loge-chat-composer>`: the message field with mentions, emoji, reactions and replies. Also shows restrictions with
 * their reason and end, and the wait of slow mode. Slot `actions`: next to the field.
 */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatMessage } from '../../../../server/protocol/chat/chat.ts';
import * as LIMITS from '../../../../server/protocol/limits.ts';
import type { Reaction } from '../../../client/chat/chat.ts';
import { LogeError } from '../../../client/errors.ts';
import type { Room } from '../../../client/room.ts';
import { icon } from '../../controls/more-icons.ts';
import { defineElement, RoomPart, withProperties } from '../../room/room-part.ts';
import { shownName } from '../../texts/shown-name.ts';
import { ChatClock } from '../chat-clock.ts';
import { chatComposerStyles } from './chat-composer-styles.ts';
import { emojiPanel } from './chat-emoji.ts';
import { ChatMentions, type Mentioned } from './chat-mentions.ts';
import { modeNote, restrictionBanner } from './chat-standing.ts';

/** From this length on, the number of characters left is shown. */
const COUNTED_FROM_CHARS = LIMITS.messageChars - 80;
/** Errors after which a message stays in the list for a retry; after others its text goes back into the field. */
const RETRYABLE_CODES = new Set([
  'connection_failed',
  'timeout',
  'unavailable',
  'shutting_down',
  'internal',
  'not_connected',
]);

export class LogeChatComposer extends withProperties(RoomPart, {
  draft: '',
  /** The message to which the draft replies. */
  answered: undefined as ChatMessage | undefined,
  isEmojiOpen: false,
}) {
  static override styles = chatComposerStyles;

  readonly #clock = new ChatClock(this);
  readonly #mentions = new ChatMentions(this);
  #nextAllowedMs = 0;

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatState', 'chatRestriction']);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('pointerdown', this.#handlePress);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.#handlePress);
  }

  override focus(): void {
    this.#field?.focus();
  }

  override render(): TemplateResult {
    const { room, texts } = this;
    const mayWrite = room?.info?.chat.enabled && room.localParticipant.permissions.chat && room.info.status !== 'ended';
    if (!room || !mayWrite) {
      return html`<div class="composer closed" part="composer">
        <p class="muted">${room?.info ? texts.chat.closed : ''}</p>
        <slot name="actions"></slot>
      </div>`;
    }
    const { language } = this;
    const restriction = restrictionBanner(room.chat.restriction, { texts, language, clock: this.#clock });
    if (restriction)
      return html`${restriction}<div class="composer closed" part="composer"><span></span><slot name="actions"></slot></div>`;
    return html`
      ${this.#isExempt(room) ? nothing : modeNote(room.chat, { texts, waitMs: this.#waitMs(room) })}
      ${this.problem ? html`<p class="problem" role="alert" data-testid="chat-problem">${icon('warning', 16)}${this.problem}</p>` : nothing}
      ${this.answered ? this.#answered(this.answered) : nothing}
      ${
        this.isEmojiOpen
          ? emojiPanel(room.chat.state?.reactionSet ?? [], {
              texts,
              onReact: (emoji) => this.#react(emoji),
              onInsert: (emoji) => this.#insert(emoji),
              onClose: this.#closeEmoji,
            })
          : nothing
      } ${this.#mentions.isOpen ? this.#people() : nothing} ${this.#form(room)}
    `;
  }

  #form(room: Room): TemplateResult {
    const { texts } = this;
    const waitMs = this.#waitMs(room);
    const charsLeft = LIMITS.messageChars - this.draft.length;
    const { isOpen, index } = this.#mentions;
    return html`<form class="composer" part="composer" @submit=${this.#handleSubmit}>
      <div class="field">
        <label class="visually-hidden" for="message">${texts.chat.placeholder}</label>
        <textarea
          id="message"
          class="field-input"
          rows="1"
          data-testid="chat-input"
          maxlength=${LIMITS.messageChars}
          placeholder=${this.#placeholder(room)}
          enterkeyhint="send"
          autocomplete="off"
          aria-autocomplete="list"
          aria-controls=${isOpen ? 'people' : nothing}
          aria-activedescendant=${isOpen ? `person-${index}` : nothing}
          .value=${live(this.draft)}
          @input=${this.#handleInput}
          @keydown=${this.#handleKey}
          @blur=${() => this.#mentions.close()}
        ></textarea>
        <button
          class="smile"
          type="button"
          data-testid="chat-emoji"
          aria-label=${texts.chat.emoji}
          title=${texts.chat.emoji}
          aria-expanded=${this.isEmojiOpen}
          @click=${this.#toggleEmoji}
        >
          ${icon('smile', 22)}
        </button>
        <button
          class="send"
          type="submit"
          data-testid="chat-send"
          aria-label=${texts.chat.send}
          ?disabled=${this.draft.trim() === '' || waitMs > 0}
        >
          ${icon('send', 20)}
        </button>
      </div>
      <slot name="actions"></slot>
      ${
        this.draft.length >= COUNTED_FROM_CHARS
          ? html`<span class="left" role="status">${texts.chat.left(charsLeft)}</span>`
          : nothing
      }
    </form>`;
  }

  #placeholder(room: Room): string {
    const { chat } = this.texts;
    if (room.state === 'reconnecting') return chat.placeholderOffline;
    return room.chat.mode?.emojiOnly && !this.#isExempt(room) ? chat.placeholderEmoji : chat.placeholder;
  }

  /** The modes do not apply to the creator and moderators. */
  #isExempt(room: Room): boolean {
    return room.localParticipant.permissions.moderate || room.localParticipant.role === 'creator';
  }

  #waitMs(room: Room): number {
    if (!room.chat.mode?.slowModeSeconds || this.#isExempt(room)) return 0;
    return this.#clock.remainingMs(this.#nextAllowedMs);
  }

  #answered(message: ChatMessage): TemplateResult {
    const { chat } = this.texts;
    return html`<div class="answered" data-testid="chat-answered">
      ${icon('reply', 16)}<span><b>${chat.replyTo(shownName(message.from, this.texts))}</b> <bdi>${message.text}</bdi></span>
      <button class="quiet" type="button" aria-label=${chat.cancelReply} @click=${this.#cancelAnswer}>${icon('close', 16)}</button>
    </div>`;
  }

  #people(): TemplateResult {
    const { people, index } = this.#mentions;
    return html`<ul class="people" id="people" role="listbox" aria-label=${this.texts.chat.mentionPeople} data-testid="chat-mentions">
      ${repeat(
        people,
        ({ identity }) => identity,
        (person, at) => html`<li
          id="person-${at}"
          role="option"
          aria-selected=${at === index}
          @pointerdown=${(event: Event) => this.#choose(event, person)}
        ><bdi>${person.name}</bdi></li>`,
      )}
    </ul>`;
  }

  get #field(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('textarea');
  }

  #toggleEmoji = (): void => {
    this.isEmojiOpen = !this.isEmojiOpen;
    if (this.isEmojiOpen)
      void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.emoji button')?.focus());
  };

  #handlePress = (event: PointerEvent): void => {
    const isInside = event
      .composedPath()
      .some(
        (target) => target instanceof Element && target.matches('.emoji, .smile') && this.renderRoot.contains(target),
      );
    if (!isInside) this.isEmojiOpen = false;
  };

  #closeEmoji = (): void => {
    this.isEmojiOpen = false;
    this.#field?.focus();
  };

  /** Reactions past the rate limit are dropped silently. */
  #react(emoji: Reaction): void {
    void this.room?.chat.react(emoji).catch((error: unknown) => {
      if (!(error instanceof LogeError && error.code === 'rate_limited')) this.problem = this.wordsFor(error);
    });
  }

  #insert(emoji: string): void {
    const at = this.#field?.selectionEnd ?? this.draft.length;
    if (this.draft.length + emoji.length > LIMITS.messageChars) return;
    this.#setDraft(this.draft.slice(0, at) + emoji + this.draft.slice(at), at + emoji.length);
  }

  #choose(event: Event, person: Mentioned): void {
    // Keep the focus in the field.
    event.preventDefault();
    this.#complete(person);
  }

  #complete(person?: Mentioned): void {
    const caret = this.#field?.selectionEnd ?? this.draft.length;
    const before = this.#mentions.complete(this.draft.slice(0, caret), person);
    this.#setDraft(before + this.draft.slice(caret), before.length);
  }

  #setDraft(text: string, caret: number): void {
    this.draft = text;
    void this.updateComplete.then(() => this.#field?.setSelectionRange(caret, caret));
  }

  #cancelAnswer = (): void => {
    this.emit('loge-chat-answered', {});
    this.#field?.focus();
  };

  #handleInput = (event: Event): void => {
    const field = event.target as HTMLTextAreaElement;
    this.draft = field.value;
    this.problem = '';
    this.#mentions.handleText(field.value.slice(0, field.selectionEnd));
  };

  #handleKey = (event: KeyboardEvent): void => {
    // While an input method is composing, Enter confirms its candidate and must not send.
    if (event.isComposing) return;
    if (this.#mentions.isOpen && this.#handleMentionKey(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === 'Escape' && this.answered) this.#cancelAnswer();
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    this.#send();
  };

  #handleMentionKey(event: KeyboardEvent): boolean {
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp':
        this.#mentions.move(event.key === 'ArrowDown' ? 1 : -1);
        return true;
      case 'Enter':
      case 'Tab':
        this.#complete();
        return true;
      case 'Escape':
        this.#mentions.close();
        return true;
      default:
        return false;
    }
  }

  #handleSubmit = (event: Event): void => {
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    const { room, answered } = this;
    const text = this.draft.trim();
    if (!room || text === '' || this.#waitMs(room) > 0) return;
    const mentions = this.#mentions.identitiesIn(text, LIMITS.chatMentions);
    const sent = room.chat.send(text, { ...(answered ? { replyTo: answered.id } : {}), mentions });
    const clientId = room.chat.outgoing.at(-1)?.clientId ?? '';
    this.draft = '';
    this.problem = '';
    this.isEmojiOpen = false;
    this.#mentions.reset();
    const slowMs = (room.chat.mode?.slowModeSeconds ?? 0) * 1_000;
    this.#nextAllowedMs = Date.now() + slowMs;
    this.emit('loge-chat-sent', {});
    if (answered) this.emit('loge-chat-answered', {});
    sent.catch((error: unknown) => this.#handleFailure(error, { text, clientId, answered }));
  }

  #handleFailure(
    error: unknown,
    { text, clientId, answered }: { text: string; clientId: string; answered: ChatMessage | undefined },
  ): void {
    const code = error instanceof LogeError ? error.code : 'internal';
    this.#nextAllowedMs = 0;
    if (error instanceof LogeError && error.retryAfterMs) this.#nextAllowedMs = Date.now() + error.retryAfterMs;
    if (RETRYABLE_CODES.has(code)) return;
    this.problem = code === 'chat_slow_mode' ? '' : this.wordsFor(error);
    // Put a refused text back into the field, unless the person has started another.
    if (this.draft !== '') return;
    this.draft = text;
    this.room?.chat.discard(clientId);
    if (answered) this.emit('loge-chat-answered', { message: answered });
  }
}

defineElement('loge-chat-composer', LogeChatComposer);
