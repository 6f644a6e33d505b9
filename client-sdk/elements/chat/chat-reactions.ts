/**
 * `<loge-chat-reactions>`: everyone's reactions as emoji that rise over the picture: a bounded number, with larger
 * emoji for more reactions. With reduced motion, counts fade in place instead. Hidden from screen readers.
 */
import { css, html, type TemplateResult } from 'lit';
import type { Room } from '../../client/room.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';

/** Maximum number of emoji in flight; further ones are dropped. */
const MAX_FLYING = 14;
const MAX_PER_EVENT = 6;
const FLIGHT_MS = 2_600;

export class LogeChatReactions extends RoomPart {
  static override styles = css`
    :host {
      position: absolute;
      inset: 0 0 0 auto;
      width: 6rem;
      overflow: hidden;
      pointer-events: none;
      z-index: 1;
    }

    .air {
      position: absolute;
      inset: 0;
    }

    span {
      position: absolute;
      inset-block-end: -2.5rem;
      inset-inline-end: var(--x);
      font: var(--_type-20);
      scale: var(--size);
      animation: rise ${FLIGHT_MS}ms ease-out forwards;
      will-change: transform, opacity;
    }

    @keyframes rise {
      0% {
        transform: translate(0, 0) scale(0.6);
        opacity: 0;
      }
      12% {
        opacity: 1;
        transform: translate(0, -14%) scale(1);
      }
      100% {
        transform: translate(var(--drift), min(-60cqh, -9rem)) scale(1);
        opacity: 0;
      }
    }

    /* Overrides the theme's rule for reduced motion, which makes animations almost instant. */
    @media (prefers-reduced-motion: reduce) {
      span {
        inset-block-end: calc(0.5rem + var(--row) * 2.1rem);
        inset-inline-end: 0.75rem;
        scale: 1;
        animation: fade ${FLIGHT_MS}ms linear forwards !important;
        animation-duration: ${FLIGHT_MS}ms !important;
      }

      @keyframes fade {
        0%,
        70% {
          opacity: 1;
        }
        100% {
          opacity: 0;
        }
      }
    }
  `;

  #flyingCount = 0;

  protected override listenTo(room: Room): Array<() => void> {
    return [room.on('chatReactions', (counts) => this.#fly(counts))];
  }

  override render(): TemplateResult {
    return html`<div class="air" aria-hidden="true" data-testid="chat-reactions"></div>`;
  }

  #fly(counts: Readonly<Record<string, number>>): void {
    if (document.hidden) return;
    const isReducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    let row = 0;
    for (const [emoji, count] of Object.entries(counts)) {
      const share = Math.max(1, Math.round((count / total) * MAX_PER_EVENT));
      const copies = isReducedMotion ? 1 : Math.min(share, count);
      for (let copy = 0; copy < copies && this.#flyingCount < MAX_FLYING; copy += 1) {
        this.#launch(isReducedMotion && count > 1 ? `${emoji} ${count}` : emoji, { weight: count / copies, row });
      }
      row += 1;
    }
  }

  #launch(text: string, { weight, row }: { weight: number; row: number }): void {
    const air = this.renderRoot.querySelector('.air');
    if (!air) return;
    const emoji = document.createElement('span');
    emoji.textContent = text;
    emoji.style.setProperty('--x', `${8 + Math.random() * 55}px`);
    emoji.style.setProperty('--drift', `${(Math.random() - 0.5) * 36}px`);
    emoji.style.setProperty('--size', String(1 + Math.min(1, Math.log10(Math.max(1, weight))) * 0.75));
    emoji.style.setProperty('--row', String(row));
    emoji.style.animationDelay = `${Math.random() * 350}ms`;
    this.#flyingCount += 1;
    const land = (): void => {
      if (!emoji.isConnected) return;
      emoji.remove();
      this.#flyingCount -= 1;
    };
    emoji.addEventListener('animationend', land);
    // Animations do not run on hidden pages, so also remove it by a timer.
    setTimeout(land, FLIGHT_MS + 1_000);
    air.append(emoji);
  }
}

defineElement('loge-chat-reactions', LogeChatReactions);
