/**
 * `<loge-studio>`: the creator's side of a room: preview, going live, viewers and connection quality, chat with
 * moderation, earnings.
 */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { TrackSource } from '../../server/protocol/stage.ts';
import { LogeError } from '../src/errors.ts';
import type { Room } from '../src/room.ts';
import { type IconName, icon } from './controls/more-icons.ts';
import './loge-chat.ts';
import type { LogeChat } from './loge-chat.ts';
import { FocusKeeper } from './room/focus-keeper.ts';
import { defineElement, RoomPart } from './room/room-part.ts';
import './theme/web-awesome.ts';
import './texts/studio-texts.ts';
import { listenForAlerts, playAlert } from './studio/studio-alerts.ts';
import './studio/studio-devices.ts';
import type { LogeStudioDevices } from './studio/studio-devices.ts';
import './loge-private.ts';
import './studio/studio-earnings.ts';
import './studio/studio-ending.ts';
import type { LogeStudioEnding } from './studio/studio-ending.ts';
import './studio/studio-requests.ts';
import './studio/studio-tipping.ts';
import './studio/studio-figures.ts';
import { interruptionQuestion, toolButton } from './studio/studio-controls.ts';
import './studio/studio-picture.ts';
import type { LogeStudioPicture } from './studio/studio-picture.ts';
import { studioStyles } from './studio/studio-styles.ts';
import type { LogeCharter } from './trust/loge-charter.ts';

const LIVE_BUTTON = '.controls :is([data-testid="end-live"], [data-testid="go-live"])';

export class LogeStudio extends RoomPart {
  static override properties = {
    isOpening: { state: true },
    note: { state: true },
    showDevices: { state: true },
  };
  /** Whether camera and microphone are being opened. */
  declare isOpening: boolean;
  /** Message about the last event, such as a live that another window has replaced. */
  declare note: string;
  declare showDevices: boolean;

  #opening: Promise<void> | undefined;
  /** What goes live ends it afterwards, and the other way round. */
  protected readonly focusKeeper = new FocusKeeper(this, LIVE_BUTTON);

  static override styles = [...RoomPart.styles, studioStyles];

  constructor() {
    super();
    this.isOpening = false;
    this.note = '';
    this.showDevices = false;
  }

  override disconnectedCallback(): void {
    this.room?.localParticipant.stopPreview();
    super.disconnectedCallback();
  }

