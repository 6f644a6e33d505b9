/**
 * `<loge-chat-people>`: the people in the room, the raised hands, whose names moderators see, and whom one has muted.
 */
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { PeopleAnswer } from '../../../server/protocol/chat/chat-room.ts';
import type { Room } from '../../client/room.ts';
import { icon } from '../controls/more-icons.ts';
import { quietStyles } from '../controls/quiet-button.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { HostTimer } from '../room/host-timer.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { formatCount, formatTime } from '../texts/format.ts';
import { shownName } from '../texts/shown-name.ts';
import type { ReportTarget } from '../trust/loge-report.ts';

const SEARCH_DEBOUNCE_MS = 200;
/** The search field is shown above this number of people. */
const SEARCH_MIN_PEOPLE = 12;

export class LogeChatPeople extends withProperties(DialogPart, {
  answer: undefined as PeopleAnswer | undefined,
  query: '',
}) {
  readonly #timer = new HostTimer(this);

  static override styles = [
    quietStyles,
    css`
    h3 {
      margin: var(--_space-16) 0 var(--_space-8);
      font: var(--_strong-16);
    }

    ul {
      display: grid;
      list-style: none;
    }

    li {
      display: flex;
      align-items: center;
      gap: var(--_space-8);
      min-height: 2.5rem;
      border-bottom: 1px solid var(--_line);
      overflow-wrap: anywhere;
    }

    li:last-child {
      border-bottom: 0;
    }

    li .icon {
      color: var(--_accent);
    }

    li .role,
    li time {
      margin-inline-start: auto;
      font: var(--_type-14);
      color: var(--_muted);
    }

    .quiet {
      margin-inline-start: auto;
    }

    .live {
      display: flex;
      align-items: center;
      margin-top: var(--_space-12);
    }

    .self {
      color: var(--_muted);
    }

    wa-input {
      margin-bottom: var(--_space-12);
    }

    .problem {
      color: var(--_danger);
    }
  `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatHands', 'chatMuted']);
  }

  async show(): Promise<void> {
    this.query = '';
    this.open = true;
    await this.#load();
  }

  /** Also shows the list, where it can be undone. */
  async mute(identity: string): Promise<void> {
    await this.show();
    await this.act('mute', () => this.room?.chat.mute(identity));
  }

  override render(): TemplateResult {
    const { texts, room, answer } = this;
    return this.dialog(
      texts.chat.people,
      html`${room && this.open ? html`${this.#hands(room)} ${answer ? this.#people(room, answer) : nothing} ${this.#muted(room)}` : nothing}
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}`,
      { testId: 'chat-people-dialog' },
    );
  }

  #hands(room: Room): TemplateResult | typeof nothing {
    const { count, hands } = room.chat.hands;
    if (count === 0) return nothing;
    if (hands.length === 0) return html`<p class="muted">${this.texts.chat.handsUp(count)}</p>`;
    return html`<h3>${this.texts.chat.hands}</h3>
      <ul data-testid="chat-hands">
        ${repeat(
          hands,
          ({ identity }) => identity,
          ({ name, since }) =>
            html`<li>${icon('hand', 18)}<bdi>${name}</bdi><time>${formatTime(since, this.language)}</time></li>`,
        )}
      </ul>`;
  }

  #people(room: Room, { people, total, exact }: PeopleAnswer): TemplateResult {
    const { chat } = this.texts;
    return html`
      <h3>${chat.peopleCount(formatCount(total, this.language))}</h3>
      ${exact ? nothing : html`<p class="muted">${chat.peopleLarge(formatCount(total, this.language))}</p>`}
      ${
        exact && (total > SEARCH_MIN_PEOPLE || this.query)
          ? html`<wa-input type="search" size="s" label=${chat.peopleSearch} .value=${this.query} @input=${this.#handleQuery}></wa-input>`
          : nothing
      }
      ${people.length === 0 ? html`<p class="muted">${chat.peopleNobody}</p>` : nothing}
      <ul data-testid="chat-people">
        ${repeat(
          people,
          ({ identity }) => identity,
          ({ identity, name, role }) => html`<li>
            <bdi>${name}</bdi>${identity === room.localParticipant.identity ? html`<span class="self">(${chat.you})</span>` : nothing}
            ${role === 'fan' ? nothing : html`<span class="role">${chat[role]}</span>`}
            ${identity === room.localParticipant.identity ? nothing : this.#reportButton({ person: { identity, name } }, name)}
          </li>`,
        )}
      </ul>
      ${room.localParticipant.role === 'creator' ? nothing : html`<p class="live">${chat.reportLive} ${this.#reportButton({}, chat.reportLive)}</p>`}
    `;
  }

  #muted({ chat: { muted }, localParticipant }: Room): TemplateResult | typeof nothing {
    const { chat } = this.texts;
    if (muted.length === 0 || localParticipant.permissions.moderate) return nothing;
    return html`<h3>${chat.muted}</h3>
      <p class="muted">${chat.mutedText}</p>
      <ul data-testid="chat-muted">
        ${repeat(
          muted,
          ({ identity }) => identity,
          ({ identity, name }) => html`<li>
            <bdi>${shownName({ name }, this.texts)}</bdi>
            <button class="quiet" type="button" data-testid="unmute" aria-label=${chat.unmute(name)} title=${chat.unmute(name)} @click=${() => this.act('mute', () => this.room?.chat.unmute(identity))}>
              ${icon('undo', 17)}
            </button>
          </li>`,
        )}
      </ul>`;
  }

  #reportButton(target: ReportTarget, name: string): TemplateResult {
    const label = this.texts.labelled(this.texts.chat.report, name);
    const report = (): void => {
      this.open = false;
      this.emit('loge-report-wanted', target);
    };
    return html`<button class="quiet" type="button" data-testid="report-open" aria-label=${label} title=${label} @click=${report}>
      ${icon('flag', 17)}
    </button>`;
  }

  #handleQuery = (event: Event): void => {
    this.query = (event.target as HTMLInputElement).value ?? '';
    this.#timer.start(SEARCH_DEBOUNCE_MS, () => void this.#load());
  };

  async #load(): Promise<void> {
    const { query } = this;
    this.problem = '';
    try {
      const answer = await this.room?.chat.people(query.trim() || undefined);
      if (query === this.query) this.answer = answer;
    } catch (error) {
      if (query === this.query) this.problem = this.wordsFor(error);
    }
  }
}

defineElement('loge-chat-people', LogeChatPeople);
