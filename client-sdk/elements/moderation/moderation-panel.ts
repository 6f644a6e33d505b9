/** A panel of `<loge-moderation>`, which reads what it shows: at first, and once it is connected again. */
import { type CSSResultGroup, html, nothing, type TemplateResult } from 'lit';
import type { Room } from '../../client/room.ts';
import { RoomPart, withProperties } from '../room/room-part.ts';
import { moderationStyles } from './moderation-styles.ts';

export abstract class ModerationPanel extends withProperties(RoomPart, {
  /** Why the last read failed, as text; empty if it did not. */
  unread: '',
}) {
  #reads = 0;

  static override styles: CSSResultGroup = moderationStyles;

  /** Returns what shows the answer: of several reads only the newest one counts. */
  protected abstract read(room: Room): Promise<() => void>;

  protected override listenTo(room: Room): Array<() => void> {
    void this.load();
    return (['connected', 'reconnected', 'accessGranted'] as const).map((name) => room.on(name, this.load));
  }

  protected load = async (): Promise<void> => {
    if (!this.room) return;
    this.#reads += 1;
    const number = this.#reads;
    const isNewest = (): boolean => number === this.#reads;
    try {
      const show = await this.read(this.room);
      if (!isNewest()) return;
      show();
      this.unread = '';
    } catch (error) {
      if (isNewest()) this.unread = this.wordsFor(error);
    }
  };

  protected failures(): TemplateResult {
    const words = this.problem || this.unread;
    return html`
      ${words ? html`<p class="problem" role="alert">${words}</p>` : nothing}
      ${
        this.unread
          ? html`<wa-button appearance="outlined" size="s" data-testid="moderation-retry" @click=${this.load}>${this.texts.room.retry}</wa-button>`
          : nothing
      }
    `;
  }
}
