/** `<loge-report>`: the dialog to report a message, a person or the live, with a category and a note. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/toast/toast.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatMessage, ChatTip } from '../../../server/protocol/chat/chat.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { ReportCategory, ReportSubject } from '../../../server/protocol/trust/reports.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import '../texts/chat-texts.ts';
import { shownName } from '../texts/shown-name.ts';

/** What may be reported: a message or the words of a tip and their author, a person, the live. */
export interface ReportTarget {
  message?: ChatMessage | ChatTip;
  person?: { identity: string; name: string };
}

type SubjectKind = ReportSubject['kind'];

export class LogeReport extends withProperties(DialogPart, {
  /** Each new one opens the dialog. `loge-chat` sets it on `loge-report-wanted`. */
  target: undefined as ReportTarget | undefined,
  kind: 'live' as SubjectKind,
  category: undefined as ReportCategory | undefined,
  note: '',
}) {
  static override styles = css`
    blockquote {
      margin: 0 0 var(--_space-12);
      padding: var(--_space-8) var(--_space-16);
      border-inline-start: 3px solid var(--_accent);
      border-radius: var(--_radius-small);
      background: var(--_surface);
      overflow-wrap: anywhere;
    }

    fieldset {
      display: grid;
      gap: var(--_space-4);
      margin: var(--_space-16) 0;
      padding: 0;
      border: 0;
    }

    label {
      display: flex;
      align-items: center;
      gap: var(--_space-12);
      min-height: max(2.5rem, var(--_finger));
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
      margin-top: var(--_space-16);
    }
  `;

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!changed.has('target') || !this.target) return;
    this.kind = this.target.message ? 'message' : this.target.person ? 'person' : 'live';
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
        @wa-after-hide=${this.handleHidden}
      >
        ${this.target && this.open ? this.#body(this.target) : nothing}
      </wa-dialog>
      <wa-toast placement="top-center" lang=${this.language}></wa-toast>
    `;
  }

  #body(target: ReportTarget): TemplateResult {
    const { chat } = this.texts;
    const { message, person = message?.from ?? undefined } = target;
    const words = message?.kind === 'tip' ? message.message : message?.text;
    const categories = Object.entries(chat.categories) as [ReportCategory, string][];
    const subjects: [SubjectKind, string][] = [
      ...(message ? [['message', chat.reportMessage] as [SubjectKind, string]] : []),
      ...(person ? [['person', chat.reportPerson(person.name)] as [SubjectKind, string]] : []),
      ['live', chat.reportLive],
    ];
    return html`
      ${message ? html`<blockquote><b><bdi>${shownName(message.from, this.texts)}</bdi></b> <bdi dir="auto">${words}</bdi></blockquote>` : nothing}
      ${choice({
        name: 'subject',
        legend: chat.reportTitle,
        options: subjects,
        chosen: this.kind,
        choose: (kind) => {
          this.kind = kind;
        },
      })}
      <p class="muted">${chat.reportText}</p>
      ${choice({
        name: 'category',
        legend: chat.reportReason,
        options: categories,
        chosen: this.category,
        choose: (category) => {
          this.category = category;
        },
      })}
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
        variant="neutral"
        data-testid="report-send"
        ?disabled=${!this.category}
        ?loading=${this.busy !== ''}
        @click=${() => this.#send(target)}
      >${chat.reportSend}</wa-button>
    `;
  }

  async #send(target: ReportTarget): Promise<void> {
    const { category, kind } = this;
    const { message, person = message?.from } = target;
    if (!category) return;
    const note = this.note.trim();
    const id = kind === 'message' ? message?.id : kind === 'person' ? person?.identity : undefined;
    // The form may be closed by then, or be that of another report.
    const isShown = () => this.open && this.target === target;
    await this.act('send', async () => {
      const subject = { kind, ...(id && { id }) } as ReportSubject;
      try {
        const report = await this.room?.report({ subject, category, ...(note ? { note } : {}) });
        if (isShown()) this.open = false;
        await this.#toast(this.texts.chat.reported(report?.number ?? 0), 'success');
      } catch (error) {
        if (isShown()) throw error;
        await this.#toast(this.wordsFor(error), 'danger');
      }
    });
  }

  async #toast(text: string, variant: 'success' | 'danger'): Promise<void> {
    await this.renderRoot.querySelector('wa-toast')?.create(text, { variant, allowHtml: false });
  }
}

interface Choice<Value extends string> {
  name: string;
  legend: string;
  options: [Value, string][];
  chosen: Value | undefined;
  choose: (value: Value) => void;
}

function choice<Value extends string>({ name, legend, options, chosen, choose }: Choice<Value>): TemplateResult {
  return html`<fieldset>
    <legend class="visually-hidden">${legend}</legend>
    ${options.map(
      ([value, words]) => html`<label>
        <input
          type="radio"
          name=${name}
          value=${value}
          data-testid="report-${value}"
          .checked=${chosen === value}
          @change=${() => choose(value)}
        />${words}
      </label>`,
    )}
  </fieldset>`;
}

defineElement('loge-report', LogeReport);
