import {
  type AdoptedSession,
  FIRST_EPOCH,
  type SessionCloseReason,
  SfuError,
  type SfuEvent,
  type SfuNode,
} from '../../../sfu/contract.ts';
import { EventRelay, isLastOfSession, type NumberedEvent } from '../../../sfu/event-relay.ts';
import { CONNECT_WITHIN_MS } from '../../../sfu/limits.ts';

interface ModelSession {
  readonly id: string;
  readonly room: string;
  readonly identity: string;
  readonly publish: boolean;
  readonly fence: number;
  readonly openedAtMs: number;
  tracks: number;
  epoch: number;
  renewedAtMs: number;
  /** The gateway that opened or adopted it last. */
  owner: string;
}

interface OpenRequest {
  session: string;
  grant: { room: string; identity: string; publish: boolean };
  fence?: number;
}

const LEASE_MS = 30_000;
const LINK_SILENCE_MS = 6_000;

export interface ModelChance {
  /** A whole number below the bound. */
  below: (bound: number) => number;
  pause: (maxMs: number) => Promise<void>;
  /** Whether the answer to a request to the node is lost, though it was done. */
  losesAnswer: () => boolean;
}

/** An SFU node without media: the contract's sessions, leases, epochs and events, which `EventRelay` brings to the gateways. */
export class ModelNode {
  readonly id: string;
  readonly sessions = new Map<string, ModelSession>();
  /** What must never happen, and did. */
  readonly faults: string[];
  isDead = false;
  readonly #links: ModelLink[] = [];
  readonly #relay = new EventRelay({ giveUp: (session) => this.#end(session, 'lease_expired') });
  readonly #sweep: NodeJS.Timeout;

