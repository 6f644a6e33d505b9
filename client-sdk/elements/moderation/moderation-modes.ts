/** `<loge-moderation-modes>`: the poll, and the chat modes, of which changes apply at once. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import type { SetModeInput } from '../../../server/protocol/chat/chat-moderation.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../src/room.ts';
import { choiceStyles } from '../controls/choice-styles.ts';
import { fieldFault } from '../controls/field-fault.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';
import { moderationStyles } from './moderation-styles.ts';

const SLOW_SECONDS = [0, 3, 5, 10, 30, 60, 300];
const POLL_SECONDS = [0, 30, 60, 180];

export class LogeModerationModes extends RoomPart {
  static override properties = {
    question: { state: true },
    options: { state: true },
    seconds: { state: true },
    pollProblem: { state: true },
    empty: { state: true },
  };
  declare question: string;
  declare options: readonly string[];
  /** Duration of the poll in seconds; 0: until it is closed. */
  declare seconds: number;
  declare pollProblem: string;
  /** The first field of the poll that needs a text: the question, or the index of an answer. */
  declare empty: 'question' | number | undefined;

  static override styles = [...RoomPart.styles, choiceStyles, moderationStyles];

  constructor() {
    super();
    this.question = '';
    this.options = ['', ''];
    this.seconds = 60;
    this.pollProblem = '';
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatState', 'chatPoll']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    const state = room?.chat.state;
    if (!room || !state) return nothing;
    const { moderation } = texts;
    const { mode } = state;
    return html`
      <h3>${moderation.poll}</h3>
      ${state.poll && !state.poll.closed ? this.#running() : this.#newPoll()}
      ${this.pollProblem ? html`<p class="problem" role="alert">${this.pollProblem}</p>` : nothing}
      <h3>${moderation.slowMode}</h3>
      <div class="choices" role="group" aria-label=${moderation.slowMode}>
        ${SLOW_SECONDS.map(
          (seconds) => html`<button
            class="choice numbers"
            type="button"
            data-testid="slow-${seconds}"
            aria-pressed=${mode.slowModeSeconds === seconds}
            @click=${() => this.#set({ slowModeSeconds: seconds })}
          >${moderation.slowChoices(seconds)}</button>`,
        )}
      </div>
      <h3>${moderation.modes}</h3>
      <div class="switches">
        ${this.#switch('membersOnly', mode.membersOnly, [moderation.membersOnly, moderation.membersOnlyText])}
        ${this.#switch('emojiOnly', mode.emojiOnly, [moderation.emojiOnly, moderation.emojiOnlyText])}
        ${this.#switch('paused', mode.paused, [moderation.paused, moderation.pausedText])}
        ${this.#switch('linksAllowed', state.linksAllowed, [moderation.linksAllowed, moderation.linksAllowedText])}
      </div>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
    `;
  }

  #switch(
    name: 'membersOnly' | 'emojiOnly' | 'paused' | 'linksAllowed',
    isOn: boolean,
    [label, hint]: [label: string, hint: string],
  ): TemplateResult {
    return html`<label class="switch">
      <b>${label}</b><small>${hint}</small>
      <input
        type="checkbox"
        role="switch"
        data-testid="mode-${name}"
        .checked=${live(isOn)}
        @change=${(event: Event) => this.#set({ [name]: (event.target as HTMLInputElement).checked })}
      />
    </label>`;
  }

  #running(): TemplateResult {
    const { moderation } = this.texts;
    return html`<div class="row-actions">
      <span class="hint">${moderation.pollRunning}</span>
      <wa-button appearance="outlined" size="s" data-testid="poll-close" ?loading=${this.busy !== ''} @click=${this.#closePoll}>
        ${moderation.pollClose}
      </wa-button>
    </div>`;
  }

  #newPoll(): TemplateResult {
    const { moderation } = this.texts;
    return html`<div class="fields">
      <wa-input
        label=${moderation.pollQuestion}
        maxlength=${LIMITS.pollQuestionChars}
        data-testid="poll-question"
        .value=${this.question}
        @input=${(event: Event) => {
          this.question = textIn(event);
          if (this.empty === 'question') this.empty = undefined;
        }}
        ${fieldFault(this.empty === 'question' ? moderation.pollIncomplete : '')}
      ></wa-input>
      ${this.options.map(
        (option, index) => html`<wa-input
          label=${moderation.pollOption(index + 1)}
          maxlength=${LIMITS.pollOptionChars}
          data-testid="poll-answer-${index}"
          .value=${option}
          @input=${(event: Event) => {
            this.options = this.options.with(index, textIn(event));
            if (this.empty === index) this.empty = undefined;
          }}
          ${fieldFault(this.empty === index ? moderation.pollIncomplete : '')}
        ></wa-input>`,
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
              class="choice numbers"
              type="button"
              aria-pressed=${this.seconds === seconds}
              @click=${() => {
                this.seconds = seconds;
              }}
            >${moderation.pollLengths(seconds)}</button>`,
          )}
        </div>
      </div>
      <wa-button variant="neutral" data-testid="poll-start" ?loading=${this.busy !== ''} @click=${this.#startPoll}>
        ${moderation.pollStart}
      </wa-button>
    </div>`;
  }

  #set(mode: SetModeInput): Promise<boolean> {
    return this.attempt(() => this.room?.chat.moderation.setMode(mode));
  }

  #startPoll = (): Promise<void> =>
    this.#tryPoll(async () => {
      const question = this.question.trim();
      const options = this.options.map((option) => option.trim()).filter((option) => option !== '');
      this.empty = this.#findEmpty(question, options.length);
      if (this.empty !== undefined) return;
      const length = this.seconds > 0 ? { seconds: this.seconds } : {};
      await this.room?.chat.moderation.startPoll({ question, options, ...length });
      this.question = '';
      this.options = ['', ''];
    });

  #findEmpty(question: string, answers: number): 'question' | number | undefined {
    if (question === '') return 'question';
    return answers < 2 ? this.options.findIndex((option) => option.trim() === '') : undefined;
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.has('empty') && this.empty !== undefined)
      this.renderRoot.querySelector<HTMLElement>('.faulty')?.focus();
  }

  #closePoll = (): Promise<void> => this.#tryPoll(async () => this.room?.chat.moderation.closePoll());

  async #tryPoll(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = 'poll';
    this.pollProblem = '';
    try {
      await act();
    } catch (error) {
      this.pollProblem = this.wordsFor(error);
    } finally {
      this.busy = '';
    }
  }
}

function textIn(event: Event): string {
  return (event.target as HTMLInputElement).value ?? '';
}

defineElement('loge-moderation-modes', LogeModerationModes);
