/**
 * `<loge-chat-moderation>`: moderation of one message and its author: directly from the tools on the message, or in a
 * dialog with the message's context and the author's record. Every act carries a reason for the author.
 */
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/toast/toast.js';
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { ChatEntry, ChatMessage } from '../../../server/protocol/chat/chat.ts';
import type { ChatContext, ChatRestriction, RestrictionScope } from '../../../server/protocol/chat/chat-moderation.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { choiceStyles } from '../controls/choice-styles.ts';
import { icon } from '../controls/more-icons.ts';
import '../controls/loge-confirm.ts';
import type { LogeConfirm, Question } from '../controls/loge-confirm.ts';
import { actLine } from '../moderation/moderation-acts.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { formatDateTime } from '../texts/format.ts';
import { shownName } from '../texts/shown-name.ts';
import { chatMessageStyles } from './chat-moderation-styles.ts';
import { type MessageAct, TIMEOUT_SECONDS, type WrittenItem } from './list/chat-tools.ts';

/** Number of messages shown before and after the message. */
const NEIGHBOURS = 4;
const TOAST_MS = 4_000;

interface DialogAct {
  name: string;
  label: string;
  done: string;
  act: (reason: string) => Promise<unknown> | undefined;
  isHarsh?: boolean;
  keepsOpen?: boolean;
  /** Asked before what cannot be undone. */
  question?: (reason: string) => Question;
}

