/** `<loge-chat-poll>`: the poll of the room, as a card above its messages, which can be folded. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { ChatPoll } from '../../../server/protocol/chat/chat-room.ts';
import { winnersOf } from '../../../server/protocol/chat/poll-result.ts';
import type { Room } from '../../client/room.ts';
import { icon } from '../controls/more-icons.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { formatDuration } from '../texts/format.ts';
import { ChatClock } from './chat-clock.ts';
import { chatPollStyles } from './chat-poll-styles.ts';

export class LogeChatPoll extends withProperties(RoomPart, {
  /** Id of a closed poll that the person has dismissed. */
  hiddenPoll: '',
  /** Id of the collapsed poll. */
  foldedPoll: '',
}) {
  readonly #clock = new ChatClock(this);

  static override styles = chatPollStyles;

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatState', 'chatPoll']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room } = this;
    const poll = room?.chat.state && room.chat.poll;
    return poll && poll.id !== this.hiddenPoll ? this.#card(room, poll) : nothing;
  }

  #card(room: Room, poll: ChatPoll): TemplateResult {
    const { chat } = this.texts;
    // Counts arrive in intervals: one's own vote is in them from the start.
    const { ownVote } = room.chat;
    const options = poll.options.map((each) =>
      each.id === ownVote ? { ...each, votes: Math.max(1, each.votes) } : each,
    );
    const votes = options.reduce((sum, option) => sum + option.votes, 0);
    const remainingMs = this.#clock.remainingMs(poll.closesAt);
    const isFolded = poll.id === this.foldedPoll;
    return html`<section class="poll" aria-label=${chat.poll} data-testid="chat-poll">
      <p class="poll-head">
        ${icon('poll', 16)}<span>${poll.closed ? chat.pollClosed : chat.poll} · ${chat.votes(votes)}${
          !poll.closed && remainingMs > 0 ? ` · ${chat.pollClosesIn(formatDuration(remainingMs + 500))}` : ''
        }</span>
        <button
          class="quiet fold"
          type="button"
          data-testid="poll-fold"
          aria-expanded=${!isFolded}
          aria-label=${this.texts.labelled(isFolded ? chat.pollShow : chat.pollHide, chat.poll)}
          @click=${() => {
            this.foldedPoll = isFolded ? '' : poll.id;
          }}
        >${isFolded ? chat.pollShow : chat.pollHide}</button>
        ${
          poll.closed
            ? html`<button
                class="quiet"
                type="button"
                aria-label=${this.texts.labelled(chat.close, chat.poll)}
                title=${chat.close}
                @click=${() => {
                  this.hiddenPoll = poll.id;
                }}
              >${icon('close', 15)}</button>`
            : nothing
        }
      </p>
      ${
        isFolded
          ? nothing
          : html`<p class="question" dir="auto">${poll.question}</p>
            ${poll.closed ? html`<p class="result" data-testid="poll-result">${chat.pollResult(winnersOf(poll.options))}</p>` : nothing}
            <div class="options">
              ${options.map((option) => this.#option(room, poll, { ...option, share: votes ? option.votes / votes : 0 }))}
            </div>`
      }
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    </section>`;
  }

  /** Results are hidden until one has voted, so that they do not influence the vote. */
  #option(room: Room, poll: ChatPoll, option: { id: number; text: string; share: number }): TemplateResult {
    const { chat } = this.texts;
    const { ownVote } = room.chat;
    const isOwn = ownVote === option.id;
    const canVote = !poll.closed && ownVote === null && !room.localParticipant.permissions.moderate;
    if (canVote) {
      return html`<button
        class="option"
        type="button"
        data-testid="poll-option-${option.id}"
        aria-label=${chat.vote(option.text)}
        @click=${() => this.act('vote', () => room.chat.vote(option.id))}
      ><bdi dir="auto">${option.text}</bdi></button>`;
    }
    const percent = Math.round(option.share * 100);
    return html`<div class="option ${isOwn ? 'chosen' : ''}" data-testid="poll-option-${option.id}">
      <span class="share" style="transform: scaleX(${option.share})"></span>
      <bdi dir="auto">${option.text}</bdi>
      ${isOwn ? html`${icon('check', 16)}<span class="visually-hidden">${chat.voted}</span>` : nothing}
      <b>${percent} %</b>
    </div>`;
  }
}

defineElement('loge-chat-poll', LogeChatPoll);
