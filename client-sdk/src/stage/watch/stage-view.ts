/**
 * One picture of the stage and the elements that show it: a MediaStream whose tracks are swapped in place, so that an element keeps
 * playing when tracks come and go. It starts playing by itself, without sound where the browser wants a gesture first.
 */
import { toLogeError } from '../../errors.ts';
import type { Log } from '../../log.ts';

interface StageViewOptions {
  log: Log;
  onAudioBlocked(): void;
}

export class StageView {
  readonly elements = new Set<HTMLMediaElement>();
  readonly #log: Log;
  readonly #onAudioBlocked: () => void;
  /** Elements that are muted by the browser's rule and not by the person. */
  readonly #silenced = new Set<HTMLMediaElement>();
  #stream: MediaStream | null = null;

  constructor(options: StageViewOptions) {
    this.#log = options.log;
    this.#onAudioBlocked = options.onAudioBlocked;
  }

  get stream(): MediaStream | null {
    return this.#stream;
  }

  get isAudioBlocked(): boolean {
    return this.#silenced.size > 0;
  }

  attach(element: HTMLMediaElement): void {
    this.elements.add(element);
    element.autoplay = true;
    if ('playsInline' in element) element.playsInline = true;
    // Older Safari reads the attribute only.
    element.setAttribute('playsinline', '');
    if (this.#stream) this.#play(element, this.#stream);
  }

  detach(element: HTMLMediaElement): void {
    if (!this.elements.delete(element)) return;
    this.#silenced.delete(element);
    element.srcObject = null;
  }

  /** Shows exactly these tracks. */
  show(tracks: readonly MediaStreamTrack[]): void {
    if (tracks.length === 0) {
      this.clear();
      return;
    }
    const stream = this.#stream;
    // Nothing but ended tracks: the last picture stays until something new comes.
    if (stream && tracks.every((track) => track.readyState === 'ended')) return;
    // A stream whose tracks have all ended has ended for its elements too: only a new one plays again.
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

  /** To be called from a click: sound back on wherever the browser had it off. */
  async startAudio(): Promise<void> {
    for (const element of [...this.#silenced]) {
      element.muted = false;
      try {
        await element.play();
        this.#silenced.delete(element);
      } catch (error) {
        element.muted = true;
        void element.play().catch(() => undefined);
        throw toLogeError(error, 'playback_failed');
      }
    }
  }

  #play(element: HTMLMediaElement, stream: MediaStream): void {
    element.srcObject = stream;
    element.play().catch((error: unknown) => this.#handleRefusal(element, error));
  }

  /** Autoplay policy: with sound only after the person has touched the page; without sound always. */
  #handleRefusal(element: HTMLMediaElement, error: unknown): void {
    const name = error instanceof Error ? error.name : '';
    // AbortError: another stream was set meanwhile, which plays on its own.
    if (name !== 'NotAllowedError' || element.muted || !this.elements.has(element)) {
      if (name !== 'AbortError') this.#log('info', 'playback refused', { reason: String(error) });
      return;
    }
    element.muted = true;
    this.#silenced.add(element);
    element.play().then(
      () => this.#onAudioBlocked(),
      (again: unknown) => this.#log('warn', 'playback refused without sound too', { reason: String(again) }),
    );
  }
}
