/** `<loge-moderation-reports>`: reports with the evidence at the time of the report, without the reporter. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ChatEntry } from '../../../server/protocol/chat/chat.ts';
import type { RoomReport } from '../../../server/protocol/chat/chat-moderation.ts';
import type { Room } from '../../client/room.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { formatDateTime } from '../texts/format.ts';
import { shownName } from '../texts/shown-name.ts';
import { ModerationPanel } from './moderation-panel.ts';

/** Number of messages shown before and after the reported one. */
const NEIGHBOURS = 2;

export class LogeModerationReports extends withProperties(ModerationPanel, {
  reports: undefined as readonly RoomReport[] | undefined,
}) {
  override render(): TemplateResult {
    const { moderation } = this.texts;
    return html`
      ${this.reports?.length === 0 ? html`<p class="nothing muted">${moderation.reportsEmpty}</p>` : nothing}
      <ul class="list" data-testid="reports">
        ${repeat(
          this.reports ?? [],
          ({ id }) => id,
          (report) => this.#card(report),
        )}
      </ul>
      ${this.failures()}
    `;
  }

  #card({ category, note, at, evidence }: RoomReport): TemplateResult {
    const { chat } = this.texts;
    const lines = [...evidence.before.slice(-NEIGHBOURS), evidence.message, ...evidence.after.slice(0, NEIGHBOURS)];
    return html`<li class="card">
      <p class="meta">
        <span class="tag">${chat.categories[category]}</span
        ><time datetime=${at}>${formatDateTime(at, this.language)}</time>
      </p>
      <div class="evidence">${lines.map((entry) => this.#line(entry, entry.seq === evidence.message.seq))}</div>
      ${note ? html`<p><bdi dir="auto">${note}</bdi></p>` : nothing}
    </li>`;
  }

  #line(entry: ChatEntry, isSubject: boolean): TemplateResult | typeof nothing {
    if (entry.kind !== 'message' && entry.kind !== 'tip') return nothing;
    const text = entry.kind === 'tip' ? (entry.message ?? '') : entry.text;
    return html`<p class=${isSubject ? 'it' : ''}><b><bdi>${shownName(entry.from, this.texts)}</bdi></b> <bdi dir="auto">${text || this.texts.chat.removed}</bdi></p>`;
  }

  protected override async read({ chat }: Room): Promise<() => void> {
    const reports = await chat.moderation.reports();
    return () => {
      this.reports = reports;
    };
  }
}

defineElement('loge-moderation-reports', LogeModerationReports);
