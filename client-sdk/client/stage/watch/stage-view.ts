/**
 * One picture of the stage and the elements that show it. Tracks are swapped inside one MediaStream, so that elements
 * keep playing. Playback starts automatically, and muted if the browser requires a user gesture for sound.
 */
import { toLogeError } from '../../errors.ts';
import type { Log } from '../../log.ts';

interface StageViewOptions {
  log: Log;
  /** `isAudioBlocked` may have changed. */
  onAudioBlocked(): void;
}

export class StageView {
  readonly elements = new Set<HTMLMediaElement>();
  readonly #log: Log;
  readonly #onAudioBlocked: () => void;
  /** Elements that we muted because of the autoplay policy. */
  readonly #autoMuted = new Set<HTMLMediaElement>();
  #stream: MediaStream | null = null;

  constructor(options: StageViewOptions) {
    this.#log = options.log;
    this.#onAudioBlocked = options.onAudioBlocked;
  }

  get stream(): MediaStream | null {
    return this.#stream;
  }

  get isAudioBlocked(): boolean {
    return this.#autoMuted.size > 0;
  }

  attach(element: HTMLMediaElement): void {
    this.elements.add(element);
    element.autoplay = true;
    if ('playsInline' in element) element.playsInline = true;
    // Older Safari reads only the attribute.
    element.setAttribute('playsinline', '');
    if (this.#stream) this.#play(element, this.#stream);
  }

  detach(element: HTMLMediaElement): void {
    if (!this.elements.delete(element)) return;
    this.#autoMuted.delete(element);
    element.srcObject = null;
  }

  /** Shows exactly these tracks. */
  show(tracks: readonly MediaStreamTrack[]): void {
    if (tracks.length === 0) {
      this.clear();
      return;
    }
    const stream = this.#stream;
    // With ended tracks only, keep the last picture until a new track arrives.
    if (stream && tracks.every((track) => track.readyState === 'ended')) return;
    // An inactive stream does not play again in its elements: create a new one.
    if (!stream?.active) {
      this.#stream = new MediaStream([...tracks]);
      for (const element of this.elements) this.#play(element, this.#stream);
      return;
    }
    const before = stream.getTracks();
    for (const track of tracks) if (!before.includes(track)) stream.addTrack(track);
    for (const track of before) if (!tracks.includes(track)) stream.removeTrack(track);
  }

  clear(): void {
    this.#stream = null;
    for (const element of this.elements) element.srcObject = null;
  }

  /** Unmutes the elements that were muted because of the autoplay policy; call it from a click. */
  async startAudio(): Promise<void> {
    for (const element of [...this.#autoMuted]) {
      this.#autoMuted.delete(element);
      element.muted = false;
      try {
        await element.play();
      } catch (error) {
        element.muted = true;
        this.#autoMuted.add(element);
        void element.play().catch(() => undefined);
        throw toLogeError(error, 'playback_failed');
      }
    }
  }

  #play(element: HTMLMediaElement, stream: MediaStream): void {
    element.srcObject = stream;
    element.play().catch((error: unknown) => this.#handlePlayError(element, error));
  }

  /** The autoplay policy allows muted playback always, and sound only after a user gesture. */
  #handlePlayError(element: HTMLMediaElement, error: unknown): void {
    const name = error instanceof Error ? error.name : '';
    // AbortError: another stream was set meanwhile and plays itself.
    if (name !== 'NotAllowedError' || element.muted || !this.elements.has(element)) {
      if (name !== 'AbortError') this.#log('info', 'playback refused', { reason: String(error) });
      return;
    }
    element.muted = true;
    this.#autoMuted.add(element);
    element.addEventListener('volumechange', this.#handleVolume);
    // In power-saving mode muted playback may be refused too; then `startAudio()` starts it.
    element
      .play()
      .catch((again: unknown) => this.#log('warn', 'muted playback refused', { reason: String(again) }))
      .then(() => this.#onAudioBlocked());
  }

  /** The viewer may unmute by the player's own controls. */
  readonly #handleVolume = ({ target }: Event): void => {
    const element = target as HTMLMediaElement;
    if (!element.muted && this.#autoMuted.delete(element)) this.#onAudioBlocked();
  };
}
