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
import type { Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { LogeError } from '../client/errors.ts';
import type { Quality } from '../client/events.ts';
import type { Room } from '../client/room.ts';
import { icon } from './controls/more-icons.ts';
import { button, plainControlStyles } from './controls/plain-controls.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';
import './chat/chat-reactions.ts';
import './theme/web-awesome.ts';
import { ChatClock } from './chat/chat-clock.ts';
import { badgeStyles, liveBadge, viewersBadge } from './stage/badges.ts';
import { Doors } from './stage/doors.ts';
import { GoalMoment } from './stage/goal-moment.ts';
import { poster, posterStyles } from './stage/poster.ts';
import { stageStyles } from './stage/stage-styles.ts';
import { TipBanner, tipBannerStyles } from './stage/tip-banner.ts';
import { formatCount, formatDateTime, formatDuration, formatUntil } from './texts/format.ts';
import './texts/inside-texts.ts';
import type { LogePartElement } from './public-elements.ts';
import { shownName } from './texts/shown-name.ts';
import type { ReportTarget } from './trust/loge-report.ts';

const DAY_MS = 86_400_000;

export class LogeStage
  extends withProperties(RoomPart, {
    quality: undefined as Quality | undefined,
    /** Set while the SDK's code for media could not be loaded; it keeps trying. */
    missingCode: undefined as LogeError | undefined,
    unreachable: undefined as LogeError | undefined,
    /** Each new one opens the dialog, which is loaded then. */
    reported: undefined as ReportTarget | undefined,
  })
  implements LogePartElement
{
  readonly #tips = new TipBanner(this);
  readonly #doors = new Doors(this);
  readonly #goal = new GoalMoment(this);
  readonly #clock = new ChatClock(this);

  #attached: Room | undefined;
  /** The attached corner video; it exists only while a screen is shared. */
  #corner: HTMLVideoElement | null = null;

  static override styles = [badgeStyles, posterStyles, plainControlStyles, tipBannerStyles, stageStyles];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#detach();
  }

  protected override listenTo(room: Room): Array<() => void> {
    return [
      ...this.renderOn(room, ['viewerCount', 'audioBlocked', 'stagePauseChanged', 'soundOnlyChanged']),
      ...this.renderOn(room, ['trackSubscribed', 'trackUnsubscribed', 'trackMuted', 'chatState']),
      room.on('connectionQuality', (notice) => {
        if (notice.direction !== 'watching') return;
        this.quality = notice.quality;
        if (notice.quality !== 'lost') this.unreachable = undefined;
      }),
      ...this.#tips.listenTo(room),
      ...this.#doors.listenTo(room),
      ...this.#goal.listenTo(room),
      room.on('error', (error) => {
        if (error.code === 'code_unavailable') this.missingCode = error;
        if (error.code === 'media_unreachable') this.unreachable = error;
      }),
      room.on('liveEnded', () => {
        this.unreachable = undefined;
      }),
      room.on('trackSubscribed', () => {
        this.missingCode = undefined;
      }),
    ];
  }

  override render(): TemplateResult {
    const { room, texts, language } = this;
    const info = room?.info;
    const creator = shownName(info?.creator, texts);
    const hasPicture = this.#hasPicture;
    const isShown = hasPicture && !this.#doors.areClosed;
    return html`
      <div class="stage" part="stage">
        ${info ? poster({ ...info, poster: room?.poster ?? null, portrait: room?.portrait ?? null }, { isBare: true }) : html`<div class="poster blank"></div>`}
        <media-controller
          class=${isShown ? 'on' : 'off'}
          ?inert=${!isShown}
          part="player"
          lang=${language}
          aria-label=${texts.stage.label(creator)}
          defaultstreamtype="live"
          gesturesdisabled
          nohotkeys
          nomutedpref
          novolumepref
        >
          <video
            slot="media"
            class="main"
            part="video"
            data-testid="stage-video"
            playsinline
            autoplay
            @resize=${this.#handleResize}
            @loadeddata=${() => this.#doors.part()}
          ></video>
          ${this.#controls()}
        </media-controller>
        ${this.#doors.render(room)}
        <div class="over">
          ${this.#isSharing ? html`<video class="corner" part="corner" muted playsinline autoplay aria-hidden="true"></video>` : nothing}
          ${this.#unreachable() ?? (hasPicture ? this.#soundOnly() : this.#placeholder(creator))} ${this.#notices()}
          ${this.#tips.render(language)} ${this.#goal.render(room)}
          <div class="badges">
            ${room?.isLive ? liveBadge(texts) : nothing}
            ${room?.info ? viewersBadge(room.viewerCount, texts, language) : nothing}
            ${this.#reportButton()}
          </div>
          <loge-chat-reactions .room=${room}></loge-chat-reactions>
        </div>
      </div>
      ${this.reported ? html`<loge-report .room=${room} .target=${this.reported}></loge-report>` : nothing}
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
    // An update that was pending when the element was removed attaches nothing.
    const room = this.isConnected ? this.room : undefined;
    if (room !== this.#attached) {
      this.#detach();
      this.#attached = room;
      if (room) room.stage.attach(this.#mainVideo);
    }
    const corner = this.renderRoot.querySelector<HTMLVideoElement>('video.corner');
    if (corner === this.#corner) return;
    if (this.#corner) room?.stage.detach(this.#corner);
    this.#corner = corner;
    if (!corner) return;
    corner.muted = true;
    room?.stage.attach(corner, { picture: 'camera' });
  }

  #reportButton(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    if (!room?.info || room.localParticipant.role === 'creator') return nothing;
    const label = texts.stage.report;
    const report = (): void => {
      this.reported = {};
    };
    return html`<button class="report" type="button" data-testid="report-live-open" aria-label=${label} title=${label} @click=${report}>
      <span class="badge">${icon('flag', 14)}</span>
    </button>`;
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

  /** The creator has stopped picture and sound with the panic button. */
  get #isHalted(): boolean {
    const { stage, chat } = this.room ?? {};
    return Boolean(chat?.state?.panic && stage?.tracks.length && stage.tracks.every(({ muted }) => muted));
  }

  #detach(): void {
    const room = this.#attached;
    const corner = this.#corner;
    this.#attached = undefined;
    this.#corner = null;
    if (!room) return;
    room.stage.detach(this.#mainVideo);
    if (corner) room.stage.detach(corner);
  }

  #placeholder(creator: string): TemplateResult {
    const { room, texts } = this;
    if (!room?.info) return html`<div class="curtain"></div>`;
    if (room.info.status === 'ended') {
      return html`<div class="curtain" role="status">
        <p class="display">${texts.room.ended}</p>
        <p>${texts.stage.ended(creator)}</p>
      </div>`;
    }
    if (!room.isLive) return this.#waiting(room.info, creator);
    if (this.missingCode) {
      return html`<div class="curtain" role="alert" data-testid="load-failure">
        <p>${this.wordsFor(this.missingCode)}</p>
        ${button({ label: texts.room.retry, testId: 'load-retry', onClick: () => room.prepareMedia() })}
      </div>`;
    }
    if (this.#isHalted) {
      return html`<div class="curtain" role="status"><p class="display">${texts.stage.halted}</p></div>`;
    }
    const isCameraOff = room.stage.tracks.length > 0;
    return html`<div class="curtain" role="status">
      <p class="display">
        ${isCameraOff ? icon('cameraOff', 26) : html`<wa-spinner></wa-spinner>`}
        ${isCameraOff ? texts.stage.cameraOff : texts.stage.joining}
      </p>
    </div>`;
  }

  #unreachable(): TemplateResult | undefined {
    if (!this.unreachable || !this.room?.isLive) return undefined;
    return html`<div class="curtain" role="alert" data-testid="stage-unreachable">
      <p>${icon('signal', 26)}</p>
      <p>${this.wordsFor(this.unreachable)}</p>
    </div>`;
  }

  /** Over the last picture, which stands still. */
  #soundOnly(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    if (!room?.stage.isSoundOnly) return nothing;
    return html`<div class="curtain still" role="status" data-testid="stage-sound-only">
      <p class="display">${icon('signal', 26)}${texts.stage.soundOnly}</p>
      <p>${texts.stage.soundOnlyText}</p>
    </div>`;
  }

  /** On the poster, with the time that is left by the server's clock. */
  #waiting({ liveEndedAt, pausedUntil, pauseAnnounced, startsAt }: RoomInfo, creator: string): TemplateResult {
    const { language } = this;
    const { stage, lobby } = this.texts;
    const remainingMs = this.#clock.remainingMs(pausedUntil || liveEndedAt ? null : startsAt);
    const say = (title: string, text: string) =>
      html`<div class="curtain waiting">
        ${remainingMs > 0 ? html`<p class="muted" aria-hidden="true">${stage.startsIn}</p>` : nothing}
        ${title && html`<p class="display ${remainingMs > 0 ? 'countdown' : ''}" aria-hidden=${remainingMs > 0}>${title}</p>`}
        <p role="status" data-testid="stage-waiting">${text}</p>
      </div>`;
    if (pausedUntil && pauseAnnounced)
      return say(stage.pausedTitle, stage.pausedText(creator, formatUntil(pausedUntil, language)));
    if (liveEndedAt) return say(lobby.offAir, stage.offAirText(creator));
    if (!startsAt) return say(stage.soon, stage.soonText(creator));
    if (remainingMs === 0) return say(stage.anyMoment, stage.soonText(creator));
    const days = Math.floor(remainingMs / DAY_MS);
    const left = days > 0 ? stage.days(formatCount(days, language), days) : formatDuration(remainingMs + 500);
    return say(left, stage.laterText(formatDateTime(startsAt, language)));
  }

  #notices(): TemplateResult | typeof nothing {
    const { room, texts } = this;
    if (!room?.isLive || this.unreachable) return nothing;
    const isMuted = room.stage.tracks.some((track) => track.source === 'microphone' && track.muted);
    const isSilent = isMuted && !this.#isHalted;
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
        !room.stage.isSoundOnly && (this.quality === 'poor' || this.quality === 'lost')
          ? html`<span class="badge" role="status">${icon('signal', 16)}${texts.stage.poorConnection}</span>`
          : nothing
      }
      ${this.problem ? html`<span class="badge" role="alert">${this.problem}</span>` : nothing}
    </div>`;
  }

  /** A picture that is higher than wide fills a phone; `<loge-room>` lays it out so. */
  #handleResize = (event: Event): void => {
    const { videoWidth, videoHeight } = event.target as HTMLVideoElement;
    this.toggleAttribute('portrait', videoHeight > videoWidth);
  };

  #startSound = (): Promise<boolean> => this.attempt(() => this.room?.stage.startAudio());
}

defineElement('loge-stage', LogeStage);
