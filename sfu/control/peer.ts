import type { RawData, WebSocket } from 'ws';
import { SfuError } from '../contract.ts';
import { toSfuError } from '../errors.ts';
import {
  CONTROL_BUFFER_MAX_BYTES,
  CONTROL_REQUESTS_MAX,
  CONTROL_SILENCE_MAX_MS,
  CONTROL_UNCONFIRMED_EVENTS_MAX,
  LEASE_DEFAULT_MS,
} from '../limits.ts';
import type { SfuLog } from '../log.ts';
import type { LocalSfuNode } from '../node.ts';
import type { EventReceiver, EventRelay, NumberedEvent } from './event-relay.ts';
import { InTurn } from './in-turn.ts';
import {
  CONTROL_VERSION,
  type ControlAnswer,
  type ControlMethod,
  type ControlMethods,
  type ControlRequest,
  clientFrame,
  controlMethods,
  parseFrame,
  type ServerFrame,
} from './messages.ts';
import type { SharedAudiences } from './shared-audiences.ts';

export interface ControlPeerOptions {
  socket: WebSocket;
  node: LocalSfuNode;
  relay: EventRelay;
  audiences: SharedAudiences;
  log: SfuLog;
}

type Handlers = { [M in ControlMethod]: (request: ControlRequest<M>) => Promise<ControlAnswer<M>> };

/** The connection of one gateway, or another node, to a node's control API. An invalid frame ends it. */
export class ControlPeer implements EventReceiver {
  readonly #options: ControlPeerOptions;
  readonly #handlers: Handlers;
  readonly unconfirmed: NumberedEvent[] = [];
  #confirmed = 0;
  #requests = 0;
  #heardAtMs = performance.now();
  #gone = false;
  /** Answers a request before it handles the next one, so that no event of a later request overtakes the answer. */
  readonly #messages = new InTurn(([data, isBinary]: [RawData, boolean]) => this.#handleMessage(data, isBinary));

  constructor(options: ControlPeerOptions) {
    this.#options = options;
    this.#handlers = { ...passOn(options.node), ...this.#ownHandlers() };
    const { socket, node } = options;
    socket.on('message', (...message) => this.#messages.add(message));
    socket.on('pong', () => this.#hear());
    socket.on('ping', () => this.#hear());
    socket.on('error', (error) => options.log.warn({ err: error }, 'control connection failed'));
    socket.on('close', () => this.#handleGone());
    this.#send({
      hello: {
        version: CONTROL_VERSION,
        node: node.id,
        routerRtpCapabilities: { ...node.routerRtpCapabilities },
        keepsSpares: node.keepsSpares,
      },
    });
  }

  deliver(numbered: NumberedEvent): void {
    this.unconfirmed.push(numbered);
    this.#send(numbered);
    if (this.unconfirmed.length > CONTROL_UNCONFIRMED_EVENTS_MAX) this.#terminate('events not confirmed');
  }

  handleHeartbeat(): void {
    if (performance.now() - this.#heardAtMs > CONTROL_SILENCE_MAX_MS) this.#terminate('silent');
    else this.#options.socket.ping();
  }

  /** Ends the connection after what is queued has been sent. */
  async close(): Promise<void> {
    const { socket } = this.#options;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.close(1001, 'The node is closing.');
    const timer = setTimeout(() => socket.terminate(), 1_000);
    await closed;
    clearTimeout(timer);
  }

  #hear(): void {
    this.#heardAtMs = performance.now();
  }

  #handleMessage(data: RawData, isBinary: boolean): void {
    this.#hear();
    const frame = parseFrame(clientFrame, data, isBinary);
    if (!frame) this.#terminate('invalid frame');
    else if ('received' in frame) this.#handleConfirmation(frame.received);
    else if (Object.hasOwn(controlMethods, frame.method)) {
      void this.#handleRequest(frame.id, frame.method as ControlMethod, frame.params);
    } else this.#terminate('unknown method', { method: frame.method });
  }

  #handleConfirmation(received: number): void {
    const newly = received - this.#confirmed;
    if (newly < 0 || newly > this.unconfirmed.length) {
      this.#terminate('confirmed more events than were sent');
      return;
    }
    this.unconfirmed.splice(0, newly);
    this.#confirmed = received;
  }

