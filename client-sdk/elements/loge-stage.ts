/**
 * `<loge-stage>`: the live video with its controls, or a placeholder without video. It fills its box: give it a size,
 * such as an aspect ratio.
 */
import 'media-chrome/dist/lang/fr.js';
import 'media-chrome/dist/media-control-bar.js';
import 'media-chrome/dist/media-controller.js';
import 'media-chrome/dist/media-fullscreen-button.js';
import 'media-chrome/dist/media-mute-button.js';
import 'media-chrome/dist/media-pip-button.js';
import 'media-chrome/dist/media-play-button.js';
import 'media-chrome/dist/media-volume-range.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { ChatTip } from '../../server/protocol/chat/chat.ts';
import type { LogeError } from '../src/errors.ts';
import type { Quality } from '../src/events.ts';
import type { Room } from '../src/room.ts';
import { icon } from './controls/icons.ts';
import { button, plainControlStyles } from './controls/plain-controls.ts';
import { defineElement, RoomPart } from './room/room-part.ts';
import './theme/web-awesome.ts';
import { badgeStyles, liveBadge, viewersBadge } from './stage/badges.ts';
import { poster, posterStyles } from './stage/poster.ts';
import { stageStyles } from './stage/stage-styles.ts';
import { formatMoneyShort, formatUntil } from './texts/format.ts';

/** How long a tip is shown over the video. */
const TIP_SHOWN_MS = 4_500;
/** Older tips, such as those missed during a reconnect, are shown only in the chat. */
const TIP_MAX_AGE_MS = 30_000;
/** Maximum queue of tips; further ones are shown only in the chat. */
const MAX_QUEUED_TIPS = 8;

export class LogeStage extends RoomPart {
  static override properties = {
    quality: { state: true },
    shownTip: { state: true },
    missingCode: { state: true },
  };
  declare quality: Quality | undefined;
  /** The tip that is currently shown over the video. */
  declare shownTip: ChatTip | undefined;

  /** Set while the SDK's code for media could not be loaded; it keeps trying. */
  declare missingCode: LogeError | undefined;

  #queuedTips: ChatTip[] = [];
  #tipTimer: ReturnType<typeof setTimeout> | undefined;

  #attached: Room | undefined;
  /** Whether the corner video is attached; it exists only while a screen is shared. */
  #isCornerAttached = false;

  static override styles = [...RoomPart.styles, badgeStyles, posterStyles, plainControlStyles, stageStyles];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#detach();
    clearTimeout(this.#tipTimer);
    this.#tipTimer = undefined;
    this.shownTip = undefined;
  }

  protected override listenTo(room: Room): Array<() => void> {
    return [
      ...this.renderOn(room, [
        'connected',
        'reconnecting',
        'reconnected',
        'accessGranted',
        'accessRevoked',
        'roomEnded',
      ]),
      ...this.renderOn(room, [
        'liveStarted',
        'liveEnded',
        'pauseChanged',
        'viewerCount',
        'audioBlocked',
        'stagePauseChanged',
      ]),
      ...this.renderOn(room, ['trackSubscribed', 'trackUnsubscribed', 'trackMuted']),
      room.on('connectionQuality', (notice) => {
        if (notice.direction === 'watching') this.quality = notice.quality;
      }),
      room.on('tipReceived', (tip) => this.#queueTip(tip)),
      room.on('error', (error) => {
        if (error.code === 'code_unavailable') this.missingCode = error;
      }),
      room.on('trackSubscribed', () => {
        this.missingCode = undefined;
      }),
    ];
  }

  override render(): TemplateResult {
    const { room, texts, language } = this;
    const info = room?.info;
    const creator = info?.creator.name ?? '';
    const hasPicture = this.#hasPicture;
    return html`
      <div class="stage" part="stage">
        ${info ? poster(info.id, creator) : html`<div class="poster blank"></div>`}
        <media-controller
          class=${hasPicture ? 'on' : 'off'}
          ?inert=${!hasPicture}
          part="player"
          lang=${language}
          aria-label=${texts.stage.label(creator)}
          defaultstreamtype="live"
          gesturesdisabled
          nohotkeys
          nomutedpref
          novolumepref
        >
          <video slot="media" class="main" part="video" data-testid="stage-video" playsinline autoplay></video>
          ${this.#controls()}
        </media-controller>
        ${this.#isSharing ? html`<video class="corner" part="corner" muted playsinline autoplay aria-hidden="true"></video>` : nothing}
        ${hasPicture ? nothing : this.#placeholder(creator)} ${this.#notices()}
        ${this.#tipBanner()}
        <div class="badges">
          ${room?.isLive ? liveBadge(texts) : nothing}
          ${room?.info ? viewersBadge(room.viewerCount, texts, language) : nothing}
        </div>
      </div>
    `;
  }

  /** The controls read the language only when they are created, so another language needs new ones. */
  #controls(): unknown {
    return keyed(
      this.language,
      html`<media-control-bar part="controls">
        <media-play-button></media-play-button>
        <media-mute-button></media-mute-button>
        <media-volume-range></media-volume-range>
        <span class="space"></span>
        <media-pip-button></media-pip-button>
        <media-fullscreen-button></media-fullscreen-button>
      </media-control-bar>`,
    );
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { room } = this;
    if (room !== this.#attached) {
      this.#detach();
      this.#attached = room;
      if (room) room.stage.attach(this.#mainVideo);
    }
    if (this.#isSharing !== this.#isCornerAttached) {
      this.#isCornerAttached = this.#isSharing;
      const corner = this.renderRoot.querySelector<HTMLVideoElement>('video.corner');
      if (corner) {
        corner.muted = true;
        room?.stage.attach(corner, { picture: 'camera' });
      }
    }
  }

  get #mainVideo(): HTMLVideoElement {
    const video = this.renderRoot.querySelector<HTMLVideoElement>('video.main');
    if (!video) throw new TypeError('The stage was used before it was rendered.');
    return video;
  }

