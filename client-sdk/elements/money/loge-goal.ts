/** `<loge-goal>`: the room's shared goal with its progress, above the chat; empty without a goal. */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../src/room.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';
import '../texts/inside-texts.ts';

export class LogeGoal extends RoomPart {
  static override styles = [
    ...RoomPart.styles,
    css`
      :host {
        display: block;
      }

      :host([empty]) {
        display: none;
      }

      .goal {
        padding: var(--_space-12) var(--_space-16) var(--_space-12);
        border-bottom: 1px solid var(--_line);
      }

      .words {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--_space-16);
        margin-bottom: var(--_space-8);
        font: var(--_type-16);
      }

      .title {
        overflow: hidden;
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .amounts {
        flex: none;
        color: var(--_muted);
      }

      .reached .amounts {
        color: var(--_accent);
      }

      .bar {
        height: 0.375rem;
        overflow: hidden;
        border-radius: var(--_radius-full);
        background: var(--_line);
      }

      .bar span {
        display: block;
        height: 100%;
        border-radius: inherit;
        background: var(--_primary);
        transition: width 600ms cubic-bezier(0.2, 0.8, 0.2, 1);
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, [
      'connected',
      'reconnected',
      'accessRevoked',
      'goalProgress',
      'goalCleared',
      'roomEnded',
    ]);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.toggleAttribute('empty', !this.room?.goal);
  }

  override render(): TemplateResult | typeof nothing {
    const { texts, money } = this;
    const goal = this.room?.goal;
    if (!goal) return nothing;
    const sharePct = Math.min(100, Math.floor((goal.reachedMinor * 100) / goal.targetMinor));
    const isReached = goal.reachedMinor >= goal.targetMinor;
    const amounts = texts.goal.progress(money(goal.reachedMinor), money(goal.targetMinor));
    return html`<div class="goal ${isReached ? 'reached' : ''}" part="goal" data-testid="goal">
      <div class="words">
        <bdi class="title">${goal.title}</bdi>
        <span class="amounts" data-testid="goal-amounts">${isReached ? texts.goal.reached(amounts) : amounts}</span>
      </div>
      <div
        class="bar"
        role="progressbar"
        aria-label=${texts.goal.label(goal.title)}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${sharePct}
        aria-valuetext=${amounts}
      >
        <span style=${`width: ${sharePct}%`}></span>
      </div>
    </div>`;
  }
}

defineElement('loge-goal', LogeGoal);
