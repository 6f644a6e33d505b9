/**
 * The stage for viewers: attaches media elements, measures their size and shows the tracks that the subscriber
 * receives. The room decides when watching is allowed.
 */
import type { GrantedSession, StageState, Viewport } from '../../../server/protocol/stage.ts';
import type { Connection } from '../connection/connection.ts';
import { LogeError, toLogeError } from '../errors.ts';
import type { RoomEventMap, StagePause, StageTrack } from '../events.ts';
import { STAGE } from '../limits.ts';
import type { Log } from '../log.ts';
import type { MediaEngine } from '../media/media-engine.ts';
import { PathMeter, rateQuality, type StageStats } from './quality.ts';
import { StageView } from './watch/stage-view.ts';
import { Subscriber } from './watch/subscriber.ts';
import { ViewportTracker } from './watch/viewport.ts';
import { describeViewer, prepareToWatch } from './watch/watch-request.ts';

type StageEventName =
  | 'trackSubscribed'
  | 'trackUnsubscribed'
  | 'trackMuted'
  | 'audioBlocked'
  | 'stagePauseChanged'
  | 'soundOnlyChanged'
  | 'connectionQuality'
  | 'error';
export type StageEmit = <N extends StageEventName>(name: N, payload: RoomEventMap[N]) => void;

/**
 * `main`: the shared screen if there is one, else the camera, with sound. `camera`, `screen`: only that picture,
 * without sound.
 */
export type StagePicture = 'main' | 'camera' | 'screen';

interface StageDependencies {
  connection: Pick<Connection, 'request' | 'state'>;
  engine: MediaEngine;
  emit: StageEmit;
  log: Log;
  adaptiveStream: boolean;
  /** Whether to start watching without a call of `watch()`; `attached`: whether an element is attached. */
  shouldWatch(attached: boolean): boolean;
}

