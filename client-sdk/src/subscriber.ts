/**
 * Watching: one session that receives what is on stage. It joins, follows tracks that come and go, takes its session over after the
 * socket was lost, and joins anew when the session is over on the server's side. Who shows the tracks is not known here.
 */
import type { Consumer, ConsumerOptions } from 'mediasoup-client/types';
import type { SessionId } from '../../server/protocol/ids.ts';
import type { EventData, RequestInput } from '../../server/protocol/realtime.ts';
import type { Viewport, ConsumerOptions as WireConsumerOptions } from '../../server/protocol/stage.ts';
import { backoffMs, delay } from './backoff.ts';
import type { Connection } from './connection.ts';
import { LogeError, toLogeError } from './errors.ts';
import type { StageTrack } from './events.ts';
import { STAGE } from './limits.ts';
import type { Log } from './log.ts';
import type { MediaEngine } from './media-engine.ts';
import { MediaTransport } from './media-transport.ts';

export interface SubscriberHandlers {
  onTrackAdded(track: StageTrack): void;
  /** `rejoining`: the picture will be back in a moment, keep the last one. */
  onTrackRemoved(track: StageTrack, rejoining: boolean): void;
  onTrackMuted(track: StageTrack): void;
  onError(error: LogeError): void;
  viewport(): Viewport | undefined;
}

interface SubscriberDependencies {
  connection: Pick<Connection, 'request' | 'state'>;
  engine: MediaEngine;
  log: Log;
  handlers: SubscriberHandlers;
}

type State =
  | { kind: 'off' }
  /** Wanted, but there is nothing to join until the live starts, access comes, or the socket is back. */
  | { kind: 'waiting' }
  | { kind: 'joining'; early: EarlyEvent[]; run: AbortController }
  | { kind: 'watching'; media: MediaTransport; joinedAt: number };

type EarlyEvent = { session: string; handle(): void };

/** Answers after which trying again by itself makes no sense; an event of the room starts it again. */
const WAIT_AFTER = new Set([
  'not_live',
  'access_required',
  'access_removed',
  'forbidden',
  'room_ended',
  'connection_failed',
  'not_connected',
]);
const STABLE_AFTER_MS = 5_000;

export class Subscriber {
  readonly #connection: SubscriberDependencies['connection'];
  readonly #engine: MediaEngine;
  readonly #log: Log;
  readonly #handlers: SubscriberHandlers;
  readonly #consumers = new Map<string, { consumer: Consumer; track: StageTrack }>();
  /** Tracks whose negotiation is under way; what is removed meanwhile is closed when it is done. */
  readonly #pending = new Set<string>();
  #state: State = { kind: 'off' };
  #failures = 0;

  constructor(dependencies: SubscriberDependencies) {
    this.#connection = dependencies.connection;
    this.#engine = dependencies.engine;
    this.#log = dependencies.log;
    this.#handlers = dependencies.handlers;
  }

  get isOn(): boolean {
    return this.#state.kind !== 'off';
  }

  get session(): SessionId | null {
    return this.#state.kind === 'watching' ? this.#state.media.session : null;
  }

