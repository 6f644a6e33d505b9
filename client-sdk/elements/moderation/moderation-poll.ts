/** `<loge-moderation-poll>`: asks the room, and shows and closes the poll that is running. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatPoll } from '../../../server/protocol/chat/chat-room.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../client/room.ts';
import { choiceStyles } from '../controls/choice-styles.ts';
import { fieldFault } from '../controls/field-fault.ts';
import { FocusKeeper } from '../room/focus-keeper.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import '../texts/chat-texts.ts';
import '../theme/web-awesome.ts';
import { moderationStyles } from './moderation-styles.ts';

const POLL_SECONDS = [0, 30, 60, 180];

export class LogeModerationPoll extends withProperties(RoomPart, {
  question: '',
  options: ['', ''] as readonly string[],
  /** Duration of the poll in seconds; 0: until it is closed. */
  seconds: 60,
  /** The first field that needs a text: the question, or the index of an answer. */
  empty: undefined as 'question' | number | undefined,
}) {
  static override styles = [
    choiceStyles,
    moderationStyles,
    css`
      li {
        display: flex;
        gap: var(--_space-12);
        align-items: baseline;
        justify-content: space-between;
      }
    `,
  ];

  /** Not the next button: a key that is held down must not press it. */
  protected readonly focusKeeper = new FocusKeeper(this, '.card, wa-input');

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatState', 'chatPoll']);
  }

  override render(): TemplateResult | typeof nothing {
    const { state } = this.room?.chat ?? {};
    if (!state) return nothing;
    return html`
      ${state.poll && !state.poll.closed ? this.#running(state.poll) : this.#form()}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    `;
  }

  #running({ question, options }: ChatPoll): TemplateResult {
    const { moderation, chat } = this.texts;
    return html`<div class="card" tabindex="-1">
      <p class="hint">${moderation.pollRunning}</p>
      <b dir="auto">${question}</b>
      <ul class="list">
        ${options.map(({ text, votes }) => html`<li><bdi>${text}</bdi><span class="hint">${chat.votes(votes)}</span></li>`)}
      </ul>
      <div class="row-actions">
        <wa-button appearance="outlined" size="s" data-testid="poll-close" ?loading=${this.busy !== ''} @click=${this.#close}>
          ${moderation.pollClose}
        </wa-button>
      </div>
    </div>`;
  }

  #form(): TemplateResult {
    const { moderation } = this.texts;
    return html`<div class="fields">
      ${this.#field('question', { label: moderation.pollQuestion, maxChars: LIMITS.pollQuestionChars })}
      ${this.options.map((_, index) =>
        this.#field(index, { label: moderation.pollOption(index + 1), maxChars: LIMITS.pollOptionChars }),
      )}
      ${
        this.options.length < LIMITS.pollOptions
          ? html`<wa-button appearance="plain" size="s" @click=${() => {
              this.options = [...this.options, ''];
            }}>${moderation.pollAdd}</wa-button>`
          : nothing
      }
      <div>
        <p class="hint">${moderation.pollLength}</p>
        <div class="choices" role="group" aria-label=${moderation.pollLength}>
          ${POLL_SECONDS.map(
            (seconds) => html`<button
              class="choice"
              type="button"
              aria-pressed=${this.seconds === seconds}
              @click=${() => {
                this.seconds = seconds;
              }}
            >${moderation.pollLengths(seconds)}</button>`,
          )}
        </div>
      </div>
      <wa-button variant="neutral" data-testid="poll-start" ?loading=${this.busy !== ''} @click=${this.#start}>
        ${moderation.pollStart}
      </wa-button>
    </div>`;
  }

  #field(name: 'question' | number, { label, maxChars }: { label: string; maxChars: number }): TemplateResult {
    const isEmpty = this.empty === name;
    return html`<wa-input
      label=${label}
      maxlength=${maxChars}
      data-testid=${name === 'question' ? 'poll-question' : `poll-answer-${name}`}
      .value=${name === 'question' ? this.question : this.options[name]}
      @input=${({ target }: Event) => {
        const text = (target as HTMLInputElement).value ?? '';
        if (name === 'question') this.question = text;
        else this.options = this.options.with(name, text);
        if (isEmpty) this.empty = undefined;
      }}
      ${fieldFault(isEmpty ? this.texts.moderation.pollIncomplete : '')}
    ></wa-input>`;
  }

  #start = async (): Promise<void> => {
    const question = this.question.trim();
    const options = this.options.map((option) => option.trim()).filter((option) => option !== '');
    const firstEmpty = options.length < 2 ? this.options.findIndex((option) => option.trim() === '') : undefined;
    this.empty = question === '' ? 'question' : firstEmpty;
    if (this.empty !== undefined) return;
    const length = this.seconds > 0 ? { seconds: this.seconds } : {};
    await this.act('poll', async () => {
      await this.room?.chat.moderation.startPoll({ question, options, ...length });
      this.question = '';
      this.options = ['', ''];
    });
  };

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.has('empty') && this.empty !== undefined)
      this.renderRoot.querySelector<HTMLElement>('.faulty')?.focus();
  }

  #close = (): Promise<boolean> => this.act('poll', () => this.room?.chat.moderation.closePoll());
}

defineElement('loge-moderation-poll', LogeModerationPoll);