  protected override listenTo(room: Room): Array<() => void> {
    if (room.info) void this.#openAllowedPreview();
    return [
      ...this.renderOn(room, [
        'reconnecting',
        'reconnected',
        'liveStarted',
        'liveEnded',
        'viewerCount',
        'tipRequestsChanged',
        'roomEnded',
      ]),
      ...this.renderOn(room, ['localTrackChanged', 'localLiveStarted']),
      ...listenForAlerts(room, playAlert),
      room.on('connected', () => void this.#openAllowedPreview()),
      room.on('localTrackChanged', ({ source, change }) => {
        // A screen ends by the browser's own button.
        const isDevice = source === 'camera' || source === 'microphone';
        if (change === 'ended' && isDevice) this.problem = this.texts.studio.deviceLost;
      }),
      room.on('localLiveEnded', ({ reason, error }) => {
        const { replaced, lost } = this.texts.studio;
        const isExplained = error?.code === 'live_stopped' || error?.code === 'media_unreachable';
        this.note = isExplained ? '' : ({ replaced, lost }[reason as string] ?? '');
        if (isExplained) this.problem = this.wordsFor(error);
        this.requestUpdate();
      }),
      room.on('error', (error) => {
        this.problem = this.wordsFor(error);
      }),
    ];
  }

  override render(): TemplateResult {
    const { room, texts } = this;
    const info = room?.info;
    if (!room || !info)
      return html`<div class="studio waiting" role="status" aria-label=${texts.studio.opening}></div>`;
    if (!room.localParticipant.permissions.publish)
      return html`<p class="refused" role="alert">${texts.studio.notCreator}</p>`;
    const isLive = room.localParticipant.isLive;
    return html`
      <section class="studio ${isLive ? 'live' : ''}" part="studio" aria-label=${texts.studio.label}>
        <div class="main">
          <loge-studio-picture
            exportparts="picture, preview"
            .room=${room}
            ?waiting=${this.isOpening}
            @loge-preview-wanted=${() => this.#preview()}
          ></loge-studio-picture>
          ${isLive ? html`<loge-studio-figures .room=${room}></loge-studio-figures>` : nothing}
          ${this.#controls(room)}
          <div class="notices">
            ${this.#messages()} ${room.localParticipant.isInterrupted ? this.#interrupted(room) : nothing}
            <loge-studio-ending .room=${room} @loge-live-stopped=${() => this.#handleStopped(room)} @loge-ending-closed=${this.#handleEndingClosed}></loge-studio-ending>
            <loge-studio-requests class=${room.tipRequests.length > 0 ? 'card' : ''} .room=${room}></loge-studio-requests>
            <loge-private class=${info.access.kind === 'private' ? 'card' : ''} exportparts="private" .room=${room}></loge-private>
          </div>
          ${this.#cards(room)}
        </div>
        <loge-charter .room=${room}></loge-charter>
        <loge-chat class="chat" exportparts="chat, list, composer" .room=${room}></loge-chat>
      </section>
    `;
  }

  /** Beside the live on a wide screen, a sheet that opens on a small one. */
  #cards(room: Room): TemplateResult {
    const { texts } = this;
    const { isLive } = room.localParticipant;
    const isEnded = room.info?.status === 'ended';
    return html`<div class="cards" id="cards" popover data-testid="studio-sheet">
      <div class="sheet-head">
        <h2 class="display">${texts.studio.more}</h2>
        ${toolButton({ name: 'close', className: 'plain', testId: 'studio-sheet-close', label: texts.chat.close, sheet: 'hide' })}
      </div>
      <loge-studio-devices
        class="card devices ${isLive && !this.showDevices ? 'folded' : ''}"
        .room=${room}
        @loge-device-problem=${this.#handleDeviceProblem}
      ></loge-studio-devices>
      <loge-studio-earnings class="card" exportparts="earnings" ?compact=${isLive} .room=${room}></loge-studio-earnings>
      ${
        isEnded || !room.info?.chat.enabled
          ? nothing
          : html`<div class="card"><wa-button appearance="outlined" data-testid="studio-poll" @click=${this.#askRoom}
              ><span slot="start">${icon('poll', 20)}</span>${texts.moderation.poll}</wa-button
            ></div>`
      }
      ${isEnded ? nothing : html`<loge-studio-tipping class="card" .room=${room}></loge-studio-tipping>`}
    </div>`;
  }

  #controls(room: Room): TemplateResult {
    const { texts } = this;
    const me = room.localParticipant;
    const isEnded = room.info?.status === 'ended';
    return html`<div class="controls" part="controls">
      ${this.#toggle('microphone', texts.studio.muteMicrophone, texts.studio.unmuteMicrophone)}
      ${this.#toggle('camera', texts.studio.muteCamera, texts.studio.unmuteCamera)}
      ${me.isLive ? this.#liveTools(room) : nothing}
      ${toolButton({ name: 'settings', className: 'narrow-only', testId: 'studio-more', label: texts.studio.more, sheet: 'toggle' })}
      <span class="space muted">${me.isLive || isEnded ? nothing : this.#previewText(room)}</span>
      ${
        me.isLive
          ? html`<wa-button variant="danger" data-testid="end-live" @click=${() => this.#ending?.ask()}>
              ${texts.studio.endLive}
            </wa-button>`
          : me.isInterrupted
            ? nothing
            : this.#goLiveButton(room, 'go-live', texts.studio.goLive)
      }
    </div>`;
  }

  /** The text next to the go-live button. An interrupted live shows its offline notice elsewhere. */
  #previewText(room: Room): string {
    const isOffline = room.state !== 'connected' && !room.localParticipant.isInterrupted;
    return isOffline ? this.texts.studio.offline : this.texts.studio.previewText;
  }

