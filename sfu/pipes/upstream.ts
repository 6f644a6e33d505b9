import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import type { RoomUpstream } from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { PIPE_KEY_FRAME_GATHER_MS, PULL_RETRY_MAX_MS, PULL_RETRY_MIN_MS, PULL_WAIT_MS } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import { StageTrack } from '../tracks/stage-track.ts';
import { addressOf } from './pipe-listen.ts';
import type { PipedTrack, PipeEvent, PullAnswer, PullRequest } from './pipe-messages.ts';

/** The node from which the stage comes. */
export interface UpstreamLink {
  pull(upstream: Upstream, request: PullRequest): Promise<PullAnswer>;
  wantLayer(request: { session: string; producerId: string; maxSpatialLayer: number }): void;
  wantKeyFrame(request: { session: string; producerId: string }): void;
  release(session: string): void;
}

/** The router on which the stage arrives here. */
export interface UpstreamRouter {
  createPipeTransport(): Promise<types.PipeTransport>;
  pin(): void;
  unpin(): void;
}

export interface UpstreamRoom<R extends UpstreamRouter> {
  readonly name: string;
  routerForStage(): R;
  handleTrackAdded(track: StageTrack): void;
  handleTracksRemoved(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
}

export interface UpstreamOptions<R extends UpstreamRouter> {
  room: UpstreamRoom<R>;
  node: string;
  source: RoomUpstream;
  /** The connection to the other node, made again if it is gone. */
  link: () => UpstreamLink;
  log: SfuLog;
  loweringDelayMs: number;
}

/**
 * A room's stage as it comes from another node: one pipe, and a track here for each that the pipe carries. What is wanted here of a track
 * is asked for over there. A pull that breaks is made anew as long as the room is open, unless the other node is gone or says that the room
 * is closed: then the stage is empty until the gateway says where it is now.
 */
export class Upstream<R extends UpstreamRouter = UpstreamRouter> {
  readonly source: RoomUpstream;
  readonly #options: UpstreamOptions<R>;
  readonly #tracks = new Map<string, StageTrack>();
  /** Tracks in the order in which they are told, one change after another. */
  #changes: Promise<void> = Promise.resolve();
  #pull: { session: string; transport: types.PipeTransport; router: R; link: UpstreamLink } | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = PULL_RETRY_MIN_MS;
  readonly #known = Promise.withResolvers<void>();
  /** The other node has no stage for us any more. */
  #over = false;
  #closed = false;

