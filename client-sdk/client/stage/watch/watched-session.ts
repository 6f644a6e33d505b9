/**
 * A media session that receives the stage: its transport and consumed tracks. The subscriber decides which session is
 * shown.
 */
import type { Consumer, ConsumerOptions } from 'mediasoup-client/types';
import type { ConsumerOptions as WireConsumerOptions } from '../../../../server/protocol/stage.ts';
import { delay } from '../../backoff.ts';
import { LogeError } from '../../errors.ts';
import type { StageTrack } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { MediaEngine } from '../../media/media-engine.ts';
import type { MediaTransport, Stalled } from '../../media/media-transport.ts';
import type { WatchedLine } from './watched-line.ts';

export interface WatchedHandlers {
  onTrackAdded(track: StageTrack): void;
  /** A session that is not shown need not have a picture. */
  isShown(): boolean;
  /** Whether the line carries the sound alone has changed. */
  onSoundOnly(): void;
  onError(error: LogeError): void;
}

export class WatchedSession {
  readonly media: MediaTransport;
  readonly #log: Log;
  readonly #handlers: WatchedHandlers;
  #line: WatchedLine | undefined;
  #isSoundOnly = false;
  /** The server could not be asked for a picture. */
  #owesPicture = false;
  readonly #consumers = new Map<string, { consumer: Consumer; track: StageTrack }>();
  /** Tracks that are being negotiated, with their mute state. Removing one here closes it after the negotiation. */
  readonly #pending = new Map<string, { muted: boolean }>();

  constructor(options: { media: MediaTransport; log: Log; handlers: WatchedHandlers }) {
    this.media = options.media;
    this.#log = options.log;
    this.#handlers = options.handlers;
    void this.#watchLine();
  }

  /** The lobby does not need this code, and a session does without. */
  async #watchLine(): Promise<void> {
    const code = await import('./watched-line.ts').catch(() => null);
    if (!code || this.media.closed) return;
    const receiversOf = (watched: Iterable<{ consumer: Consumer }>) =>
      [...watched].flatMap(({ consumer }) => consumer.rtpReceiver ?? []);
    this.#line = new code.WatchedLine({
      receivers: () => receiversOf(this.#consumers.values()),
      videos: () => receiversOf(this.#videos),
      cameras: () => receiversOf(this.#videos.filter(({ track }) => track.source === 'camera')),
      onStalled: (stalled) => void this.#restartVideo(stalled),
      onMoving: () => {
        this.#owesPicture = false;
        this.#setSoundOnly(false);
      },
    });
  }

  get isLineDead(): boolean {
    return this.#line?.isDead ?? false;
  }

  /** The server spares a narrow line the picture, and tries again by itself. */
  get isSoundOnly(): boolean {
    return this.#isSoundOnly;
  }

