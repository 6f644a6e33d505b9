import { sfuEvent } from '../contract/events.ts';
import { type SfuMethod, sfuMethods } from '../contract/methods.ts';
import {
  FIRST_EPOCH,
  type RtpCapabilities,
  type SessionCloseReason,
  type SfuAnswer,
  SfuError,
  type SfuEvent,
  type SfuMethods,
  type SfuNode,
  type SfuRequest,
} from '../contract.ts';
import { EventListeners } from '../event-listeners.ts';
import { AUDIENCE_ROOMS_MAX } from '../limits.ts';
import { type SfuLog, silentLog } from '../log.ts';
import { ControlClient, type Hello, UnansweredRequest } from './client.ts';
import { isLastOfSession } from './event-relay.ts';

export interface RemoteSfuNodeOptions {
  /** Address of the node's control API: `wss://host:port`. */
  url: string;
  secret: string;
  /**
   * The node's process is gone, or another one has taken its address. Called before its sessions are reported as
   * closed.
   */
  handleGone?: () => void;
  log?: SfuLog;
}

/** Numbers kept of a session's last events, to recognise one that is sent again after a connection broke. */
const SEEN_EVENTS_KEPT = 100;

/**
 * Methods that also change the state of this end and are written out below. The class makes all others from the table.
 */
type OwnMethod = OpeningMethod | 'setAudience' | 'adopt' | 'renew' | 'closeSession' | 'closeRoom';
type OpeningMethod = 'watch' | 'publish' | 'preparePublisher';
const PassedOn = class {} as new () => Omit<SfuMethods, OwnMethod>;

/**
 * A node in another process, reached over its control API, used like one in this process. While the connection is down
 * its media goes on. When it is back, this gateway claims its sessions again, receives the events that it missed, in
 * order, and reports those that ended as closed. A node whose process is gone, or another node at its address, has lost
 * them all.
 */
export class RemoteSfuNode extends PassedOn implements SfuNode {
  readonly #client: ControlClient;
  readonly #listeners: EventListeners<SfuEvent>;
  readonly #log: SfuLog;
  readonly #notifyGone: () => void;
  /** The sessions that this gateway owns, with their rooms and the numbers of the events received. */
  readonly #sessions = new Map<string, { room: string; epoch: number; seen: Set<number> }>();
  /** Sessions whose close the node has not confirmed, with the epochs under which this gateway owned them. */
  readonly #ending = new Map<string, number>();
  readonly #audiences = new Map<string, number>();
  readonly #met = Promise.withResolvers<Hello>();
  #hello: Hello | undefined;

