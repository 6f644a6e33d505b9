/**
 * The participant of this page: identity, role, permissions and going live. Connects the captured tracks
 * (`local-media.ts`) with the publisher (`publisher.ts`).
 */
import type { Role } from '../../../server/protocol/accounts/accounts.ts';
import type { Welcome } from '../../../server/protocol/realtime.ts';
import type { TrackSource } from '../../../server/protocol/stage.ts';
import { LogeError, toLogeError } from '../errors.ts';
import type { LocalLiveEndReason, LocalTrackChange, RoomEventMap } from '../events.ts';
import { STAGE } from '../limits.ts';
import type { CaptureChoice } from '../media/devices.ts';
import { LocalMedia, type LocalTrack } from '../media/local-media.ts';
import { Publisher } from './publish/publisher.ts';
import { PathMeter, rateQuality } from './quality.ts';

type LocalEventName =
  | 'localTrackChanged'
  | 'localLiveStarted'
  | 'localLiveEnded'
  | 'publishingLayers'
  | 'connectionQuality'
  | 'error';
export type LocalEmit = <N extends LocalEventName>(name: N, payload: RoomEventMap[N]) => void;

export interface PreviewOptions {
  camera?: CaptureChoice;
  microphone?: CaptureChoice;
}

/**
 * What to publish; an open preview's other sources are closed (`localTrackChanged` with `unpublished`). Default: camera
 * and microphone. The tracks of `stream` are published as camera and microphone.
 */
export interface GoLiveOptions extends PreviewOptions {
  screen?: CaptureChoice;
  stream?: MediaStream;
}

export interface ParticipantPermissions {
  readonly publish: boolean;
  readonly chat: boolean;
  readonly tip: boolean;
  readonly moderate: boolean;
}

type PublisherDependencies = ConstructorParameters<typeof Publisher>[0];

interface LocalParticipantDependencies extends Omit<PublisherDependencies, 'handlers'> {
  emit: LocalEmit;
}

/**
 * The participant of this page.
 *
 * @example
 * ```ts
 * const me = room.localParticipant;
 * await me.startPreview();
 * preview.srcObject = me.previewStream;
 * goLiveButton.onclick = () => me.goLive();
 * ```
 */
export class LocalParticipant {
  readonly #emit: LocalEmit;
  readonly #connection: PublisherDependencies['connection'];
  readonly #media: LocalMedia;
  readonly #publisher: Publisher;
  readonly #meter = new PathMeter();
  #self: Pick<Welcome, 'participant' | 'can'> | null = null;
  /** Cancels the running `goLive()`. */
  #goingLive: AbortController | null = null;
  #isInterrupted = false;
  #qualityTimer: ReturnType<typeof setInterval> | undefined;

