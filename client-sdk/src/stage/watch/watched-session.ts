/**
 * One media session that receives the stage: its transport and the tracks that came over it. Which session is shown, and when another takes its
 * place, is the subscriber's to say.
 */
import type { Consumer, ConsumerOptions } from 'mediasoup-client/types';
import type { ConsumerOptions as WireConsumerOptions } from '../../../../server/protocol/stage.ts';
import { delay } from '../../backoff.ts';
import { LogeError } from '../../errors.ts';
import type { StageTrack } from '../../events.ts';
import { STAGE } from '../../limits.ts';
import type { Log } from '../../log.ts';
import type { MediaTransport } from '../../media/media-transport.ts';

export interface WatchedHandlers {
  onTrackAdded(track: StageTrack): void;
  onError(error: LogeError): void;
}

export class WatchedSession {
  readonly media: MediaTransport;
  readonly #log: Log;
  readonly #handlers: WatchedHandlers;
  readonly #consumers = new Map<string, { consumer: Consumer; track: StageTrack }>();
  /** Tracks whose negotiation is under way, and whether they are muted by now; what is removed meanwhile is closed when it is done. */
  readonly #pending = new Map<string, { muted: boolean }>();

  constructor(options: { media: MediaTransport; log: Log; handlers: WatchedHandlers }) {
    this.media = options.media;
    this.#log = options.log;
    this.#handlers = options.handlers;
  }

  get tracks(): readonly StageTrack[] {
    return [...this.#consumers.values()].map(({ track }) => track);
  }

  /** All at once: mediasoup-client gathers them into one negotiation. */
  async consume(consumers: readonly WireConsumerOptions[]): Promise<void> {
    await Promise.all(consumers.map((options) => this.#consumeOne(options)));
  }

  /** The track that was taken off, if it was there. */
  remove(id: string): StageTrack | undefined {
    this.#pending.delete(id);
    const entry = this.#consumers.get(id);
    this.#consumers.delete(id);
    if (entry) this.#endLater(entry.consumer);
    return entry?.track;
  }

  setMuted(id: string, muted: boolean): StageTrack | undefined {
    const pending = this.#pending.get(id);
    if (pending) pending.muted = muted;
    const entry = this.#consumers.get(id);
    if (!entry) return undefined;
    entry.track = { ...entry.track, muted };
    return entry.track;
  }

  /** Resolves once there is something to see: every picture that is not muted has been decoded once. Says whether that was in time. */
  async whenSeen(signal: AbortSignal): Promise<boolean> {
    const until = Date.now() + STAGE.moveLimitMs;
    while (!signal.aborted && !this.media.closed && Date.now() < until) {
      if (await this.#isSeen()) return true;
      await delay(STAGE.moveLookMs, signal);
    }
    return false;
  }

  /** Ends everything; answers the tracks that went with it. */
  close(): StageTrack[] {
    const tracks = this.tracks.map(({ id }) => this.remove(id)).filter((track) => track !== undefined);
    this.#pending.clear();
    this.media.close();
    return tracks;
  }

  #endLater(consumer: Consumer): void {
    setTimeout(() => consumer.close(), STAGE.trackEndMs);
  }

  async #isSeen(): Promise<boolean> {
    const pictures = [...this.#consumers.values()].filter(({ track }) => track.kind === 'video' && !track.muted);
    if (pictures.length === 0) return false;
    const decoded = await Promise.all(pictures.map(({ consumer }) => hasDecoded(consumer)));
    return decoded.every(Boolean);
  }

  async #consumeOne(options: WireConsumerOptions): Promise<void> {
    const { id, kind, source } = options;
    const pending = { muted: options.muted };
    if (this.#consumers.has(id) || this.#pending.has(id) || this.media.closed) return;
    this.#pending.set(id, pending);
    try {
      // One stream id for all tracks lets the browser keep sound and picture in step (RTP synchronisation by CNAME).
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
      this.#log('warn', 'a track cannot be played', { source, reason: String(error) });
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
