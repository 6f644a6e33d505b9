import {
  type AdoptedSession,
  type ConsumerOptions,
  type DtlsParameters,
  FIRST_EPOCH,
  type IceParameters,
  type ProduceRequest,
  type PublishRequest,
  type RoomUpstream,
  type RtpCapabilities,
  type SessionCloseReason,
  type SessionTraffic,
  SfuError,
  type SfuEvent,
  type SfuNode,
  type SfuStats,
  type TransportOptions,
  type Viewport,
  type WatchRequest,
} from './contract.ts';
import { ControlClient, type Hello } from './control-client.ts';
import { type ControlMethod, controlMethods, sfuEvent } from './control-messages.ts';
import { EventListeners } from './event-listeners.ts';
import { isLastOfSession } from './event-relay.ts';
import { AUDIENCE_ROOMS_MAX } from './limits.ts';
import { type SfuLog, silentLog } from './log.ts';

export interface RemoteSfuNodeOptions {
  /** Where the node's control API listens: `wss://host:port`. */
  url: string;
  secret: string;
  /** The node's process is gone, or another one is in its place: called before its sessions are told as closed. */
  handleGone?: () => void;
  log?: SfuLog;
}

/** How many numbers of a session's last events are kept, to know one that comes again after a connection broke. */
const SEEN_EVENTS_KEPT = 100;

/**
 * A node in another process, seen through its control API as if it were here. While the connection is down the media goes on; when it is back,
 * the sessions that this gateway looks after are claimed again, what happened to them meanwhile is told in order, and those that ended are told
 * as closed. A node whose process is gone, or another one at its address, has lost them all.
 */
export class RemoteSfuNode implements SfuNode {
  readonly #client: ControlClient;
  readonly #listeners: EventListeners;
  readonly #log: SfuLog;
  readonly #tellGone: () => void;
  /** What this gateway looks after, with its room and the events that have been told. */
  readonly #sessions = new Map<string, { room: string; epoch: number; seen: Set<number> }>();
  /** Sessions to be closed, of which the node has not said that it did, with the epochs under which they were ours. */
  readonly #ending = new Map<string, number>();
  readonly #audiences = new Map<string, number>();
  readonly #met = Promise.withResolvers<Hello>();
  #hello: Hello | undefined;

  /** Resolves when the node has answered; `node_unavailable` when it can't be reached. */
  static async create(options: RemoteSfuNodeOptions): Promise<RemoteSfuNode> {
    const node = new RemoteSfuNode(options);
    try {
      // Any request waits for the connection, so this one says whether there is a node.
      await node.stats();
      await node.#met.promise;
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  private constructor({ url, secret, handleGone = () => {}, log = silentLog }: RemoteSfuNodeOptions) {
    this.#log = log;
    this.#tellGone = handleGone;
    this.#listeners = new EventListeners(log);
    this.#client = new ControlClient({
      url,
      secret,
      log,
      handleUp: (hello) => this.#handleUp(hello),
      handleEvent: (event, number) => this.#handleEvent(event, number),
      handleRefused: () => this.#handleGone(),
    });
  }

  get id(): string {
    return this.#hello?.node ?? '';
  }

  get connected(): boolean {
    return this.#client.up;
  }

  get routerRtpCapabilities(): RtpCapabilities {
    return this.#hello?.routerRtpCapabilities ?? {};
  }

  get keepsSpares(): boolean {
    return this.#hello?.keepsSpares ?? false;
  }

  async watch(request: WatchRequest): Promise<{ transport: TransportOptions; consumers: ConsumerOptions[] }> {
    return await this.#open(request, () => this.#ask('watch', request));
  }

  async publish(request: PublishRequest): Promise<{ transport: TransportOptions }> {
    return await this.#open(request, () => this.#ask('publish', request));
  }

  async connect(request: { session: string; dtlsParameters: DtlsParameters }): Promise<void> {
    await this.#ask('connect', request);
  }

  async restartIce(request: { session: string }): Promise<{ iceParameters: IceParameters }> {
    return await this.#ask('restartIce', request);
  }

  async produce(request: ProduceRequest): Promise<{ producerId: string }> {
    return await this.#ask('produce', request);
  }

  async unproduce(request: { session: string; producerId: string }): Promise<void> {
    await this.#ask('unproduce', request);
  }

  async setMuted(request: { session: string; producerId: string; muted: boolean }): Promise<void> {
    await this.#ask('setMuted', request);
  }

  async setViewport(request: { session: string; viewport: Viewport }): Promise<void> {
    await this.#ask('setViewport', request);
  }

  async play(request: { session: string }): Promise<{ retryAfterMs?: number }> {
    return await this.#ask('play', request);
  }

