/** A page's socket to one of several gateways of the live model: the real stage answers, over a simulated network. */
import { AppError } from '../../../server/protocol/errors.ts';
import type { StageCaller } from '../../../server/stage/sessions/stage-caller.ts';
import { ROOM } from '../live-model/model-house.ts';
import type { JointGateway, JointNetwork } from './joint-network.ts';

type Ack = (error: Error | null, answer?: unknown) => void;
type Input = Record<string, never>;

/** How late either end may notice a broken path: ping interval (10 s) plus ping timeout (8 s). */
const SILENCE_MS = 18_000;

let count = 0;

/**
 * Messages of one direction arrive in order. When the path breaks, messages in flight arrive or are lost, and each end
 * notices independently: the page may be connected to another gateway before the first one notices.
 */
export class JointSocket {
  connected = false;
  page = '';
  readonly io = { on: () => {}, engine: { close: () => this.#leave(false) } };
  readonly #id = `joint_${++count}`;
  readonly #connectedAtMs = performance.now();
  readonly #network: JointNetwork;
  readonly #listeners = new Map<string, (value: unknown) => void>();
  readonly #acks = new Set<Ack>();
  #onAny: ((name: string, data: unknown) => void) | null = null;
  #gateway: JointGateway | undefined;
  #isBroken = false;
  readonly #up: Line;
  readonly #down: Line;
  /** The page has closed it or noticed the break. */
  #isLeft = false;
  /** The gateway has closed it or noticed the break. */
  #isGone = false;

  constructor(network: JointNetwork, { auth }: { auth: (give: (auth: { token: string }) => void) => void }) {
    this.#network = network;
    this.#up = new Line(network);
    this.#down = new Line(network);
    network.sockets.add(this);
    auth(({ token }) => {
      this.page = token;
      this.#up.send(() => void this.#connect());
    });
  }

  on = (name: string, listener: (value: unknown) => void) => this.#listeners.set(name, listener);
  off = (name: string) => this.#listeners.delete(name);
  disconnect = () => this.#leave(true);

  onAny(listener: (name: string, data: unknown) => void): void {
    this.#onAny = listener;
  }

  offAny(): void {
    this.#onAny = null;
  }

  timeout(limitMs: number) {
    return {
      emit: (name: string, input: Input, _about: unknown, ack: Ack) => {
        if (name === 'stage:publish' || name === 'stage:produce') this.#network.onPublish(this.page);
        this.#acks.add(ack);
        setTimeout(() => this.#settle(ack, new Error('timeout')), limitMs);
        this.#up.send(() => void this.#answer(name, input, ack));
      },
    };
  }

  /** A message from the gateway, which may not yet know that the page is gone. */
  deliver(name: string, data: unknown): void {
    this.#down.send(() => this.#onAny?.(name, data));
  }

  /** Breaks the path. */
  break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const { below } = this.#network.chance;
    this.#up.break();
    this.#down.break();
    setTimeout(() => this.#notice(), below(3) === 0 ? below(SILENCE_MS) : 0);
    setTimeout(() => this.#handleGone(false), below(3) === 0 ? 0 : below(SILENCE_MS));
  }

  /** The page notices the break. */
  #notice(): void {
    if (this.#isLeft) return;
    this.#leave(false);
    this.#listeners.get('disconnect')?.('transport close');
  }

  async #connect(): Promise<void> {
    const { unreachable, gateways, chance } = this.#network;
    if (this.#isLeft) return;
    if (unreachable.has(this.page)) {
      this.#listeners.get('connect_error')?.(new Error('unreachable'));
      return;
    }
    const gateway = gateways[chance.below(gateways.length)];
    if (!gateway) return;
    this.#gateway = gateway;
    gateway.sockets.set(this.#id, this);
    this.connected = true;
    try {
      const { status } = await gateway.reads.get(ROOM);
      this.deliver('rooms:welcome', welcome(status === 'live'));
    } catch {
      // The gateway disconnects a socket that it could not welcome.
      this.#handleGone(true);
      this.#down.send(() => this.#notice());
    }
  }

  async #answer(name: string, input: Input, ack: Ack): Promise<void> {
    if (this.#isGone) return;
    let answer: unknown;
    try {
      answer = { ok: true, data: await this.#handle(name, input) };
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      const retryable = error instanceof AppError && error.retryable;
      answer = { ok: false, error: { code, message: String(error), retryable } };
    }
    this.#down.send(() => this.#settle(ack, null, answer));
  }

  /** Mirrors `server/gateway/operations/stage.ts`. */
  async #handle(name: string, input: Input): Promise<unknown> {
    const { stage, rooms } = this.#gateway ?? {};
    if (!stage) throw new AppError('unavailable');
    const caller: StageCaller = {
      room: ROOM,
      identity: 'ada',
      socket: this.#id,
      connectedAtMs: this.#connectedAtMs,
      access: { state: 'granted', reason: 'role' },
      publish: true,
    };
    const { session, publication } = input as { session?: never; publication?: never };
    if (name === 'stage:publish') {
      await rooms?.readLive(ROOM);
      if (this.#isGone) throw new AppError('access_required');
      return stage.publish(caller, input);
    }
    if (name === 'stage:produce') return stage.produce(caller, input as never);
    if (name === 'stage:leave') return stage.leave(caller, session as never).then(() => ({}));
    if (name === 'stage:endLive') return stage.endLive(ROOM, publication).then(() => ({}));
    if (name !== 'stage:resume') return {};
    try {
      return await stage.resume(caller, session as never, publication);
    } finally {
      if (this.#isGone) stage.handleSocketGone(this.#id, false);
    }
  }

  #settle(ack: Ack, error: Error | null, answer?: unknown): void {
    if (this.#acks.delete(ack)) ack(error, answer);
  }

  /** The page closes it; if the path works, the gateway is notified after earlier messages. */
  #leave(clean: boolean): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.connected = false;
    this.#network.sockets.delete(this);
    this.#up.send(() => this.#handleGone(clean));
    for (const ack of [...this.#acks]) this.#settle(ack, new Error('gone'));
  }

  #handleGone(clean: boolean): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#gateway?.sockets.delete(this.#id);
    this.#gateway?.stage.handleSocketGone(this.#id, clean);
  }
}

/** One direction of a path. */
class Line {
  readonly #network: JointNetwork;
  #isBroken = false;
  #losesAll = false;
  #last: Promise<void> = Promise.resolve();

  constructor(network: JointNetwork) {
    this.#network = network;
  }

  send(act: () => void): void {
    if (this.#isBroken) return;
    this.#last = this.#last
      .then(() => this.#network.chance.pause(200))
      .then(() => {
        if (!this.#losesAll) act();
      });
  }

  /** Messages in flight are either all delivered or all lost. */
  break(): void {
    this.#isBroken = true;
    this.#losesAll = this.#network.chance.below(2) === 0;
  }
}

function welcome(isLive: boolean) {
  return {
    participant: { identity: 'ada', name: 'Ada', role: 'moderator' },
    can: { publish: true, chat: true, tip: true, moderate: true },
    room: { id: ROOM, status: isLive ? 'live' : 'scheduled', access: { kind: 'free' } },
    access: { state: 'granted', reason: 'role' },
    viewerCount: 0,
    live: isLive,
    wallet: null,
    currency: 'eur',
    inside: {
      chat: { entries: [], lastSeq: 0 },
      chatState: { version: 1, poll: null },
      restriction: { kind: null },
      ownVote: null,
      held: [],
      muted: [],
      tipping: { goal: null, menu: { items: [] } },
      stage: { live: isLive, spares: false },
    },
    ticketsLeft: null,
    minLiveMinutes: 5,
    serverTime: '2030-01-01T00:00:00.000Z',
  };
}
