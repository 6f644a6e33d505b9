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

/** What a session may ask of the room that it is in. */
export interface SessionRoom {
  readonly tracks: StageTrack[];
  /** What the publisher's spare keeps ready. */
  readonly waitingTracks: StageTrack[];
  createTransport(): Promise<types.WebRtcTransport>;
  /** A transport towards another node. */
  createPipeTransport(): Promise<types.PipeTransport>;
  /** Resolves when it is known what is on stage, if that has to be asked of another node. */
  stageKnown(): Promise<void>;
  /** Brings the track to where the session's transport is, so that it can be consumed there. */
  provide(track: StageTrack): Promise<void>;
  /** The publisher put a track on stage or took some off. */
  handleTrackAdded(track: StageTrack): void;
  handleTracksRemoved(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  /** A viewer's load on the worker changed by so many consumers. */
  handleLoadChanged(consumers: number): void;
  /** A viewer began or ceased to watch these tracks, or prefers another layer of them. */
  handlePreferenceChanged(tracks: StageTrack[]): void;
}

export interface SessionOptions {
  id: string;
  /** The session for which this one is a spare. */
  spareOf?: string;
  grant: SessionGrant;
  room: SessionRoom;
  openedAtMs: number;
  emit: (event: SfuEvent) => void;
}

/** What is read of mediasoup's statistics. */
interface StreamStat {
  type: string;
  kind?: string;
  byteCount?: number;
}

/** One transport in one room, under a grant and a lease. Whose it is and what flows over it is the subclasses' business. */
export abstract class Session {
  readonly id: string;
  #grant: SessionGrant;
  protected readonly room: SessionRoom;
  /** When the lease was last renewed, in milliseconds since the epoch. */
  renewedAtMs: number;
  /** Names who looks after it; see `FIRST_EPOCH`. */
  epoch = FIRST_EPOCH;
  protected readonly emit: (event: SfuEvent) => void;
  #opened = false;
  #closedBecause: SessionCloseReason | undefined;

  protected constructor({ id, grant, room, openedAtMs, emit }: SessionOptions) {
    this.id = id;
    this.#grant = grant;
    this.room = room;
    this.renewedAtMs = openedAtMs;
    this.emit = emit;
  }

  get grant(): SessionGrant {
    return this.#grant;
  }

  /** Lets the session last until another time. */
  extend(until: number): void {
    this.assertOpen();
    this.#grant = { ...this.#grant, until };
  }

  /** Whether the caller has been told of the session, so that events about it make sense to them. */
  get opened(): boolean {
    return this.#opened;
  }

  protected get closedBecause(): SessionCloseReason | undefined {
    return this.#closedBecause;
  }

  get closed(): boolean {
    return this.#closedBecause !== undefined;
  }

  /** Of a spare that is not needed yet: the session that it waits for. */
  get spareOf(): string | undefined {
    return undefined;
  }

  get waiting(): boolean {
    return this.spareOf !== undefined;
  }

  /** Producers or consumers of this session. */
  get streamCount(): number {
    return this.streams().length;
  }

  /** Fails when the session was closed while something was awaited. */
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
      // A consumer's statistics tell of its producer too, which is somebody else's.
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

  /** How many looks at the statistics of what is sent have found a new receiver report. */
  protected countReports(_stats: unknown[]): number {
    return 0;
  }

  /** Ends the media of this session at once. */
  close(reason: SessionCloseReason): void {
    this.#closedBecause ??= reason;
  }

  /** To be called in the same turn in which the caller is answered. */
  protected handleAnswered(): void {
    this.assertOpen();
    this.#opened = true;
  }

  protected abstract wire(): { getStats(): Promise<unknown[]> };
  protected abstract streams(): { getStats(): Promise<unknown[]> }[];
}
