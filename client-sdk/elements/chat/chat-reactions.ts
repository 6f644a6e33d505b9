/**
 * `<loge-chat-reactions>`: the reactions of everyone, rising in aggregate: a bounded number of emoji, however many people react, larger where
 * there were more. Whoever prefers less motion sees counts that fade. They say nothing to a screen reader, which is told once in a while by the
 * chat.
 */
import { css, html, type TemplateResult } from 'lit';
import type { Room } from '../../src/room.ts';
import { defineElement, RoomPart } from '../room/room-part.ts';

/** Emoji in the air at once; past it the next ones only count. */
const FLYING = 14;
const PER_TELLING = 6;
const FLIGHT_MS = 2_600;

export class LogeChatReactions extends RoomPart {
  static override styles = [
    ...RoomPart.styles,
    css`
      :host {
        position: absolute;
        inset: auto 0 0 auto;
        width: 6rem;
        height: min(60%, 20rem);
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
        font-family: 'Apple Color Emoji', 'Segoe UI Emoji', 'Noto Color Emoji', var(--_font);
        font-size: var(--size);
        line-height: 1;
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
          transform: translate(var(--drift), -17rem) scale(1);
          opacity: 0;
        }
      }

      /* The house's rule for less motion makes animations a moment long: here they stand still and fade instead. */
      @media (prefers-reduced-motion: reduce) {
        span {
          inset-block-end: calc(0.5rem + var(--row) * 2.1rem);
          inset-inline-end: 0.75rem;
          font-size: 1.25rem;
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
    `,
  ];

  #flying = 0;

  protected override listenTo(room: Room): Array<() => void> {
    return [room.on('chatReactions', (counts) => this.#fly(counts))];
  }

  override render(): TemplateResult {
    return html`<div class="air" aria-hidden="true" data-testid="chat-reactions"></div>`;
  }

  #fly(counts: Readonly<Record<string, number>>): void {
    if (document.hidden) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    let row = 0;
    for (const [emoji, count] of Object.entries(counts)) {
      const share = Math.max(1, Math.round((count / total) * PER_TELLING));
      const copies = isCalm ? 1 : Math.min(share, count);
      for (let copy = 0; copy < copies && this.#flying < FLYING; copy += 1) {
        this.#launch(isCalm && count > 1 ? `${emoji} ${count}` : emoji, { weight: count / copies, row });
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
    emoji.style.setProperty('--size', `${1.3 + Math.min(1, Math.log10(Math.max(1, weight))) * 0.9}rem`);
    emoji.style.setProperty('--row', String(row));
    emoji.style.animationDelay = `${Math.random() * 350}ms`;
    this.#flying += 1;
    const land = (): void => {
      if (!emoji.isConnected) return;
      emoji.remove();
      this.#flying -= 1;
    };
    emoji.addEventListener('animationend', land);
    // Where animations do not run, as in a page that was hidden meanwhile, it lands all the same.
    setTimeout(land, FLIGHT_MS + 1_000);
    air.append(emoji);
  }
}

defineElement('loge-chat-reactions', LogeChatReactions);