  get tracks(): readonly StageTrack[] {
    return [...this.#consumers.values()].map(({ track }) => track);
  }

  /** Consumes all at once, so that mediasoup-client negotiates only once. */
  async consume(consumers: readonly WireConsumerOptions[]): Promise<void> {
    await Promise.all(consumers.map((options) => this.#consumeOne(options)));
  }

  /**
   * A browser connects only for a track: it gets one that the server does not know, and that stays silent, so that the
   * first real track finds a connection.
   */
  async connectWithoutTracks(engine: Pick<MediaEngine, 'ready'>): Promise<void> {
    try {
      const { codecs = [] } = (await engine.ready()).recvRtpCapabilities;
      const codec = codecs.find(({ kind }) => kind === 'audio');
      if (!codec || this.media.closed) return;
      const { mimeType, clockRate, channels, preferredPayloadType: payloadType = 0 } = codec;
      await this.media.transport.consume({
        ...{ id: 'silent', producerId: 'silent', kind: 'audio' },
        rtpParameters: {
          // The server counts its own tracks from 0.
          mid: 'silent',
          codecs: [{ mimeType, clockRate, channels, payloadType }],
          encodings: [{ ssrc: 1 }],
        },
      });
    } catch (error) {
      if (!this.media.closed) this.#log('info', 'not connected ahead of the first track', { reason: String(error) });
    }
  }

  /** Removes and returns a track, if it exists. */
  remove(id: string): StageTrack | undefined {
    this.#pending.delete(id);
    const entry = this.#consumers.get(id);
    this.#consumers.delete(id);
    if (entry) this.#closeLater(entry.consumer);
    return entry?.track;
  }

  /** Brings the tracks to what the server has now. `isReplaced`: the same source has another track. */
  catchUp(
    consumers: readonly WireConsumerOptions[],
    report: { onRemoved(track: StageTrack, isReplaced: boolean): void; onMuted(track: StageTrack): void },
  ): void {
    const there = new Set(consumers.map(({ id }) => id));
    const sources = new Set(consumers.map(({ source }) => source));
    for (const id of [...this.#pending.keys(), ...this.#consumers.keys()]) {
      const track = there.has(id) ? undefined : this.remove(id);
      if (track) report.onRemoved(track, sources.has(track.source));
    }
    for (const { id, muted } of consumers) {
      if (this.tracks.find((track) => track.id === id)?.muted === muted) continue;
      const track = this.setMuted(id, muted);
      if (track) report.onMuted(track);
    }
    void this.consume(consumers);
  }

  setMuted(id: string, muted: boolean): StageTrack | undefined {
    const pending = this.#pending.get(id);
    if (pending) pending.muted = muted;
    const entry = this.#consumers.get(id);
    if (!entry) return undefined;
    entry.track = { ...entry.track, muted };
    return entry.track;
  }

  /** Waits until every unmuted video track has a decoded frame; returns false on a timeout. */
  async whenDecoded(signal: AbortSignal): Promise<boolean> {
    const until = Date.now() + STAGE.moveTimeoutMs;
    while (!signal.aborted && !this.media.closed && Date.now() < until) {
      if (await this.#hasPicture()) return true;
      await delay(STAGE.movePollMs, signal);
    }
    return false;
  }

  /** Closes the session and returns its tracks. */
  close(): StageTrack[] {
    const tracks = this.tracks.map(({ id }) => this.remove(id)).filter((track) => track !== undefined);
    this.#pending.clear();
    this.#line?.close();
    this.media.close();
    return tracks;
  }

  /** Closes at both ends. */
  leave(): void {
    this.close();
    this.media.leave();
  }

  /** The line was dead and is back, which the server need not have noticed: asks it for a picture. */
  handleBack(): void {
    void this.#restartVideo({ isBack: true });
  }

  /** The socket is back: asks for the picture that could not be asked for without it. */
  handleReconnected(): void {
    if (this.#owesPicture) void this.#restartVideo({});
  }

  async #restartVideo(stalled: Stalled): Promise<void> {
    if (!this.#handlers.isShown()) return;
    const isSoundOnly = await this.media.restartVideo(stalled);
    this.#owesPicture = isSoundOnly === undefined;
    if (isSoundOnly) this.#setSoundOnly(true);
  }

  #setSoundOnly(isSoundOnly: boolean): void {
    if (isSoundOnly === this.#isSoundOnly || this.media.closed) return;
    this.#isSoundOnly = isSoundOnly;
    this.#handlers.onSoundOnly();
  }

  #closeLater(consumer: Consumer): void {
    setTimeout(() => consumer.close(), STAGE.trackCloseDelayMs);
  }

  get #videos() {
    return [...this.#consumers.values()].filter(({ track }) => track.kind === 'video' && !track.muted);
  }

  async #hasPicture(): Promise<boolean> {
    const videos = this.#videos;
    if (videos.length === 0) return false;
    const decoded = await Promise.all(videos.map(({ consumer }) => hasDecoded(consumer)));
    return decoded.every(Boolean);
  }

  async #consumeOne(options: WireConsumerOptions): Promise<void> {
    const { id, kind, source } = options;
    const pending = { muted: options.muted };
    if (this.#consumers.has(id) || this.#pending.has(id) || this.media.closed) return;
    this.#pending.set(id, pending);
    try {
      // A shared stream id lets the browser synchronise audio and video.
      const consumer = await this.media.transport.consume({
        ...(options as unknown as ConsumerOptions),
        streamId: 'stage',
      });
      if (this.media.closed || this.#pending.get(id) !== pending) return consumer.close();
      const track: StageTrack = { id, kind, source, muted: pending.muted, track: consumer.track };
      this.#consumers.set(id, { consumer, track });
      this.#handlers.onTrackAdded(track);
    } catch (error) {
      if (this.media.closed) return;
      this.#log('warn', 'track could not be consumed', { source, reason: String(error) });
      this.#handlers.onError(new LogeError('cannot_consume', undefined, { cause: error }));
    } finally {
      if (this.#pending.get(id) === pending) this.#pending.delete(id);
    }
  }
}

async function hasDecoded(consumer: Consumer): Promise<boolean> {
  const report = await consumer.getStats().catch(() => null);
  for (const stat of report?.values() ?? []) {
    const { type, framesDecoded } = stat as Partial<RTCInboundRtpStreamStats>;
    if (type === 'inbound-rtp' && (framesDecoded ?? 0) > 0) return true;
  }
  return false;
}
