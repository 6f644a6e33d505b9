/** A page's socket to one of several gateways of the live model: the real stage answers, over a network with its own pace. */
import { AppError } from '../../../server/protocol/errors.ts';
import type { StageCaller } from '../../../server/stage/session-commands.ts';
import { type ModelHouse, ROOM } from '../live-model/model-house.ts';
import type { ModelChance } from '../live-model/model-node.ts';

type Ack = (error: Error | null, answer?: unknown) => void;
type Input = Record<string, never>;
type Gateway = ModelHouse['gateways'][number];

/** The network and the house behind it, as a page finds them. */
export class JointNetwork {
  readonly house: ModelHouse;
  readonly chance: ModelChance;
  readonly sockets = new Map<string, JointSocket>();
  /** Pages that cannot reach anybody. */
  readonly unreachable = new Set<string>();
  onPublish: (page: string) => void = () => {};
  readonly #facts: NodeJS.Timeout;
  #wasLive = false;

  constructor(house: ModelHouse, chance: ModelChance) {
    this.house = house;
    this.chance = chance;
    for (const { stage } of house.gateways)
      stage.onEvent(({ socket, event: { type, ...data } }) => this.sockets.get(socket)?.deliver(`stage:${type}`, data));
    this.#facts = setInterval(() => this.#tellLive(), 50);
  }

  close(): void {
    clearInterval(this.#facts);
  }

  #tellLive(): void {
    const isLive = this.house.rooms.isLive(ROOM);
    if (isLive === this.#wasLive) return;
    this.#wasLive = isLive;
    for (const socket of this.sockets.values())
      socket.deliver(isLive ? 'stage:liveStarted' : 'stage:liveEnded', { startedAt: '', endedAt: '' });
  }
}

let count = 0;

export class JointSocket {
  connected = false;
  page = '';
  readonly io = { on: () => {}, engine: { close: () => this.#leave(false) } };
  readonly #id = `joint_${++count}`;
  readonly #network: JointNetwork;
  readonly #listeners = new Map<string, (value: unknown) => void>();
  readonly #acks = new Set<Ack>();
  #onAny: ((name: string, data: unknown) => void) | null = null;
  #gateway: Gateway | undefined;
  #isGone = false;
  #up: Promise<unknown> = Promise.resolve();
  #down: Promise<unknown> = Promise.resolve();

  constructor(network: JointNetwork, { auth }: { auth: (give: (auth: { token: string }) => void) => void }) {
    this.#network = network;
    auth(({ token }) => {
      this.page = token;
      this.#send(() => this.#connect());
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
        this.#send(() => void this.#answer(name, input, ack));
      },
    };
  }

  deliver(name: string, data: unknown): void {
    this.#receive(() => this.#onAny?.(name, data));
  }

  /** Without a goodbye. */
  lose(): void {
    this.#leave(false);
    this.#listeners.get('disconnect')?.('transport close');
  }

  #connect(): void {
    const { unreachable, house, chance, sockets } = this.#network;
    if (unreachable.has(this.page)) {
      this.#listeners.get('connect_error')?.(new Error('unreachable'));
      return;
    }
    this.#gateway = house.gateways[chance.below(house.gateways.length)];
    this.connected = true;
    sockets.set(this.#id, this);
    this.deliver('rooms:welcome', welcome(house.rooms.isLive(ROOM)));
  }

  async #answer(name: string, input: Input, ack: Ack): Promise<void> {
    let answer: unknown;
    try {
      answer = { ok: true, data: await this.#handle(name, input) };
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal';
      const retryable = error instanceof AppError && error.retryable;
      answer = { ok: false, error: { code, message: String(error), retryable } };
    }
    // As the gateway does for a socket that went meanwhile.
    if (this.#isGone) this.#gateway?.stage.handleSocketGone(this.#id, false);
    this.#receive(() => this.#settle(ack, null, answer));
  }

  async #handle(name: string, input: Input): Promise<unknown> {
    const stage = this.#gateway?.stage;
    if (!stage) throw new AppError('unavailable');
    const caller: StageCaller = {
      room: ROOM,
      identity: 'ada',
      socket: this.#id,
      access: { state: 'granted', reason: 'role' },
      publish: true,
    };
    const { session, publication } = input as { session?: never; publication?: never };
    if (name === 'stage:publish') return stage.publish(caller, input);
    if (name === 'stage:produce') return stage.produce(caller, input as never);
    if (name === 'stage:resume') return stage.resume(caller, session as never, publication);
    if (name === 'stage:leave') return stage.leave(caller, session as never).then(() => ({}));
    if (name === 'stage:endLive') return stage.endLive(ROOM, publication).then(() => ({}));
    return {};
  }

  #settle(ack: Ack, error: Error | null, answer?: unknown): void {
    if (this.#acks.delete(ack)) ack(error, answer);
  }

  #send(act: () => void): void {
    this.#up = this.#up.then(() => this.#network.chance.pause(200)).then(() => this.#isGone || act());
  }

  #receive(act: () => void): void {
    this.#down = this.#down.then(() => this.#network.chance.pause(200)).then(() => this.#isGone || act());
  }

  #leave(clean: boolean): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.connected = false;
    this.#network.sockets.delete(this.#id);
    this.#gateway?.stage.handleSocketGone(this.#id, clean);
    for (const ack of [...this.#acks]) this.#settle(ack, new Error('gone'));
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
      tipping: { goal: null, menu: { items: [] } },
      stage: { live: isLive, spares: false },
    },
    serverTime: '2030-01-01T00:00:00.000Z',
  };
}
