/** `<loge-curtain>`: closes over a room whose evening has ended, with thanks, and vanishes. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { curtainHalves } from '../stage/doors.ts';
import { curtain } from '../stage/poster.ts';
import '../texts/inside-texts.ts';
import { defineElement, RoomPart } from './room-part.ts';

export class LogeCurtain extends RoomPart {
  static override styles = [
    ...RoomPart.styles,
    curtainHalves,
    css`
      .doors {
        animation: vanish 400ms 2.5s both;
      }

      .doors span {
        animation: close 900ms var(--_curve) both;
      }

      .doors p {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        color: var(--_on-velvet);
        font: var(--_title-56);
        text-align: center;
        animation: appear 500ms 700ms both;
      }

      @keyframes close {
        from {
          transform: scaleX(0);
        }
      }

      @media (prefers-reduced-motion: reduce) {
        .doors {
          animation:
            appear 300ms both,
            vanish 400ms 2.5s both !important;
        }
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const info = this.room?.info;
    if (!info) return nothing;
    const folds = `background-image: ${curtain(info)}`;
    return html`<div class="doors" data-testid="room-ending" aria-hidden="true">
      <span style=${folds}></span><span style=${folds}></span>
      <p>${this.texts.summary.thanks}</p>
    </div>`;
  }
}

defineElement('loge-curtain', LogeCurtain);
