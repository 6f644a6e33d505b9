/**
 * The strip above the messages of a small chat: one line that says what there is (goal, pinned message, tippers) and
 * opens it. A large chat shows all of it anyway, and no strip: `--_chat-strip` and `--_chat-full` choose.
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { Room } from '../../client/room.ts';
import { type IconName, icon } from '../controls/more-icons.ts';
import type { ElementTexts } from '../texts/element-texts.ts';
import { formatMoney } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';

interface StripContext {
  texts: ElementTexts;
  language: Language;
  isOpen: boolean;
  hasLeaders: boolean;
  /** Then the strip need not show it. */
  isGoalOnStage: boolean;
  onToggle(): void;
}

interface Summary {
  icon: IconName;
  words: string;
  amount?: string;
  sharePct?: number;
}

/** Undefined if there is nothing to open. */
export function chatStrip(room: Room, context: StripContext): TemplateResult | undefined {
  const summary = summaryOf(room, context);
  if (!summary) return undefined;
  const { isOpen, onToggle } = context;
  return html`<button
    slot="strip"
    class="strip ${room.localParticipant.permissions.moderate ? 'short' : ''}"
    type="button"
    data-testid="chat-strip"
    aria-expanded=${isOpen}
    style=${summary.sharePct === undefined ? nothing : `--share: ${summary.sharePct}%`}
    @click=${onToggle}
  >
    ${icon(summary.icon, 18)}<bdi>${summary.words}</bdi>${summary.amount ? html`<b>${summary.amount}</b>` : nothing}
    <span class="chevron">${icon('chevron', 16)}</span>
  </button>`;
}

function summaryOf(room: Room, { texts, language, hasLeaders, isGoalOnStage }: StripContext): Summary | undefined {
  const { goal } = room;
  const { pinned } = room.chat;
  if (goal && !isGoalOnStage) {
    const sharePct = Math.min(100, Math.floor((goal.reachedMinor * 100) / goal.targetMinor));
    return {
      icon: 'goal',
      words: goal.title,
      amount: formatMoney(goal.reachedMinor, goal.currency, language),
      sharePct,
    };
  }
  if (pinned && !pinned.removed && !pinned.erased) return { icon: 'pin', words: pinned.text };
  return hasLeaders ? { icon: 'gift', words: texts.leaderboard.title } : undefined;
}

export const chatStripStyles = css`
  .strip {
    display: var(--_chat-strip, none);
    flex: 1;
    align-items: center;
    gap: var(--_space-8);
    min-width: 0;
    min-height: 2.75rem;
    padding: 0 var(--_space-4) 0 0;
    border: 0;
    background: none;
    color: inherit;
    font: var(--_type-14);
    text-align: start;
    cursor: pointer;
  }

  .strip[style] {
    background: linear-gradient(to right, var(--_accent) var(--share), var(--_line) var(--share)) bottom / 100% 3px
      no-repeat;
  }

  .strip .icon {
    color: var(--_accent);
  }

  .strip bdi {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    font-weight: 600;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .strip b {
    flex: none;
    color: var(--_accent);
  }

  /* Beside the buttons of a creator, the title is worth more than the amount, which the line below shows too. */
  @container (max-width: 26rem) {
    .strip.short b {
      display: none;
    }
  }

  .strip .chevron {
    display: grid;
    margin-inline-start: auto;
    transition: rotate 160ms;
  }

  .strip[aria-expanded='true'] .chevron {
    rotate: 180deg;
  }

  /* What the strip opens. It gives way to the messages, never the other way round. */
  .more {
    display: var(--_chat-full, block);
    flex: 0 1 auto;
    min-height: 0;
    max-height: 55%;
    overflow-y: auto;
    background: var(--_chat-panel, transparent);
  }

  .more.open {
    display: block;
    max-height: 60%;
  }
`;