  get tracks(): readonly StageTrack[] {
    return [...this.#consumers.values()].map(({ track }) => track);
  }

  /** Statistics of the transport (W3C webrtc-stats); null while nothing is watched. */
  async getStats(): Promise<RTCStatsReport | null> {
    return this.#state.kind === 'watching' ? this.#state.media.transport.getStats() : null;
  }

  /** Begins to watch; does nothing when that is under way. */
  start(): void {
    if (this.#state.kind === 'off' || this.#state.kind === 'waiting') void this.#join();
  }

  /** Closes everything at once. `leave` tells the server, which closes its side by itself when access is gone. */
  stop(options: { leave: boolean }): void {
    const session = this.session;
    this.#close(false);
    this.#state = { kind: 'off' };
    this.#failures = 0;
    if (options.leave && session) this.#leave(session);
  }

  /** The socket is back: the session is taken over, or made anew. */
  async handleReconnected(): Promise<void> {
    if (this.#state.kind !== 'watching') return this.start();
    const { media } = this.#state;
    try {
      const { consumers } = await this.#connection.request('stage:resume', { session: media.session });
      if (!this.#isCurrent(media)) return;
      media.handleReconnected();
      this.#catchUp(media, consumers);
      const viewport = this.#handlers.viewport();
      if (viewport) this.tellViewport(viewport);
    } catch (error) {
      const { code } = toLogeError(error, 'internal');
      // The connection broke again: the next welcome brings us back here.
      if (code !== 'connection_failed' && this.#isCurrent(media)) this.#rejoin(`resume refused: ${code}`);
    }
  }

  tellViewport(viewport: Viewport): void {
    const { session } = this;
    if (!session || this.#connection.state !== 'connected') return;
    this.#connection.request('stage:viewport', { session, viewport }).catch((error) => {
      this.#log('debug', 'viewport not told', { code: toLogeError(error, 'internal').code });
    });
  }

  handleConsumersAdded({ session, consumers }: EventData<'stage:consumersAdded'>): void {
    this.#forSession(session, (media) => void this.#consume(media, consumers));
  }

  handleConsumersRemoved({ session, consumerIds }: EventData<'stage:consumersRemoved'>): void {
    this.#forSession(session, () => {
      for (const id of consumerIds) {
        this.#pending.delete(id);
        this.#removeConsumer(id, false);
      }
    });
  }

  handleTrackMuted({ session, consumerId, muted }: EventData<'stage:trackMuted'>): void {
    this.#forSession(session, () => {
      const entry = this.#consumers.get(consumerId);
      if (!entry) return;
      entry.track = { ...entry.track, muted };
      this.#handlers.onTrackMuted(entry.track);
    });
  }

  handleTransportState({ session, state }: EventData<'stage:transportState'>): void {
    this.#forSession(session, (media) => media.handleServerState(state));
  }

  handleSessionClosed({ session, reason }: EventData<'stage:sessionClosed'>): void {
    this.#forSession(session, () => this.#rejoin(reason));
  }

  /** Events can overtake our handling of the answer that names their session: they are kept until then. */
  #forSession(session: string, handle: (media: MediaTransport) => void): void {
    if (this.#state.kind === 'watching') {
      if (this.#state.media.session === session) handle(this.#state.media);
    } else if (this.#state.kind === 'joining' && this.#state.early.length < STAGE.earlyEvents) {
      this.#state.early.push({ session, handle: () => this.#forSession(session, handle) });
    }
  }

