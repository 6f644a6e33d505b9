/** `<loge-moderation-modes>`: the poll, and the chat modes, of which changes apply at once. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import type { SetModeInput } from '../../../server/protocol/chat/chat-moderation.ts';
import type { Room } from '../../client/room.ts';
import { choiceStyles } from '../controls/choice-styles.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';
import './moderation-poll.ts';
import { moderationStyles } from './moderation-styles.ts';

const SLOW_SECONDS = [0, 3, 5, 10, 30, 60, 300];

export class LogeModerationModes extends RoomPart {
  static override styles = [choiceStyles, moderationStyles];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatState']);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    const state = room?.chat.state;
    if (!room || !state) return nothing;
    const { moderation } = texts;
    const { mode } = state;
    return html`
      <h3>${moderation.poll}</h3>
      <loge-moderation-poll .room=${room}></loge-moderation-poll>
      <h3>${moderation.slowMode}</h3>
      <div class="choices" role="group" aria-label=${moderation.slowMode}>
        ${SLOW_SECONDS.map(
          (seconds) => html`<button
            class="choice"
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

  #set(mode: SetModeInput): Promise<boolean> {
    return this.attempt(() => this.room?.chat.moderation.setMode(mode));
  }
}

defineElement('loge-moderation-modes', LogeModerationModes);
