/** The moment in which the shared goal is reached: its bar fills over the stage, with the names of who gave. */
import type { ReactiveController, ReactiveControllerHost, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Goal } from '../../../server/protocol/money/tipping.ts';
import type { Room } from '../../src/room.ts';
import { elementTexts } from '../texts/element-texts.ts';
import type { Language } from '../texts/language.ts';
import { shownName } from '../texts/shown-name.ts';

const SHOWN_MS = 2_500;
const NAMES = 3;

const isReached = ({ reachedMinor, targetMinor }: Goal) => reachedMinor >= targetMinor;

export class GoalMoment implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #shown: { title: string; names: string[] } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#shown = undefined;
  }

  listenTo(room: Pick<Room, 'on' | 'goal' | 'chat'>, language: () => Language): Array<() => void> {
    let before = room.goal;
    return [
      room.on('connected', () => {
        before = room.goal;
      }),
      room.on('goalProgress', (goal) => {
        const isNow = before?.id === goal.id && !isReached(before) && isReached(goal);
        before = goal;
        if (isNow) this.#show({ title: goal.title, names: giversOf(room, language()) });
      }),
    ];
  }

  /** Hidden from screen readers, because the chat announces it. */
  render(language: Language): TemplateResult | typeof nothing {
    if (!this.#shown) return nothing;
    const { goal } = elementTexts(language);
    const { title, names } = this.#shown;
    return html`<div class="goal-moment" part="goal-moment" aria-hidden="true" data-testid="stage-goal">
      <p class="display">${goal.moment}</p>
      <p><bdi>${title}</bdi></p>
      <i></i>
      ${names.length > 0 ? html`<p class="names">${goal.thanks(new Intl.ListFormat(language).format(names))}</p>` : nothing}
    </div>`;
  }

  #show(shown: { title: string; names: string[] }): void {
    clearTimeout(this.#timer);
    this.#shown = shown;
    this.#timer = setTimeout(() => {
      this.#shown = undefined;
      this.#host.requestUpdate();
    }, SHOWN_MS);
    this.#host.requestUpdate();
  }
}

/** The names of who gave most, as far as this page has seen: a request by everyone at once would be a rush. */
function giversOf({ chat }: Pick<Room, 'chat'>, language: Language): string[] {
  const given = new Map<string, { name: string; sumMinor: number }>();
  for (const item of chat.messages) {
    if (item.kind !== 'tip' || item.refunded) continue;
    const { identity } = item.from;
    const sumMinor = (given.get(identity)?.sumMinor ?? 0) + item.amountMinor;
    given.set(identity, { name: shownName(item.from, elementTexts(language)), sumMinor });
  }
  const givers = [...given.values()].sort((a, b) => b.sumMinor - a.sumMinor);
  return givers.slice(0, NAMES).map(({ name }) => name);
}

export const goalMomentStyles = css`
  .goal-moment {
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

  .goal-moment .display {
    font: var(--_title-28);
    color: var(--_accent);
  }

  .goal-moment i {
    width: min(20rem, 70cqw);
    height: 4px;
    margin-block: var(--_space-8);
    border-radius: var(--_radius-full);
    background: var(--_primary);
    transform-origin: 0 0;
    animation: fill 700ms var(--_curve) both;
  }

  .goal-moment .names {
    font: var(--_strong-16);
    animation: appear 300ms 900ms both;
  }

  .goal-moment::after {
    content: '';
    position: absolute;
    inset: 0;
    background: linear-gradient(105deg, transparent 40%, var(--_veil) 50%, transparent 60%);
    animation: sweep 900ms 500ms var(--_curve) both;
  }

  @container (min-width: 40rem) {
    .goal-moment .display {
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
    .goal-moment {
      animation:
        appear 300ms both,
        vanish 300ms 2.2s both !important;
    }

    .goal-moment::after {
      display: none;
    }
  }
`;
