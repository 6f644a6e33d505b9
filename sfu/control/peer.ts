import type { RawData, WebSocket } from 'ws';
import { type ProduceRequest, SfuError, type WatchRequest } from '../contract.ts';
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
  type ControlMethod,
  type ControlRequest,
  clientFrame,
  controlMethods,
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

type Handlers = { [M in ControlMethod]: (params: ControlRequest<M>) => Promise<unknown> };

/** One gateway, or another node, on a node's control API. Whatever it sends that is no message of the protocol ends its connection. */
export class ControlPeer implements EventReceiver {
  readonly #options: ControlPeerOptions;
  readonly #handlers: Handlers;
  readonly #unconfirmed: NumberedEvent[] = [];
  #confirmed = 0;
  #requests = 0;
  #heardAtMs = performance.now();
  #gone = false;
  /** A request is answered before what a later one brings about is told, so that no answer says what was before an event that came ahead of it. */
  readonly #messages = new InTurn(([data, isBinary]: [RawData, boolean]) => this.#handleMessage(data, isBinary));

  constructor(options: ControlPeerOptions) {
    this.#options = options;
    this.#handlers = this.#makeHandlers();
    const { socket, node } = options;
    socket.on('message', (...message) => this.#messages.add(message));
    socket.on('pong', () => this.#hear());
    socket.on('ping', () => this.#hear());
    socket.on('error', (error) => options.log.warn({ err: error }, 'control connection broke'));
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
    this.#unconfirmed.push(numbered);
    this.#send(numbered);
    if (this.#unconfirmed.length > CONTROL_UNCONFIRMED_EVENTS_MAX) this.#terminate('it confirms no events');
  }

  handleHeartbeat(): void {
    if (performance.now() - this.#heardAtMs > CONTROL_SILENCE_MAX_MS) this.#terminate('it is silent');
    else this.#options.socket.ping();
  }

  /** Ends the connection after what is still to be sent. */
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
    const frame = isBinary ? undefined : parseFrame(data);
    if (!frame) this.#terminate('it sent what is no message');
    else if ('received' in frame) this.#handleConfirmation(frame.received);
    else if (Object.hasOwn(controlMethods, frame.method)) {
      void this.#handleRequest(frame.id, frame.method as ControlMethod, frame.params);
    } else this.#terminate(`it asked for ${JSON.stringify(frame.method)}`);
  }

  #handleConfirmation(received: number): void {
    const newly = received - this.#confirmed;
    if (newly < 0 || newly > this.#unconfirmed.length) {
      this.#terminate('it confirms what was not sent');
      return;
    }
    this.#unconfirmed.splice(0, newly);
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

  #makeHandlers(): Handlers {
    const { node, audiences } = this.#options;
    return {
      watch: (request) => this.#open(request.session, () => node.watch(request as WatchRequest)),
      publish: (request) => this.#open(request.session, () => node.publish(request)),
      connect: (request) => node.connect(request),
      restartIce: (request) => node.restartIce(request),
      produce: (request) => node.produce(request as ProduceRequest),
      unproduce: (request) => node.unproduce(request),
      setMuted: (request) => node.setMuted(request),
      setViewport: (request) => node.setViewport(request),
      play: (request) => node.play(request),
      setAudience: (request) => audiences.set(this, request),
      adopt: async (request) => {
        const answer = await node.adopt(request);
        const { relay } = this.#options;
        for (const session of [request.session, answer.spare?.session])
          if (session !== undefined && !this.#gone) relay.claim(session, this);
        return answer;
      },
      roomTraffic: (request) => node.roomTraffic(request),
      isOpen: (request) => node.isOpen(request),
      closePublisher: (request) => node.closePublisher(request),
      closePerson: (request) => node.closePerson(request),
      renew: (request) => this.#renew(request),
      updateGrant: (request) => node.updateGrant(request),
      traffic: (request) => node.traffic(request),
      closeSession: (request) => node.closeSession(request),
      closeRoom: (request) => node.closeRoom(request),
      follow: (request) => node.follow(request),
      pull: (request) => this.#open(request.session, () => node.pull(request)),
      wantLayer: async (request) => node.wantLayer(request),
      wantKeyFrame: async (request) => node.wantKeyFrame(request),
      stats: () => node.stats(),
      sessionStats: (request) => node.sessionStats(request),
    };
  }

  /** Opens a session that this gateway looks after. If nobody is there any more to be told of it, nobody can use it. */
  async #open<A>(session: string, open: () => Promise<A>): Promise<A> {
    const { relay, node } = this.#options;
    // Before it is open, since its first events may come ahead of the answer; but not if it is another gateway's already.
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

  async #renew(request: ControlRequest<'renew'>): Promise<{ lost: string[]; adopted: string[] }> {
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
    if (socket.bufferedAmount > CONTROL_BUFFER_MAX_BYTES) this.#terminate('it does not read');
  }

  #terminate(why: string): void {
    if (this.#gone) return;
    this.#options.log.warn({ why }, 'control connection ended');
    this.#messages.clear();
    this.#options.socket.terminate();
  }

  #handleGone(): void {
    if (this.#gone) return;
    this.#gone = true;
    const { relay, audiences, log } = this.#options;
    relay.drop(this, this.#unconfirmed);
    // Its people come back through another gateway, which then tells of them.
    setTimeout(() => {
      audiences.drop(this).catch((error) => log.debug({ err: error }, 'audience not dropped'));
    }, LEASE_DEFAULT_MS).unref();
  }
}

function parseFrame(data: RawData) {
  try {
    const parsed = clientFrame.safeParse(JSON.parse(data.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function firstFault({ issues }: { issues: { path: PropertyKey[]; message: string }[] }): string {
  const [first] = issues;
  return first ? `${first.path.join('.')}: ${first.message}` : 'unknown';
}
