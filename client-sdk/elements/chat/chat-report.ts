/** `<loge-chat-report>`: the dialog in which a fan reports a message, with a category and a note. */
import '@awesome.me/webawesome/dist/components/dialog/dialog.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/toast/toast.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatMessage } from '../../../server/protocol/chat/chat.ts';
import type { ReportCategory } from '../../../server/protocol/chat/chat-moderation.ts';
import { LIMITS } from '../../../server/protocol/limits.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';

export class LogeChatReport extends RoomPart {
  static override properties = {
    message: { state: true },
    category: { state: true },
    note: { state: true },
    open: { state: true },
  };
  declare message: ChatMessage | undefined;
  declare category: ReportCategory | undefined;
  declare note: string;
  declare open: boolean;

  static override styles = [
    ...RoomPart.styles,
    css`
      blockquote {
        margin: 0 0 0.8rem;
        padding: 0.6rem 0.9rem;
        border-inline-start: 3px solid var(--_accent);
        border-radius: 4px;
        background: var(--_surface);
        overflow-wrap: anywhere;
      }

      fieldset {
        display: grid;
        gap: 0.1rem;
        margin: 0.9rem 0;
        padding: 0;
        border: 0;
      }

      label {
        display: flex;
        align-items: center;
        gap: 0.7rem;
        min-height: 2.5rem;
        cursor: pointer;
      }

      input[type='radio'] {
        flex: none;
        width: 1.15rem;
        height: 1.15rem;
        margin: 0;
        accent-color: var(--_accent);
      }

      wa-callout {
        margin-top: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    this.note = '';
    this.open = false;
  }

  show(message: ChatMessage): void {
    this.message = message;
    this.category = undefined;
    this.note = '';
    this.problem = '';
    this.open = true;
  }

  override render(): TemplateResult {
    const { chat } = this.texts;
    return html`
      <wa-dialog
        lang=${this.language}
        label=${chat.reportTitle}
        light-dismiss
        data-testid="report-dialog"
        .open=${this.open}
        @wa-after-hide=${(event: Event) => {
          if (event.target === event.currentTarget) this.open = false;
        }}
      >
        ${this.message && this.open ? this.#body(this.message) : nothing}
      </wa-dialog>
      <wa-toast placement="top-center" lang=${this.language}></wa-toast>
    `;
  }

  #body(message: ChatMessage): TemplateResult {
    const { chat } = this.texts;
    const categories = Object.entries(chat.categories) as [ReportCategory, string][];
    return html`
      <blockquote><b><bdi>${message.from.name}</bdi></b> <bdi dir="auto">${message.text}</bdi></blockquote>
      <p class="muted">${chat.reportText}</p>
      <fieldset>
        <legend class="visually-hidden">${chat.reportTitle}</legend>
        ${categories.map(
          ([category, words]) => html`<label>
            <input
              type="radio"
              name="category"
              value=${category}
              data-testid="report-${category}"
              .checked=${this.category === category}
              @change=${() => {
                this.category = category;
              }}
            />${words}
          </label>`,
        )}
      </fieldset>
      <wa-input
        label=${chat.reportNote}
        maxlength=${LIMITS.reasonChars}
        .value=${this.note}
        @input=${(event: Event) => {
          this.note = (event.target as HTMLInputElement).value ?? '';
        }}
      ></wa-input>
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
      <wa-button
        slot="footer"
        variant="brand"
        data-testid="report-send"
        ?disabled=${!this.category}
        ?loading=${this.busy !== ''}
        @click=${() => this.#send(message)}
      >${chat.reportSend}</wa-button>
    `;
  }

  async #send(message: ChatMessage): Promise<void> {
    const { category } = this;
    if (!category) return;
    const note = this.note.trim();
    await this.act('send', async () => {
      await this.room?.chat.report({ messageId: message.id, category, ...(note ? { note } : {}) });
      this.open = false;
      await this.renderRoot
        .querySelector('wa-toast')
        ?.create(this.texts.chat.reported, { variant: 'success', allowHtml: false });
    });
  }
}

defineElement('loge-chat-report', LogeChatReport);