  get #hasPicture(): boolean {
    return this.room?.stage.tracks.some((track) => track.kind === 'video' && !track.muted) ?? false;
  }

  get #isSharing(): boolean {
    const sources = this.room?.stage.tracks.filter((track) => !track.muted).map((track) => track.source) ?? [];
    return sources.includes('screen') && sources.includes('camera');
  }

  #detach(): void {
    const room = this.#attached;
    this.#attached = undefined;
    this.#isCornerAttached = false;
    if (!room) return;
    for (const video of this.renderRoot.querySelectorAll('video')) room.stage.detach(video);
  }

  #placeholder(creator: string): TemplateResult {
    const { room, texts } = this;
    if (!room?.info) return html`<div class="curtain"></div>`;
    if (room.info.status === 'ended') {
      return html`<div class="curtain" role="status">
        <p class="display">${texts.room.ended}</p>
        <p>${texts.room.endedText(creator)}</p>
      </div>`;
    }
    if (!room.isLive) {
      return html`<div class="curtain" role="status" data-testid="stage-waiting">
        <p class="display">${room.info.liveEndedAt ? texts.stage.pausedTitle : texts.stage.soon}</p>
        <p>${this.#waitingText(creator)}</p>
      </div>`;
    }
    if (this.missingCode) {
      return html`<div class="curtain" role="alert" data-testid="load-failure">
        <p>${this.wordsFor(this.missingCode)}</p>
        ${button({ label: texts.room.retry, testId: 'load-retry', onClick: () => room.prepareMedia() })}
      </div>`;
    }
    const isCameraOff = room.stage.tracks.length > 0;
    return html`<div class="curtain" role="status">
      <p class="display">
        ${isCameraOff ? icon('cameraOff', 26) : html`<wa-spinner></wa-spinner>`}
        ${isCameraOff ? texts.stage.cameraOff : texts.stage.joining}
      </p>
    </div>`;
  }

  #waitingText(creator: string): string {
    const { texts, language } = this;
    const { liveEndedAt = null, pausedUntil = null } = this.room?.info ?? {};
    if (pausedUntil) return texts.stage.pausedText(creator, formatUntil(pausedUntil, language));
    return liveEndedAt ? texts.stage.offAirText(creator) : texts.stage.soonText(creator);
  }

  #notices(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    if (!room?.isLive) return nothing;
    const isSilent = room.stage.tracks.some((track) => track.source === 'microphone' && track.muted);
    return html`<div class="notices">
      ${
        room.stage.isAudioBlocked
          ? html`<button class="sound" type="button" data-testid="start-sound" @click=${this.#startSound}>
              ${icon('sound', 20)}${texts.stage.startSound}
            </button>`
          : nothing
      }
      ${isSilent ? html`<span class="badge" role="status">${icon('microphoneOff', 16)}${texts.stage.microphoneOff}</span>` : nothing}
      ${
        room.stage.pause
          ? html`<span class="badge" role="status" data-testid="stage-paused">${icon('signal', 16)}${texts.stage.paused}</span>`
          : nothing
      }
      ${
        this.quality === 'poor' || this.quality === 'lost'
          ? html`<span class="badge" role="status">${icon('signal', 16)}${texts.stage.poorConnection}</span>`
          : nothing
      }
      ${this.problem ? html`<span class="badge" role="alert">${this.problem}</span>` : nothing}
    </div>`;
  }

  #tipBanner(): TemplateResult | typeof nothing {
    const tip = this.shownTip;
    if (!tip) return nothing;
    const amount = formatMoneyShort(tip.amountMinor, tip.currency, this.language);
    // Hidden from screen readers, because the chat announces it.
    return html`<div class="tip" part="tip" aria-hidden="true" data-testid="stage-tip">
      <span class="amount">${amount}</span>
      <span><b>${tip.from.name}</b>${tip.item ? html`<bdi class="item">${tip.item}</bdi>` : nothing}${tip.message ? html`<bdi>${tip.message}</bdi>` : nothing}</span>
    </div>`;
  }

  /** Queues recent tips, to show them one after another. */
  #queueTip(tip: ChatTip): void {
    if (Date.now() - Date.parse(tip.sentAt) > TIP_MAX_AGE_MS || this.#queuedTips.length >= MAX_QUEUED_TIPS) return;
    this.#queuedTips.push(tip);
    if (this.#tipTimer === undefined) this.#showNextTip();
  }

  #showNextTip(): void {
    this.shownTip = this.#queuedTips.shift();
    this.#tipTimer = this.shownTip && setTimeout(() => this.#showNextTip(), TIP_SHOWN_MS);
  }

  #startSound = async (): Promise<void> => {
    try {
      await this.room?.stage.startAudio();
      this.problem = '';
    } catch (error) {
      this.problem = this.wordsFor(error);
    }
    this.requestUpdate();
  };
}

defineElement('loge-stage', LogeStage);
