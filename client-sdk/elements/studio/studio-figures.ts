/** `<loge-studio-figures>`: duration, viewer count and connection quality of the live. */

import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { QualityNotice } from '../../client/events.ts';
import type { Room } from '../../client/room.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { formatCount, formatDuration } from '../texts/format.ts';

const TICK_MS = 1_000;

export class LogeStudioFigures extends withProperties(RoomPart, {
  quality: undefined as QualityNotice | undefined,
  /** Without viewers nothing is sent, so the bitrate is hidden. */
  isIdle: false,
}) {
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #layers = new Map<string, number>();

  static override styles = css`
    :host {
      container-type: inline-size;
    }

    dl {
      display: grid;
      grid-template-columns: repeat(3, minmax(0, 1fr));
    }

    dl > div {
      padding: var(--_space-8) var(--_space-16);
    }

    dl > div + div {
      border-inline-start: 1px solid var(--_line);
    }

    dt {
      font: var(--_type-14);
      color: var(--_muted);
    }

    dd {
      font-weight: 600;
      white-space: nowrap;
    }

    dd small {
      margin-inline-start: var(--_space-8);
      font-weight: 400;
      color: var(--_muted);
    }

    /* Beside the chat, the earnings have a card of their own. */
    .yours {
      display: none;
    }

    @container (max-width: 520px) {
      dd small {
        display: none;
      }
    }

    .poor,
    .lost {
      color: var(--_danger);
    }

    .excellent,
    .good {
      color: var(--_success);
    }

    .resting {
      min-height: 1.4em;
      padding: 0 var(--_space-16) var(--_space-8);
      font: var(--_type-14);
      color: var(--_muted);
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override listenTo(room: Room): Array<() => void> {
    return [
      ...this.renderOn(room, ['viewerCount', 'earningsChanged']),
      room.on('connectionQuality', (notice) => {
        if (notice.direction === 'publishing') this.quality = notice;
      }),
      room.on('publishingLayers', ({ source, maxSpatialLayer }) => {
        this.#layers.set(source, maxSpatialLayer);
        this.#noteIdle();
      }),
      room.on('localTrackChanged', ({ source, track }) => {
        if (!track && this.#layers.delete(source)) this.#noteIdle();
      }),
    ];
  }

  #noteIdle(): void {
    const layers = [...this.#layers.values()];
    this.isIdle = layers.length > 0 && layers.every((layer) => layer < 0);
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts, language, quality } = this;
    if (!room) return nothing;
    const { earnings } = room;
    const startedAt = room.info?.liveStartedAt;
    const durationMs = startedAt ? Date.now() + room.clockOffsetMs - Date.parse(startedAt) : 0;
    const megabits = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
    return html`
      <dl part="figures">
        <div part="figure">
          <dt part="term">${texts.studio.duration}</dt>
          <dd data-testid="live-duration">${formatDuration(durationMs)}</dd>
        </div>
        <div part="figure watching">
          <dt part="term">${texts.studio.viewers}</dt>
          <dd>${formatCount(room.viewerCount, language)}</dd>
        </div>
        <div part="figure">
          <dt part="term">${texts.studio.connection}</dt>
          <dd class=${quality?.quality ?? ''} data-testid="connection-quality">
            ${quality ? texts.studio.quality[quality.quality] : texts.studio.qualityUnknown}
            ${quality && !this.isIdle ? html`<small>${texts.studio.bitrate(megabits.format(quality.bitrateBps / 1e6))}</small>` : nothing}
          </dd>
        </div>
        ${
          earnings
            ? html`<div class="yours" part="figure yours">
                <dt part="term">${texts.studio.yours}</dt>
                <dd>${this.money(earnings.creatorMinor)}</dd>
              </div>`
            : nothing
        }
      </dl>
      ${this.isIdle ? html`<p class="resting" part="resting">${texts.studio.notWatched}</p>` : nothing}
    `;
  }
}

defineElement('loge-studio-figures', LogeStudioFigures);
