/** Notices that the shared goal is reached, and shows it over the stage for a moment. */
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Goal } from '../../../server/protocol/money/tipping.ts';
import type { Room } from '../../src/room.ts';

const SHOWN_MS = 2_500;

const isReached = ({ reachedMinor, targetMinor }: Goal) => reachedMinor >= targetMinor;

export class GoalMoment implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #shown: Goal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#shown = undefined;
  }

  listenTo(room: Pick<Room, 'on' | 'goal'>): Array<() => void> {
    let before = room.goal;
    return [
      room.on('connected', () => {
        before = room.goal;
      }),
      room.on('goalProgress', (goal) => {
        const isNow = before?.id === goal.id && !isReached(before) && isReached(goal);
        before = goal;
        if (isNow) this.#show(goal);
      }),
    ];
  }

  /** Loaded when it first appears. */
  render(room: Room | undefined): TemplateResult | typeof nothing {
    return this.#shown
      ? html`<loge-goal-reached .room=${room} .heading=${this.#shown.title}></loge-goal-reached>`
      : nothing;
  }

  #show(shown: Goal): void {
    clearTimeout(this.#timer);
    this.#shown = shown;
    this.#timer = setTimeout(() => {
      this.#shown = undefined;
      this.#host.requestUpdate();
    }, SHOWN_MS);
    this.#host.requestUpdate();
  }
}