  constructor(id: string, faults: string[]) {
    this.id = id;
    this.faults = faults;
    this.#sweep = setInterval(() => {
      const now = performance.now();
      for (const { id, renewedAtMs, openedAtMs, publish, tracks } of this.sessions.values()) {
        if (now - renewedAtMs >= LEASE_MS) this.#end(id, 'lease_expired');
        // Whoever puts a track on it has connected.
        else if (publish && tracks === 0 && now - openedAtMs >= CONNECT_WITHIN_MS) this.#end(id, 'connect_timeout');
      }
    }, 200);
  }

  publishers(room: string): ModelSession[] {
    return [...this.sessions.values()].filter((session) => session.publish && session.room === room);
  }

  close(): void {
    clearInterval(this.#sweep);
  }

  /** `handleGone`: the gateway has noticed that the node is dead. */
  connect(gateway: string, chance: ModelChance, handleGone: () => void): ModelLink {
    const link = new ModelLink({ node: this, relay: this.#relay, gateway, chance, handleGone });
    this.#links.push(link);
    return link;
  }

  /** As after `kill -9`: everything that it had is gone, and it says nothing more. */
  die(): void {
    this.isDead = true;
    this.close();
    this.sessions.clear();
    for (const link of this.#links) void link.handleDeath();
  }

  open({ session: id, grant, fence = 0 }: OpenRequest, owner: string): void {
    const { room, identity, publish } = grant;
    if (publish) this.#replaceBelow(room, fence);
    const now = performance.now();
    const opened = { tracks: 0, epoch: FIRST_EPOCH, openedAtMs: now, renewedAtMs: now, owner };
    this.sessions.set(id, { id, room, identity, publish, fence, ...opened });
  }

  adopt(
    { session: id, room, identity, epoch }: { session: string; room: string; identity: string; epoch?: number },
    owner: string,
  ): AdoptedSession {
    const session = this.sessions.get(id);
    if (session?.room !== room || session.identity !== identity) throw new SfuError('session_not_found', id);
    session.renewedAtMs = performance.now();
    if (epoch !== session.epoch) {
      session.epoch++;
      this.#relay.handleEvent({ type: 'adopted', room, session: id });
    } else if (session.owner !== owner) this.faults.push(`${owner} knows the epoch of ${session.owner}'s session`);
    session.owner = owner;
    return { publish: session.publish, epoch: session.epoch, consumers: [] };
  }

  renew(sessions: string[], epochs: Record<string, number>, by: string): { lost: string[]; adopted: string[] } {
    const [lost, adopted]: [string[], string[]] = [[], []];
    for (const id of sessions) {
      const session = this.sessions.get(id);
      if (!session) lost.push(id);
      else if (session.epoch !== (epochs[id] ?? FIRST_EPOCH)) adopted.push(id);
      else {
        if (session.owner !== by) this.faults.push(`${by} renews a session of ${session.owner}`);
        session.renewedAtMs = performance.now();
      }
    }
    return { lost, adopted };
  }

  produce(id: string): void {
    const session = this.sessions.get(id);
    if (!session) throw new SfuError('session_not_found', id);
    session.tracks++;
  }

  closeSession(id: string, epoch: number, by: string): void {
    const session = this.sessions.get(id);
    if (!session) return;
    if (session.epoch !== epoch) throw new SfuError('not_owner', id);
    if (session.owner !== by) this.faults.push(`${by} closes a session of ${session.owner}`);
    this.#end(id, 'closed');
  }

  endWhere(fits: (session: ModelSession) => boolean): void {
    for (const session of [...this.sessions.values()]) if (fits(session)) this.#end(session.id, 'closed');
  }

  #replaceBelow(room: string, fence: number): void {
    const earlier = this.publishers(room);
    if (earlier.some((session) => session.fence > fence)) throw new SfuError('stage_taken', room);
    for (const session of earlier) this.#end(session.id, 'replaced');
  }

  #end(id: string, reason: SessionCloseReason): void {
    const session = this.sessions.get(id);
    if (!session) return;
    this.sessions.delete(id);
    this.#relay.handleEvent({ type: 'sessionClosed', room: session.room, session: id, reason });
  }
}

/** A gateway's connection to the node: slow, and now and then cut, which the node notices after a silence. Claims its sessions when it is back. */
export class ModelLink {
  readonly #node: ModelNode;
  readonly #relay: EventRelay;
  readonly #gateway: string;
  readonly #chance: ModelChance;
  readonly #handleGone: () => void;
  readonly #sessions = new Map<string, number>();
  readonly #listeners = new Set<(event: SfuEvent) => void>();
  #waiting: (() => void)[] = [];
  #receiver: { deliver(event: NumberedEvent): void } | undefined;
  #unconfirmed: NumberedEvent[] = [];
  #isCut = false;

  constructor(options: {
    node: ModelNode;
    relay: EventRelay;
    gateway: string;
    chance: ModelChance;
    handleGone: () => void;
  }) {
    this.#handleGone = options.handleGone;
    this.#node = options.node;
    this.#relay = options.relay;
    this.#gateway = options.gateway;
    this.#chance = options.chance;
    this.#connect();
  }

  /** Nothing passes for so long. */
  async cut(durationMs: number): Promise<void> {
    if (this.#isCut) return;
    this.#isCut = true;
    setTimeout(() => this.#isCut && this.#drop(), LINK_SILENCE_MS);
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    this.mend();
  }

  mend(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    for (const go of this.#waiting.splice(0)) go();
    if (this.#receiver || this.#node.isDead) return;
    this.#connect();
    // The next renewal of the leases makes up for an answer that was lost.
    this.#reclaim().catch(() => {});
  }

  /** The node is dead. This gateway notices after a while. */
  async handleDeath(): Promise<void> {
    this.#receiver = undefined;
    await this.#chance.pause(3_000);
    this.mend();
    this.#handleGone();
    for (const session of [...this.#sessions.keys()])
      this.#tell({ type: 'sessionClosed', room: '', session, reason: 'node_lost' });
  }

  /** As much of a node as the stage uses without media. */
  asNode(): SfuNode {
    const [node, by] = [this.#node, this.#gateway];
    const open = async (request: OpenRequest) => {
      this.#sessions.set(request.session, FIRST_EPOCH);
      await this.#ask(() => {
        if (this.#receiver) this.#relay.claimNew(request.session, this.#receiver);
        node.open(request, by);
      });
      return { transport: {}, consumers: [] };
    };
    const asked = {
      ...{ id: node.id, routerRtpCapabilities: { codecs: [] }, keepsSpares: false },
      get connected() {
        return !node.isDead;
      },
      on: (listener: (event: SfuEvent) => void) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      close: async () => {},
      follow: async () => {},
      setAudience: async () => {},
      isOpen: async ({ room }: { room: string }) => ({
        open: [...node.sessions.values()].some((session) => session.room === room),
      }),
      watch: open,
      publish: open,
      produce: ({ session }: { session: string }) =>
        this.#ask(() => node.produce(session)).then(() => ({ producerId: 'track' })),
      adopt: async (request: Parameters<ModelNode['adopt']>[0]) => {
        const adopted = await this.#ask(() => {
          const answer = node.adopt(request, by);
          if (this.#receiver) this.#relay.claim(request.session, this.#receiver);
          return answer;
        });
        this.#sessions.set(request.session, adopted.epoch);
        return adopted;
      },
      renew: ({ sessions, epochs = {} }: { sessions: string[]; epochs?: Record<string, number> }) =>
        this.#renew(sessions, epochs),
      closeSession: async ({ session, epoch = FIRST_EPOCH }: { session: string; epoch?: number }) => {
        this.#sessions.delete(session);
        await this.#ask(() => node.closeSession(session, epoch, by));
      },
      closePerson: ({ room, identity }: { room: string; identity: string }) =>
        this.#ask(() => node.endWhere((session) => session.room === room && session.identity === identity)),
      closePublisher: ({ room }: { room: string }) =>
        this.#ask(() => node.endWhere((session) => session.room === room && session.publish)),
      closeRoom: ({ room }: { room: string }) => this.#ask(() => node.endWhere((session) => session.room === room)),
    };
    return asked as unknown as SfuNode;
  }

  async #renew(sessions: string[], epochs: Record<string, number>): Promise<{ lost: string[]; adopted: string[] }> {
    return this.#ask(() => {
      const answer = this.#node.renew(sessions, epochs, this.#gateway);
      const others = new Set([...answer.lost, ...answer.adopted]);
      for (const id of sessions) if (!others.has(id) && this.#receiver) this.#relay.claim(id, this.#receiver);
      return answer;
    });
  }

  async #reclaim(): Promise<void> {
    const { lost, adopted } = await this.#renew([...this.#sessions.keys()], Object.fromEntries(this.#sessions));
    for (const session of lost) this.#tell({ type: 'sessionClosed', room: '', session, reason: 'lease_expired' });
    for (const session of adopted) this.#tell({ type: 'adopted', room: '', session });
  }

  /** The answer comes when the connection is there again, and now and then not at all, though it was done. */
  async #ask<T>(act: () => T): Promise<T> {
    await this.#chance.pause(300);
    await this.#passable();
    const answer = act();
    await this.#chance.pause(300);
    await this.#passable();
    if (this.#chance.losesAnswer()) throw new SfuError('node_unavailable', 'The answer was lost.');
    return answer;
  }

  async #passable(): Promise<void> {
    while (this.#isCut) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#node.isDead) throw new SfuError('node_unavailable', 'The node is dead.');
  }

  #connect(): void {
    const receiver = {
      deliver: (event: NumberedEvent) => {
        this.#unconfirmed.push(event);
        void this.#bring(receiver, event);
      },
    };
    this.#receiver = receiver;
  }

  async #bring(receiver: object, event: NumberedEvent): Promise<void> {
    await this.#chance.pause(200);
    if (this.#isCut || this.#receiver !== receiver) return;
    this.#unconfirmed = this.#unconfirmed.filter((other) => other !== event);
    this.#tell(event.event as SfuEvent);
    // Doubled: what the stage is told twice must be harmless.
    if (this.#chance.below(5) === 0) this.#tell(event.event as SfuEvent);
  }

  #tell(event: SfuEvent): void {
    if (isLastOfSession(event)) this.#sessions.delete(event.session);
    for (const listener of this.#listeners) listener(event);
  }

  /** The node gives the connection up. */
  #drop(): void {
    if (!this.#receiver) return;
    this.#relay.drop(this.#receiver, this.#unconfirmed);
    this.#unconfirmed = [];
    this.#receiver = undefined;
  }
}
