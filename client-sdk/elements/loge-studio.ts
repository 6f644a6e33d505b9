/**
 * `<loge-studio>`: the creator's side of a room: the picture with what is pressed, and tabs for chat, requests, poll
 * and goal beside it, which a phone shows over the lower part of the picture.
 */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { TrackSource } from '../../server/protocol/stage.ts';
import { LogeError } from '../client/errors.ts';
import type { Room } from '../client/room.ts';
import type { IconName } from './controls/more-icons.ts';
import { tabList, tabListStyles } from './controls/tab-list.ts';
import './loge-chat.ts';
import './moderation/moderation-poll.ts';
import { FocusKeeper } from './room/focus-keeper.ts';
import { defineElement, RoomPart, withProperties } from './room/room-part.ts';
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
import { toolButton } from './studio/tool-button.ts';
import './studio/studio-picture.ts';
import type { LogePartElement } from './public-elements.ts';
import type { LogeStudioPicture } from './studio/studio-picture.ts';
import { studioStyles } from './studio/studio-styles.ts';
import type { LogeCharter } from './trust/loge-charter.ts';

const LIVE_BUTTON = '.controls :is([data-testid="end-live"], [data-testid="go-live"])';

type StudioTab = 'chat' | 'requests' | 'poll' | 'goal';