/**
 * The live media of the room. An attached video element plays as soon as there is a picture.
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
  readonly #connection: StageDependencies['connection'];
  readonly #engine: MediaEngine;
  readonly #emit: StageEmit;
  readonly #log: Log;
  readonly #adaptive: boolean;
  readonly #shouldWatch: (attached: boolean) => boolean;
  /** Ended tracks of a session that is being replaced; their last picture is shown until the new tracks arrive. */
  #lastPictures: StageTrack[] = [];
  #lastPicturesTimer: ReturnType<typeof setTimeout> | undefined;
  #entered = false;
  /** From `unwatch()` until the next `watch()` or `attach()`. */
  #isUnwatched = false;
  #qualityTimer: ReturnType<typeof setInterval> | undefined;

  /** @internal */
  /** @internal */
  constructor(dependencies: StageDependencies) {
    const { connection, engine, emit, log, adaptiveStream, shouldWatch } = dependencies;
    this.#connection = connection;
    this.#engine = engine;
    this.#emit = emit;
    this.#log = log;
    this.#adaptive = adaptiveStream;
    this.#shouldWatch = shouldWatch;
    const view = (): StageView =>
      new StageView({ log, onAudioBlocked: () => emit('audioBlocked', { blocked: this.isAudioBlocked }) });
    this.#views = { main: view(), camera: view(), screen: view() };
    this.#viewport = new ViewportTracker((viewport) => this.#subscriber.sendViewport(viewport));
    this.#subscriber = new Subscriber({
      connection,
      engine,
      log,
      handlers: {
        onTrackAdded: (track) => this.#handleTrackAdded(track),
        onTrackRemoved: (track, rejoining) => this.#handleTrackRemoved(track, rejoining),
        onTrackMuted: (track) => emit('trackMuted', track),
        onPauseChanged: (pause) => emit('stagePauseChanged', pause),
        onSoundOnly: () => emit('soundOnlyChanged', { soundOnly: this.isSoundOnly }),
        onError: (error) => emit('error', error),
        viewport: () => this.#viewport.current,
      },
    });
  }

  /** The remote tracks on stage. */
  get tracks(): readonly StageTrack[] {
    return this.#subscriber.tracks;
  }

  /** Set while the server has paused the media of a private session; null otherwise. */
  get pause(): StagePause | null {
    return this.#subscriber.pause;
  }

  /** Whether the connection is too slow for even the smallest picture; it comes back by itself. */
  get isSoundOnly(): boolean {
    return this.#subscriber.isSoundOnly;
  }

  /** Picture and sound of the stage as a stream, for a custom player; null without tracks. It may be replaced. */
  get mediaStream(): MediaStream | null {
    return this.#views.main.stream;
  }

  /** Whether the browser blocks the sound of an attached element until `startAudio()` is called from a click. */
  get isAudioBlocked(): boolean {
    return Object.values(this.#views).some((view) => view.isAudioBlocked);
  }

  /** Shows the stage in an element, also across reconnects. It plays inline, with sound if the browser allows it. */
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
   * Starts the sound that the browser has blocked; call it from a click or key press (HTML autoplay policy).
   * @throws {LogeError} `playback_failed` if the browser still blocks it.
   */
  async startAudio(): Promise<void> {
    for (const view of Object.values(this.#views)) await view.startAudio();
    this.#emit('audioBlocked', { blocked: false });
  }

  /**
   * Requests a picture of this size in device pixels instead of the elements' size; null measures the elements again.
   */
  setViewport(viewport: Viewport | null): void {
    this.#viewport.set(viewport);
  }

  /** Starts watching if `autoWatch` is off, or if this participant is a publisher. */
  watch(): void {
    this.#isUnwatched = false;
    if (this.#entered) this.#subscriber.start();
  }

  /** Stops watching, also across reconnects and lives, until `watch()` or `attach()` is called. */
  unwatch(): void {
    this.#isUnwatched = true;
    this.#close({ leave: true });
  }

  /** Statistics of the received media since the last call; null while nothing is watched. */
  async stats(): Promise<StageStats | null> {
    const report = await this.#subscriber.getStats();
    return report ? this.#statsMeter.readInbound(report).stats : null;
  }

  /** @internal The socket is being opened: opens a media session meanwhile. */
  watchAhead(ask: Parameters<Subscriber['openAhead']>[0]): void {
    this.#subscriber.openAhead(ask);
  }

  /** @internal Whether an element is attached. */
  get isAttached(): boolean {
    return Object.values(this.#views).some((view) => view.elements.size > 0);
  }

  /** @internal Access may be granted soon. */
  prepare(): void {
    if (!this.#shouldWatch(this.isAttached)) return;
    describeViewer(this.#engine, () => this.#viewport.current)
      .then((viewer) => prepareToWatch(this.#connection, viewer))
      .catch((error) => {
        this.#log('debug', 'watching not prepared', { code: toLogeError(error, 'internal').code });
      });
  }

  /** @internal Access is about to be bought: brings a transport up meanwhile. */
  prepareTransport(): void {
    if (this.#entered || this.#isUnwatched || !this.#shouldWatch(this.isAttached)) return;
    this.#subscriber.prepare(async (viewer) => {
      const { session, transport, ...opened } = await prepareToWatch(this.#connection, viewer, true);
      if (!session || !transport) throw new LogeError('stage_unavailable');
      return { connected: false, ...opened, session, transport, consumers: [] };
    });
  }

  /** @internal Access was granted: loads the media device and starts watching, over a session that came with it. */
  enter(state: StageState, watching?: GrantedSession): void {
    this.#entered = true;
    if (watching) void this.#subscriber.handleGranted(watching);
    this.#engine.load(state).catch((error) => {
      this.#log('warn', 'media device could not be loaded', { reason: String(error) });
      this.#emit('error', toLogeError(error, 'media_not_supported'));
    });
    if (this.#wantsToWatch) this.#subscriber.start();
  }

  /** @internal The room was left. */
  reset(): void {
    this.leave();
    this.#isUnwatched = false;
  }

  /** @internal Access has ended: closes everything at once. */
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
    this.#lastPictures = [];
    this.#render();
  }

  /** @internal */
  handleReconnected(): void {
    if (this.#entered && (this.#subscriber.isStarted || this.#wantsToWatch)) void this.#subscriber.handleReconnected();
  }

  /** @internal */
  get subscriber(): Subscriber {
    return this.#subscriber;
  }

  get #wantsToWatch(): boolean {
    return this.#entered && !this.#isUnwatched && this.#shouldWatch(this.isAttached);
  }

  #handleTrackAdded(track: StageTrack): void {
    this.#lastPictures = this.#lastPictures.filter(({ source }) => source !== track.source);
    if (this.#lastPictures.length > 0) this.#dropLastPicturesLater();
    this.#render();
    this.#watchQuality();
    this.#emit('trackSubscribed', track);
  }

  #handleTrackRemoved(track: StageTrack, rejoining: boolean): void {
    const others = this.#lastPictures.filter(({ source }) => source !== track.source);
    if (rejoining && track.kind === 'video') this.#lastPictures = [...others, track];
    this.#render();
    this.#emit('trackUnsubscribed', track);
  }

  /**
   * If camera and screen were lost together and only one returns, the other's last picture is dropped after a while.
   */
  #dropLastPicturesLater(): void {
    clearTimeout(this.#lastPicturesTimer);
    this.#lastPicturesTimer = setTimeout(() => {
      this.#lastPictures = [];
      this.#render();
    }, STAGE.lastPictureMs);
  }

  #render(): void {
    const tracks = [...this.#subscriber.tracks, ...this.#lastPictures];
    const first = (source: StageTrack['source']): MediaStreamTrack[] =>
      tracks
        .filter((track) => track.source === source)
        .map(({ track }) => track)
        .slice(0, 1);
    // One track of each source: while the creator moves to another node, tracks of both sessions exist.
    const sound = (['microphone', 'screenAudio'] as const).flatMap((source) => first(source));
    const screen = first('screen');
    const camera = first('camera');
    this.#views.main.show([...(screen.length > 0 ? screen : camera), ...sound]);
    this.#views.camera.show(camera);
    this.#views.screen.show(screen);
  }

  #close(options: { leave: boolean }): void {
    clearInterval(this.#qualityTimer);
    clearTimeout(this.#lastPicturesTimer);
    this.#qualityTimer = undefined;
    this.#subscriber.stop(options);
    this.#lastPictures = [];
    for (const view of Object.values(this.#views)) view.clear();
  }

  #watchQuality(): void {
    if (this.#qualityTimer !== undefined) return;
    this.#meter.reset();
    this.#qualityTimer = setInterval(() => void this.#measure(), STAGE.qualityIntervalMs);
  }

  async #measure(): Promise<void> {
    const report = await this.#subscriber.getStats().catch(() => null);
    // Muted tracks send nothing, so they cannot be measured.
    if (!report || this.tracks.every(({ muted }) => muted)) return;
    const { stats, sample } = this.#meter.readInbound(report);
    const { bitrateBps, lossPct, roundTripMs } = stats;
    // A camera sends continuously: without a new picture the connection of either end is lost.
    const isFrozen = this.tracks.some(({ source, muted }) => source === 'camera' && !muted) && sample.frames === 0;
    this.#emit('connectionQuality', {
      direction: 'watching',
      quality: rateQuality({ ...sample, flowing: sample.flowing && !isFrozen }),
      bitrateBps,
      lossPct,
      roundTripMs,
    });
  }
}
