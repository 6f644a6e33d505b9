/** `<loge-goal-reached>`: over the stage, when the goal is reached: its bar fills, with the names of who gave. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../client/room.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import type { ElementTexts } from '../texts/element-texts.ts';
import { shownName } from '../texts/shown-name.ts';
import { fades } from './fades.ts';

const NAMES = 3;

export class LogeGoalReached extends withProperties(RoomPart, { heading: '' }) {
  static override styles = css`
    ${fades}

    .moment {
      position: absolute;
      inset: 0;
      display: grid;
      place-content: center;
      justify-items: center;
      gap: var(--_space-4);
      overflow: hidden;
      padding: var(--_space-16);
      background: radial-gradient(ellipse at 50% 120%, var(--_footlight), transparent 70%) var(--_scrim);
      color: var(--_on-stage);
      text-align: center;
      overflow-wrap: anywhere;
      animation:
      appear 200ms both,
      vanish 300ms 2.2s both;
    }

    .moment .display {
      font: var(--_title-28);
      color: var(--_accent);
    }

    .moment i {
      width: min(20rem, 70cqw);
      height: 4px;
      margin-block: var(--_space-8);
      border-radius: var(--_radius-full);
      background: var(--_primary);
      transform-origin: 0 0;
      animation: fill 700ms var(--_curve) both;
    }

    .moment .names {
      font: var(--_strong-16);
      animation: appear 300ms 900ms both;
    }

    .moment::after {
      content: '';
      position: absolute;
      inset: 0;
      background: linear-gradient(105deg, transparent 40%, var(--_veil) 50%, transparent 60%);
      animation: sweep 900ms 500ms var(--_curve) both;
    }

    @container (min-width: 40rem) {
      .moment .display {
      font: var(--_title-56);
      }
    }

    @keyframes fill {
      from {
      transform: scaleX(0);
      }
    }

    @keyframes sweep {
      from {
      translate: -100% 0;
      }

      to {
      translate: 100% 0;
      }
    }

    @media (prefers-reduced-motion: reduce) {
      .moment {
      animation:
        appear 300ms both,
        vanish 300ms 2.2s both !important;
      }

      .moment::after {
      display: none;
      }
    }
  `;

  /** Hidden from screen readers, because the chat announces it. */
  override render(): TemplateResult | typeof nothing {
    const { room, texts, heading } = this;
    if (!room) return nothing;
    const names = giversOf(room, texts);
    return html`<div class="moment" aria-hidden="true" data-testid="stage-goal">
      <p class="display">${texts.goal.moment}</p>
      <p><bdi>${heading}</bdi></p>
      <i></i>
      ${names.length > 0 ? html`<p class="names">${texts.goal.thanks(new Intl.ListFormat(this.language).format(names))}</p>` : nothing}
    </div>`;
  }
}

/** The names of who gave most, as far as this page has seen: a request by everyone at once would be a rush. */
function giversOf({ chat }: Pick<Room, 'chat'>, texts: ElementTexts): string[] {
  const given = new Map<string, { name: string; sumMinor: number }>();
  for (const item of chat.messages) {
    if (item.kind !== 'tip' || item.refunded || item.anonymous || !item.from) continue;
    const { identity } = item.from;
    const sumMinor = (given.get(identity)?.sumMinor ?? 0) + item.amountMinor;
    given.set(identity, { name: shownName(item.from, texts), sumMinor });
  }
  const givers = [...given.values()].sort((a, b) => b.sumMinor - a.sumMinor);
  return givers.slice(0, NAMES).map(({ name }) => name);
}

defineElement('loge-goal-reached', LogeGoalReached);
