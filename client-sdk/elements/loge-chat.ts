/**
 * `<loge-chat>`: the chat of a room with its composer. The document holds only a window of the log (`chat-list.ts`),
 * which is drawn at most once per animation frame. Screen readers get polite, grouped announcements. Slot `actions`:
 * next to the composer's field.
 */

import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { ChatMessage } from '../../server/protocol/chat/chat.ts';
import type { LogeError } from '../client/errors.ts';
import type { Room } from '../client/room.ts';
import { ChatAnnouncer } from './chat/list/chat-announcer.ts';
import './chat/chat-bar.ts';
import './chat/chat-board.ts';
import { chatStrip, chatStripStyles } from './chat/chat-strip.ts';
import './chat/composer/chat-composer.ts';
import type { LogeChatModeration } from './chat/chat-moderation.ts';
import type { LogeChatComposer } from './chat/composer/chat-composer.ts';
import { ChatKeys } from './chat/list/chat-keys.ts';
import { ChatList } from './chat/list/chat-list.ts';
import { outgoingEntries } from './chat/list/chat-outgoing.ts';
import './chat/chat-people.ts';
import type { LogeChatPeople } from './chat/chat-people.ts';
import { chatStyles } from './chat/chat-styles.ts';
import { ChatTools, type MessageAct, type WrittenItem } from './chat/list/chat-tools.ts';
import { icon } from './controls/more-icons.ts';
import { formatCount } from './texts/format.ts';
import { shownName } from './texts/shown-name.ts';
import type { ReportTarget } from './trust/loge-report.ts';
import './money/loge-goal.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';
import './theme/web-awesome.ts';
import './texts/chat-texts.ts';
import type { LogePartElement } from './public-elements.ts';

/** Draw interval on hidden pages, which get no animation frames. */
const HIDDEN_DRAW_MS = 250;
/** Maximum number of pages fetched to find the message that a reply refers to. */
const SEARCH_PAGES = 3;

