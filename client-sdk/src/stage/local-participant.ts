/**
 * Oneself in the room: who one is and may do, and being live. It joins what is captured (`local-media.ts`) with what is sent
 * (`publisher.ts`).
 */
import type { Role } from '../../../server/protocol/accounts.ts';
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

/** What to go live with. With none of these named: camera and microphone. A stream's tracks count as camera and microphone. */
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
  /** Calls off the going live that is under way. */
  #going: AbortController | null = null;
  #isInterrupted = false;
  #qualityTimer: ReturnType<typeof setInterval> | undefined;

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

  /** The embedder's own id of this person; empty before the room is connected. */
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

  /** On stage by one's own doing, also while a lost connection is being restored. */
  get isLive(): boolean {
    return this.#publisher.isOn;
  }

  /**
   * The live was interrupted for longer than the server waits, and nothing is published any more: ask the creator, then call `goLive()` to go on with
   * the same tracks, or `stopPreview()` to let them go.
   */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** Camera and microphone of this page, for a preview; show it muted. The same stream while its tracks change. */
  get previewStream(): MediaStream | null {
    return this.#media.preview;
  }

  get tracks(): readonly LocalTrack[] {
    return this.#media.tracks;
  }

  isMuted(source: TrackSource): boolean {
    return this.#media.get(source)?.muted ?? false;
  }

  /**
   * Opens camera and microphone without sending them; `goLive()` goes on with them. Null when they were let go again meanwhile.
   * @throws {LogeError} `camera_denied`, `camera_not_found`, `camera_in_use`, `media_not_supported`.
   */
  async startPreview(options: PreviewOptions = {}): Promise<MediaStream | null> {
    const { camera = true, microphone = true } = options;
    await this.#media.openDevices({ camera, microphone });
    return this.previewStream;
  }

  /** Lets camera and microphone go, unless they are on stage. */
  stopPreview(): void {
    if (this.isLive || this.#going) return;
    this.#isInterrupted = false;
    this.#media.closeAll();
  }

  /**
   * Goes live; resolves when the server has the tracks and sends them on. A live of the same creator in another window is taken over.
   * @throws {LogeError} `publish_not_allowed`, `publish_in_progress`, `camera_denied`, `camera_not_found`, `camera_in_use`,
   * `screen_denied`, `media_not_supported`, `stage_unavailable`, `charter_acceptance_required` on houses that ask for
   * it, `live_replaced` when another
   * page of the creator went live at the same moment, `not_publishing` when it was called off meanwhile.
   */
  async goLive(options: GoLiveOptions = {}): Promise<void> {
    if (this.#going || this.isLive) throw new LogeError('publish_in_progress');
    // Before any device is opened.
    const { state } = this.#connection;
    if (state === 'idle' || state === 'disconnected') throw new LogeError('not_connected');
    if (this.#self && !this.permissions.publish) throw new LogeError('publish_not_allowed');
    const going = new AbortController();
    const { signal } = going;
    this.#going = going;
    this.#isInterrupted = false;
    try {
      // Whoever calls it off is answered at once, however long the browser still asks for a camera.
      await Promise.race([this.#goOnStage(options, signal), whenAborted(signal)]);
      signal.throwIfAborted();
    } finally {
      if (this.#going === going) this.#going = null;
    }
    this.#meter.reset();
    this.#qualityTimer = setInterval(() => void this.#measure(), STAGE.qualityIntervalMs);
    for (const { source } of this.#media.tracks) this.#tellTrack(source, 'published');
    this.#emit('localLiveStarted', { startedAt: new Date().toISOString() });
  }

  /** Ends the live: what was captured is let go at once, then everyone is told. */
  async endLive(): Promise<void> {
    if (!this.isLive && !this.#going) return;
    const told = this.#publisher.end();
    this.#handleEnded('ended', null);
    await told;
  }

  /** Mutes or unmutes; viewers are told, and see black or hear nothing meanwhile. */
  async setMuted(source: TrackSource, muted: boolean): Promise<void> {
    if (!this.#media.get(source) || this.isMuted(source) === muted) return;
    this.#media.setMuted(source, muted);
    this.#tellTrack(source, muted ? 'muted' : 'unmuted');
    await this.#publisher.setMuted(source, muted);
  }

  /** Goes on with another camera; also turns one on where the live began without. */
  switchCamera(deviceId: string): Promise<void> {
    return this.#switch('camera', deviceId);
  }

  switchMicrophone(deviceId: string): Promise<void> {
    return this.#switch('microphone', deviceId);
  }

  /** Shares a screen or window beside the camera; to be called from a click. */
  async shareScreen(choice: CaptureChoice = true): Promise<void> {
    await this.#media.openScreen(choice);
    await this.#send('screen', 'published');
    await this.#send('screenAudio', 'published');
  }

  async stopScreen(): Promise<void> {
    await Promise.all([this.#withdraw('screen'), this.#withdraw('screenAudio')]);
  }

  /** @internal */
  get publisher(): Publisher {
    return this.#publisher;
  }

  /** @internal */
  handleSelf(self: Pick<Welcome, 'participant' | 'can'> | null): void {
    this.#self = self;
  }

  /** @internal Off stage without asking: access is gone, the room is over, or the page leaves. */
  close(reason: LocalLiveEndReason): void {
    const wasLive = this.isLive;
    this.#publisher.close();
    this.#isInterrupted = false;
    if (wasLive || this.#going) this.#handleEnded(reason, null);
    else this.#media.closeAll();
  }

  async #goOnStage(options: GoLiveOptions, signal: AbortSignal): Promise<void> {
    await this.#capture(options, signal);
    signal.throwIfAborted();
    if (this.#media.tracks.length === 0)
      throw new LogeError('invalid_request', 'Name a camera, microphone, screen or stream to go live with.');
    await this.#publisher.publish(this.#media.tracks);
  }

  async #capture(options: GoLiveOptions, signal: AbortSignal): Promise<void> {
    const { camera, microphone, screen, stream } = options;
    const nothingNamed =
      camera === undefined && microphone === undefined && screen === undefined && stream === undefined;
    // A preview that is open is what the creator has looked at: go on with exactly that.
    if (nothingNamed && this.#media.tracks.length > 0) return;
    if (stream) this.#media.adopt(stream);
    // The screen first: its question needs the click that started all this, and the camera's question would use it up.
    if (screen) await this.#media.openScreen(screen);
    signal.throwIfAborted();
    await this.#media.openDevices({ camera: camera ?? nothingNamed, microphone: microphone ?? nothingNamed });
    signal.throwIfAborted();
    if (camera === false) this.#media.close('camera');
    if (microphone === false) this.#media.close('microphone');
  }

  async #switch(source: 'camera' | 'microphone', deviceId: string): Promise<void> {
    await this.#media.switchDevice(source, deviceId);
    await this.#send(source, 'switched');
  }

  async #send(source: TrackSource, change: LocalTrackChange): Promise<void> {
    const local = this.#media.get(source);
    if (!local) return;
    await this.#publisher.put(local);
    this.#tellTrack(source, change);
  }

  async #withdraw(source: TrackSource): Promise<void> {
    const isThere = this.#media.get(source) !== undefined;
    this.#media.close(source);
    if (isThere) await this.#handleGone(source, 'unpublished');
  }

  async #handleGone(source: TrackSource, change: LocalTrackChange): Promise<void> {
    this.#emit('localTrackChanged', { source, change, track: null, muted: false });
    await this.#publisher.remove(source);
  }

  /** Unplugged, or "stop sharing" pressed in the browser's own bar. */
  #handleTrackEnded(source: TrackSource): void {
    this.#handleGone(source, 'ended').catch((error) => this.#emit('error', toLogeError(error, 'internal')));
  }

  #handleEnded(reason: LocalLiveEndReason, error: LogeError | null): void {
    clearInterval(this.#qualityTimer);
    this.#qualityTimer = undefined;
    this.#isInterrupted = reason === 'interrupted';
    // What is kept is off air, and shown to whoever is asked whether to go on with it.
    if (!this.#isInterrupted) this.#media.closeAll();
    const going = this.#going;
    this.#going = null;
    // Nobody was told that it began: the call that began it fails.
    if (going) going.abort(error ?? new LogeError('not_publishing', 'Going live was cancelled.'));
    else this.#emit('localLiveEnded', { reason, error });
  }

  #tellTrack(source: TrackSource, change: LocalTrackChange): void {
    const local = this.#media.get(source);
    if (local) this.#emit('localTrackChanged', { source, change, track: local.track, muted: local.muted });
  }

  async #measure(): Promise<void> {
    const report = await this.#publisher.getStats().catch(() => null);
    if (!report) return;
    const { bitrateBps, sample } = this.#meter.readOutbound(report);
    // Nothing is sent while nobody watches; only the path itself says whether it is lost.
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
