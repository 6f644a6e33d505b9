/**
 * The tracks of one's own, by source, and the stream that previews them. It remembers which tracks it opened itself, and stops only
 * those: a stream that the page passed in stays the page's. Knows nothing of sending.
 */
import type { TrackSource } from '../../../server/protocol/stage.ts';
import { toLogeError } from '../errors.ts';
import { type CaptureChoice, captureDevices, captureScreen, onlyDevice } from './devices.ts';

export interface LocalTrack {
  readonly source: TrackSource;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
}

type Sources = Readonly<{ video: TrackSource; audio: TrackSource }>;
const DEVICES = { video: 'camera', audio: 'microphone' } as const;
const SCREEN = { video: 'screen', audio: 'screenAudio' } as const;

export class LocalMedia {
  readonly #tracks = new Map<TrackSource, LocalTrack>();
  readonly #owned = new WeakSet<MediaStreamTrack>();
  readonly #onEnded: (source: TrackSource) => void;
  /** How often each source was closed: what was asked for before and comes after is stopped at once. */
  readonly #closes = new Map<TrackSource, number>();
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
    await this.#capture(DEVICES, () => captureDevices({ camera, microphone }));
  }

  /** Opens another device in place of the one that is open. */
  async switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    const choice = { camera: false, microphone: false, [source]: onlyDevice(deviceId) };
    const isClosed = this.#watchCloses();
    await this.#capture(DEVICES, async () => {
      try {
        return await captureDevices(choice);
      } catch (error) {
        // Many phones open one camera at a time: let the first go and try once more.
        if (toLogeError(error, 'internal').code !== 'camera_in_use' || isClosed(source)) throw error;
        this.#tracks.get(source)?.track.stop();
        return captureDevices(choice);
      }
    });
  }

  async openScreen(choice: CaptureChoice): Promise<void> {
    await this.#capture(SCREEN, () => captureScreen(choice));
  }

  /** Takes the first picture and the first sound of a stream that the page made. */
  adopt(stream: MediaStream): void {
    for (const track of firstTracks(stream)) this.#take(track, DEVICES[track.kind as keyof Sources]);
  }

  setMuted(source: TrackSource, muted: boolean): void {
    const local = this.#tracks.get(source);
    if (!local) return;
    local.track.enabled = !muted;
    this.#tracks.set(source, { ...local, muted });
  }

  close(source: TrackSource): void {
    this.#closes.set(source, (this.#closes.get(source) ?? 0) + 1);
    this.#drop(source);
  }

  closeAll(): void {
    for (const source of [...Object.values(DEVICES), ...Object.values(SCREEN)]) this.close(source);
  }

  #drop(source: TrackSource): void {
    const local = this.#tracks.get(source);
    if (!local) return;
    this.#tracks.delete(source);
    this.#preview?.removeTrack(local.track);
    if (this.#preview?.getTracks().length === 0) this.#preview = null;
    this.#letGo(local.track);
  }

  #isOpen(source: TrackSource, choice: CaptureChoice): boolean {
    return choice === true && this.#tracks.get(source)?.track.readyState === 'live';
  }

  #watchCloses(): (source: TrackSource) => boolean {
    const before = new Map(this.#closes);
    return (source) => this.#closes.get(source) !== before.get(source);
  }

  async #capture(sources: Sources, open: () => Promise<MediaStream>): Promise<void> {
    const isClosed = this.#watchCloses();
    const stream = await open();
    for (const track of firstTracks(stream)) {
      const source = sources[track.kind as keyof Sources];
      this.#owned.add(track);
      if (isClosed(source)) track.stop();
      else this.#take(track, source);
    }
  }

  #take(track: MediaStreamTrack, source: TrackSource): void {
    const before = this.#tracks.get(source);
    const muted = before?.muted ?? false;
    track.enabled = !muted;
    this.#tracks.set(source, { source, track, muted });
    this.#showInPreview(source, track, before?.track);
    if (before && before.track !== track) this.#letGo(before.track);
    track.addEventListener('ended', () => {
      if (this.#tracks.get(source)?.track !== track) return;
      // Not closed by anybody: another device that is being opened in its place is still wanted.
      this.#drop(source);
      this.#onEnded(source);
    });
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

function firstTracks(stream: MediaStream): MediaStreamTrack[] {
  return [...stream.getVideoTracks().slice(0, 1), ...stream.getAudioTracks().slice(0, 1)];
}
