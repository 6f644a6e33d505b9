/**
 * A model of the server for the SDK's race tests: rooms, sockets and media sessions as in `server/protocol/README.md`,
 * in one place and without media. A socket's messages stay in order; every delivery is a scheduling point.
 */
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Points } from './points.ts';

const AHEAD_LEASE_MS = 10_000;

interface Producer {
  id: string;
  source: string;
  kind: string;
  muted: boolean;
}

interface Session {
  id: string;
  publishes: boolean;
  /** A publisher's session that is not on stage yet. */
  isPrepared: boolean;
  identity: string;
  publication: string | null;
  socket: FakeSocket | null;
  producers: Map<string, Producer>;
  viewport: unknown;
  /** The session that it replaces if the media worker dies. */
  spareOf: string | null;
  timer?: ReturnType<typeof setTimeout>;
}

type Input = Record<string, unknown> & { session: string };
type Ack = (error: Error | null, answer?: unknown) => void;

class Refusal extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export class FakeHouse {
  readonly points: Points;
  readonly sessions = new Map<string, Session>();
  readonly sockets = new Set<FakeSocket>();
  isLive = false;
  publication: string | null = null;
  #isInterrupted = false;
  /** Publications that were ended or replaced. */
  readonly over = new Set<string | null>();
  hasAccess = true;
  isReachable = true;
  keepsSpares = false;
  /** Called when a page publishes; the test checks whether it was asked to. */
  onPublish: (identity: string) => void = () => {};
  #ids = 0;
  #graceTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(points: Points) {
    this.points = points;
  }

  welcome(identity: string) {
    const isCreator = identity === 'ada';
    return {
      participant: { identity, name: identity, role: isCreator ? 'creator' : 'fan' },
      can: { publish: isCreator, chat: true, tip: true, moderate: isCreator },
      room: { id: 'room_00000001', status: this.isLive ? 'live' : 'scheduled', access: { kind: 'free' } },
      access: this.#access,
      viewerCount: 0,
      live: this.isLive,
      wallet: null,
      currency: 'eur',
      inside: this.hasAccess ? this.#inside() : null,
      ticketsLeft: null,
      minLiveMinutes: 5,
      serverTime: '2030-01-01T00:00:00.000Z',
    };
  }

  handle(socket: FakeSocket, name: string, input: Input): unknown {
    switch (name) {
      case 'stage:publish':
        return this.#publish(socket, input);
      case 'stage:preparePublish':
        return this.#preparePublish(socket);
      case 'stage:takeStage':
        return this.#takeStage(this.#own(socket, input), input);
      case 'stage:watch':
        return this.#watch(socket, input);
      case 'stage:prepare':
        socket.prepared = input;
        return {};
      case 'stage:resume':
        return this.#resume(socket, input);
      case 'stage:restartIce':
        this.#own(socket, input);
        return { iceParameters: {} };
      case 'stage:produce':
        return this.#produce(this.#own(socket, input), input);
      case 'stage:unproduce':
        return this.#unproduce(this.#own(socket, input), input.producerId as string);
      case 'stage:mute':
        return this.#mute(this.#own(socket, input), input);
      case 'stage:viewport':
        this.#own(socket, input).viewport = input.viewport;
        return {};
      case 'stage:leave':
        this.end(this.#own(socket, input), 'closed', false);
        return {};
      case 'stage:endLive':
        if (this.publication === null || !input.publication || this.publication === input.publication) this.endLive();
        return {};
      case 'money:buyTicket':
        // The doors open after the answer.
        setTimeout(() => this.setAccess(true));
        return {};
      default:
        return { sessions: [], entries: [], lastSeq: 0 };
    }
  }

  /** Over HTTP: the session waits for a socket of the same participant. */
  watchAhead(identity: string, { viewport }: { viewport?: unknown }) {
    if (!this.hasAccess) return { access: this.#access, watching: null };
    const session = this.#open({ socket: null, identity }, false, null);
    session.viewport = viewport;
    session.timer = setTimeout(() => this.end(session, 'lease_expired'), AHEAD_LEASE_MS);
    return { access: this.#access, watching: this.#watchAnswer(session) };
  }

  get publishers(): Session[] {
    return [...this.sessions.values()].filter(({ publishes, isPrepared }) => publishes && !isPrepared);
  }

  get viewers(): Session[] {
    return [...this.sessions.values()].filter(({ publishes }) => !publishes);
  }

  /** Another page of the creator, without the SDK: takes the stage, or takes it and ends the live. */
  replace(): void {
    if (this.publication !== null) this.over.add(this.publication);
    this.publication = 'publication-of-the-phone';
    for (const session of this.publishers) this.end(session, 'replaced');
  }

  endLive({ isInterrupted = false } = {}): void {
    this.#isInterrupted = isInterrupted;
    clearTimeout(this.#graceTimer);
    for (const session of this.publishers) this.end(session, 'closed');
    if (this.publication !== null) this.over.add(this.publication);
    this.publication = null;
    this.#setLive(false);
  }

  /** The media worker dies: each viewer's spare continues. */
  loseWorker(): void {
    for (const spare of this.viewers.filter(({ spareOf }) => spareOf !== null)) {
      this.sessions.delete(spare.spareOf ?? '');
      spare.socket?.deliver('stage:takenOver', { session: spare.spareOf, by: spare.id });
      spare.spareOf = null;
    }
  }

  loseNode(): void {
    for (const session of this.sessions.values()) this.end(session, 'node_lost');
  }

  move(): void {
    for (const { id, socket } of this.sessions.values()) socket?.deliver('stage:moveWanted', { session: id });
  }

  setAccess(hasAccess: boolean): void {
    this.hasAccess = hasAccess;
    if (!hasAccess) for (const session of this.sessions.values()) this.end(session, 'closed');
    for (const socket of this.sockets) {
      if (hasAccess) {
        const watching = socket.prepared ? this.#watch(socket, socket.prepared) : undefined;
        socket.deliver('rooms:accessGranted', { access: this.#access, inside: this.#inside(), watching });
      } else socket.deliver('rooms:accessRevoked', { access: this.#access });
    }
  }

  consumersOf({ id }: Session): { id: string; source: string; muted: boolean }[] {
    return this.publishers.flatMap(({ producers }) =>
      [...producers.values()].map((producer) => ({ ...producer, id: `${id}/${producer.id}` })),
    );
  }

  end(session: Session, reason: string, tell = true): void {
    if (!this.sessions.delete(session.id)) return;
    clearTimeout(session.timer);
    if (tell) session.socket?.deliver('stage:sessionClosed', { session: session.id, reason });
    for (const producer of session.producers.keys()) this.#sendRemoved(producer);
    if (session.publishes && !session.isPrepared && this.publishers.length === 0)
      this.#graceTimer = setTimeout(() => this.endLive({ isInterrupted: true }), LIMITS.reconnectGraceMs);
  }

  handleGone(socket: FakeSocket, clean: boolean): void {
    this.sockets.delete(socket);
    for (const session of this.sessions.values()) {
      if (session.socket !== socket) continue;
      session.socket = null;
      if (clean) this.end(session, 'closed');
      else session.timer = setTimeout(() => this.end(session, 'lease_expired'), LIMITS.sessionGraceMs);
    }
  }

  get #access() {
    return this.hasAccess ? { state: 'granted', reason: 'free' } : { state: 'refused', reason: 'revoked' };
  }

  #inside() {
    return {
      chat: { entries: [], lastSeq: 0 },
      chatState: { version: 1, poll: null },
      restriction: { kind: null },
      ownVote: null,
      held: [],
      muted: [],
      tipping: { goal: null, menu: { items: [] } },
      stage: { live: this.isLive, spares: this.keepsSpares },
    };
  }

  #open(
    { identity, socket }: Pick<Session, 'identity' | 'socket'>,
    publishes: boolean,
    publication: string | null,
  ): Session {
    if (!this.hasAccess) throw new Refusal('access_required');
    const id = `session_${++this.#ids}`;
    const session: Session = {
      id,
      publishes,
      isPrepared: false,
      identity,
      publication,
      socket,
      producers: new Map(),
      viewport: undefined,
      spareOf: null,
    };
    this.sessions.set(id, session);
    return session;
  }

  /** Why a publication may not be restored. */
  #refusal(): Refusal {
    if (this.publication !== null) return new Refusal('live_replaced');
    return new Refusal(this.#isInterrupted ? 'live_interrupted' : 'live_over');
  }

  #publish(socket: FakeSocket, { publication, restore }: Input) {
    const name = publication as string;
    if (!restore) this.publication = name;
    if (this.publication !== name) throw this.#refusal();
    const before = this.publishers;
    const { id } = this.#open({ identity: socket.identity, socket }, true, name);
    for (const session of before) this.end(session, session.publication === name ? 'moved' : 'replaced');
    clearTimeout(this.#graceTimer);
    return { session: id, transport: { iceParameters: {}, nextIceParameters: {} }, connected: true };
  }

  #preparePublish(socket: FakeSocket) {
    const session = this.#open({ identity: socket.identity, socket }, true, null);
    session.isPrepared = true;
    return { session: session.id, transport: { iceParameters: {}, nextIceParameters: {} }, connected: true };
  }

  #takeStage(session: Session, { publication, tracks }: Input) {
    if (!session.isPrepared) throw new Refusal('session_not_found');
    if ((tracks as Input[]).length === 0) throw new Refusal('invalid_request');
    for (const before of this.publishers) this.end(before, 'replaced');
    this.publication = publication as string;
    session.isPrepared = false;
    session.publication = this.publication;
    clearTimeout(this.#graceTimer);
    const produced = (tracks as Input[]).map((track) => this.#produce(session, track));
    return { producerIds: produced.map(({ producerId }) => producerId) };
  }

  #watch(socket: FakeSocket, { viewport, spareOf }: Input) {
    const session = this.#open({ identity: socket.identity, socket }, false, null);
    session.viewport = viewport;
    session.spareOf = (spareOf as string | undefined) ?? null;
    return this.#watchAnswer(session);
  }

  #watchAnswer(session: Session) {
    return {
      session: session.id,
      transport: { iceParameters: {}, nextIceParameters: {} },
      connected: true,
      consumers: this.consumersOf(session),
    };
  }

  #resume(socket: FakeSocket, { session: id, publication, restartIce }: Input) {
    const session = this.sessions.get(id);
    if (!session || session.identity !== socket.identity) {
      if (publication && this.publication !== publication) throw this.#refusal();
      throw new Refusal('session_not_found');
    }
    clearTimeout(session.timer);
    session.socket = socket;
    return {
      consumers: session.publishes ? [] : this.consumersOf(session),
      ...(restartIce ? { iceParameters: {} } : {}),
    };
  }

  #produce(session: Session, { source, kind, muted }: Input) {
    for (const known of session.producers.values()) if (known.source === source) this.#unproduce(session, known.id);
    const producer = { id: `producer_${++this.#ids}`, source: source as string, kind: kind as string, muted: !!muted };
    session.producers.set(producer.id, producer);
    for (const { id, socket } of this.viewers)
      socket?.deliver('stage:consumersAdded', {
        session: id,
        consumers: [{ ...producer, id: `${id}/${producer.id}` }],
      });
    this.#setLive(true);
    return { producerId: producer.id };
  }

  #unproduce(session: Session, producerId: string) {
    if (!session.producers.delete(producerId)) throw new Refusal('producer_not_found');
    this.#sendRemoved(producerId);
    return {};
  }

  #sendRemoved(producerId: string): void {
    for (const { id, socket } of this.viewers)
      socket?.deliver('stage:consumersRemoved', { session: id, consumerIds: [`${id}/${producerId}`] });
  }

  #mute(session: Session, { producerId, muted }: Input) {
    const producer = session.producers.get(producerId as string);
    if (!producer) throw new Refusal('producer_not_found');
    producer.muted = muted as boolean;
    for (const { id, socket } of this.viewers)
      socket?.deliver('stage:trackMuted', { session: id, consumerId: `${id}/${producerId}`, muted: producer.muted });
    return {};
  }

  #own(socket: FakeSocket, { session: id }: Input): Session {
    const session = this.sessions.get(id);
    if (session?.socket !== socket) throw new Refusal('session_not_found');
    return session;
  }

  #setLive(live: boolean): void {
    if (this.isLive === live) return;
    this.isLive = live;
    const at = '2030-01-01T00:00:00.000Z';
    for (const socket of this.sockets)
      socket.deliver(
        live ? 'stage:liveStarted' : 'stage:liveEnded',
        live ? { startedAt: at } : { endedAt: at, pausedUntil: null, pauseAnnounced: false },
      );
  }
}

