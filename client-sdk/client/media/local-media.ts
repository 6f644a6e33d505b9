/**
 * The local tracks by source, and their preview stream. It stops only tracks that it has opened itself, not those of a
 * stream that the page passed in. It does not know how tracks are published.
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
  /** Kept beside the tracks: after an unplug, a muted source stays muted on its next device. */
  readonly #muted = new Set<TrackSource>();
  readonly #onEnded: (source: TrackSource) => void;
  /** Counts `close()` calls by source, to stop a device at once that opens after a close. */
  readonly #closeCounts = new Map<TrackSource, number>();
  #preview: MediaStream | null = null;

  constructor(onEnded: (source: TrackSource) => void) {
    this.#onEnded = onEnded;
  }

  get tracks(): readonly LocalTrack[] {
    return [...this.#tracks.values()];
  }

  /** Camera and microphone as one stream, which stays the same when its tracks change; null without tracks. */
  get preview(): MediaStream | null {
    return this.#preview;
  }

  get(source: TrackSource): LocalTrack | undefined {
    return this.#tracks.get(source);
  }

  isMuted(source: TrackSource): boolean {
    return this.#muted.has(source);
  }

  /**
   * Opens the requested devices that are not open yet; custom constraints always open a new track. Resolves with the
   * sources that it has opened, like `openScreen()`.
   */
  async openDevices(choice: { camera: CaptureChoice; microphone: CaptureChoice }): Promise<TrackSource[]> {
    const camera = this.#isOpen('camera', choice.camera) ? false : choice.camera;
    const microphone = this.#isOpen('microphone', choice.microphone) ? false : choice.microphone;
    if (!camera && !microphone) return [];
    return await this.#capture(DEVICES, () => captureDevices({ camera, microphone }));
  }

  /** Replaces the open device by another one. Resolves with the error if that could not be opened. */
  async switchDevice(source: 'camera' | 'microphone', deviceId: string): Promise<unknown> {
    const open = (id = '') => captureDevices({ camera: false, microphone: false, [source]: onlyDevice(id) });
    const isClosed = this.#observeCloses();
    let failure: unknown;
    await this.#capture(DEVICES, async () => {
      try {
        return await open(deviceId);
      } catch (error) {
        if (toLogeError(error, 'internal').code !== 'camera_in_use' || isClosed(source)) throw error;
      }
      // Many phones can open only one camera at a time: stop the first one and retry.
      const before = this.#tracks.get(source)?.track;
      before?.stop();
      try {
        return await open(deviceId);
      } catch (error) {
        failure = error;
        return await open(before?.getSettings().deviceId).catch(() => {
          if (!isClosed(source)) this.#handleEnded(source);
          throw error;
        });
      }
    });
    return failure;
  }

  openScreen(choice: CaptureChoice): Promise<TrackSource[]> {
    return this.#capture(SCREEN, () => captureScreen(choice));
  }

  /** Takes the first video and the first audio track of the page's stream. */
  adopt(stream: MediaStream): void {
    for (const track of firstTracks(stream)) this.#add(track, DEVICES[track.kind as keyof Sources]);
  }

  setMuted(source: TrackSource, muted: boolean): void {
    if (muted) this.#muted.add(source);
    else this.#muted.delete(source);
    const local = this.#tracks.get(source);
    if (!local) return;
    local.track.enabled = !muted;
    this.#tracks.set(source, { ...local, muted });
  }

  close(source: TrackSource): void {
    this.#muted.delete(source);
    this.#closeCounts.set(source, (this.#closeCounts.get(source) ?? 0) + 1);
    this.#remove(source);
  }

  closeAll(): void {
    for (const source of [...Object.values(DEVICES), ...Object.values(SCREEN)]) this.close(source);
  }

  #remove(source: TrackSource): void {
    const local = this.#tracks.get(source);
    if (!local) return;
    this.#tracks.delete(source);
    this.#preview?.removeTrack(local.track);
    if (this.#preview?.getTracks().length === 0) this.#preview = null;
    this.#stopIfOwned(local.track);
  }

  #isOpen(source: TrackSource, choice: CaptureChoice): boolean {
    return choice === true && this.#tracks.get(source)?.track.readyState === 'live';
  }

  /** Returns whether a source was closed since this call. */
  #observeCloses(): (source: TrackSource) => boolean {
    const before = new Map(this.#closeCounts);
    return (source) => this.#closeCounts.get(source) !== before.get(source);
  }

  async #capture(sources: Sources, open: () => Promise<MediaStream>): Promise<TrackSource[]> {
    const isClosed = this.#observeCloses();
    const stream = await open();
    const opened: TrackSource[] = [];
    for (const track of firstTracks(stream)) {
      const source = sources[track.kind as keyof Sources];
      this.#owned.add(track);
      if (isClosed(source)) track.stop();
      else {
        this.#add(track, source);
        opened.push(source);
      }
    }
    return opened;
  }

  #add(track: MediaStreamTrack, source: TrackSource): void {
    const before = this.#tracks.get(source);
    const muted = this.isMuted(source);
    track.enabled = !muted;
    this.#tracks.set(source, { source, track, muted });
    this.#showInPreview(source, track, before?.track);
    if (before && before.track !== track) this.#stopIfOwned(before.track);
    track.addEventListener('ended', () => {
      if (this.#tracks.get(source)?.track === track) this.#handleEnded(source);
    });
  }

  #handleEnded(source: TrackSource): void {
    // A device that is away comes back muted; a shared screen has ended.
    if (source === SCREEN.video || source === SCREEN.audio) this.#muted.delete(source);
    // Not `close()`: a replacement that is being opened is still wanted.
    this.#remove(source);
    this.#onEnded(source);
  }

  #showInPreview(source: TrackSource, track: MediaStreamTrack, before: MediaStreamTrack | undefined): void {
    if (source !== 'camera' && source !== 'microphone') return;
    this.#preview ??= new MediaStream();
    this.#preview.addTrack(track);
    if (before && before !== track) this.#preview.removeTrack(before);
  }

  #stopIfOwned(track: MediaStreamTrack): void {
    if (this.#owned.has(track)) track.stop();
  }
}

function firstTracks(stream: MediaStream): MediaStreamTrack[] {
  return [...stream.getVideoTracks().slice(0, 1), ...stream.getAudioTracks().slice(0, 1)];
}
