/**
 * The stage as a viewer sees it: which elements show it, how large, and what is on it. The subscriber brings the tracks; the room
 * says when watching is allowed.
 */
import type { StageState, Viewport } from '../../../server/protocol/stage.ts';
import type { Connection } from '../connection/connection.ts';
import { toLogeError } from '../errors.ts';
import type { RoomEventMap, StagePause, StageTrack } from '../events.ts';
import { STAGE } from '../limits.ts';
import type { Log } from '../log.ts';
import type { MediaEngine } from '../media/media-engine.ts';
import { PathMeter, rateQuality, type StageStats } from './quality.ts';
import { StageView } from './watch/stage-view.ts';
import { Subscriber } from './watch/subscriber.ts';
import { ViewportTracker } from './watch/viewport.ts';

type StageEventName =
  | 'trackSubscribed'
  | 'trackUnsubscribed'
  | 'trackMuted'
  | 'audioBlocked'
  | 'stagePauseChanged'
  | 'connectionQuality'
  | 'error';
export type StageEmit = <N extends StageEventName>(name: N, payload: RoomEventMap[N]) => void;

/** `main`: the shared screen when there is one, else the camera, with the sound. `camera` and `screen`: that picture alone, silent. */
export type StagePicture = 'main' | 'camera' | 'screen';

interface StageDependencies {
  connection: Pick<Connection, 'request' | 'state'>;
  engine: MediaEngine;
  emit: StageEmit;
  log: Log;
  adaptiveStream: boolean;
  /** A viewer watches without being asked; who is on stage themselves only once an element is attached. */
  shouldWatch(attached: boolean): boolean;
}

/**
 * The live media of the room. Attach a video element and it plays as soon as there is something to see.
 *
 * @example
 * ```ts
 * room.stage.attach(document.querySelector('video'));
 * soundButton.onclick = () => room.stage.startAudio();
 * ```
 */
export class Stage {
  readonly #views: Readonly<Record<StagePicture, StageView>>;
  readonly #subscriber: Subscriber;
  readonly #viewport: ViewportTracker;
  readonly #meter = new PathMeter();
  readonly #statsMeter = new PathMeter();
  readonly #engine: MediaEngine;
  readonly #emit: StageEmit;
  readonly #log: Log;
  readonly #adaptive: boolean;
  readonly #shouldWatch: (attached: boolean) => boolean;
  /** Tracks that ended because the session is being made anew: their last picture stays until the new one is there. */
  #parting: StageTrack[] = [];
  #partingTimer: ReturnType<typeof setTimeout> | undefined;
  #entered = false;
  /** From `unwatch()` until the page asks for the stage again. */
  #isUnwatched = false;
  #qualityTimer: ReturnType<typeof setInterval> | undefined;

