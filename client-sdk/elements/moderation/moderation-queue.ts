/** `<loge-moderation-queue>`: messages held for review with the reason, to allow or refuse. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { HeldMessage } from '../../../server/protocol/chat/chat-moderation.ts';
import { LogeError } from '../../client/errors.ts';
import type { Room } from '../../client/room.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { formatTime } from '../texts/format.ts';
import { shownName } from '../texts/shown-name.ts';
import { ModerationPanel } from './moderation-panel.ts';

export class LogeModerationQueue extends withProperties(ModerationPanel, {
  held: undefined as readonly HeldMessage[] | undefined,
}) {
  protected override listenTo(room: Room): Array<() => void> {
    return [...super.listenTo(room), room.on('chatQueue', this.load)];
  }

  override render(): TemplateResult {
    const { held, texts } = this;
    const { moderation } = texts;
    return html`
      ${held?.length === 0 ? html`<div class="nothing" data-testid="queue-empty"><p>${moderation.queueEmpty}</p><p class="muted">${moderation.queueEmptyText}</p></div>` : nothing}
      <ul class="list" data-testid="queue">${repeat(
        held ?? [],
        ({ id }) => id,
        (message) => this.#card(message),
      )}</ul>
      ${this.failures()}
    `;
  }

  #card(message: HeldMessage): TemplateResult {
    const { moderation } = this.texts;
    return html`<li class="card" data-testid="held-message">
      <p class="meta">
        <b><bdi>${shownName(message.from, this.texts)}</bdi></b><time datetime=${message.heldAt}>${formatTime(message.heldAt, this.language)}</time>
        <span class="tag">${message.detail ? html`${this.texts.labelled(moderation.holdReasons[message.reason], '')}<bdi>${message.detail}</bdi>` : moderation.holdReasons[message.reason]}</span>
      </p>
      <p class="words"><bdi dir="auto">${message.text}</bdi></p>
      <div class="row-actions">
        <wa-button size="s" variant="neutral" data-testid="queue-allow" ?disabled=${this.busy !== ''} @click=${() => this.#review(message, 'allow')}>
          ${moderation.allow}
        </wa-button>
        <wa-button size="s" appearance="outlined" data-testid="queue-refuse" ?disabled=${this.busy !== ''} @click=${() => this.#review(message, 'refuse')}>
          ${moderation.refuse}
        </wa-button>
      </div>
    </li>`;
  }

  protected override async read({ chat }: Room): Promise<() => void> {
    const held = await chat.moderation.queue();
    return () => {
      this.held = held;
    };
  }

  async #review({ id }: HeldMessage, decision: 'allow' | 'refuse'): Promise<void> {
    await this.act(id, () => {
      const reason = decision === 'refuse' ? this.texts.moderation.reasons[0] : undefined;
      return this.room?.chat.moderation.review({ id, decision, ...(reason ? { reason } : {}) });
    });
    await this.load();
  }

  protected override wordsFor(error: unknown): string {
    const isDecided = error instanceof LogeError && error.code === 'already_reviewed';
    return isDecided ? this.texts.moderation.decided : super.wordsFor(error);
  }
}

defineElement('loge-moderation-queue', LogeModerationQueue);
