import type { types } from 'mediasoup';
import {
  FIRST_EPOCH,
  type SessionCloseReason,
  type SessionGrant,
  type SessionTraffic,
  SfuError,
  type SfuEvent,
} from '../contract.ts';
import type { StageTrack } from '../tracks/stage-track.ts';

/** The room as its sessions use it. */
export interface SessionRoom {
  readonly tracks: StageTrack[];
  /** Tracks of the publisher's spare. */
  readonly spareTracks: StageTrack[];
  /** Resolves when the tracks on stage are known, where they are pulled from another node. */
  stageKnown(): Promise<void>;
  /** The publisher put a track on stage, or took some off. */
  handleTrackAdded(track: StageTrack): void;
  handleTracksRemoved(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  handleSentLayerChanged(track: StageTrack): void;
  /** The session watches these tracks from now on, or no longer, or prefers another layer of them. */
  handlePreferenceChanged(tracks: StageTrack[]): void;
}

/** The room's router on the worker of the session's transport. */
export interface SessionRouter {
  readonly room: SessionRoom;
  createTransport(): Promise<types.WebRtcTransport>;
  /** A transport to another node. */
  createPipeTransport(): Promise<types.PipeTransport>;
  /** Makes the track available on this router. */
  provide(track: StageTrack): Promise<void>;
  /** The session's load on the worker changed by this number of consumers. */
  handleLoadChanged(consumers: number): void;
}

export interface SessionOptions {
  id: string;
  /** The session for which this one is a spare. */
  spareOf?: string;
  grant: SessionGrant;
  router: SessionRouter;
  emit: (event: SfuEvent) => void;
}

/** The fields read from mediasoup's statistics. */
interface StreamStat {
  type: string;
  kind?: string;
  byteCount?: number;
}

/** One transport in one room, under a grant and a lease. The subclasses know the direction and the far end. */
export abstract class Session {
  readonly id: string;
  #grant: SessionGrant;
  protected readonly router: SessionRouter;
  protected readonly room: SessionRoom;
  /** When the lease was last renewed, by the monotonic clock: a step of the wall clock must not end it. */
  #renewedAtMs = performance.now();
  /** Fencing number of its owner; see `FIRST_EPOCH`. */
  epoch = FIRST_EPOCH;
  protected readonly emit: (event: SfuEvent) => void;
  #opened = false;
  #closedBecause: SessionCloseReason | undefined;

  protected constructor({ id, grant, router, emit }: SessionOptions) {
    this.id = id;
    this.#grant = grant;
    this.router = router;
    this.room = router.room;
    this.emit = emit;
  }

  get grant(): SessionGrant {
    return this.#grant;
  }

  renewLease(): void {
    this.#renewedAtMs = performance.now();
  }

  get unrenewedMs(): number {
    return performance.now() - this.#renewedAtMs;
  }

  /** Changes when the grant ends. */
  extend(until: number): void {
    this.setGrant({ ...this.#grant, until });
  }

  protected setGrant(grant: SessionGrant): void {
    this.assertOpen();
    this.#grant = grant;
  }

  /** Whether the open request has been answered. No events are sent before. */
  get opened(): boolean {
    return this.#opened;
  }

  protected get closedBecause(): SessionCloseReason | undefined {
    return this.#closedBecause;
  }

  get closed(): boolean {
    return this.#closedBecause !== undefined;
  }

  /** The session for which this one is an unused spare. */
  get spareOf(): string | undefined {
    return undefined;
  }

  get isSpare(): boolean {
    return this.spareOf !== undefined;
  }

  /** Whether it has its transport alone, and waits for access or for the stage. */
  get isPrepared(): boolean {
    return false;
  }

  /** Producers or consumers of this session. */
  get streamCount(): number {
    return this.streams().length;
  }

  /** Throws if the session was closed, which may happen while something is awaited. */
  assertOpen(): void {
    const reason = this.#closedBecause;
    if (reason === 'worker_died' || reason === 'node_closed') {
      throw new SfuError('node_unavailable', 'The media worker stopped; open a new session.');
    }
    if (reason) throw new SfuError('session_not_found', `The session was closed (${reason}).`);
  }

  async stats(): Promise<unknown[]> {
    const reports = await Promise.all([this.wire(), ...this.streams()].map((source) => source.getStats()));
    return reports.flat();
  }

  async traffic(): Promise<SessionTraffic> {
    const stats = (await this.stats()) as StreamStat[];
    const video = (type: string) =>
      stats.reduce((sum, stat) => (stat.type === type && stat.kind === 'video' ? sum + (stat.byteCount ?? 0) : sum), 0);
    const isWatching = stats.some(({ type }) => type === 'outbound-rtp');
    return {
      session: this.id,
      // A consumer's statistics include those of its producer, which belongs to another session.
      videoReceivedBytes: isWatching ? 0 : video('inbound-rtp'),
      videoSentBytes: video('outbound-rtp'),
      receiverReports: this.countReports(stats),
      ...(this.paused && { paused: true }),
    };
  }

  /** Nothing is sent over it, until `play`. */
  get paused(): boolean {
    return false;
  }

  /** How many checks of the statistics have found a new receiver report. */
  protected countReports(_stats: unknown[]): number {
    return 0;
  }

  /** Ends the media of this session at once. */
  close(reason: SessionCloseReason): void {
    this.#closedBecause ??= reason;
  }

  /** To be called in the turn in which the open request is answered. */
  protected handleAnswered(): void {
    this.assertOpen();
    this.#opened = true;
  }

  protected abstract wire(): { getStats(): Promise<unknown[]> };
  protected abstract streams(): { getStats(): Promise<unknown[]> }[];
}
