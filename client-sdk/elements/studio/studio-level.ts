/**
 * `<loge-studio-level>`: the level meter of the microphone. It draws directly, without rendering the element for each
 * reading.
 */

import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import type { LevelMeter } from '../../client/media/level-meter.ts';
import { createLevelMeter } from '../../client/media/level-meter.ts';
import type { Room } from '../../client/room.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';

/** Drawing at each animation frame took a quarter of the CPU of a live without viewers. */
const DRAW_INTERVAL_MS = 50;
/** Update interval of the ARIA value and the silence hint. */
const STATUS_INTERVAL_MS = 1_000;
const SILENT_AFTER_MS = 6_000;

export class LogeStudioLevel extends withProperties(RoomPart, { isSilent: false }) {
  #meter: LevelMeter | undefined;
  #measured: MediaStreamTrack | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #statusAtMs = 0;
  #lastSoundAtMs = 0;

  static override styles = css`
    .bar {
      position: relative;
      height: 8px;
      overflow: hidden;
      border-radius: var(--_radius-small);
      background: var(--_raised);
    }

    .bar::before {
      content: '';
      position: absolute;
      inset: 0;
      background: linear-gradient(90deg, var(--_success) 0 62%, var(--_accent) 78%, var(--_danger) 94%);
      clip-path: inset(0 calc(100% - var(--level, 0%)) 0 0);
    }

    p {
      min-height: 1.4em;
      margin: var(--_space-4) 0 calc(-1 * var(--_space-8));
      font: var(--_type-14);
      color: var(--_muted);
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override listenTo(room: Room): Array<() => void> {
    return [
      room.on('localTrackChanged', () => this.refresh()),
      room.on('localLiveStarted', () => this.refresh()),
      room.on('localLiveEnded', () => this.refresh()),
    ];
  }

  protected override updated(): void {
    this.refresh();
  }

  override render(): TemplateResult {
    const { texts } = this;
    return html`
      <div class="bar" role="meter" aria-label=${texts.studio.level} aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"></div>
      <p role="status">${this.isSilent ? texts.studio.levelSilent : ''}</p>
    `;
  }

  /** Looks up the microphone track again: the preview stream stays the same object when its tracks change. */
  refresh(): void {
    const track = this.room?.localParticipant.tracks.find(({ source }) => source === 'microphone')?.track;
    if (track === this.#measured) return;
    this.#stop();
    this.#measured = track;
    if (!track || !this.isConnected) return;
    this.#meter = createLevelMeter(new MediaStream([track]));
    this.#lastSoundAtMs = performance.now();
    this.#timer = setInterval(() => this.#draw(), DRAW_INTERVAL_MS);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#meter?.close();
    this.#meter = undefined;
    this.#measured = undefined;
    this.isSilent = false;
    this.#bar?.style.setProperty('--level', '0%');
  }

  get #bar(): HTMLElement | null {
    return this.renderRoot?.querySelector<HTMLElement>('.bar') ?? null;
  }

  #draw(): void {
    const bar = this.#bar;
    if (!bar || !this.#meter) return;
    const nowMs = performance.now();
    const percent = Math.round(this.#meter.level * 100);
    bar.style.setProperty('--level', `${percent}%`);
    if (percent > 3) this.#lastSoundAtMs = nowMs;
    if (nowMs - this.#statusAtMs > STATUS_INTERVAL_MS) {
      this.#statusAtMs = nowMs;
      bar.setAttribute('aria-valuenow', String(percent));
      this.isSilent =
        nowMs - this.#lastSoundAtMs > SILENT_AFTER_MS && !this.room?.localParticipant.isMuted('microphone');
    }
  }
}

defineElement('loge-studio-level', LogeStudioLevel);