export class LogeStudio
  extends withProperties(RoomPart, {
    /** Whether camera and microphone are being opened. */
    isOpening: false,
    /** Message about the last event, such as a live that another window has replaced. */
    note: '',
    tab: 'chat' as StudioTab,
    /** What came into the chat while another tab was shown. */
    unread: 0,
  })
  implements LogePartElement
{
  #opening: Promise<void> | undefined;
  /** What goes live ends it afterwards, and the other way round. */
  protected readonly focusKeeper = new FocusKeeper(this, `${LIVE_BUTTON}, loge-studio-ending`);

  static override styles = [tabListStyles, studioStyles];

  override disconnectedCallback(): void {
    this.room?.localParticipant.stopPreview();
    super.disconnectedCallback();
  }

  protected override listenTo(room: Room): Array<() => void> {
    if (room.info) void this.#openAllowedPreview();
    return [
      ...this.renderOn(room, ['viewerCount', 'tipRequestsChanged', 'localTrackChanged', 'localLiveStarted']),
      ...listenForAlerts(room, playAlert),
      ...(['chatMessage', 'tipReceived'] as const).map((name) =>
        room.on(name, () => {
          if (this.tab !== 'chat') this.unread += 1;
        }),
      ),
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
    const isEnded = info.status === 'ended';
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
          ${isEnded ? nothing : this.#controls(room)}
          <div class="notices">
            ${this.#messages()} ${room.localParticipant.isInterrupted ? this.#interrupted(room) : nothing}
            <loge-studio-ending tabindex="-1" .room=${room} .isInterrupted=${room.localParticipant.isInterrupted} @loge-live-stopped=${() => this.#handleStopped(room)} @loge-ending-closed=${this.#handleEndingClosed}><slot name="ended"></slot></loge-studio-ending>
            <loge-private class=${info.access.kind === 'private' ? 'card' : ''} exportparts="private" .room=${room}></loge-private>
          </div>
          ${isEnded ? nothing : this.#cards(room)}
        </div>
        <loge-charter .room=${room}></loge-charter>
        ${this.#side(room)}
      </section>
    `;
  }

  /** The chosen tab. All stay in the document, with what was typed; the chat keeps its height too. */
  #side(room: Room): TemplateResult {
    const { studio } = this.texts;
    const isOpen = room.info?.status !== 'ended';
    const hasMoney = isOpen && Boolean(room.currency);
    const hasPoll = isOpen && Boolean(room.info?.chat.enabled);
    const panels: Partial<Record<StudioTab, TemplateResult>> = {
      chat: html`<loge-chat exportparts="chat, list, composer" .room=${room}></loge-chat>`,
      ...(hasMoney && { requests: html`<loge-studio-requests .room=${room}></loge-studio-requests>` }),
      ...(hasPoll && { poll: html`<loge-moderation-poll .room=${room}></loge-moderation-poll>` }),
      ...(hasMoney && { goal: html`<loge-studio-tipping .room=${room}></loge-studio-tipping>` }),
    };
    const waiting: Partial<Record<StudioTab, number>> = { chat: this.unread, requests: room.tipRequests.length };
    const ids = Object.keys(panels) as StudioTab[];
    const hasTabs = ids.length > 1;
    const chosen = panels[this.tab] ? this.tab : 'chat';
    const choose = (tab: StudioTab): void => {
      this.tab = tab;
      if (tab === 'chat') this.unread = 0;
    };
    const tabs = ids.map((id) => ({ id, label: studio.tabs[id], waiting: waiting[id] }));
    return html`<div class="side">
      ${hasTabs ? tabList({ label: studio.label, tabs, chosen, choose }) : nothing}
      ${repeat(
        ids,
        (id) => id,
        (id) => html`<div
          class="panel ${id === chosen ? '' : 'away'}"
          id="panel-${id}"
          role=${hasTabs ? 'tabpanel' : nothing}
          aria-labelledby=${hasTabs ? `tab-${id}` : nothing}
        >${panels[id]}</div>`,
      )}
    </div>`;
  }

  /** Below the picture on a wide screen, and behind "…" on all: on a phone a sheet. */
  #cards(room: Room): TemplateResult {
    const { studio, chat } = this.texts;
    const { isLive } = room.localParticipant;
    return html`<div class="cards" id="cards" popover data-testid="studio-sheet">
      <div class="sheet-head">
        <h2 class="display">${studio.more}</h2>
        ${toolButton({ name: 'close', className: 'plain', testId: 'studio-sheet-close', label: chat.close, sheet: 'hide' })}
      </div>
      <loge-studio-devices class="card" .room=${room} @loge-device-problem=${this.#handleDeviceProblem}></loge-studio-devices>
      <loge-studio-earnings class="card" exportparts="earnings" .room=${room}></loge-studio-earnings>
      ${
        isLive
          ? nothing
          : html`<wa-button class="ending" appearance="outlined" data-testid="close-room" @click=${this.#askEnding}
              >${room.info?.liveEndedAt && !room.isLive ? studio.changeEnding : studio.endEvening}</wa-button
            >`
      }
    </div>`;
  }

  #controls(room: Room): TemplateResult {
    const { texts } = this;
    const me = room.localParticipant;
    return html`<div class="controls" part="controls">
      ${this.#toggle('microphone', texts.studio.muteMicrophone, texts.studio.unmuteMicrophone)}
      ${this.#toggle('camera', texts.studio.muteCamera, texts.studio.unmuteCamera)}
      ${me.isLive ? this.#shareButton(room) : nothing}
      ${toolButton({ name: 'more', testId: 'studio-more', label: texts.studio.more, sheet: 'toggle' })}
      <span class="space muted">${me.isLive ? nothing : this.#previewText(room)}</span>
      ${
        me.isLive
          ? html`<wa-button variant="danger" data-testid="end-live" @click=${this.#askEnding}>
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
      ?disabled=${room.state !== 'connected'}
      ?loading=${this.busy === 'live'}
      @click=${this.#goLive}
    >
      ${label}
    </wa-button>`;
  }

  /** After a long loss of the connection nothing is sent until the creator has chosen. */
  #interrupted(room: Room): TemplateResult {
    const { studio } = this.texts;
    const stayOff = (): void => {
      room.localParticipant.stopPreview();
      this.#refreshDevices();
    };
    return html`<wa-callout class="interrupted" variant="warning" role="alert" data-testid="live-interrupted">
      <strong>${studio.interruptedTitle}</strong>
      <p>${studio.interruptedText}</p>
      ${room.state === 'connected' ? nothing : html`<p data-testid="studio-offline">${studio.offline}</p>`}
      <div class="answers">
        ${this.#goLiveButton(room, 'go-live-again', studio.goLiveAgain)}
        <wa-button appearance="outlined" data-testid="stay-off-air" @click=${stayOff}>${studio.stayOff}</wa-button>
      </div>
    </wa-callout>`;
  }

  #shareButton(room: Room): TemplateResult | typeof nothing {
    if (!('getDisplayMedia' in (navigator.mediaDevices ?? {}))) return nothing;
    const { studio } = this.texts;
    const me = room.localParticipant;
    const isSharing = me.tracks.some(({ source }) => source === 'screen');
    return toolButton({
      name: 'screen',
      label: isSharing ? studio.stopScreen : studio.shareScreen,
      isOn: isSharing,
      act: () => this.attempt(() => (isSharing ? me.stopScreen() : me.shareScreen())),
    });
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

  /** The sheet gives the focus back to what opened it, and so does the dialog. */
  #askEnding = (): void => {
    this.renderRoot.querySelector<HTMLElement>('#cards:popover-open')?.hidePopover();
    this.renderRoot.querySelector<LogeStudioEnding>('loge-studio-ending')?.ask();
  };

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