  /** @internal */
  /** @internal */
  constructor(dependencies: LocalParticipantDependencies) {
    const { emit, ...rest } = dependencies;
    this.#emit = emit;
    this.#connection = rest.connection;
    this.#media = new LocalMedia((source) => this.#handleTrackEnded(source));
    this.#publisher = new Publisher({
      ...rest,
      handlers: {
        onEnded: (reason, error) => this.#handleEnded(reason, error),
        onLayers: (source, maxSpatialLayer) => emit('publishingLayers', { source, maxSpatialLayer }),
      },
    });
  }

  /** The embedder's id of this person; empty before the room is connected. */
  get identity(): string {
    return this.#self?.participant.identity ?? '';
  }

  get name(): string {
    return this.#self?.participant.name ?? '';
  }

  get role(): Role {
    return this.#self?.participant.role ?? 'fan';
  }

  get permissions(): ParticipantPermissions {
    return this.#self?.can ?? { publish: false, chat: false, tip: false, moderate: false };
  }

  /** Whether this page is live, also while a lost connection is being restored. */
  get isLive(): boolean {
    return this.#publisher.isLive;
  }

  /**
   * Whether the live was interrupted for longer than the server waits, so that nothing is published any more. Ask the
   * creator, then call `goLive()` to continue with the same tracks, or `stopPreview()` to close them.
   */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** Camera and microphone for a preview; play it muted. The stream stays the same when its tracks change. */
  get previewStream(): MediaStream | null {
    return this.#media.preview;
  }

  get tracks(): readonly LocalTrack[] {
    return this.#media.tracks;
  }

  /** A muted source stays so after its device was unplugged: the next one opens muted. */
  isMuted(source: TrackSource): boolean {
    return this.#media.isMuted(source);
  }

  /**
   * Opens camera and microphone without publishing them; `goLive()` uses them later. Meanwhile the page connects to the
   * media server and sends nothing there, so that going live takes one round trip. Resolves with null if they were
   * closed again meanwhile.
   * @throws {LogeError} `camera_denied`, `camera_not_found`, `camera_in_use`, `media_not_supported`.
   */
  async startPreview(options: PreviewOptions = {}): Promise<MediaStream | null> {
    const { camera = true, microphone = true } = options;
    await this.#media.openDevices({ camera, microphone });
    this.#prepare();
    return this.previewStream;
  }

  /** Closes camera and microphone, unless they are live. */
  stopPreview(): void {
    if (this.isLive || this.#goingLive) return;
    this.#isInterrupted = false;
    this.#publisher.dropPrepared();
    this.#media.closeAll();
  }

  /**
   * Goes live; resolves when the server forwards the tracks. Replaces a live of the same creator in another window.
   * @throws {LogeError} `publish_not_allowed`, `publish_in_progress`, `camera_denied`, `camera_not_found`,
   * `camera_in_use`, `screen_denied`, `media_not_supported`, `stage_unavailable`, `charter_acceptance_required` while
   * the charter in force is not accepted (see `room.charter`), `live_stopped` while the house has stopped the live,
   * `account_suspended` while it has suspended the creator, `live_replaced` if another page of the creator went live at
   * the same moment, `not_publishing` if it was cancelled.
   */
  async goLive(options: GoLiveOptions = {}): Promise<void> {
    if (this.#goingLive || this.isLive) throw new LogeError('publish_in_progress');
    // Check before opening any device.
    const { state } = this.#connection;
    if (state === 'idle' || state === 'disconnected') throw new LogeError('not_connected');
    if (this.#self && !this.permissions.publish) throw new LogeError('publish_not_allowed');
    const goingLive = new AbortController();
    const { signal } = goingLive;
    this.#goingLive = goingLive;
    this.#isInterrupted = false;
    try {
      // Reject at once when cancelled, even while the browser still asks for permission.
      await Promise.race([this.#publishTracks(options, signal), whenAborted(signal)]);
      signal.throwIfAborted();
    } finally {
      if (this.#goingLive === goingLive) this.#goingLive = null;
    }
    this.#meter.reset();
    this.#qualityTimer = setInterval(() => void this.#measure(), STAGE.qualityIntervalMs);
    for (const { source } of this.#media.tracks) this.#emitTrackChange(source, 'published');
    this.#emit('localLiveStarted', { startedAt: new Date().toISOString() });
  }

  /** Ends the live: closes the captured tracks at once, then tells the server. */
  async endLive(): Promise<void> {
    const publication = this.stopLive();
    if (publication) await this.#connection.requestReliably('stage:endLive', { publication });
  }

  /** Mutes or unmutes a source; viewers get `trackMuted`. */
  async setMuted(source: TrackSource, muted: boolean): Promise<void> {
    if (this.isMuted(source) === muted) return;
    this.#media.setMuted(source, muted);
    this.#emitTrackChange(source, muted ? 'muted' : 'unmuted');
    await this.#publisher.setMuted(source, muted);
  }

  /** Switches to another camera, or adds one to a live without. */
  switchCamera(deviceId: string): Promise<void> {
    return this.#switch('camera', deviceId);
  }

  switchMicrophone(deviceId: string): Promise<void> {
    return this.#switch('microphone', deviceId);
  }

  /** Shares a screen or window in addition to the camera; call it from a click. */
  async shareScreen(choice: CaptureChoice = true): Promise<void> {
    await this.#publishAll(await this.#media.openScreen(choice));
  }

  async stopScreen(): Promise<void> {
    await Promise.all([this.#unpublish('screen'), this.#unpublish('screenAudio')]);
  }

  /** @internal Opens the camera and microphone that the live lacks, such as after an unplug, and publishes them. */
  async addDevices(): Promise<void> {
    await this.#publishAll(await this.#media.openDevices({ camera: true, microphone: true }));
  }

  /** @internal */
  get publisher(): Publisher {
    return this.#publisher;
  }

  /** @internal */
  handleSelf(self: Pick<Welcome, 'participant' | 'can'> | null): void {
    this.#self = self;
    // The code for sending: only publishers load it, before they need it.
    if (self?.can.publish) import('./publish/sent-tracks.ts').catch(() => {});
    this.#prepare();
  }

  /** @internal Closes the captured tracks. The caller tells the server that this publication has ended. */
  stopLive(): string | undefined {
    if (!this.isLive && !this.#goingLive) return undefined;
    const publication = this.#publisher.close();
    this.#handleEnded('ended', null);
    return publication;
  }

  /** @internal Stops without a request to the server: access or the room has ended, or the page leaves. */
  close(reason: LocalLiveEndReason): void {
    const wasLive = this.isLive;
    this.#publisher.close();
    this.#isInterrupted = false;
    if (wasLive || this.#goingLive) this.#handleEnded(reason, null);
    else this.#media.closeAll();
  }

  async #publishTracks(options: GoLiveOptions, signal: AbortSignal): Promise<void> {
    await this.#capture(options, signal);
    signal.throwIfAborted();
    if (this.#media.tracks.length === 0)
      throw new LogeError('invalid_request', 'Name a camera, microphone, screen or stream to go live with.');
    await this.#publisher.publish(this.#media.tracks);
  }

  /** While the preview is open, the publisher connects ahead of `goLive()`. */
  #prepare(): void {
    const { tracks } = this.#media;
    if (tracks.length > 0 && this.permissions.publish && this.#connection.state === 'connected')
      this.#publisher.prepare(tracks);
  }

  async #capture(options: GoLiveOptions, signal: AbortSignal): Promise<void> {
    const { camera, microphone, screen, stream } = options;
    const useDefaults =
      camera === undefined && microphone === undefined && screen === undefined && stream === undefined;
    const isAnyGiven = Boolean(camera || microphone || screen || stream);
    // Publish exactly the open preview.
    if (useDefaults && this.#media.tracks.length > 0) return;
    if (stream) this.#media.adopt(stream);
    // The screen first: its prompt needs user activation, which the camera's prompt would consume.
    if (screen) await this.#media.openScreen(screen);
    signal.throwIfAborted();
    await this.#media.openDevices({ camera: camera ?? useDefaults, microphone: microphone ?? useDefaults });
    signal.throwIfAborted();
    // The preview may have opened sources that were not requested.
    const choices = { camera, microphone, screen, screenAudio: screen };
    for (const source of Object.keys(choices) as TrackSource[]) {
      const track = this.#media.get(source)?.track;
      const isOfStream = track !== undefined && stream?.getTracks().includes(track);
      if (!(choices[source] ?? (isOfStream || !isAnyGiven))) await this.#unpublish(source);
    }
  }

  async #switch(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    const failure = await this.#media.switchDevice(source, deviceId);
    await this.#publish(source, 'switched');
    if (failure) throw failure;
  }

  async #publishAll(sources: TrackSource[]): Promise<void> {
    await Promise.all(sources.map((source) => this.#publish(source, 'published')));
  }

  async #publish(source: TrackSource, change: LocalTrackChange): Promise<void> {
    const local = this.#media.get(source);
    if (!local) return;
    await this.#publisher.put(local);
    this.#prepare();
    this.#emitTrackChange(source, change);
  }

  async #unpublish(source: TrackSource): Promise<void> {
    const isThere = this.#media.get(source) !== undefined;
    this.#media.close(source);
    if (isThere) await this.#handleGone(source, 'unpublished');
  }

  async #handleGone(source: TrackSource, change: LocalTrackChange): Promise<void> {
    this.#emit('localTrackChanged', { source, change, track: null, muted: this.isMuted(source) });
    await this.#publisher.remove(source);
  }

  /** The device was unplugged, or the person stopped sharing in the browser. */
  #handleTrackEnded(source: TrackSource): void {
    this.#handleGone(source, 'ended').catch((error) => this.#emit('error', toLogeError(error, 'internal')));
  }

  #handleEnded(reason: LocalLiveEndReason, error: LogeError | null): void {
    clearInterval(this.#qualityTimer);
    this.#qualityTimer = undefined;
    this.#isInterrupted = reason === 'interrupted';
    // An interrupted live keeps its tracks as a preview for the next `goLive()`.
    if (!this.#isInterrupted) this.#media.closeAll();
    const goingLive = this.#goingLive;
    this.#goingLive = null;
    // The live has not started: reject `goLive()` instead of emitting an event.
    if (goingLive) goingLive.abort(error ?? new LogeError('not_publishing', 'Going live was cancelled.'));
    else this.#emit('localLiveEnded', { reason, error });
  }

  #emitTrackChange(source: TrackSource, change: LocalTrackChange): void {
    const local = this.#media.get(source);
    if (local) this.#emit('localTrackChanged', { source, change, track: local.track, muted: local.muted });
  }

  async #measure(): Promise<void> {
    const report = await this.#publisher.getStats().catch(() => null);
    if (!report) return;
    const { bitrateBps, sample } = this.#meter.readOutbound(report);
    // Nothing is sent while nobody watches, so only the transport's state shows a loss.
    const quality = rateQuality({ ...sample, flowing: this.#publisher.isFlowing });
    const { lossPct, roundTripMs } = sample;
    this.#emit('connectionQuality', { direction: 'publishing', quality, bitrateBps, lossPct, roundTripMs });
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
}
