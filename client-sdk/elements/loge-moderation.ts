/**
 * `<loge-moderation>`: the moderator's view: review queue, modes and polls, word list, reports, audit log. A drawer of
 * the chat, or with `page` a static part of a custom layout.
 */
import '@awesome.me/webawesome/dist/components/drawer/drawer.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../client/room.ts';
import { tabList, tabListStyles } from './controls/tab-list.ts';
import './moderation/moderation-audit.ts';
import './moderation/moderation-modes.ts';
import './moderation/moderation-queue.ts';
import './moderation/moderation-reports.ts';
import './moderation/moderation-words.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';
import './theme/web-awesome.ts';
import './texts/chat-texts.ts';
import type { LogeModerationElement } from './public-elements.ts';

const TABS = ['queue', 'modes', 'words', 'reports', 'audit'] as const;
type ModerationTab = (typeof TABS)[number];

export class LogeModeration
  extends withProperties(
    RoomPart,
    {
      /** Renders inline instead of in a drawer. */
      page: false,
      open: false,
      tab: 'queue' as ModerationTab,
    },
    { page: { type: Boolean } },
  )
  implements LogeModerationElement
{
  static override styles = [
    tabListStyles,
    css`
      wa-drawer {
        --size: min(100vw, 30rem);
      }

      .tabs {
        margin-bottom: var(--_space-16);
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

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['chatQueue']);
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (!changed.has('open') || !this.open) return;
    this.tab = (this.room?.chat.waiting ?? 0) > 0 ? 'queue' : 'modes';
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
      ${tabList({
        label: moderation.title,
        tabs: TABS.map((id) => ({ id, label: moderation.tabs[id], waiting: id === 'queue' ? waiting : 0 })),
        chosen: this.tab,
        choose: (tab) => {
          this.tab = tab;
        },
      })}
      <div role="tabpanel" id="panel-${this.tab}" aria-labelledby="tab-${this.tab}">${this.#panel()}</div>
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
}

defineElement('loge-moderation', LogeModeration);