export class LogeChatModeration extends withProperties(DialogPart, {
  message: undefined as ChatMessage | undefined,
  context: undefined as ChatContext | undefined,
  reason: '',
}) {
  static override styles = [choiceStyles, chatMessageStyles];

  /** Runs an act of an item's tools with the default reason, or opens the dialog about a message. */
  async handle(item: WrittenItem, act: MessageAct): Promise<void> {
    const { moderation } = this.texts;
    const defaultReason = moderation.reasons[0] ?? '';
    if (act.kind === 'remove') {
      await this.#runDirectly(moderation.done.removed, () => this.room?.chat.moderation.remove(item.id, defaultReason));
    } else if (act.kind === 'timeout' && item.from) {
      const { identity, name } = item.from;
      const time = moderation.times[act.seconds] ?? '';
      const request = {
        identity,
        kind: 'timeout',
        scope: 'room',
        seconds: act.seconds,
        reason: defaultReason,
      } as const;
      await this.#runDirectly(moderation.done.timedOut(name, time), () => this.room?.chat.moderation.restrict(request));
    } else if (item.kind === 'message') {
      await this.#show(item);
    }
  }

  async #show(message: ChatMessage): Promise<void> {
    this.message = message;
    this.context = undefined;
    this.problem = '';
    this.reason = this.texts.moderation.reasons[0] ?? '';
    this.open = true;
    await this.#load(message);
  }

  async #load(message: ChatMessage): Promise<void> {
    try {
      const context = await this.room?.chat.moderation.context(message.id);
      if (this.message === message) this.context = context;
    } catch (error) {
      if (this.message === message) this.problem = this.wordsFor(error);
    }
  }

  override render(): TemplateResult {
    const { texts, message } = this;
    return html`
      ${this.dialog(
        message ? texts.moderation.contextTitle(shownName(message.from, texts)) : '',
        message && this.open ? this.#body(message) : nothing,
        { testId: 'message-dialog' },
      )}
      <loge-confirm></loge-confirm>
      <wa-toast placement="top-center" lang=${this.language}></wa-toast>
    `;
  }

  #body(message: ChatMessage): TemplateResult {
    const { context } = this;
    const entries = context
      ? [...context.before.slice(-NEIGHBOURS), context.message, ...context.after.slice(0, NEIGHBOURS)]
      : [message];
    return html`
      <div class="around">${entries.map((entry) => this.#line(entry, entry.seq === message.seq))}</div>
      ${context ? this.#author(context, message) : html`<wa-spinner></wa-spinner>`}
      ${message.from.role === 'creator' ? nothing : this.#reasonField()} ${this.#acts(message)}
      ${this.problem ? html`<wa-callout variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
    `;
  }

  #line(entry: ChatEntry, isSubject: boolean): TemplateResult | typeof nothing {
    if (entry.kind === 'message' || entry.kind === 'tip') {
      const text = entry.kind === 'tip' ? (entry.message ?? '') : entry.text;
      return html`<p class=${isSubject ? 'it' : ''}><b><bdi>${shownName(entry.from, this.texts)}</bdi></b> <bdi dir="auto">${text || this.texts.chat.removed}</bdi></p>`;
    }
    return nothing;
  }

  #author({ author }: ChatContext, message: ChatMessage): TemplateResult {
    const { moderation } = this.texts;
    const { language } = this;
    const tipped = this.money(author.tippedMinor);
    return html`
      <ul class="facts">
        <li>${author.since ? moderation.since(formatDateTime(author.since, language)) : moderation.sinceNever}</li>
        <li>${moderation.facts(author.messages, author.removed)}</li>
        <li>${moderation.factsTips(author.tips, tipped)}</li>
      </ul>
      ${
        author.restriction.kind
          ? html`<p class="restricted" data-testid="author-restricted">
              ${icon('lock', 16)}
              <span>${moderation.restrictedNow}${author.restriction.until ? ` ${moderation.until(formatDateTime(author.restriction.until, language))}` : ''}</span>
              ${this.#mayLift(author.restriction) ? this.#liftButton(message, author.restriction.scope) : nothing}
            </p>`
          : nothing
      }
      <h3>${moderation.record}</h3>
      ${
        author.record.length === 0
          ? html`<p class="muted">${moderation.recordNone}</p>`
          : html`<ul class="record" data-testid="author-record">${author.record.map((act) => html`<li>${actLine(act, this.texts, language)}</li>`)}</ul>`
      }
    `;
  }

  get #isCreator(): boolean {
    return this.room?.localParticipant.role === 'creator';
  }

  /** Moderators can lift only restrictions set by moderators. */
  #mayLift({ scope, byRole }: ChatRestriction): boolean {
    return this.#isCreator || (scope === 'room' && (byRole === 'moderator' || byRole === 'fan'));
  }

  #liftButton(message: ChatMessage, scope: RestrictionScope): TemplateResult {
    return html`<wa-button
      size="s"
      appearance="outlined"
      data-testid="lift"
      ?disabled=${this.#isBusyWithout('lift')}
      ?loading=${this.busy === 'lift'}
      @click=${() => this.#lift(message, scope)}
    >${this.texts.moderation.lift}</wa-button>`;
  }

  #reasonField(): TemplateResult {
    const { moderation } = this.texts;
    return html`
      <div class="reasons" role="group" aria-label=${moderation.reason}>
        ${moderation.reasons.map(
          (reason) => html`<button
            type="button"
            class="choice"
            aria-pressed=${this.reason === reason}
            @click=${() => {
              this.reason = reason;
            }}
          >${reason}</button>`,
        )}
      </div>
      <wa-input
        label=${moderation.reason}
        maxlength=${LIMITS.reasonChars}
        data-testid="moderation-reason"
        .value=${this.reason}
        @input=${this.#handleReason}
      ></wa-input>
    `;
  }

  #acts(message: ChatMessage): TemplateResult {
    const { moderation } = this.texts;
    const isFan = message.from.role === 'fan';
    return html`<div class="acts">
      ${this.#actsOnMessage(message).map((act) => this.#button(act))}
      ${isFan ? html`<div class="times" role="group" aria-label=${moderation.timeoutFor}><p class="muted">${moderation.timeoutFor}</p>${this.#timeouts(message).map((act) => this.#button(act))}</div>` : nothing}
      ${isFan ? this.#actsOnAuthor(message).map((act) => this.#button(act)) : nothing}
    </div>`;
  }

  #actsOnMessage(message: ChatMessage): DialogAct[] {
    const { moderation } = this.texts;
    const acts = this.room?.chat.moderation;
    return [
      {
        name: 'remove-message',
        label: moderation.remove,
        done: moderation.done.removed,
        act: (reason) => acts?.remove(message.id, reason || undefined),
      },
      {
        name: 'pin-message',
        label: moderation.pin,
        done: moderation.done.pinned,
        act: () => acts?.pin(message.id),
      },
    ];
  }

  #timeouts({ from: { identity, name } }: ChatMessage): DialogAct[] {
    const { moderation } = this.texts;
    return TIMEOUT_SECONDS.map((seconds) => {
      const time = moderation.times[seconds] ?? '';
      return {
        name: `act-timeout-${seconds}`,
        label: time,
        done: moderation.done.timedOut(name, time),
        act: (reason) =>
          this.room?.chat.moderation.restrict({ identity, kind: 'timeout', scope: 'room', seconds, reason }),
      };
    });
  }

  #actsOnAuthor({ from: { identity, name } }: ChatMessage): DialogAct[] {
    const { moderation } = this.texts;
    const { room } = this;
    const acts = room?.chat.moderation;
    return [
      {
        name: 'remove-author',
        label: moderation.removeAll(name),
        done: moderation.done.removedAll(name),
        act: (reason) => acts?.removeAuthor({ identity, reason }),
      },
      {
        name: 'ban-room',
        label: moderation.banRoom,
        done: moderation.done.banned(name),
        act: (reason) => acts?.restrict({ identity, kind: 'ban', scope: 'room', reason }),
        isHarsh: true,
      },
      ...(this.#isCreator
        ? [
            {
              name: 'ban-creator',
              label: moderation.banCreator,
              done: moderation.done.bannedCreator(name),
              act: (reason: string) => acts?.restrict({ identity, kind: 'ban', scope: 'creator', reason }),
              isHarsh: true,
            },
          ]
        : []),
      {
        name: 'remove-person',
        label: moderation.putOut,
        done: moderation.done.putOut(name),
        act: (reason) => room?.removeParticipant({ identity, reason }),
        isHarsh: true,
        question: (reason) => ({
          title: moderation.putOutTitle(name),
          text: moderation.putOutQuestion(reason),
          confirm: moderation.putOut,
          cancel: moderation.cancel,
          testId: 'remove-person-confirm',
        }),
      },
      ...(this.#isCreator ? [this.#blocking(identity, name)] : []),
    ];
  }

  #blocking(identity: string, name: string): DialogAct {
    const { moderation } = this.texts;
    return {
      name: 'block-person',
      label: moderation.block,
      done: moderation.done.blocked(name),
      act: (reason) => this.room?.blockParticipant({ identity, reason }),
      isHarsh: true,
      question: (reason) => ({
        title: moderation.blockTitle(name),
        text: moderation.blockQuestion(reason),
        confirm: moderation.block,
        cancel: moderation.cancel,
        testId: 'block-person-confirm',
      }),
    };
  }

  #button(act: DialogAct): TemplateResult {
    const needsReason = act.name !== 'remove-message' && act.name !== 'pin-message';
    return html`<wa-button
      appearance=${act.isHarsh ? 'accent' : 'outlined'}
      variant=${act.isHarsh ? 'danger' : 'neutral'}
      data-testid=${act.name}
      ?disabled=${this.#isBusyWithout(act.name) || (needsReason && this.reason.trim() === '')}
      ?loading=${this.busy === act.name}
      @click=${() => this.#run(act)}
    >${act.label}</wa-button>`;
  }

  /** One act runs at a time, also when the dialog shows another message by then. */
  #isBusyWithout(name: string): boolean {
    return this.busy !== '' && this.busy !== name;
  }

  get #confirm(): LogeConfirm | null {
    return this.renderRoot.querySelector<LogeConfirm>('loge-confirm');
  }

  protected override noteHidden(): void {
    this.message = undefined;
  }

  #handleReason = (event: Event): void => {
    this.reason = (event.target as HTMLInputElement).value ?? '';
  };

  #lift(message: ChatMessage, scope: RestrictionScope): Promise<void> {
    const { identity, name } = message.from;
    const { lift, done } = this.texts.moderation;
    return this.#run({
      name: 'lift',
      label: lift,
      done: done.lifted(name),
      act: () => this.room?.chat.moderation.lift({ identity, scope }),
      keepsOpen: true,
    });
  }

  async #run({ name, done, act, keepsOpen, question }: DialogAct): Promise<void> {
    const { message } = this;
    if (question && (await this.#confirm?.ask(question(this.reason.trim()))) === undefined) return;
    // The dialog may be closed by then, or show another message.
    const isShown = () => this.message === message;
    await this.act(name, async () => {
      try {
        await act(this.reason.trim());
        if (isShown()) this.open = keepsOpen ?? false;
        if (isShown() && keepsOpen && message) void this.#load(message);
        await this.#toast(done, 'success');
      } catch (error) {
        if (isShown()) throw error;
        await this.#toast(this.wordsFor(error), 'danger');
      }
    });
  }

  async #runDirectly(done: string, act: () => Promise<unknown> | undefined): Promise<void> {
    try {
      await act();
      await this.#toast(done, 'success');
    } catch (error) {
      await this.#toast(this.wordsFor(error), 'danger');
    }
  }

  async #toast(text: string, variant: 'success' | 'danger'): Promise<void> {
    await this.renderRoot.querySelector('wa-toast')?.create(text, { variant, duration: TOAST_MS, allowHtml: false });
  }
}

defineElement('loge-chat-moderation', LogeChatModeration);
