/**
 * The curtain of those who wait: it falls when the live begins, and its halves part over the first picture. A late
 * viewer sees none.
 */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Room } from '../../client/room.ts';
import { preloadParts } from '../loading/parts.ts';
import { HostTimer } from '../room/host-timer.ts';

/** Until the halves are gone. */
const PART_MS = 1_000;
/** The house lights dim and the curtain falls: a picture that is there sooner waits for it. */
const FALL_MS = 600;
/** Without word of a picture, such as one that was there before the event: the curtain opens anyway. */
const MAX_CLOSED_MS = 5_000;

export class Doors extends HostTimer {
  #state: 'none' | 'closed' | 'open' = 'none';
  #closedAtMs = 0;

  override hostDisconnected(): void {
    super.hostDisconnected();
    this.#state = 'none';
  }

  listenTo(room: Pick<Room, 'on'>): Array<() => void> {
    // Also closes when the evening ends.
    preloadParts(['loge-curtain']);
    return [
      room.on('liveStarted', () => {
        this.#closedAtMs = Date.now();
        this.#set('closed');
        this.start(MAX_CLOSED_MS, () => this.#set('open'));
      }),
      room.on('liveEnded', () => this.#set('none')),
    ];
  }

  /** Before the first picture. */
  get areClosed(): boolean {
    return this.#state === 'closed';
  }

  /** The picture is there. */
  part(): void {
    if (this.#state !== 'closed') return;
    this.start(Math.max(0, this.#closedAtMs + FALL_MS - Date.now()), () => this.#set('open'));
  }

  render(room: Room | undefined): TemplateResult | typeof nothing {
    if (this.#state === 'none') return nothing;
    return html`<loge-curtain .room=${room} .move=${this.#state === 'closed' ? 'fall' : 'part'}></loge-curtain>`;
  }

  #set(state: 'none' | 'closed' | 'open'): void {
    this.stop();
    this.#state = state;
    this.host.requestUpdate();
    if (state === 'open') this.start(PART_MS, () => this.#set('none'));
  }
}
