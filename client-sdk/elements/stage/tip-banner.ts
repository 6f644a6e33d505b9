/** Shows recent tips over a picture, one after another. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ChatTip } from '../../../server/protocol/chat/chat.ts';
import type { Room } from '../../client/room.ts';
import { tipTier } from '../money/tip-tier.ts';
import { HostTimer } from '../room/host-timer.ts';
import { elementTexts } from '../texts/element-texts.ts';
import { formatMoney } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';
import { shownName } from '../texts/shown-name.ts';

/** How long a tip is shown over the picture. */
const SHOWN_MS = 4_500;
/** Older tips, such as those missed during a reconnect, are shown only in the chat. */
const MAX_AGE_MS = 30_000;
/** Maximum queue of tips; further ones are shown only in the chat. */
const MAX_QUEUED = 8;

export class TipBanner extends HostTimer {
  #shown: ChatTip | undefined;
  #queued: ChatTip[] = [];

  override hostDisconnected(): void {
    super.hostDisconnected();
    this.#shown = undefined;
    this.#queued = [];
  }

  /** Shows the room's tips, except those that are paid back or lose their words meanwhile. */
  listenTo(room: Pick<Room, 'on' | 'clockOffsetMs'>): Array<() => void> {
    const removeById = ({ id }: { id: string }) => this.#remove((tip) => tip.id === id);
    return [
      room.on('tipReceived', (tip) => this.#add(tip, Date.now() + room.clockOffsetMs)),
      room.on('tipRefunded', removeById),
      room.on('chatMessageRemoved', removeById),
      room.on('chatAuthorRemoved', ({ identity }) =>
        this.#remove(({ from, anonymous }) => !anonymous && from?.identity === identity),
      ),
    ];
  }

  #add(tip: ChatTip, nowMs: number): void {
    if (nowMs - Date.parse(tip.sentAt) > MAX_AGE_MS || this.#queued.length >= MAX_QUEUED) return;
    this.#queued.push(tip);
    if (!this.isRunning) this.#showNext();
  }

  #remove(isGone: (tip: ChatTip) => boolean): void {
    this.#queued = this.#queued.filter((tip) => !isGone(tip));
    if (this.#shown && isGone(this.#shown)) this.#showNext();
  }

  /** Hidden from screen readers, because the chat announces it. */
  render(language: Language): TemplateResult | typeof nothing {
    const tip = this.#shown;
    if (!tip) return nothing;
    return html`<div class="tip tier-${tipTier(tip)}" part="tip" aria-hidden="true" data-testid="stage-tip">
      <span class="amount">${formatMoney(tip.amountMinor, tip.currency, language)}</span>
      <span><b>${shownName(tip.from, elementTexts(language))}</b>${tip.item ? html`<bdi>${tip.item}</bdi>` : nothing}${tip.message ? html`<bdi>${tip.message}</bdi>` : nothing}</span>
    </div>`;
  }

  #showNext(): void {
    this.#shown = this.#queued.shift();
    if (this.#shown) this.start(SHOWN_MS, () => this.#showNext());
    else this.stop();
    this.host.requestUpdate();
  }
}

export const tipBannerStyles = css`
  .tip {
    position: absolute;
    inset-block-start: 3.1rem;
    inset-inline-start: 0.75rem;
    display: flex;
    align-items: center;
    gap: var(--_space-12);
    max-width: min(24rem, 100% - 1.5rem);
    padding: var(--_space-8) var(--_space-16) var(--_space-8) var(--_space-12);
    border: 1px solid color-mix(in oklab, var(--_accent) 55%, transparent);
    border-radius: var(--_radius);
    background: var(--_scrim);
    color: var(--_on-stage);
    overflow-wrap: anywhere;
    animation: rise 420ms var(--_curve);
    pointer-events: none;
  }

  .tip.tier-3 {
    border: 2px solid var(--_primary);
    background: var(--_velvet);
  }

  .tip .amount {
    flex: none;
    font: var(--_title-20);
    color: var(--_accent);
    white-space: nowrap;
  }

  .tip:is(.tier-2, .tier-3) .amount {
    font: var(--_title-28);
  }

  .tip :is(b, bdi) {
    display: block;
  }

  .tip bdi {
    font: var(--_type-16);
  }

  @keyframes rise {
    from {
      opacity: 0;
      translate: 0 0.8rem;
    }
  }
`;