  constructor(options: UpstreamOptions<R>) {
    this.#options = options;
    this.source = options.source;
    setTimeout(() => this.#known.resolve(), PULL_WAIT_MS).unref();
  }

  start(): void {
    void this.#start();
  }

  /** Whether the stage still comes from there, or may again. */
  get alive(): boolean {
    return !this.#closed && !this.#over;
  }

  get tracks(): StageTrack[] {
    return [...this.#tracks.values()];
  }

  get home(): R | undefined {
    return this.#pull?.router;
  }

  /** Resolves when it is known what is on stage, or when waiting for it makes no sense any more. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  handleEvent(event: PipeEvent): void {
    if (event.session !== this.#pull?.session) return;
    if (event.type === 'trackPiped') this.#queue(() => this.#add(event.track));
    else if (event.type === 'tracksUnpiped') this.#queue(async () => this.#remove(event.producerIds, event.lost));
    else this.#queue(() => this.#mute(event.producerId, event.muted));
  }

  /** The pull ended over there. Why, decides whether it is worth asking again. */
  handleEnded(session: string, reason: string): void {
    if (session !== this.#pull?.session) return;
    this.#drop();
    this.#over = reason === 'node_lost' || reason === 'node_closed' || reason === 'room_closed';
    if (this.#over) this.#known.resolve();
    else this.#again();
  }

  /** The connection is back and the pull still there: over there they may not know what was wanted last. */
  handleResumed(session: string): void {
    if (session !== this.#pull?.session) return;
    for (const track of this.#tracks.values()) this.#wantLayer(track.id, track.askedLayer);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#known.resolve();
    const pull = this.#pull;
    this.#drop();
    pull?.link.release(pull.session);
  }

  async #start(): Promise<void> {
    const { room, node, source, log } = this.#options;
    const link = this.#options.link();
    const session = `pull_${randomUUID()}`;
    try {
      const router = room.routerForStage();
      router.pin();
      const transport = await router.createPipeTransport().catch((error) => {
        router.unpin();
        throw error;
      });
      this.#pull = { session, transport, router, link };
      // It goes with its worker; the stage then arrives on another.
      transport.observer.once('close', () => this.#handleTransportGone(session));
      if (this.#closed) return this.#drop();
      const { upstream } = source;
      const answer = await link.pull(this, {
        session,
        room: room.name,
        node,
        address: addressOf(transport),
        ...(upstream && { upstream }),
      });
      await transport.connect(answer.address);
      this.#retryMs = PULL_RETRY_MIN_MS;
      for (const track of answer.tracks) this.#queue(() => this.#add(track));
      this.#queue(async () => this.#known.resolve());
    } catch (error) {
      log.warn({ room: room.name, from: source.node, err: toSfuError(error, 'node_unavailable') }, 'stage not pulled');
      if (this.#pull?.session === session) this.#drop();
      link.release(session);
      // Who has come is let in without; what comes later is told.
      this.#known.resolve();
      this.#again();
    }
  }

  #handleTransportGone(session: string): void {
    const pull = this.#pull;
    if (session !== pull?.session) return;
    this.#drop();
    pull.link.release(session);
    this.#again();
  }

  #again(): void {
    if (this.#closed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (!this.#closed && !this.#pull) void this.#start();
    }, this.#retryMs);
    this.#retryMs = Math.min(PULL_RETRY_MAX_MS, this.#retryMs * 2);
  }

  /** Takes everything off that came over the pull, and the pull itself. */
  #drop(): void {
    const pull = this.#pull;
    this.#pull = undefined;
    this.#remove([...this.#tracks.keys()], true);
    pull?.transport.close();
    pull?.router.unpin();
  }

  #queue(change: () => Promise<void>): void {
    const pull = this.#pull;
    this.#changes = this.#changes.then(async () => {
      if (pull && pull === this.#pull) await change();
    });
  }

  async #add({ producerId, kind, source, sourceSize, scales, muted, rtpParameters }: PipedTrack): Promise<void> {
    const { room, log, loweringDelayMs } = this.#options;
    const pull = this.#pull;
    if (!pull || this.#tracks.has(producerId)) return;
    try {
      const producer = await pull.transport.produce({
        id: producerId,
        kind,
        rtpParameters: rtpParameters as unknown as types.RtpParameters,
        paused: muted,
        keyFrameRequestDelay: PIPE_KEY_FRAME_GATHER_MS,
      });
      if (pull !== this.#pull) return producer.close();
      const track = new StageTrack({
        producer,
        source,
        sourceSize,
        muted,
        scales,
        loweringDelayMs,
        tellLayersWanted: (layer) => this.#wantLayer(producerId, layer),
        tellKeyFrameWanted: () => pull.link.wantKeyFrame({ session: pull.session, producerId }),
      });
      this.#tracks.set(producerId, track);
      room.handleTrackAdded(track);
    } catch (error) {
      if (pull === this.#pull) log.warn({ room: room.name, producer: producerId, err: error }, 'piped track not taken');
    }
  }

  #remove(producerIds: string[], lost: boolean): void {
    const removed = producerIds.flatMap((id) => this.#tracks.get(id) ?? []);
    for (const track of removed) {
      this.#tracks.delete(track.id);
      track.lost = lost;
      track.close();
    }
    if (removed.length > 0) this.#options.room.handleTracksRemoved(removed);
  }

  async #mute(producerId: string, muted: boolean): Promise<void> {
    const track = this.#tracks.get(producerId);
    if (!track || track.muted === muted) return;
    // A track whose worker died meanwhile needs no pause.
    await track.setMuted(muted).catch(() => {});
    if (!track.closed) this.#options.room.handleTrackMuted(track);
  }

  #wantLayer(producerId: string, maxSpatialLayer: number): void {
    const pull = this.#pull;
    pull?.link.wantLayer({ session: pull.session, producerId, maxSpatialLayer });
  }
}
