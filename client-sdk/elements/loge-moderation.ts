/**
 * `<loge-moderation>`: the moderator's view: review queue, modes and polls, word list, reports, audit log. A drawer of
 * the chat, or with `page` a static part of a custom layout.
 */
import '@awesome.me/webawesome/dist/components/drawer/drawer.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../src/room.ts';
import './moderation/moderation-audit.ts';
import './moderation/moderation-modes.ts';
import './moderation/moderation-queue.ts';
import './moderation/moderation-reports.ts';
import './moderation/moderation-words.ts';
import { defineElement, RoomPart } from './room/room-part.ts';
import './theme/web-awesome.ts';
import './texts/chat-texts.ts';

const TABS = ['queue', 'modes', 'words', 'reports', 'audit'] as const;
export type ModerationTab = (typeof TABS)[number];

export class LogeModeration extends RoomPart {
  static override properties = {
    open: { attribute: false },
    wanted: { attribute: false },
    tab: { state: true },
    page: { type: Boolean },
  };
  declare open: boolean;
  /** The tab that it opens with; undefined: what waits for review, if anything does. */
  declare wanted: ModerationTab | undefined;
  declare tab: ModerationTab;
  /** Renders inline instead of in a drawer. */
  declare page: boolean;

  static override styles = [
    ...RoomPart.styles,
    css`
      wa-drawer {
        --size: min(100vw, 30rem);
      }

      .tabs {
        display: flex;
        flex-wrap: wrap;
        margin: 0 0 var(--_space-16);
        border-bottom: 1px solid var(--_line);
      }

      .tabs button {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: var(--_space-8);
        min-width: var(--_finger);
        min-height: 2.75rem;
        padding: 0 var(--_space-8);
        border: 0;
        border-bottom: 2px solid transparent;
        background: none;
        color: var(--_muted);
        font: var(--_strong-16);
        cursor: pointer;
      }

      /* All tabs fit on one line of most phones, in French too. */
      @media (max-width: 460px) {
        .tabs button {
          gap: var(--_space-4);
          padding: 0 var(--_space-4);
          font: var(--_type-14);
        }
      }

      .tabs button:focus-visible {
        box-shadow: inset 0 0 0 2px var(--_accent);
      }

      .tabs [aria-selected='true'] {
        border-color: var(--_accent);
        color: var(--_text);
      }

      .count {
        display: grid;
        place-items: center;
        min-width: 1.25rem;
        height: 1.25rem;
        padding: 0 var(--_space-4);
        border-radius: var(--_radius-full);
        background: var(--_primary);
        color: var(--_on-primary);
        font: var(--_type-12);
      }

      .shortcuts {
        margin-top: var(--_space-24);
        color: var(--_muted);
        font: var(--_type-14);
      }

      @media (hover: none) {
        .shortcuts {
          display: none;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
    this.tab = 'queue';
    this.page = false;
  }

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['connected', 'chatQueue']);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!changed.has('open') || !this.open) return;
    this.tab = this.wanted ?? ((this.room?.chat.waiting ?? 0) > 0 ? 'queue' : 'modes');
  }

  override render(): TemplateResult {
    const { moderation } = this.texts;
    if (this.page) return this.#content();
    return html`<wa-drawer
      lang=${this.language}
      label=${moderation.title}
      light-dismiss
      data-testid="moderation"
      .open=${this.open}
      @wa-after-hide=${(event: Event) => {
        if (event.target !== event.currentTarget) return;
        this.open = false;
        this.emit('loge-moderation-closed', null);
      }}
    >
      ${this.open ? this.#content() : nothing}
    </wa-drawer>`;
  }

  #content(): TemplateResult {
    const { moderation } = this.texts;
    const waiting = this.room?.chat.waiting ?? 0;
    return html`
      <div class="tabs" role="tablist" aria-label=${moderation.title} @keydown=${this.#handleKey}>
        ${TABS.map(
          (tab) => html`<button
            type="button"
            role="tab"
            id="tab-${tab}"
            data-testid="tab-${tab}"
            aria-selected=${this.tab === tab}
            aria-controls="panel"
            tabindex=${this.tab === tab ? 0 : -1}
            @click=${() => {
              this.tab = tab;
            }}
          >${moderation.tabs[tab]}${tab === 'queue' && waiting > 0 ? html`<span class="count">${waiting}</span>` : nothing}</button>`,
        )}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}">${this.#panel()}</div>
      <p class="shortcuts">${moderation.shortcuts}</p>
    `;
  }

  #panel(): TemplateResult {
    const { room } = this;
    switch (this.tab) {
      case 'queue':
        return html`<loge-moderation-queue .room=${room}></loge-moderation-queue>`;
      case 'modes':
        return html`<loge-moderation-modes .room=${room}></loge-moderation-modes>`;
      case 'words':
        return html`<loge-moderation-words .room=${room}></loge-moderation-words>`;
      case 'reports':
        return html`<loge-moderation-reports .room=${room}></loge-moderation-reports>`;
      case 'audit':
        return html`<loge-moderation-audit .room=${room}></loge-moderation-audit>`;
    }
  }

  #handleKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = (TABS.indexOf(this.tab) + step + TABS.length) % TABS.length;
    this.tab = TABS[index] ?? 'queue';
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${this.tab}`)?.focus());
  };
}

defineElement('loge-moderation', LogeModeration);
