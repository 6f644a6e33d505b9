/**
 * The tracks of one's own, by source, and the stream that previews them. It remembers which tracks it opened itself, and stops only
 * those: a stream that the page passed in stays the page's. Knows nothing of sending.
 */
import type { TrackSource } from '../../server/protocol/stage.ts';
import { type CaptureChoice, captureDevices, captureScreen } from './devices.ts';

export interface LocalTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

export class LocalMedia {
  readonly #tracks = new Map<TrackSource, LocalTrack>();
  readonly #owned = new WeakSet<MediaStreamTrack>();
  readonly #onEnded: (source: TrackSource) => void;
  #preview: MediaStream | null = null;

  constructor(onEnded: (source: TrackSource) => void) {
    this.#onEnded = onEnded;
  }

  get tracks(): readonly LocalTrack[] {
    return [...this.#tracks.values()];
  }

  /** Camera and microphone as one stream that stays the same while its tracks change; null without any. */
  get preview(): MediaStream | null {
    return this.#preview;
  }

  get(source: TrackSource): LocalTrack | undefined {
    return this.#tracks.get(source);
  }

  /** Opens what is asked for and not open yet; constraints of one's own open anew. */
  async openDevices(choice: { camera: CaptureChoice; microphone: CaptureChoice }): Promise<void> {
    const camera = this.#isOpen('camera', choice.camera) ? false : choice.camera;
    const microphone = this.#isOpen('microphone', choice.microphone) ? false : choice.microphone;
    if (!camera && !microphone) return;
    const stream = await captureDevices({ camera, microphone });
    this.#take(stream, { video: 'camera', audio: 'microphone' }, true);
  }

  async openScreen(choice: CaptureChoice): Promise<void> {
    this.#take(await captureScreen(choice), { video: 'screen', audio: 'screenAudio' }, true);
  }

  /** Takes the first picture and the first sound of a stream that the page made. */
  adopt(stream: MediaStream): void {
    this.#take(stream, { video: 'camera', audio: 'microphone' }, false);
  }

  setMuted(source: TrackSource, muted: boolean): void {
    const local = this.#tracks.get(source);
    if (!local) return;
    local.track.enabled = !muted;
    this.#tracks.set(source, { ...local, muted });
  }

  close(source: TrackSource): void {
    const local = this.#tracks.get(source);
    if (!local) return;
    this.#tracks.delete(source);
    this.#preview?.removeTrack(local.track);
    if (this.#preview?.getTracks().length === 0) this.#preview = null;
    this.#letGo(local.track);
  }

  closeAll(): void {
    for (const source of [...this.#tracks.keys()]) this.close(source);
  }

  #isOpen(source: TrackSource, choice: CaptureChoice): boolean {
    return choice === true && this.#tracks.get(source)?.track.readyState === 'live';
  }

  #take(stream: MediaStream, sources: { video: TrackSource; audio: TrackSource }, owned: boolean): void {
    for (const track of [...stream.getVideoTracks().slice(0, 1), ...stream.getAudioTracks().slice(0, 1)]) {
      const source = track.kind === 'video' ? sources.video : sources.audio;
      const before = this.#tracks.get(source);
      const muted = before?.muted ?? false;
      track.enabled = !muted;
      if (owned) this.#owned.add(track);
      this.#tracks.set(source, { source, track, muted });
      this.#showInPreview(source, track, before?.track);
      if (before && before.track !== track) this.#letGo(before.track);
      track.addEventListener('ended', () => {
        if (this.#tracks.get(source)?.track === track) this.#onEnded(source);
      });
    }
  }

  #showInPreview(source: TrackSource, track: MediaStreamTrack, before: MediaStreamTrack | undefined): void {
    if (source !== 'camera' && source !== 'microphone') return;
    this.#preview ??= new MediaStream();
    this.#preview.addTrack(track);
    if (before && before !== track) this.#preview.removeTrack(before);
  }

  #letGo(track: MediaStreamTrack): void {
    if (this.#owned.has(track)) track.stop();
  }
}
