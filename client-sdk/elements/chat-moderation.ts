/** `<loge-chat-moderation>`: one sheet to remove a message, or its author from the room with a reason. */

import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/toast/toast.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatMessage } from '../../server/protocol/chat.ts';
import { LIMITS } from '../../server/protocol/limits.ts';
import { icon } from './icons.ts';
import { defineElement, RoomPart } from './room-part.ts';

export class LogeChatModeration extends RoomPart {
  static override properties = {
    message: { state: true },
    open: { state: true },
    busy: { state: true },
    problem: { state: true },
    reason: { state: true },
  };
  declare message: ChatMessage | undefined;
  declare open: boolean;
  declare busy: '' | 'message' | 'person';
  declare problem: string;
  declare reason: string;

  static override styles = [
    ...RoomPart.styles,
    css`
      blockquote {
        margin: 0 0 1.1rem;
        padding: 0.7rem 0.9rem;
        border-inline-start: 3px solid var(--_accent);
        border-radius: 4px;
        background: var(--_surface);
        overflow-wrap: anywhere;
      }

      blockquote b {
        display: block;
      }

      .actions {
        display: grid;
        gap: 0.75rem;
      }

      .hint {
        color: var(--_muted);
        font-size: 0.9063rem;
      }

      wa-callout {
        margin-top: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
    this.busy = '';
    this.problem = '';
    this.reason = '';
  }

  show(message: ChatMessage): void {
    this.message = message;
    this.problem = '';
    this.reason = '';
    this.open = true;
  }

  override render(): TemplateResult {
    const { texts, message } = this;
    return html`
      <wa-dialog
        lang=${this.language}
        label=${texts.chat.moderateTitle}
        light-dismiss
        .open=${this.open}
        @wa-after-hide=${(event: Event) => event.target === event.currentTarget && this.#close()}
      >
        ${message ? this.#body(message) : nothing}
      </wa-dialog>
      <wa-toast placement="top-center" lang=${this.language}></wa-toast>
    `;
  }

  #body(message: ChatMessage): TemplateResult {
    const { texts } = this;
    const removable = message.from.role !== 'creator';
    return html`
      <blockquote><b>${message.from.name}</b><bdi>${message.text}</bdi></blockquote>
      <div class="actions">
        <wa-input
          label=${removable ? texts.chat.reason : texts.chat.reasonOptional}
          hint=${texts.chat.reasonHint}
          maxlength=${LIMITS.reasonChars}
          data-testid="moderation-reason"
          .value=${this.reason}
          @input=${this.#handleReason}
        ></wa-input>
        <wa-button
          appearance="outlined"
          data-testid="remove-message"
          ?loading=${this.busy === 'message'}
          @click=${() => this.#removeMessage(message)}
        >
          <span slot="start">${icon('remove', 18)}</span>${texts.chat.removeMessage}
        </wa-button>
        ${
          removable
            ? html`<wa-button
                  variant="danger"
                  data-testid="remove-person"
                  ?disabled=${this.reason.trim() === ''}
                  ?loading=${this.busy === 'person'}
                  @click=${() => this.#removePerson(message)}
                >
                  ${texts.chat.removePerson(message.from.name)}
                </wa-button>
                <p class="hint">${texts.chat.removePersonText}</p>`
            : nothing
        }
      </div>
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    `;
  }

  #close(): void {
    this.open = false;
  }

  #handleReason = (event: Event): void => {
    this.reason = (event.target as HTMLInputElement).value ?? '';
  };

  async #removeMessage(message: ChatMessage): Promise<void> {
    const reason = this.reason.trim() || undefined;
    await this.#act('message', this.texts.chat.messageRemoved, async () => {
      await this.room?.chat.remove(message.id, reason);
    });
  }

  async #removePerson(message: ChatMessage): Promise<void> {
    const { identity, name } = message.from;
    await this.#act('person', this.texts.chat.personRemoved(name), async () => {
      await this.room?.removeParticipant({ identity, reason: this.reason.trim() });
    });
  }

  async #act(what: 'message' | 'person', done: string, act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = what;
    this.problem = '';
    try {
      await act();
      this.open = false;
      await this.renderRoot.querySelector('wa-toast')?.create(done, { variant: 'success', allowHtml: false });
    } catch (error) {
      this.problem = this.wordsFor(error);
    } finally {
      this.busy = '';
    }
  }
}

defineElement('loge-chat-moderation', LogeChatModeration);
