import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import { type RoomUpstream, SfuError } from '../contract.ts';
import { toSfuError } from '../errors.ts';
import {
  PIPE_KEY_FRAME_GATHER_MS,
  PULL_RETRY_MAX_MS,
  PULL_RETRY_MIN_MS,
  PULL_WAIT_MS,
  UPSTREAM_HOPS_MAX,
} from '../limits.ts';
import type { SfuLog } from '../log.ts';
import type { SessionRoom } from '../sessions/session.ts';
import { StageTrack } from '../tracks/stage-track.ts';
import { addressOf } from './pipe-listen.ts';
import type { PipeAnswer, PipedTrack, PipeEvent, PipeRequest } from './pipe-messages.ts';

/**
 * Refuses an upstream chain that contains one of these nodes, which would feed the stage back to itself, or that is too
 * long.
 */
export function assertNoLoop(nodes: string[], upstream: RoomUpstream | undefined): void {
  const chain: string[] = [];
  for (let next = upstream; next; next = next.upstream) chain.push(next.node);
  const isLoop = new Set(nodes).size < nodes.length || nodes.some((node) => chain.includes(node));
  if (isLoop || chain.length > UPSTREAM_HOPS_MAX)
    throw new SfuError('node_unavailable', 'The stage would be pulled in a loop.');
}

/** The node from which the stage comes. */
export interface UpstreamLink {
  pull(upstream: Upstream, request: PipeRequest<'pull'>): Promise<PipeAnswer<'pull'>>;
  wantLayer(request: PipeRequest<'wantLayer'>): void;
  wantKeyFrame(request: PipeRequest<'wantKeyFrame'>): void;
  release(session: string): void;
}

/** The router on which the stage arrives at this node. */
export interface UpstreamRouter {
  createPipeTransport(): Promise<types.PipeTransport>;
  pin(): void;
  unpin(): void;
}

type TrackHandler = 'handleTrackAdded' | 'handleTracksRemoved' | 'handleTrackMuted' | 'handleSentLayerChanged';
export interface UpstreamRoom<R extends UpstreamRouter> extends Pick<SessionRoom, TrackHandler> {
  readonly name: string;
  routerForStage(): R;
}

export interface UpstreamOptions<R extends UpstreamRouter> {
  room: UpstreamRoom<R>;
  node: string;
  source: RoomUpstream;
  /** The connection to the other node, opened again if it is closed. */
  link: () => UpstreamLink;
  log: SfuLog;
  loweringDelayMs: number;
}

interface Pull<R> {
  session: string;
  transport: types.PipeTransport;
  router: R;
  link: UpstreamLink;
}

/**
 * A room's stage pulled from another node: one pipe, and a local track for each track that the pipe carries. The layers
 * wanted here are requested there. A pull that breaks is repeated as long as the room is open, unless the other node is
 * gone or has closed the room: then the stage is empty until the gateway names the new upstream.
 */
export class Upstream<R extends UpstreamRouter = UpstreamRouter> {
  readonly source: RoomUpstream;
  readonly #options: UpstreamOptions<R>;
  readonly #tracks = new Map<string, StageTrack>();
  /** Applies the changes of the tracks one after the other: first the answer to the pull, then its events in order. */
  #changes: Promise<void> = Promise.resolve();
  #pull: Pull<R> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retryMs = PULL_RETRY_MIN_MS;
  readonly #known = Promise.withResolvers<void>();
  /** The other node has no stage for this one any more. */
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

  /** Whether the stage comes from there, or may after a retry. */
  get alive(): boolean {
    return !this.#closed && !this.#over;
  }

