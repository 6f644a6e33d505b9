/** `<loge-moderation-audit>`: the audit log of moderation acts in this chat, the newest first. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatAct } from '../../../server/protocol/chat/chat-moderation.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../client/room.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { actLine } from './moderation-acts.ts';
import { ModerationPanel } from './moderation-panel.ts';
import { moderationStyles } from './moderation-styles.ts';

export class LogeModerationAudit extends withProperties(ModerationPanel, {
  acts: undefined as readonly ChatAct[] | undefined,
  hasMore: false,
}) {
  static override styles = [
    moderationStyles,
    css`
      li {
        display: grid;
        gap: var(--_space-4);
        padding: var(--_space-8) 0;
        border-bottom: 1px solid var(--_line);
        overflow-wrap: anywhere;
      }

      time,
      .reason {
        font: var(--_type-14);
      }

      .list {
        gap: 0;
      }

      .more {
        margin-top: var(--_space-16);
        text-align: center;
      }
    `,
  ];

  override render(): TemplateResult {
    const { acts, texts } = this;
    const { moderation } = texts;
    return html`
      ${acts?.length === 0 ? html`<p class="nothing muted">${moderation.auditEmpty}</p>` : nothing}
      <ul class="list" data-testid="audit">
        ${repeat(
          acts ?? [],
          ({ id }) => id,
          (act) => html`<li>${actLine(act, texts, this.language)}</li>`,
        )}
      </ul>
      ${
        this.hasMore
          ? html`<div class="more"><wa-button appearance="outlined" size="s" ?loading=${this.busy !== ''} @click=${this.#loadMore}>${moderation.auditMore}</wa-button></div>`
          : nothing
      }
      ${this.failures()}
    `;
  }

  protected override async read({ chat }: Room): Promise<() => void> {
    const acts = await chat.moderation.audit();
    return () => this.#show([], acts);
  }

  #loadMore = (): Promise<boolean> =>
    this.act('more', async () => {
      const before = this.acts ?? [];
      const acts = await this.room?.chat.moderation.audit(before.at(-1)?.id);
      // The list may have been read again meanwhile.
      if (acts && this.acts === before) this.#show(before, acts);
    });

  #show(before: readonly ChatAct[], acts: readonly ChatAct[]): void {
    this.acts = [...before, ...acts];
    this.hasMore = acts.length === LIMITS.listPageItems;
  }
}

defineElement('loge-moderation-audit', LogeModerationAudit);