  async #handleRequest<M extends ControlMethod>(id: number, method: M, params: unknown): Promise<void> {
    try {
      if (this.#requests >= CONTROL_REQUESTS_MAX) throw new SfuError('node_full', 'Too many requests at once.');
      const parsed = controlMethods[method].request.safeParse(params);
      if (!parsed.success)
        throw new SfuError('invalid_media_parameters', `The request is malformed: ${firstFault(parsed.error)}`);
      this.#requests++;
      const data = await this.#handlers[method](parsed.data as ControlRequest<M>).finally(() => this.#requests--);
      this.#send({ id, data: data ?? null });
    } catch (error) {
      const { code, message } = toSfuError(error, 'node_unavailable');
      this.#send({ id, error: { code, message } });
    }
  }

  /** The methods that also change which connection gets which events. All others are passed on to the node. */
  #ownHandlers(): Pick<
    Handlers,
    'watch' | 'publish' | 'preparePublisher' | 'pull' | 'setAudience' | 'adopt' | 'renew'
  > {
    const { node, audiences } = this.#options;
    return {
      watch: (request) => this.#open(request.session, () => node.watch(request)),
      publish: (request) => this.#open(request.session, () => node.publish(request)),
      preparePublisher: (request) => this.#open(request.session, () => node.preparePublisher(request)),
      pull: (request) => this.#open(request.session, () => node.pull(request)),
      setAudience: (request) => audiences.set(this, request),
      adopt: (request) => this.#adopt(request),
      renew: (request) => this.#renew(request),
    };
  }

  /**
   * Opens a session that this gateway owns. If the connection is gone by then, nobody can use the session, and it is
   * closed.
   */
  async #open<A>(session: string, open: () => Promise<A>): Promise<A> {
    const { relay, node } = this.#options;
    // Before it is open, since its first events may come ahead of the answer; but not if another gateway owns it.
    const isNew = relay.claimNew(session, this);
    try {
      const answer = await open();
      if (this.#gone) node.endSession(session, 'closed');
      return answer;
    } catch (error) {
      if (isNew) relay.forget(session);
      throw error;
    }
  }

  async #adopt(request: ControlRequest<'adopt'>): Promise<ControlAnswer<'adopt'>> {
    const { relay, node } = this.#options;
    const answer = await node.adopt(request);
    for (const session of [request.session, answer.spare?.session])
      if (session !== undefined) relay.claim(session, this);
    // The events are held for the gateway's return.
    if (this.#gone) relay.drop(this);
    return answer;
  }

  async #renew(request: ControlRequest<'renew'>): Promise<ControlAnswer<'renew'>> {
    const { relay, node } = this.#options;
    const { lost, adopted } = await node.renew(request);
    const others = new Set([...lost, ...adopted]);
    if (!this.#gone) for (const session of request.sessions) if (!others.has(session)) relay.claim(session, this);
    return { lost, adopted };
  }

  #send(frame: ServerFrame): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(frame));
    if (socket.bufferedAmount > CONTROL_BUFFER_MAX_BYTES) this.#terminate('send buffer full');
  }

  #terminate(reason: string, details: object = {}): void {
    if (this.#gone) return;
    this.#options.log.warn({ reason, ...details }, 'control connection terminated');
    this.#messages.clear();
    this.#options.socket.terminate();
  }

  #handleGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    const { relay, audiences, log } = this.#options;
    relay.drop(this);
    // Its people come back through another gateway, which then reports its own audience.
    setTimeout(() => {
      audiences.drop(this).catch((error) => log.debug({ err: error }, 'audience of a lost gateway not removed'));
    }, LEASE_DEFAULT_MS).unref();
  }
}

/** Handlers that pass every method on to the node. */
function passOn(node: ControlMethods): Handlers {
  const handlers = Object.keys(controlMethods).map((method) => [
    method,
    async (request: never) => await node[method as ControlMethod](request),
  ]);
  return Object.fromEntries(handlers) as Handlers;
}

function firstFault({ issues }: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const [first] = issues;
  return first ? `${first.path.join('.')}: ${first.message}` : 'unknown';
}