  get tracks(): StageTrack[] {
    return [...this.#tracks.values()];
  }

  get home(): R | undefined {
    return this.#pull?.router;
  }

  /** Resolves when the tracks on stage are known, or after `PULL_WAIT_MS`. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  handleEvent(event: PipeEvent): void {
    const pull = this.#pull;
    if (event.session !== pull?.session) return;
    this.#changes = this.#changes.then(async () => {
      if (pull !== this.#pull) return;
      if (event.type === 'trackPiped') await this.#add(pull, event.track);
      else if (event.type === 'tracksUnpiped') this.#remove(event.producerIds, event.lost);
      else if (event.type === 'pipedLayersSent') this.#setSentLayer(event.producerId, event.maxSpatialLayer);
      else await this.#mute(event.producerId, event.muted);
    });
  }

  /** The other node ended the pull. It is repeated unless the reason is final. */
  handleEnded(session: string, reason: string): void {
    if (session !== this.#pull?.session) return;
    this.#drop();
    this.#over = reason === 'node_lost' || reason === 'node_closed' || reason === 'room_closed';
    if (this.#over) this.#known.resolve();
    else this.#retryLater();
  }

  /** The connection is back and the pull still exists; the other node may have missed the last wanted layers. */
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
    const session = `pull_${randomUUID()}`;
    try {
      const router = room.routerForStage();
      router.pin();
      const transport = await router.createPipeTransport().catch((error) => {
        router.unpin();
        throw error;
      });
      if (this.#closed) {
        transport.close();
        router.unpin();
        return;
      }
      // Taken in the turn of its pull: a link closes after its last pull, so one without any would stay open.
      const pull = { session, transport, router, link: this.#options.link() };
      this.#pull = pull;
      // The transport closes when its worker dies; the stage is then pulled to another worker.
      transport.observer.once('close', () => this.#handleBroken(session));
      const { upstream } = source;
      const taken = this.#take(pull, {
        session,
        room: room.name,
        node,
        address: addressOf(transport),
        ...(upstream && { upstream }),
      });
      this.#changes = taken.catch(() => {});
      await taken;
    } catch (error) {
      log.warn({ room: room.name, from: source.node, err: toSfuError(error, 'node_unavailable') }, 'stage not pulled');
      this.#handleBroken(session);
      // Viewers join without tracks and get them by event later.
      this.#known.resolve();
      this.#retryLater();
    }
  }

  /** Takes over the tracks that are on stage there. */
  async #take(pull: Pull<R>, request: PipeRequest<'pull'>): Promise<void> {
    const { address, tracks } = await pull.link.pull(this, request);
    await pull.transport.connect(address);
    this.#retryMs = PULL_RETRY_MIN_MS;
    for (const track of tracks) await this.#add(pull, track);
    if (pull === this.#pull) this.#known.resolve();
  }

  /** This end of the pull is gone: it is released at the other end and repeated. */
  #handleBroken(session: string): void {
    const pull = this.#pull;
    if (session !== pull?.session) return;
    this.#drop();
    pull.link.release(session);
    this.#retryLater();
  }

  #retryLater(): void {
    if (!this.alive || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (!this.#closed && !this.#pull) void this.#start();
    }, this.#retryMs);
    this.#retryMs = Math.min(PULL_RETRY_MAX_MS, this.#retryMs * 2);
  }

  /** Removes the pull and the tracks that came over it. */
  #drop(): void {
    const pull = this.#pull;
    this.#pull = undefined;
    this.#remove([...this.#tracks.keys()], true);
    pull?.transport.close();
    pull?.router.unpin();
  }

  async #add(pull: Pull<R>, piped: PipedTrack): Promise<void> {
    const { producerId, kind, source, sourceSize, scales, bitrates, muted, sentLayer, rtpParameters } = piped;
    const { room, log, loweringDelayMs } = this.#options;
    if (pull !== this.#pull || this.#tracks.has(producerId)) return;
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
        ...(bitrates && { bitrates }),
        loweringDelayMs,
        emitLayersWanted: (layer) => this.#wantLayer(producerId, layer),
        emitKeyFrameWanted: () => pull.link.wantKeyFrame({ session: pull.session, producerId }),
      });
      if (sentLayer !== undefined) track.setSentLayer(sentLayer);
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
    // Fails only if the track's worker died meanwhile.
    await track.setMuted(muted).catch(() => {});
    if (!track.closed) this.#options.room.handleTrackMuted(track);
  }

  #setSentLayer(producerId: string, layer: number): void {
    const track = this.#tracks.get(producerId);
    if (track?.setSentLayer(layer)) this.#options.room.handleSentLayerChanged(track);
  }

  #wantLayer(producerId: string, maxSpatialLayer: number): void {
    const pull = this.#pull;
    pull?.link.wantLayer({ session: pull.session, producerId, maxSpatialLayer });
  }
}