  /** @internal */
  constructor(dependencies: StageDependencies) {
    const { connection, engine, emit, log, adaptiveStream, shouldWatch } = dependencies;
    this.#engine = engine;
    this.#emit = emit;
    this.#log = log;
    this.#adaptive = adaptiveStream;
    this.#shouldWatch = shouldWatch;
    const view = (): StageView => new StageView({ log, onAudioBlocked: () => emit('audioBlocked', { blocked: true }) });
    this.#views = { main: view(), camera: view(), screen: view() };
    this.#viewport = new ViewportTracker((viewport) => this.#subscriber.tellViewport(viewport));
    this.#subscriber = new Subscriber({
      connection,
      engine,
      log,
      handlers: {
        onTrackAdded: (track) => this.#handleTrackAdded(track),
        onTrackRemoved: (track, rejoining) => this.#handleTrackRemoved(track, rejoining),
        onTrackMuted: (track) => emit('trackMuted', track),
        onPauseChanged: (pause) => emit('stagePauseChanged', pause),
        onError: (error) => emit('error', error),
        viewport: () => this.#viewport.current,
      },
    });
  }

  /** What is on stage now. */
  get tracks(): readonly StageTrack[] {
    return this.#subscriber.tracks;
  }

  /**
   * In a private session: why no picture comes although the live goes on; null while it comes, or there is another
   * reason.
   */
  get pause(): StagePause | null {
    return this.#subscriber.pause;
  }

  /** The picture and sound of the stage as a stream, for players of one's own; null while there is nothing. It may be replaced. */
  get mediaStream(): MediaStream | null {
    return this.#views.main.stream;
  }

  /** Whether the browser keeps the sound off until `startAudio()` is called from a click. */
  get isAudioBlocked(): boolean {
    return this.#views.main.isAudioBlocked;
  }

  /** Shows the stage in an element, from now on and across reconnects. It is played inline, with sound where the browser allows it. */
  attach(element: HTMLMediaElement, options: { picture?: StagePicture } = {}): void {
    const { picture = 'main' } = options;
    for (const view of Object.values(this.#views)) if (view !== this.#views[picture]) view.detach(element);
    this.#views[picture].attach(element);
    if (this.#adaptive) this.#viewport.observe(element);
    this.#isUnwatched = false;
    if (this.#wantsToWatch) this.#subscriber.start();
  }

  detach(element: HTMLMediaElement): void {
    for (const view of Object.values(this.#views)) view.detach(element);
    this.#viewport.unobserve(element);
  }

  /**
   * Sound on, after the browser had refused it; call it from a click or key press (HTML autoplay rules).
   * @throws {LogeError} `playback_failed` when the browser still refuses.
   */
  async startAudio(): Promise<void> {
    for (const view of Object.values(this.#views)) await view.startAudio();
    this.#emit('audioBlocked', { blocked: false });
  }

  /** Asks for a picture of this size in device pixels, instead of the size of the elements; null goes back to measuring. */
  setViewport(viewport: Viewport | null): void {
    this.#viewport.set(viewport);
  }

  /** Begins to watch where `autoWatch` is off, or where one is on stage oneself. */
  watch(): void {
    this.#isUnwatched = false;
    if (this.#entered) this.#subscriber.start();
  }

  /** Stops watching, also across reconnects and lives; `watch()` or `attach()` begins again. */
  unwatch(): void {
    this.#isUnwatched = true;
    this.#close({ leave: true });
  }

  /** Figures of the media received; null while nothing is watched. Differences are taken to the call before. */
  async stats(): Promise<StageStats | null> {
    const report = await this.#subscriber.getStats();
    return report ? this.#statsMeter.readInbound(report).stats : null;
  }

  /** @internal Access is there: the device is made ready, and watching begins. */
  enter(state: StageState): void {
    this.#entered = true;
    this.#engine.load(state).catch((error) => {
      this.#log('warn', 'no media in this browser', { reason: String(error) });
      this.#emit('error', toLogeError(error, 'media_not_supported'));
    });
    if (this.#wantsToWatch) this.#subscriber.start();
  }

  /** @internal The room was left: the next one is watched as any other. */
  forget(): void {
    this.leave();
    this.#isUnwatched = false;
  }

  /** @internal Access is gone: everything is closed at once. */
  leave(): void {
    this.#entered = false;
    this.#close({ leave: false });
  }

  /** @internal */
  handleLiveStarted(): void {
    if (this.#wantsToWatch) this.#subscriber.start();
  }

  /** @internal */
  handleLiveEnded(): void {
    this.#parting = [];
    this.#render();
  }

  /** @internal */
  handleReconnected(): void {
    if (this.#entered && (this.#subscriber.isOn || this.#wantsToWatch)) void this.#subscriber.handleReconnected();
  }

  /** @internal */
  get subscriber(): Subscriber {
    return this.#subscriber;
  }

  /** @internal */
  dispose(): void {
    this.leave();
    for (const view of Object.values(this.#views)) for (const element of [...view.elements]) view.detach(element);
    this.#viewport.close();
  }

  get #wantsToWatch(): boolean {
    return this.#entered && !this.#isUnwatched && this.#shouldWatch(this.#isAttached);
  }

  get #isAttached(): boolean {
    return Object.values(this.#views).some((view) => view.elements.size > 0);
  }

  #handleTrackAdded(track: StageTrack): void {
    this.#parting = this.#parting.filter((parting) => parting.source !== track.source);
    if (this.#parting.length > 0) this.#partLater();
    this.#render();
    this.#watchQuality();
    this.#emit('trackSubscribed', track);
  }

  #handleTrackRemoved(track: StageTrack, rejoining: boolean): void {
    const others = this.#parting.filter((parting) => parting.source !== track.source);
    if (rejoining && track.kind === 'video') this.#parting = [...others, track];
    this.#render();
    this.#emit('trackUnsubscribed', track);
  }

  /** Of a camera and a screen that were lost together both come back, or one is not sent any more. */
  #partLater(): void {
    clearTimeout(this.#partingTimer);
    this.#partingTimer = setTimeout(() => {
      this.#parting = [];
      this.#render();
    }, STAGE.partingPictureMs);
  }

  #render(): void {
    const tracks = [...this.#subscriber.tracks, ...this.#parting];
    const first = (source: StageTrack['source']): MediaStreamTrack[] =>
      tracks
        .filter((track) => track.source === source)
        .map(({ track }) => track)
        .slice(0, 1);
    // One of a source: while the creator changes to another node, both sessions' tracks are there for a moment.
    const sound = (['microphone', 'screenAudio'] as const).flatMap((source) => first(source));
    const screen = first('screen');
    const camera = first('camera');
    this.#views.main.show([...(screen.length > 0 ? screen : camera), ...sound]);
    this.#views.camera.show(camera);
    this.#views.screen.show(screen);
  }

  #close(options: { leave: boolean }): void {
    clearInterval(this.#qualityTimer);
    clearTimeout(this.#partingTimer);
    this.#qualityTimer = undefined;
    this.#subscriber.stop(options);
    this.#parting = [];
    for (const view of Object.values(this.#views)) view.clear();
  }

  #watchQuality(): void {
    if (this.#qualityTimer !== undefined) return;
    this.#meter.reset();
    this.#qualityTimer = setInterval(() => void this.#measure(), STAGE.qualityIntervalMs);
  }

  async #measure(): Promise<void> {
    const report = await this.#subscriber.getStats().catch(() => null);
    // What is muted sends nothing, which says nothing about the path.
    if (!report || this.tracks.every(({ muted }) => muted)) return;
    const { stats, sample } = this.#meter.readInbound(report);
    const { bitrateBps, lossPct, roundTripMs } = stats;
    // A camera always moves: without a new picture the path is lost, at our end or at the creator's.
    const stands = this.tracks.some(({ source, muted }) => source === 'camera' && !muted) && sample.frames === 0;
    this.#emit('connectionQuality', {
      direction: 'watching',
      quality: rateQuality({ ...sample, flowing: sample.flowing && !stands }),
      bitrateBps,
      lossPct,
      roundTripMs,
    });
  }
}
