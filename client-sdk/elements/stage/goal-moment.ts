/** Notices that the shared goal is reached, and shows it over the stage for a moment. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { Goal } from '../../../server/protocol/money/tipping.ts';
import type { Room } from '../../client/room.ts';
import { HostTimer } from '../room/host-timer.ts';

const SHOWN_MS = 2_500;

const isReached = ({ reachedMinor, targetMinor }: Goal) => reachedMinor >= targetMinor;

export class GoalMoment extends HostTimer {
  #shown: Goal | undefined;

  override hostDisconnected(): void {
    super.hostDisconnected();
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
        if (!isNow) return;
        this.#show(goal);
        this.start(SHOWN_MS, () => this.#show(undefined));
      }),
    ];
  }

  /** Loaded when it first appears. */
  render(room: Room | undefined): TemplateResult | typeof nothing {
    return this.#shown
      ? html`<loge-goal-reached .room=${room} .heading=${this.#shown.title}></loge-goal-reached>`
      : nothing;
  }

  #show(shown: Goal | undefined): void {
    this.#shown = shown;
    this.host.requestUpdate();
  }
}