  /** Resolves when the node has answered; `node_unavailable` when it cannot be reached. */
  static async create(options: RemoteSfuNodeOptions): Promise<RemoteSfuNode> {
    const node = new RemoteSfuNode(options);
    try {
      // Any request waits for the connection, so that this one fails where there is no node.
      await node.stats();
      await node.#met.promise;
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  // Methods without code of their own send the request and return the answer.
  static {
    for (const method of Object.keys(sfuMethods) as SfuMethod[]) {
      if (Object.hasOwn(RemoteSfuNode.prototype, method)) continue;
      const passOn = function (this: RemoteSfuNode, request: never = {} as never) {
        return this.#ask(method, request);
      };
      Object.defineProperty(RemoteSfuNode.prototype, method, { value: passOn, writable: true, configurable: true });
    }
  }

  private constructor({ url, secret, handleGone = () => {}, log = silentLog }: RemoteSfuNodeOptions) {
    super();
    this.#log = log;
    this.#notifyGone = handleGone;
    this.#listeners = new EventListeners<SfuEvent>(log);
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

  async watch(request: SfuRequest<'watch'>): Promise<SfuAnswer<'watch'>> {
    return await this.#open('watch', request);
  }

  async publish(request: SfuRequest<'publish'>): Promise<SfuAnswer<'publish'>> {
    return await this.#open('publish', request);
  }

  async preparePublisher(request: SfuRequest<'preparePublisher'>): Promise<SfuAnswer<'preparePublisher'>> {
    return await this.#open('preparePublisher', request);
  }

  async setAudience(request: SfuRequest<'setAudience'>): Promise<void> {
    if (request.people <= 0) this.#audiences.delete(request.room);
    else if (this.#audiences.size < AUDIENCE_ROOMS_MAX) this.#audiences.set(request.room, request.people);
    await this.#ask('setAudience', request);
  }

  async adopt(request: SfuRequest<'adopt'>): Promise<SfuAnswer<'adopt'>> {
    const adopted = await this.#ask('adopt', request);
    this.#own(request.session, request.room, adopted.epoch);
    if (adopted.spare) this.#own(adopted.spare.session, request.room, adopted.spare.epoch);
    return adopted;
  }

  async renew(request: SfuRequest<'renew'>): Promise<SfuAnswer<'renew'>> {
    const { lost, adopted } = await this.#ask('renew', request);
    for (const session of [...lost, ...adopted]) this.#sessions.delete(session);
    return { lost, adopted };
  }

  async closeSession(request: SfuRequest<'closeSession'>): Promise<void> {
    const { session, epoch = FIRST_EPOCH } = request;
    this.#sessions.delete(session);
    this.#ending.set(session, epoch);
    try {
      await this.#ask('closeSession', request);
      this.#ending.delete(session);
    } catch (error) {
      // Another gateway owns it: this one must not close it later either.
      if (error instanceof SfuError && error.code === 'not_owner') this.#ending.delete(session);
      throw error;
    }
  }

  async closeRoom(request: SfuRequest<'closeRoom'>): Promise<void> {
    this.#audiences.delete(request.room);
    await this.#ask('closeRoom', request);
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

  async #ask<M extends SfuMethod>(method: M, request: SfuRequest<M>): Promise<SfuAnswer<M>> {
    const answer = sfuMethods[method].answer.safeParse(await this.#client.request(method, request));
    if (!answer.success) {
      this.#log.error({ method, err: answer.error }, 'sfu node answer failed validation');
      throw new SfuError('node_unavailable', 'The SFU node sent an invalid answer.');
    }
    return answer.data as SfuAnswer<M>;
  }

  async #open<M extends OpeningMethod>(method: M, request: SfuRequest<M>): Promise<SfuAnswer<M>> {
    const { session, grant } = request;
    const isKnown = this.#sessions.has(session);
    // Before the answer, since the first events may come ahead of it.
    this.#own(session, grant.room);
    try {
      return await this.#ask(method, request);
    } catch (error) {
      if (!isKnown) this.#sessions.delete(session);
      // The node may have opened the session, or may open it later: it would stay unused.
      if (!isKnown && error instanceof UnansweredRequest) this.closeSession({ session }).catch(() => {});
      throw error;
    }
  }

  #own(session: string, room: string, epoch = FIRST_EPOCH): void {
    const seen = this.#sessions.get(session)?.seen ?? new Set();
    this.#sessions.set(session, { room, epoch, seen });
  }

  #handleUp(hello: Hello): void {
    const earlier = this.#hello;
    this.#hello = hello;
    this.#met.resolve(hello);
    if (!earlier) return;
    if (earlier.node !== hello.node) this.#handleGone();
    // Closes the sessions that were to be closed while the node could not be reached.
    for (const [session, epoch] of this.#ending) this.closeSession({ session, epoch }).catch(() => {});
    const sessions = [...this.#sessions.keys()];
    const epochs = Object.fromEntries([...this.#sessions].map(([session, { epoch }]) => [session, epoch]));
    for (const [room, people] of this.#audiences) this.#ask('setAudience', { room, people }).catch(() => {});
    if (sessions.length === 0) return;
    this.#ask('renew', { sessions, epochs })
      .then(({ lost, adopted }) => {
        for (const session of lost) this.#lose(session, { type: 'sessionClosed', reason: 'lease_expired' });
        // While this gateway was disconnected.
        for (const session of adopted) this.#lose(session, { type: 'adopted' });
      })
      // The next renewal of the leases claims them.
      .catch((error) => this.#log.warn({ err: error }, 'sfu sessions not claimed after reconnecting'));
  }

  #handleEvent(given: unknown, number: number): void {
    const parsed = sfuEvent.safeParse(given);
    if (!parsed.success) {
      this.#log.error({ err: parsed.error }, 'sfu node event failed validation');
      return;
    }
    const event = parsed.data;
    const session = this.#sessions.get(event.session);
    if (session?.seen.has(number)) return;
    if (session) remember(session.seen, number);
    if (isLastOfSession(event)) this.#sessions.delete(event.session);
    this.#listeners.emit(event);
  }

  #handleGone(): void {
    this.#ending.clear();
    // First, so that people whose session was lost are not placed on this node again.
    this.#notifyGone();
    for (const session of [...this.#sessions.keys()])
      this.#lose(session, { type: 'sessionClosed', reason: 'node_lost' });
  }

  #lose(session: string, how: { type: 'adopted' } | { type: 'sessionClosed'; reason: SessionCloseReason }): void {
    const entry = this.#sessions.get(session);
    if (!entry) return;
    this.#sessions.delete(session);
    this.#listeners.emit({ ...how, room: entry.room, session });
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
