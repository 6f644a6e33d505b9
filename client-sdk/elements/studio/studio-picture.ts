/** `<loge-studio-picture>`: the creator's own picture: mirrored before going live, then as the audience sees it. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Room } from '../../client/room.ts';
import '../chat/chat-reactions.ts';
import { icon } from '../controls/more-icons.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import { badgeStyles, liveBadge, viewersBadge } from '../stage/badges.ts';
import { poster, posterStyles } from '../stage/poster.ts';
import { TipBanner, tipBannerStyles } from '../stage/tip-banner.ts';

/** Requests the studio to open camera and microphone. */
const PREVIEW_WANTED = 'loge-preview-wanted';

export class LogeStudioPicture extends withProperties(
  RoomPart,
  {
    /** Whether camera and microphone are being opened. */
    waiting: false,
  },
  { waiting: { type: Boolean } },
) {
  #shown: MediaStreamTrack | undefined;
  readonly #tips = new TipBanner(this);

  static override styles = [
    badgeStyles,
    posterStyles,
    tipBannerStyles,
    css`
      :host {
        min-height: 0;
      }

      .picture {
        position: relative;
        aspect-ratio: 16 / 9;
        width: 100%;
        height: var(--_picture-height, auto);
        overflow: hidden;
        background: var(--_stage);
      }

      .over {
        position: absolute;
        inset: 0 0 var(--_stage-covered, 0px);
        overflow: hidden;
        container-type: size;
        pointer-events: none;
      }

      video {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: var(--_picture-fit, contain);
        background: var(--_stage);
      }

      video.mirrored {
        scale: -1 1;
      }

      video.off {
        visibility: hidden;
      }

      .curtain {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: var(--_space-12);
        padding: var(--_space-32) var(--_space-16) var(--_space-16);
        text-align: center;
        color: var(--_on-stage);
        background: var(--_scrim);
        pointer-events: auto;
      }

      @container (max-width: 899px) {
        .curtain {
          gap: var(--_space-8);
          padding-bottom: var(--_curtain-bottom, var(--_space-16));
        }
      }

      .curtain .display {
        font: var(--_title-20);
      }

      .curtain .hint,
      .curtain .display:has(+ wa-button) {
        display: var(--_curtain-text, block);
      }

      .curtain .hint {
        max-width: 26rem;
        font: var(--_type-14);
        text-wrap: balance;
      }
    `,
  ];

  protected override listenTo(room: Room): Array<() => void> {
    return [
      ...this.renderOn(room, ['viewerCount', 'localTrackChanged', 'localLiveStarted', 'localLiveEnded']),
      ...this.#tips.listenTo(room),
    ];
  }

  override render(): TemplateResult | typeof nothing {
    const { room, texts, language } = this;
    if (!room) return nothing;
    const me = room.localParticipant;
    const { isLive } = me;
    const hasPicture = me.tracks.some((track) => track.track.kind === 'video' && !track.muted);
    const isMirrored = !isLive && !me.tracks.some(({ source }) => source === 'screen');
    return html`<div class="picture" part="picture">
      ${room.info ? poster({ ...room.info, poster: room.poster, portrait: room.portrait }, { isBare: true }) : nothing}
      <video
        class="${hasPicture ? '' : 'off'} ${isMirrored ? 'mirrored' : ''}"
        part="preview"
        data-testid="preview"
        aria-label=${isLive ? texts.studio.yourLive : texts.studio.preview}
        muted
        autoplay
        playsinline
        @resize=${this.#handleResize}
      ></video>
      <div class="over">
        ${hasPicture ? nothing : this.#placeholder(room)}
        <div class="badges">
          ${isLive ? liveBadge(texts) : html`<span class="badge">${texts.room.offAir}</span>`}
          ${viewersBadge(room.viewerCount, texts, language)}
        </div>
        ${this.#tips.render(language)}
        <loge-chat-reactions .room=${room}></loge-chat-reactions>
      </div>
    </div>`;
  }

  protected override updated(): void {
    const video = this.renderRoot.querySelector('video');
    const tracks = this.room?.localParticipant.tracks ?? [];
    const own = (wanted: string) => tracks.find(({ source }) => source === wanted)?.track;
    const track = own('screen') ?? own('camera');
    if (!video || (track === this.#shown && (video.srcObject !== null) === (track !== undefined))) return;
    this.#shown = track;
    video.muted = true;
    video.srcObject = track ? new MediaStream([track]) : null;
  }

  #handleResize = (event: Event): void => {
    const { videoWidth, videoHeight } = event.target as HTMLVideoElement;
    this.toggleAttribute('portrait', videoHeight > videoWidth);
  };

  #placeholder(room: Room): TemplateResult {
    const { texts } = this;
    const { isLive, tracks } = room.localParticipant;
    // The camera is open and muted. One that is muted and unplugged can be opened again.
    if (tracks.some(({ source }) => source === 'camera')) {
      return html`<div class="curtain"><p class="display">${texts.studio.cameraOff}</p></div>`;
    }
    return html`<div class="curtain">
      <p class="display">${texts.studio.noCamera}</p>
      <wa-button
        variant="neutral"
        appearance="outlined"
        data-testid="allow-devices"
        ?loading=${this.waiting}
        @click=${() => this.emit(PREVIEW_WANTED, {})}
      >
        <span slot="start">${icon('camera', 20)}</span>${texts.studio.allow}
      </wa-button>
      <p class="hint">${isLive ? texts.studio.allowLive : texts.studio.allowText}</p>
    </div>`;
  }
}

defineElement('loge-studio-picture', LogeStudioPicture);