  async setAudience(request: { room: string; people: number }): Promise<void> {
    if (request.people <= 0) this.#audiences.delete(request.room);
    else if (this.#audiences.size < AUDIENCE_ROOMS_MAX) this.#audiences.set(request.room, request.people);
    await this.#ask('setAudience', request);
  }

  async adopt(request: { session: string; room: string; identity: string; epoch?: number }): Promise<AdoptedSession> {
    const adopted = await this.#ask<AdoptedSession>('adopt', request);
    this.#lookAfter(request.session, request.room, adopted.epoch);
    if (adopted.spare) this.#lookAfter(adopted.spare.session, request.room, adopted.spare.epoch);
    return adopted;
  }

  async renew(request: {
    sessions: string[];
    epochs?: Record<string, number>;
  }): Promise<{ lost: string[]; adopted: string[] }> {
    const { lost, adopted } = await this.#ask<{ lost: string[]; adopted: string[] }>('renew', request);
    for (const session of [...lost, ...adopted]) this.#sessions.delete(session);
    return { lost, adopted };
  }

  async updateGrant(request: { session: string; until: number }): Promise<void> {
    await this.#ask('updateGrant', request);
  }

  async traffic(request: { sessions: string[] }): Promise<SessionTraffic[]> {
    return await this.#ask('traffic', request);
  }

  async roomTraffic(request: { room: string; identity: string }): Promise<(SessionTraffic & { publish: boolean })[]> {
    return await this.#ask('roomTraffic', request);
  }

  async isOpen(request: { room: string }): Promise<{ open: boolean }> {
    return await this.#ask('isOpen', request);
  }

  async closePublisher(request: { room: string }): Promise<void> {
    await this.#ask('closePublisher', request);
  }

  async closePerson(request: { room: string; identity: string }): Promise<void> {
    await this.#ask('closePerson', request);
  }

  async closeSession(request: { session: string; epoch?: number; reason?: SessionCloseReason }): Promise<void> {
    const { session, epoch = FIRST_EPOCH } = request;
    this.#sessions.delete(session);
    this.#ending.set(session, epoch);
    try {
      await this.#ask('closeSession', request);
      this.#ending.delete(session);
    } catch (error) {
      // Another gateway's by now: it is not ours to close later either.
      if (error instanceof SfuError && error.code === 'not_owner') this.#ending.delete(session);
      throw error;
    }
  }

  async closeRoom(request: { room: string }): Promise<void> {
    this.#audiences.delete(request.room);
    await this.#ask('closeRoom', request);
  }

  async follow(request: { room: string; upstream: RoomUpstream; fence?: number }): Promise<void> {
    await this.#ask('follow', request);
  }

  async stats(): Promise<SfuStats> {
    return await this.#ask('stats', {});
  }

  async sessionStats(request: { session: string }): Promise<unknown[]> {
    return await this.#ask('sessionStats', request);
  }

  on(listener: (event: SfuEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#met.promise.catch(() => {});
    this.#met.reject(new SfuError('node_unavailable', 'The connection to the SFU node is closed.'));
    this.#client.close();
    this.#listeners.clear();
    this.#sessions.clear();
  }

  async #ask<A>(method: ControlMethod, params: object): Promise<A> {
    const answer = controlMethods[method].answer.safeParse(await this.#client.request(method, params));
    if (!answer.success) {
      this.#log.error({ method, err: answer.error }, 'the SFU node answered what the contract does not know');
      throw new SfuError('node_unavailable', 'The SFU node gave an answer that makes no sense.');
    }
    return answer.data as A;
  }

  async #open<A>({ session, grant }: WatchRequest | PublishRequest, ask: () => Promise<A>): Promise<A> {
    const known = this.#sessions.has(session);
    this.#lookAfter(session, grant.room);
    try {
      return await ask();
    } catch (error) {
      if (!known) this.#sessions.delete(session);
      throw error;
    }
  }

  #lookAfter(session: string, room: string, epoch = FIRST_EPOCH): void {
    const seen = this.#sessions.get(session)?.seen ?? new Set();
    this.#sessions.set(session, { room, epoch, seen });
  }

  #handleUp(hello: Hello): void {
    const earlier = this.#hello;
    this.#hello = hello;
    this.#met.resolve(hello);
    if (!earlier) return;
    if (earlier.node !== hello.node) this.#handleGone();
    // Who was put out while the node could not be told is put out now.
    for (const [session, epoch] of this.#ending) this.closeSession({ session, epoch }).catch(() => {});
    const sessions = [...this.#sessions.keys()];
    const epochs = Object.fromEntries([...this.#sessions].map(([session, { epoch }]) => [session, epoch]));
    for (const [room, people] of this.#audiences) this.#ask('setAudience', { room, people }).catch(() => {});
    if (sessions.length === 0) return;
    this.#ask<{ lost: string[]; adopted: string[] }>('renew', { sessions, epochs })
      .then(({ lost, adopted }) => {
        for (const session of lost) this.#lose(session, 'lease_expired');
        for (const session of adopted) this.#handleAdopted(session);
      })
      // The next renewal of the leases makes up for it.
      .catch((error) => this.#log.warn({ err: error }, 'sessions not claimed again'));
  }

  #handleEvent(given: unknown, number: number): void {
    const parsed = sfuEvent.safeParse(given);
    if (!parsed.success) {
      this.#log.error({ err: parsed.error }, 'the SFU node told what the contract does not know');
      return;
    }
    const event = parsed.data as SfuEvent;
    const session = this.#sessions.get(event.session);
    if (session?.seen.has(number)) return;
    if (session) remember(session.seen, number);
    if (isLastOfSession(event)) this.#sessions.delete(event.session);
    this.#listeners.emit(event);
  }

  #handleGone(): void {
    this.#ending.clear();
    // Whoever asks where to go instead, because a session was lost, must not be sent here again.
    this.#tellGone();
    for (const session of [...this.#sessions.keys()]) this.#lose(session, 'node_lost');
  }

  /** Another gateway has taken the session over while this one could not be told. */
  #handleAdopted(session: string): void {
    const entry = this.#sessions.get(session);
    if (!entry) return;
    this.#sessions.delete(session);
    this.#listeners.emit({ type: 'adopted', room: entry.room, session });
  }

  #lose(session: string, reason: SessionCloseReason): void {
    const entry = this.#sessions.get(session);
    if (!entry) return;
    this.#sessions.delete(session);
    this.#listeners.emit({ type: 'sessionClosed', room: entry.room, session, reason });
  }
}

function remember(seen: Set<number>, number: number): void {
  seen.add(number);
  if (seen.size <= SEEN_EVENTS_KEPT) return;
  for (const oldest of seen) {
    seen.delete(oldest);
    break;
  }
}
