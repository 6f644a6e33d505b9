/** `<loge-goal>`: the room's shared goal with its progress, above the chat or at the stage's edge. */
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../client/room.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import '../texts/inside-texts.ts';

export class LogeGoal extends withProperties(
  RoomPart,
  {
    /** A line at the edge of a stage, whose text opens on a tap. */
    edge: false,
    isOpen: false,
  },
  { edge: { type: Boolean } },
) {
  static override styles = css`
    :host([edge]) {
      position: relative;
      color: var(--_on-stage);
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

    :host([edge]) .goal {
      padding: 0;
      border: 0;
    }

    :host([edge]) .words {
      position: absolute;
      inset: auto 0 100%;
      flex-wrap: wrap;
      row-gap: 0;
      padding: var(--_space-8) var(--_space-16);
      margin: 0;
      background: var(--_scrim);
    }

    :host([edge]) .bar {
      height: 4px;
      border-radius: 0;
      background: var(--_veil);
    }

    /* Between the controls of the video. */
    .open {
      position: absolute;
      inset: auto 30% 0;
      height: 2.75rem;
      border: 0;
      background: none;
      cursor: pointer;
      pointer-events: auto;
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
      transition: width 600ms var(--_curve);
    }
  `;

  protected override listenTo(room: Room): Array<() => void> {
    return this.renderOn(room, ['goalProgress', 'goalCleared']);
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
    const label = texts.goal.label(goal.title);
    const hasWords = !this.edge || this.isOpen;
    return html`<div class="goal ${isReached ? 'reached' : ''}" part="goal" data-testid=${this.edge ? 'goal-edge' : 'goal'}>
      ${
        hasWords
          ? html`<div class="words">
              <bdi class="title">${goal.title}</bdi>
              <span class="amounts" data-testid="goal-amounts">${isReached ? texts.goal.reached(amounts) : amounts}</span>
            </div>`
          : nothing
      }
      <div
        class="bar"
        role="progressbar"
        aria-label=${label}
        aria-valuemin="0"
        aria-valuemax="100"
        aria-valuenow=${sharePct}
        aria-valuetext=${amounts}
      >
        <span style=${`width: ${sharePct}%`}></span>
      </div>
      ${
        this.edge
          ? html`<button class="open" type="button" aria-expanded=${this.isOpen} aria-label=${label} data-testid="goal-open" @click=${() => {
              this.isOpen = !this.isOpen;
            }}></button>`
          : nothing
      }
    </div>`;
  }
}

defineElement('loge-goal', LogeGoal);