export class LogeChat
  extends withProperties(
    RoomPart,
    {
      /** Whether the strip of a small chat is open. */
      isOpen: false,
      /** The message to which the draft replies. */
      answered: undefined as ChatMessage | undefined,
      /** Whether the moderator's view is open; it is loaded when it first opens. */
      isModerating: undefined as boolean | undefined,
      /** Whether the stage beside it shows the goal of a small room. */
      isGoalOnStage: false,
      /** What the person wants to report; the dialog is loaded when it first opens. */
      reported: undefined as ReportTarget | undefined,
    },
    { isOpen: { type: Boolean, reflect: true, attribute: 'opened' } },
  )
  implements LogePartElement
{
  readonly #announcer = new ChatAnnouncer(this, (count) => this.texts.chat.unread(count));
  readonly #tools = new ChatTools(
    () => ({ texts: this.texts, self: this.#self, canWrite: this.#canWrite, canModerate: this.#canModerate }),
    (item, act) => this.#handleAct(item, act),
  );
  #list: ChatList | undefined;
  #isScheduled = false;
  #handCount = 0;
  #renderedContext = '';

  static override styles = [...chatStyles, chatStripStyles];

  protected override listenTo(room: Room): Array<() => void> {
    this.#list?.reset();
    // The list starts at the end, so the log must follow it again, even if it was read back before.
    void room.chat.showNewest().catch(() => undefined);
    this.#schedule();
    this.#handCount = room.chat.hands.count;
    return [
      ...this.renderOn(room, ['chatState', 'chatPoll', 'chatSampled', 'chatOutgoing', 'goalProgress', 'goalCleared']),
      ...(['chatHistory', 'chatMessageRemoved', 'chatAuthorRemoved'] as const).map((name) =>
        room.on(name, () => this.#handleChange(name)),
      ),
      room.on('chatMessage', (message) => {
        this.#handleAdded();
        const { identity } = room.localParticipant;
        if (message.from.identity === identity) return;
        const isAddressed = message.mentions?.includes(identity) || message.replyTo?.from.identity === identity;
        const words = isAddressed ? this.texts.chat.announceMention : this.texts.labelled;
        this.#announcer.announce(() => words(shownName(message.from, this.texts), message.text), {
          isAddressed: isAddressed ?? false,
        });
      }),
      room.on('tipReceived', (tip) => {
        this.#handleAdded();
        const amount = this.money(tip.amountMinor);
        if (tip.from?.identity === room.localParticipant.identity)
          return this.#announcer.announce(() => this.texts.tip.sent(amount), { isAddressed: true });
        const words = [tip.item, tip.message].filter(Boolean).join(', ');
        const isAddressed = room.info?.creator.identity === room.localParticipant.identity;
        this.#announcer.announce(() => this.texts.chat.announceTip(shownName(tip.from, this.texts), amount, words), {
          isAddressed,
        });
      }),
      room.on('tipRefunded', ({ id }) => {
        this.requestUpdate();
        this.#schedule();
        const tip = room.chat.messages.find((item) => item.kind === 'tip' && item.id === id);
        if (tip?.kind !== 'tip') return;
        const amount = this.money(tip.amountMinor);
        this.#announcer.announce(() => this.texts.chat.announceTipRefund(shownName(tip.from, this.texts), amount));
      }),
      room.on('chatHands', ({ count }) => {
        const isUp = count > this.#handCount;
        this.#handCount = count;
        if (isUp && this.#canModerate)
          this.#announcer.announce(() => this.texts.chat.handsUp(count), { isAddressed: true });
      }),
      room.on('chatNotice', (notice) => {
        this.#handleAdded();
        this.#announcer.announce(() => this.texts.chat.notice(notice));
      }),
    ];
  }

  protected override firstUpdated(): void {
    const scroller = this.renderRoot.querySelector<HTMLElement>('.list');
    const container = this.renderRoot.querySelector<HTMLElement>('.rows');
    if (!scroller || !container) return;
    const list = new ChatList(scroller, container, {
      context: () => ({ texts: this.texts, language: this.language, self: this.#self }),
      onChange: () => this.requestUpdate(),
      onFollowing: (isFollowing) => this.#handleFollowing(isFollowing),
      loadEarlier: () => this.room?.chat.loadEarlier() ?? Promise.resolve(false),
      loadLater: () => this.room?.chat.loadLater() ?? Promise.resolve(false),
    });
    this.#list = list;
    new ChatKeys({
      list,
      tools: this.#tools,
      canModerate: () => this.#canModerate,
      onLeave: () => this.#composer?.focus(),
      onReply: (id) => void this.#revealReplied(id),
    });
    this.#draw();
    this.requestUpdate();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const context = `${this.language} ${this.#self}`;
    if (context === this.#renderedContext) return;
    this.#renderedContext = context;
    this.#tools.hide();
    this.#list?.rows.redraw();
  }

  override render(): TemplateResult {
    const { room, texts } = this;
    const strip = room && this.#strip(room);
    const isEmpty = (room?.chat.messages.length ?? 0) === 0 && (room?.chat.outgoing.length ?? 0) === 0;
    return html`
      <section class="chat" part="chat" aria-label=${texts.chat.label}>
        <loge-chat-bar
          .room=${room}
          ?strip=${strip !== undefined}
          @loge-chat-people=${() => void this.#people?.show()}
          @loge-chat-moderation=${() => {
            this.isModerating = true;
          }}
        >${strip}</loge-chat-bar>
        <div class="more ${this.isOpen ? 'open' : ''}">
          <loge-chat-board .room=${room}></loge-chat-board>
          ${
            room
              ? html`<loge-goal exportparts="goal" .room=${room}></loge-goal>
                <loge-leaderboard empty exportparts="leaderboard" .room=${room} @loge-leaderboard-toggled=${() => this.requestUpdate()}></loge-leaderboard>`
              : nothing
          }
        </div>
        ${room?.chat.poll ? html`<loge-chat-poll .room=${room}></loge-chat-poll>` : nothing}
        ${room?.chat.sampling ? this.#sampled(room.chat.sampling) : nothing}
        <div class="view">
          <div
            class="list"
            part="list"
            data-testid="chat-list"
            tabindex="0"
            role="group"
            aria-label=${texts.chat.listLabel}
            aria-describedby="list-hint"
          >
            <div class="column">
              ${isEmpty ? html`<div class="empty"><p class="display">${texts.chat.empty}</p><p class="muted">${texts.chat.emptyText}</p></div>` : nothing}
              <div class="rows" role="list"></div>
              ${room ? outgoingEntries(room, { texts, wordsFor: (error: LogeError) => this.wordsFor(error) }) : nothing}
            </div>
          </div>
          <span class="visually-hidden" id="list-hint">${texts.chat.listHint}</span>
          ${this.#newestButton()}
        </div>
        ${this.#announcer.region()}
        <loge-chat-composer
          exportparts="composer"
          .room=${room}
          .answered=${this.answered}
          @loge-chat-sent=${() => this.#list?.scrollToEnd()}
          @loge-chat-answered=${(event: CustomEvent<{ message?: ChatMessage }>) => {
            this.answered = event.detail.message;
          }}
          ><slot name="actions" slot="actions"></slot
        ></loge-chat-composer>
      </section>
      <loge-chat-people .room=${room} @loge-report-wanted=${(event: CustomEvent<ReportTarget>) => {
        this.reported = event.detail;
      }}></loge-chat-people>
      ${this.reported ? html`<loge-report .room=${room} .target=${this.reported}></loge-report>` : nothing}
      ${
        this.#canModerate
          ? html`<loge-chat-moderation .room=${room}></loge-chat-moderation>${this.#moderation(room)}`
          : nothing
      }
    `;
  }

  #strip(room: Room): TemplateResult | undefined {
    const { texts, language, isOpen, isGoalOnStage } = this;
    const leaders = this.renderRoot.querySelector('loge-leaderboard');
    const hasLeaders = leaders !== null && !leaders.hasAttribute('empty');
    const onToggle = () => {
      this.isOpen = !isOpen;
    };
    return chatStrip(room, { texts, language, isOpen, hasLeaders, isGoalOnStage, onToggle });
  }

  #moderation(room: Room | undefined): TemplateResult | typeof nothing {
    if (this.isModerating === undefined) return nothing;
    return html`<loge-moderation
      .room=${room}
      .open=${this.isModerating}
      @loge-moderation-closed=${() => {
        this.isModerating = false;
      }}
    ></loge-moderation>`;
  }

  /** In a room that is busier than people can read. */
  #sampled({ shown, total }: { shown: number; total: number }): TemplateResult {
    const count = (number: number) => formatCount(number, this.language);
    const words = this.texts.chat.sampled(count(shown), count(total));
    return html`<p class="sampled" data-testid="chat-sampled">${icon('signal', 16)}${words}</p>`;
  }

  #newestButton(): TemplateResult | typeof nothing {
    const list = this.#list;
    if (!list || list.isFollowing || (!list.isReadingBack && list.unread === 0)) return nothing;
    const { texts } = this;
    return html`<button class="newest" type="button" data-testid="chat-newest" @click=${() => list.scrollToEnd()}>
      ${icon('down', 16)}${list.unread > 0 ? texts.chat.unread(list.unread) : texts.chat.newest}
    </button>`;
  }

  get #self(): string {
    return this.room?.localParticipant.identity ?? '';
  }

  get #canWrite(): boolean {
    const { room } = this;
    return Boolean(room?.info?.chat.enabled && room.localParticipant.permissions.chat && room.info.status !== 'ended');
  }

  get #canModerate(): boolean {
    return this.room?.localParticipant.permissions.moderate ?? false;
  }

  get #people(): LogeChatPeople | null {
    return this.renderRoot.querySelector<LogeChatPeople>('loge-chat-people');
  }

  get #composer(): LogeChatComposer | null {
    return this.renderRoot.querySelector<LogeChatComposer>('loge-chat-composer');
  }

  #handleAdded(): void {
    this.#list?.noteAdded();
    // The first entry replaces the text of the empty chat.
    if ((this.room?.chat.messages.length ?? 0) <= 1) this.requestUpdate();
    this.#schedule();
  }

  #handleChange(name: 'chatHistory' | 'chatMessageRemoved' | 'chatAuthorRemoved'): void {
    if (name !== 'chatHistory') this.#announcer.clear();
    this.requestUpdate();
    this.#schedule();
  }

  #handleFollowing(isFollowing: boolean): void {
    const chat = this.room?.chat;
    if (!chat) return;
    if (isFollowing)
      void chat.showNewest().then(
        () => this.#schedule(),
        () => undefined,
      );
    else chat.setFollowing(false);
  }

  /** Draws at most once per animation frame. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const draw = (): void => {
      if (!this.#isScheduled) return;
      this.#isScheduled = false;
      this.#draw();
    };
    requestAnimationFrame(draw);
    if (document.hidden) setTimeout(draw, HIDDEN_DRAW_MS);
  }

  #draw(): void {
    const hasMore = this.#list?.update(this.room?.chat.messages ?? []);
    if (hasMore) this.#schedule();
  }

  #handleAct(item: WrittenItem, act: MessageAct): void {
    if (act.kind === 'reply' && item.kind === 'message') {
      this.answered = item;
      this.#tools.hide();
      this.#list?.resume('tools');
      this.#composer?.focus();
    } else if (act.kind === 'mute' && item.from) {
      void this.#people?.mute(item.from.identity);
    } else if (act.kind === 'report') {
      this.reported = { message: item };
    } else {
      const dialog = this.renderRoot.querySelector<LogeChatModeration>('loge-chat-moderation');
      // It is loaded for those who moderate.
      void customElements.whenDefined('loge-chat-moderation').then(() => dialog?.handle(item, act));
    }
  }

  /** Scrolls to the message that a reply refers to; loads earlier pages if necessary. */
  async #revealReplied(id: string): Promise<void> {
    const chat = this.room?.chat;
    for (let pages = 0; chat && pages <= SEARCH_PAGES; pages += 1) {
      const row = this.#list?.reveal(id);
      if (row) {
        row.element.classList.add('found');
        row.element.addEventListener('animationend', () => row.element.classList.remove('found'), { once: true });
        return;
      }
      if (pages === SEARCH_PAGES || !(await chat.loadEarlier().catch(() => false))) return;
      this.#draw();
    }
  }
}

defineElement('loge-chat', LogeChat);
