import type { types } from 'mediasoup';
import { type SessionCloseReason, SfuError } from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { EXPECTED_TRACKS } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { Session, type SessionOptions } from '../sessions/session.ts';
import type { StageTrack, TrackWatcher } from '../tracks/stage-track.ts';
import { addressOf } from './pipe-listen.ts';
import type { PipeAddress, PipeAnswer, PipedTrack, PipeEvent } from './pipe-messages.ts';

interface OutgoingTrack {
  readonly track: StageTrack;
  /** The highest layer that anybody behind the pipe wants. */
  wantedLayer: number;
  consumer?: types.Consumer;
}

/**
 * The session of another node that pulls this room's stage: one SRTP pipe that carries each track once, with all its
 * layers, for any number of viewers behind it. The room treats it as one more viewer, which wants the highest layer
 * that anybody behind the pipe wants.
 */
export class PipeSession extends Session implements TrackWatcher {
  readonly #log: SfuLog;
  readonly #emitPipeEvent: (event: PipeEvent) => void;
  readonly #tracks = new Map<string, OutgoingTrack>();
  readonly #adding = new Set<Promise<void>>();
  #transport: types.PipeTransport | undefined;

  constructor(options: SessionOptions & { log: SfuLog; emitPipeEvent: (event: PipeEvent) => void }) {
    super(options);
    this.#log = options.log;
    this.#emitPipeEvent = options.emitPipeEvent;
  }

  /** A pipe costs the worker that feeds it as much as a viewer. */
  enter(): void {
    this.router.handleLoadChanged(EXPECTED_TRACKS);
  }

  async open(far: PipeAddress): Promise<PipeAnswer<'pull'>> {
    const [transport] = await Promise.all([this.router.createPipeTransport(), this.room.stageKnown()]);
    if (this.closed) transport.close();
    this.assertOpen();
    this.#transport = transport;
    await transport.connect(far);
    this.assertOpen();
    for (const track of this.room.tracks) this.addTrack(track);
    while (this.#adding.size > 0) await Promise.all(this.#adding);
    this.handleAnswered();
    return {
      address: addressOf(transport),
      tracks: [...this.#tracks.values()].flatMap((outgoing) => pipedTrack(outgoing) ?? []),
    };
  }

  addTrack(track: StageTrack): void {
    if (!this.#transport || this.closed || this.#tracks.has(track.id)) return;
    const outgoing = { track, wantedLayer: track.scales.length - 1 };
    this.#tracks.set(track.id, outgoing);
    this.room.handlePreferenceChanged([track]);
    const adding = this.#pipe(outgoing).finally(() => this.#adding.delete(adding));
    this.#adding.add(adding);
    adding.catch(() => {});
  }

  removeTracks(tracks: StageTrack[]): void {
    const removed = tracks.filter(({ id }) => this.#tracks.delete(id));
    if (!this.opened || this.closed || removed.length === 0) return;
    const producerIds = removed.map(({ id }) => id);
    const lost = removed.every((track) => track.lost);
    this.#emitPipeEvent({ type: 'tracksUnpiped', room: this.grant.room, session: this.id, producerIds, lost });
  }

  handleTrackMuted({ id, muted }: StageTrack): void {
    if (!this.opened || this.closed || !this.#tracks.get(id)?.consumer) return;
    this.#emitPipeEvent({ type: 'pipedTrackMuted', room: this.grant.room, session: this.id, producerId: id, muted });
  }

  handleSentLayerChanged({ id, sentLayer }: StageTrack): void {
    if (!this.opened || this.closed || !this.#tracks.get(id)?.consumer) return;
    const about = { room: this.grant.room, session: this.id, producerId: id };
    this.#emitPipeEvent({ type: 'pipedLayersSent', ...about, maxSpatialLayer: sentLayer });
  }

  preferredLayer(track: StageTrack): number | undefined {
    return this.#tracks.get(track.id)?.wantedLayer;
  }

  /** Bytes of media sent over it. */
  async sentBytes(): Promise<number> {
    const stats = await this.wire().getStats();
    return stats.reduce((sum, { rtpBytesSent }) => sum + rtpBytesSent, 0);
  }

  wantLayer(producerId: string, layer: number): void {
    const outgoing = this.#outgoing(producerId);
    outgoing.wantedLayer = Math.min(layer, outgoing.track.scales.length - 1);
    this.room.handlePreferenceChanged([outgoing.track]);
  }

  /** Viewers behind the pipe wait for a key frame, and RTCP cannot request it soon enough. */
  wantKeyFrame(producerId: string): void {
    this.#outgoing(producerId).track.handleKeyFrameWanted();
  }

  override close(reason: SessionCloseReason): void {
    if (this.closed) return;
    super.close(reason);
    this.#transport?.close();
    const tracks = [...this.#tracks.values()].map(({ track }) => track);
    this.#tracks.clear();
    this.router.handleLoadChanged(-EXPECTED_TRACKS);
    this.room.handlePreferenceChanged(tracks);
  }

  protected override wire(): types.PipeTransport {
    this.assertOpen();
    if (!this.#transport) throw new SfuError('session_not_found', 'The session is still being opened.');
    return this.#transport;
  }

  protected override streams(): types.Consumer[] {
    return [...this.#tracks.values()].flatMap(({ consumer }) => consumer ?? []);
  }

  #outgoing(producerId: string): OutgoingTrack {
    this.assertOpen();
    const outgoing = this.#tracks.get(producerId);
    if (!outgoing) throw new SfuError('producer_not_found', `The pipe carries no track ${producerId}.`);
    return outgoing;
  }

  async #pipe(outgoing: OutgoingTrack): Promise<void> {
    const { track } = outgoing;
    const stillWanted = () => !this.closed && !track.closed && this.#tracks.get(track.id) === outgoing;
    try {
      await this.router.provide(track);
      const consumer = await this.wire().consume({ producerId: track.id });
      if (!stillWanted()) return consumer.close();
      outgoing.consumer = consumer;
    } catch (error) {
      if (!stillWanted()) return;
      this.#tracks.delete(track.id);
      this.room.handlePreferenceChanged([track]);
      this.#log.warn({ room: this.grant.room, session: this.id, producer: track.id, err: error }, 'track not piped');
      throw toSfuError(error, 'cannot_consume');
    }
    const piped = pipedTrack(outgoing);
    if (!this.opened || !piped) return;
    this.#emitPipeEvent({ type: 'trackPiped', room: this.grant.room, session: this.id, track: piped });
  }
}

function pipedTrack({ track, consumer }: OutgoingTrack): PipedTrack | undefined {
  if (!consumer || consumer.closed) return undefined;
  const { id, source, sourceSize, scales, bitrates, muted, sentLayer } = track;
  const rtpParameters = consumer.rtpParameters as unknown as PipedTrack['rtpParameters'];
  return {
    producerId: id,
    kind: consumer.kind,
    source,
    sourceSize,
    scales: [...scales],
    ...(bitrates && { bitrates: [...bitrates] }),
    muted,
    sentLayer,
    rtpParameters,
  };
}