  async #join(): Promise<void> {
    const run = new AbortController();
    const state: State = { kind: 'joining', early: [], run };
    this.#state = state;
    while (!run.signal.aborted) {
      await delay(backoffMs(STAGE.rejoinBackoffMs, this.#failures, 0.3), run.signal);
      if (run.signal.aborted) return;
      try {
        await this.#joinOnce(run.signal, state.early);
        return;
      } catch (error) {
        if (run.signal.aborted) return;
        const failure = toLogeError(error, 'stage_unavailable');
        this.#log('info', 'watching failed', { code: failure.code, reason: failure.message, failures: this.#failures });
        this.#failures += 1;
        if (WAIT_AFTER.has(failure.code) || !failure.retryable) {
          this.#state = { kind: 'waiting' };
          if (!WAIT_AFTER.has(failure.code)) this.#handlers.onError(failure);
          return;
        }
      }
    }
  }

  async #joinOnce(signal: AbortSignal, early: EarlyEvent[]): Promise<void> {
    const [device, dtlsParameters] = await Promise.all([this.#engine.ready(), this.#engine.dtlsParameters()]);
    const viewport = this.#handlers.viewport();
    const answer = await this.#connection.request('stage:watch', {
      rtpCapabilities: device.recvRtpCapabilities as RequestInput<'stage:watch'>['rtpCapabilities'],
      ...(viewport ? { viewport } : {}),
      ...(dtlsParameters ? { dtlsParameters } : {}),
    });
    if (signal.aborted) return this.#leave(answer.session);
    const media: MediaTransport = await MediaTransport.create({
      direction: 'recv',
      answer,
      engine: this.#engine,
      connection: this.#connection,
      log: this.#log,
      onBroken: () => {
        if (this.#isCurrent(media)) this.#rejoin('the path could not be restored');
      },
    });
    if (signal.aborted) {
      media.close();
      return this.#leave(answer.session);
    }
    this.#state = { kind: 'watching', media, joinedAt: Date.now() };
    for (const event of early) if (event.session === answer.session) event.handle();
    await this.#consume(media, answer.consumers);
  }

  /** Tracks may have come and gone while the socket was lost, and nobody told us. */
  #catchUp(media: MediaTransport, consumers: readonly WireConsumerOptions[]): void {
    const there = new Set(consumers.map(({ id }) => id));
    for (const id of [...this.#consumers.keys()]) if (!there.has(id)) this.#removeConsumer(id, true);
    for (const { id, muted } of consumers) {
      const entry = this.#consumers.get(id);
      if (!entry || entry.track.muted === muted) continue;
      entry.track = { ...entry.track, muted };
      this.#handlers.onTrackMuted(entry.track);
    }
    void this.#consume(media, consumers);
  }

  async #consume(media: MediaTransport, consumers: readonly WireConsumerOptions[]): Promise<void> {
    // All at once: mediasoup-client gathers them into one negotiation.
    await Promise.all(consumers.map((options) => this.#consumeOne(media, options)));
  }

  async #consumeOne(media: MediaTransport, options: WireConsumerOptions): Promise<void> {
    const { id, kind, source, muted } = options;
    if (this.#consumers.has(id) || this.#pending.has(id) || media.closed) return;
    this.#pending.add(id);
    try {
      // One stream id for all tracks lets the browser keep sound and picture in step (RTP synchronisation by CNAME).
      const consumer = await media.transport.consume({ ...(options as unknown as ConsumerOptions), streamId: 'stage' });
      if (!this.#isCurrent(media) || !this.#pending.has(id)) return consumer.close();
      const track: StageTrack = { id, kind, source, muted, track: consumer.track };
      this.#consumers.set(id, { consumer, track });
      this.#handlers.onTrackAdded(track);
    } catch (error) {
      if (!this.#isCurrent(media)) return;
      this.#log('warn', 'a track cannot be played', { source, reason: String(error) });
      this.#handlers.onError(new LogeError('cannot_consume', undefined, { cause: error }));
    } finally {
      this.#pending.delete(id);
    }
  }

  #removeConsumer(id: string, rejoining: boolean): void {
    const entry = this.#consumers.get(id);
    if (!entry) return;
    this.#consumers.delete(id);
    entry.consumer.close();
    this.#handlers.onTrackRemoved(entry.track, rejoining);
  }

  #rejoin(reason: string): void {
    if (this.#state.kind === 'watching' && Date.now() - this.#state.joinedAt > STABLE_AFTER_MS) this.#failures = 0;
    else this.#failures += 1;
    this.#log('info', 'media session over, joining again', { reason, failures: this.#failures });
    this.#close(true);
    this.#state = { kind: 'waiting' };
    if (this.#connection.state === 'connected') this.start();
  }

  #close(rejoining: boolean): void {
    if (this.#state.kind === 'joining') this.#state.run.abort();
    const media = this.#state.kind === 'watching' ? this.#state.media : null;
    // Off before the tracks are told, so that whoever asks `session` in a listener sees the truth.
    if (media) this.#state = { kind: 'waiting' };
    for (const id of [...this.#consumers.keys()]) this.#removeConsumer(id, rejoining);
    media?.close();
  }

  #isCurrent(media: MediaTransport): boolean {
    return this.#state.kind === 'watching' && this.#state.media === media;
  }

  #leave(session: SessionId): void {
    if (this.#connection.state !== 'connected') return;
    this.#connection.request('stage:leave', { session }).catch((error) => {
      this.#log('debug', 'leaving not told', { code: toLogeError(error, 'internal').code });
    });
  }
}
