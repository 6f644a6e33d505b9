/**
 * The curtain of those who wait: it falls when the live begins, and its halves part over the first picture. Who comes
 * later sees none.
 */
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../src/room.ts';
import { curtain } from './poster.ts';

/** The house lights dim and the curtain falls: a picture that is there sooner waits for it. */
const FALL_MS = 600;

export class Doors implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #state: 'none' | 'closed' | 'open' = 'none';
  #closedAtMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#state = 'none';
  }

  listenTo(room: Pick<Room, 'on'>): Array<() => void> {
    return [
      room.on('liveStarted', () => {
        this.#closedAtMs = Date.now();
        this.#set('closed');
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
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set('open'), Math.max(0, this.#closedAtMs + FALL_MS - Date.now()));
  }

  render(room: Room | undefined): TemplateResult | typeof nothing {
    if (this.#state === 'none' || !room?.info) return nothing;
    const folds = `background-image: ${curtain(room.info)}`;
    return html`<div class="doors ${this.#state}" aria-hidden="true" data-testid="stage-doors" @animationend=${this.#handleEnd}>
      <span style=${folds}></span><span style=${folds}></span>
    </div>`;
  }

  readonly #handleEnd = (): void => {
    if (this.#state === 'open') this.#set('none');
  };

  #set(state: 'none' | 'closed' | 'open'): void {
    clearTimeout(this.#timer);
    this.#state = state;
    this.#host.requestUpdate();
  }
}

export const curtainMoves = css`
  @keyframes vanish {
    to {
      opacity: 0;
    }
  }

  @keyframes appear {
    from {
      opacity: 0;
    }
  }
`;

/** Two halves that make one curtain. */
export const curtainHalves = css`
  .doors {
    position: absolute;
    inset: 0;
    overflow: hidden;
    pointer-events: none;
  }

  .doors span {
    position: absolute;
    inset: 0 50% 0 0;
    margin-inline-end: -1px;
    background-size: 200% 100%;
    transform-origin: 0 0;
    box-shadow: 0 0 48px var(--_stage);
  }

  .doors span + span {
    inset: 0 0 0 50%;
    margin: 0 0 0 -1px;
    background-position: 100% 0;
    transform-origin: 100% 0;
  }

  @keyframes gather {
    to {
      transform: scaleX(0);
    }
  }

  ${curtainMoves}
`;

export const doorStyles = css`
  ${curtainHalves}

  .doors.closed {
    background: var(--_scrim);
    animation: appear 300ms both;
  }

  .doors.closed span {
    animation: appear 300ms 300ms both;
  }

  .doors.open span {
    animation: gather 900ms var(--_curve) both;
  }

  @media (prefers-reduced-motion: reduce) {
    .doors.open span {
      animation: vanish 300ms both !important;
    }
  }
`;
