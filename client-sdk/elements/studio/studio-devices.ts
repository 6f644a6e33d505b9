/** `<loge-studio-devices>`: selects camera and microphone, and shows the microphone level. */

import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { DeviceList } from '../../client/media/devices.ts';
import { listDevices } from '../../client/media/devices.ts';
import type { Room } from '../../client/room.ts';
import { areAlertsSilent, setAlertsSilent } from './studio-alerts.ts';
import './studio-level.ts';
import { defineElement, RoomPart, withProperties } from '../room/room-part.ts';
import type { LogeStudioLevel } from './studio-level.ts';

/** Emitted with the error text when a device could not be opened, and with an empty text on success. */
const DEVICE_PROBLEM = 'loge-device-problem';

type DeviceKind = 'camera' | 'microphone';

export class LogeStudioDevices extends withProperties(RoomPart, { devices: undefined as DeviceList | undefined }) {
  static override styles = css`
    :host {
      container-type: inline-size;
    }

    .devices {
      display: grid;
      gap: var(--_space-12);
    }

    @container (min-width: 480px) {
      .devices {
        grid-template-columns: 1fr 1fr;
      }

      wa-checkbox {
        grid-column: span 2;
      }
    }

    .field {
      display: grid;
      gap: var(--_space-8);
      min-width: 0;
      align-content: start;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    navigator.mediaDevices?.addEventListener('devicechange', this.#list);
    void this.#list();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    navigator.mediaDevices?.removeEventListener('devicechange', this.#list);
  }

  protected override listenTo(room: Room): Array<() => void> {
    return [...this.renderOn(room, ['localLiveEnded']), room.on('localTrackChanged', () => this.#list())];
  }

  /** Call this once camera or microphone are allowed, because only then devices have labels. */
  refresh(): void {
    this.renderRoot.querySelector<LogeStudioLevel>('loge-studio-level')?.refresh();
    void this.#list();
  }

  override render(): TemplateResult {
    return html`<div class="devices">
      <div class="field">${this.#picker('camera')}</div>
      <div class="field">${this.#picker('microphone')}<loge-studio-level .room=${this.room}></loge-studio-level></div>
      <wa-checkbox
        data-testid="studio-sounds"
        ?checked=${!areAlertsSilent()}
        @change=${(event: Event) => setAlertsSilent(!(event.target as HTMLInputElement).checked)}
        >${this.texts.studio.sounds}</wa-checkbox
      >
    </div>`;
  }

  #picker(kind: DeviceKind): TemplateResult {
    const { texts } = this;
    const devices = (kind === 'camera' ? this.devices?.cameras : this.devices?.microphones) ?? [];
    const unnamed = kind === 'camera' ? texts.studio.cameraNumber : texts.studio.microphoneNumber;
    const current =
      this.room?.localParticipant.tracks.find((track) => track.source === kind)?.track.getSettings().deviceId ?? '';
    return html`<wa-select
      label=${kind === 'camera' ? texts.studio.camera : texts.studio.microphone}
      lang=${this.language}
      size="s"
      data-testid="device-${kind}"
      ?disabled=${devices.length === 0}
      .value=${live(current)}
      @change=${(event: Event) => this.#choose(kind, event)}
    >
      ${repeat(
        devices,
        (device) => device.deviceId,
        (device, index) => html`<wa-option value=${device.deviceId}>${device.label || unnamed(index + 1)}</wa-option>`,
      )}
    </wa-select>`;
  }

  #list = async (): Promise<void> => {
    try {
      this.devices = await listDevices();
    } catch {
      // The studio shows the error; here the lists are just empty.
      this.devices = { cameras: [], microphones: [], speakers: [] };
    }
  };

  async #choose(kind: DeviceKind, event: Event): Promise<void> {
    const { value } = event.target as EventTarget & { value: string };
    if (!value || !this.room) return;
    const me = this.room.localParticipant;
    try {
      await (kind === 'camera' ? me.switchCamera(value) : me.switchMicrophone(value));
      this.emit(DEVICE_PROBLEM, { text: '' });
    } catch (error) {
      this.emit(DEVICE_PROBLEM, { text: this.wordsFor(error) });
      // Shows the device in use again.
      this.requestUpdate();
    }
  }
}

defineElement('loge-studio-devices', LogeStudioDevices);