let sockets = 0;

/** A token: the SDK reads room and role from it, the model the identity. */
export function tokenOf(identity: string, role: string): string {
  return `head.${btoa(JSON.stringify({ sub: identity, room: 'room_00000001', role }))}.signature`;
}

export function identityOf(token: string): string {
  const [, payload] = token.split('.');
  return payload ? JSON.parse(atob(payload)).sub : token;
}

/** The part of a Socket.IO client that the SDK uses. The token is or contains the identity. */
export class FakeSocket {
  connected = false;
  identity = '';
  /** The input of `stage:prepare`. */
  prepared: Input | undefined;
  readonly io = { on: () => {}, engine: { close: () => this.#leave(false) } };
  readonly #house: FakeHouse;
  readonly #line = `${++sockets}`;
  readonly #listeners = new Map<string, (value: unknown) => void>();
  #onAny: ((name: string, data: unknown) => void) | null = null;
  readonly #acks = new Set<Ack>();

  constructor(house: FakeHouse, options: { auth: (give: (auth: { token: string }) => void) => void }) {
    this.#house = house;
    options.auth(({ token }) => {
      this.identity = identityOf(token);
      house.points.add(this.#up, () => this.#connect());
    });
  }

  on(name: string, listener: (value: unknown) => void): void {
    this.#listeners.set(name, listener);
  }

  off(name: string): void {
    this.#listeners.delete(name);
  }

  onAny(listener: (name: string, data: unknown) => void): void {
    this.#onAny = listener;
  }

  offAny(): void {
    this.#onAny = null;
  }

  timeout() {
    return { emit: (name: string, input: Input, _about: unknown, ack: Ack) => this.#emit(name, input, ack) };
  }

  disconnect(): void {
    this.#leave(true);
  }

  /** A message from the server, in order. */
  deliver(name: string, data: unknown): void {
    this.#house.points.add(this.#down, () => this.#onAny?.(name, data));
  }

  /** The network fails: messages in flight are lost. */
  lose(): void {
    this.#leave(false);
    this.#listeners.get('disconnect')?.('transport close');
  }

  get #up(): string {
    return `${this.#line} up`;
  }

  get #down(): string {
    return `${this.#line} down`;
  }

  #connect(): void {
    if (!this.#house.isReachable) {
      this.#listeners.get('connect_error')?.(new Error('unreachable'));
      return;
    }
    this.connected = true;
    this.#house.sockets.add(this);
    this.deliver('rooms:welcome', this.#house.welcome(this.identity));
  }

  #emit(name: string, input: Input, ack: Ack): void {
    this.#acks.add(ack);
    if (['stage:publish', 'stage:takeStage', 'stage:produce'].includes(name)) this.#house.onPublish(this.identity);
    this.#house.points.add(this.#up, () => {
      let answer: unknown;
      try {
        answer = { ok: true, data: this.#house.handle(this, name, input) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answer = { ok: false, error: { code: error.code, message: '', retryable: error.code === 'not_live' } };
      }
      this.#house.points.add(this.#down, () => {
        if (this.#acks.delete(ack)) ack(null, answer);
      });
    });
  }

  #leave(clean: boolean): void {
    this.#house.points.drop(this.#up);
    this.#house.points.drop(this.#down);
    this.connected = false;
    for (const ack of this.#acks) ack(new Error('gone'));
    this.#acks.clear();
    // The server processes it whether the client timed out or not.
    this.#house.handleGone(this, clean);
  }
}
