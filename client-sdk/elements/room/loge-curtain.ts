/**
 * `<loge-curtain>`: two halves over a stage, which fall and part when a live begins, or over a room whose evening has
 * ended, where they close with thanks and vanish.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { fades } from '../stage/fades.ts';
import { curtain } from '../stage/poster.ts';
import '../texts/inside-texts.ts';
import { defineElement, RoomPart, withProperties } from './room-part.ts';

const TEST_IDS = { fall: 'stage-doors', part: 'stage-doors', close: 'room-ending' } as const;

export class LogeCurtain extends withProperties(RoomPart, { move: 'fall' as keyof typeof TEST_IDS }) {
  static override styles = css`
    ${fades}

    :host {
      pointer-events: none;
    }

    :host,
    .doors {
      position: absolute;
      inset: 0;
      overflow: hidden;
    }

    .doors span {
      position: absolute;
      inset: 0 50% 0 0;
      margin-inline-end: -1px;
      background-color: var(--_cloth);
      background-blend-mode: normal, normal, luminosity;
      background-size: 200% 100%;
      transform-origin: 0 0;
      box-shadow: 0 0 48px var(--_stage);
    }

    .doors span + span {
      inset: 0 0 0 50%;
      margin: 0 0 0 -1px;
      background-position: 100% 0;
      transform-origin: 100% 0;
    }

    @keyframes gather {
      to {
        transform: scaleX(0);
      }
    }

    .fall {
      background: var(--_scrim);
      animation: appear 300ms both;
    }

    .fall span {
      animation: appear 300ms 300ms both;
    }

    .part span {
      animation: gather 900ms var(--_curve) both;
    }

    @media (prefers-reduced-motion: reduce) {
      .part span {
        animation: vanish 300ms both !important;
      }
    }

    .close {
      animation: vanish 400ms 2.5s both;
    }

    .close span {
      animation: close 900ms var(--_curve) both;
    }

    .close p {
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
      .close {
        animation:
          appear 300ms both,
          vanish 400ms 2.5s both !important;
      }
    }
  `;

  override render(): TemplateResult | typeof nothing {
    const { room, move, texts } = this;
    if (!room?.info) return nothing;
    const folds = `background-image: ${curtain(room.info)}`;
    return html`<div class="doors ${move}" data-testid=${TEST_IDS[move]} aria-hidden="true">
      <span style=${folds}></span><span style=${folds}></span>
      ${move === 'close' ? html`<p>${texts.summary.thanks}</p>` : nothing}
    </div>`;
  }
}

defineElement('loge-curtain', LogeCurtain);