  #goLiveButton(room: Room, testId: string, label: string): TemplateResult {
    return html`<wa-button
      variant="brand"
      data-testid=${testId}
      ?disabled=${room.info?.status === 'ended' || room.state !== 'connected'}
      ?loading=${this.busy === 'live'}
      @click=${this.#goLive}
    >
      ${label}
    </wa-button>`;
  }

  #interrupted(room: Room): TemplateResult {
    return interruptionQuestion(this.texts, {
      again: this.#goLiveButton(room, 'go-live-again', this.texts.studio.goLiveAgain),
      isOffline: room.state !== 'connected',
      stayOff: () => this.#stayOff(room),
    });
  }

  #stayOff(room: Room): void {
    room.localParticipant.stopPreview();
    this.#refreshDevices();
  }

  #liveTools(room: Room): TemplateResult {
    const { texts } = this;
    const isSharing = room.localParticipant.tracks.some(({ source }) => source === 'screen');
    const canShare = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
    return html`
      ${
        canShare
          ? toolButton({
              name: 'screen',
              label: isSharing ? texts.studio.stopScreen : texts.studio.shareScreen,
              isOn: isSharing,
              act: () =>
                this.attempt(() =>
                  isSharing ? room.localParticipant.stopScreen() : room.localParticipant.shareScreen(),
                ),
            })
          : nothing
      }
      ${toolButton({
        name: 'settings',
        className: 'wide-only',
        label: texts.studio.devices,
        isOn: this.showDevices,
        act: () => {
          this.showDevices = !this.showDevices;
        },
      })}
    `;
  }

  #toggle(source: TrackSource & IconName, mute: string, unmute: string): TemplateResult {
    const me = this.room?.localParticipant;
    const isThere = me?.tracks.some((track) => track.source === source) ?? false;
    const isMuted = me?.isMuted(source) ?? false;
    return toolButton({
      name: isMuted ? (source === 'camera' ? 'cameraOff' : 'microphoneOff') : source,
      testId: `mute-${source}`,
      label: isMuted ? unmute : mute,
      isOff: isMuted,
      isDisabled: !isThere,
      act: () => this.attempt(() => me?.setMuted(source, !isMuted)),
    });
  }

  #messages(): TemplateResult {
    const words = this.problem || this.note;
    return html`<div class="messages" aria-live="polite">
      ${words ? html`<wa-callout variant=${this.problem ? 'danger' : 'brand'} data-testid="studio-message">${words}</wa-callout>` : nothing}
    </div>`;
  }

  /** Opens the preview if the camera permission was granted before; otherwise the person presses a button. */
  async #openAllowedPreview(): Promise<void> {
    this.requestUpdate();
    if (!this.room?.localParticipant.permissions.publish || this.room.localParticipant.isLive) return;
    if (!navigator.mediaDevices) {
      this.problem = this.texts.studio.insecure;
      return;
    }
    // Not all browsers support this permission name; then the button is shown.
    const permission = await navigator.permissions?.query({ name: 'camera' as PermissionName }).catch(() => undefined);
    if (permission?.state === 'granted' && this.#isActive()) await this.#preview();
  }

  /** Checked after each await, so that no camera is opened after the studio was left. */
  #isActive(): boolean {
    return this.isConnected && this.room?.state === 'connected';
  }

  #preview(): Promise<void> {
    this.#opening ??= this.#openPreview().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openPreview(): Promise<void> {
    this.isOpening = true;
    await this.attempt(async () => {
      const me = this.room?.localParticipant;
      await (me?.isLive ? me.addDevices() : me?.startPreview());
      this.#refreshDevices();
    });
    this.isOpening = false;
  }

  #goLive = (): Promise<boolean> =>
    this.act('live', async () => {
      this.note = '';
      // If the preview is still opening, wait for it instead of starting a second capture.
      await this.#opening;
      if (this.#isActive()) await this.room?.localParticipant.goLive().catch((error) => this.#acceptCharter(error));
      this.#refreshDevices();
    });

  /** Asks for the charter where going live was refused for it, and then goes live. */
  async #acceptCharter(error: unknown): Promise<void> {
    if (!(error instanceof LogeError) || error.code !== 'charter_acceptance_required') throw error;
    await import('./trust/loge-charter.ts');
    const isAccepted = await this.renderRoot.querySelector<LogeCharter>('loge-charter')?.ask();
    if (isAccepted && this.#isActive()) await this.room?.localParticipant.goLive();
  }

  async #handleStopped(room: Room): Promise<void> {
    if (room.info?.status !== 'ended' && this.#isActive()) await room.localParticipant.startPreview().catch(() => null);
    this.#refreshDevices();
  }

  /** The dialog gives the focus back to what opened it, which may be gone. */
  #handleEndingClosed = (): void => {
    if (!this.matches(':focus-within')) this.renderRoot.querySelector<HTMLElement>(LIVE_BUTTON)?.focus();
  };

  #askRoom = (): void => {
    const cards = this.renderRoot.querySelector<HTMLElement>('#cards:popover-open');
    cards?.hidePopover();
    this.renderRoot.querySelector<LogeChat>('loge-chat')?.showModeration('modes');
  };

  get #ending(): LogeStudioEnding | null {
    return this.renderRoot.querySelector<LogeStudioEnding>('loge-studio-ending');
  }

  /** Opening the preview emits no event, so update the parts that show it. */
  #refreshDevices(): void {
    this.requestUpdate();
    this.renderRoot.querySelector<LogeStudioDevices>('loge-studio-devices')?.refresh();
    this.renderRoot.querySelector<LogeStudioPicture>('loge-studio-picture')?.requestUpdate();
  }

  #handleDeviceProblem = (event: CustomEvent<{ text: string }>): void => {
    this.problem = event.detail.text;
  };
}

defineElement('loge-studio', LogeStudio);
