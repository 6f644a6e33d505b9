import {
  type AdoptedSession,
  FIRST_EPOCH,
  type ProduceRequest,
  type PublishRequest,
  type SessionCloseReason,
  SfuError,
  type SfuEvent,
  type TransportOptions,
  type WatchRequest,
} from '../../../sfu/contract.ts';
import { EventRelay } from '../../../sfu/control/event-relay.ts';
import { ControlPeer } from '../../../sfu/control/peer.ts';
import { SharedAudiences } from '../../../sfu/control/shared-audiences.ts';
import { CONNECT_WITHIN_MS, CONTROL_HEARTBEAT_MS, LEASE_DEFAULT_MS } from '../../../sfu/limits.ts';
import { silentLog } from '../../../sfu/log.ts';
import type { LocalSfuNode } from '../../../sfu/node.ts';
import type { ModelChance } from './model-chance.ts';
import type { ModelListener, ModelSocket } from './model-socket.ts';

interface ModelSession {
  readonly id: string;
  readonly room: string;
  readonly identity: string;
  readonly publish: boolean;
  readonly fence: number;
  readonly openedAtMs: number;
  readonly worker: number;
  /** Set while it is a spare. */
  spareOf: string | undefined;
  /** Its gateway has received the answer. */
  opened: boolean;
  tracks: number;
  epoch: number;
  renewedAtMs: number;
  /** The gateway that last opened or adopted it. */
  owner: string;
}

const WORKERS = 2;
const WORK_MS = 150;
const TRANSPORT: TransportOptions = {
  id: 'transport',
  iceParameters: { usernameFragment: 'model', password: 'model' },
  iceCandidates: [],
  dtlsParameters: { fingerprints: [] },
};

/**
 * An SFU node without media: sessions, spares, leases, epochs and events of the contract, behind the real control API.
 */
export class ModelNode implements ModelListener {
  readonly id: string;
  readonly sessions = new Map<string, ModelSession>();
  /** Violated invariants. */
  readonly faults: string[];
  readonly #chance: ModelChance;
  isDead = false;
  readonly #peers = new Map<ModelSocket, ControlPeer>();
  readonly #relay = new EventRelay({ giveUp: (session) => this.#end(session, 'lease_expired') });
  readonly #audiences = new SharedAudiences({ setAudience: async () => {} });
  readonly #timers: NodeJS.Timeout[];

  constructor(id: string, chance: ModelChance, faults: string[]) {
    this.id = id;
    this.faults = faults;
    this.#chance = chance;
    this.#timers = [
      setInterval(() => this.#sweep(), 200),
      setInterval(() => {
        for (const peer of this.#peers.values()) peer.handleHeartbeat();
      }, CONTROL_HEARTBEAT_MS),
    ];
  }

  /** Sessions that publish or are about to; no spares. */
  publishers(room: string): ModelSession[] {
    return [...this.sessions.values()].filter((it) => it.publish && it.room === room && it.spareOf === undefined);
  }

  accept(socket: ModelSocket, gateway: string): void {
    const peer = new ControlPeer({
      socket: socket as never,
      node: this.#seenBy(gateway) as unknown as LocalSfuNode,
      relay: this.#relay,
      audiences: this.#audiences,
      log: silentLog,
    });
    this.#peers.set(socket, peer);
    socket.on('close', () => this.#peers.delete(socket));
  }

  /** As after `kill -9`: all state is lost. */
  die(): void {
    this.isDead = true;
    this.sessions.clear();
    this.close();
  }

  /** A session with a spare on another worker continues there. */
  loseWorker(worker: number): void {
    const lost = [...this.sessions.values()].filter((it) => it.worker === worker);
    for (const session of lost) {
      const spare = this.#spareFor(session.id);
      if (!spare?.opened || (spare.publish && spare.tracks === 0)) {
        this.#end(session.id, 'worker_died');
        continue;
      }
      this.sessions.delete(session.id);
      spare.spareOf = undefined;
      this.#relay.handleEvent({ type: 'takenOver', room: session.room, session: session.id, by: spare.id });
    }
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#peers.keys()) socket.terminate();
  }

  #sweep(): void {
    const now = performance.now();
    for (const { id, renewedAtMs, openedAtMs, publish, tracks } of this.sessions.values()) {
      if (now - renewedAtMs >= LEASE_DEFAULT_MS) this.#end(id, 'lease_expired');
      // A session with a track counts as connected.
      else if (publish && tracks === 0 && now - openedAtMs >= CONNECT_WITHIN_MS) this.#end(id, 'connect_timeout');
    }
  }

  /** The contract as one gateway sees it, without media. */
  #seenBy(gateway: string) {
    const open = async (request: WatchRequest | PublishRequest) => {
      await this.#open(request, gateway);
      return { transport: TRANSPORT, consumers: [] };
    };
    return {
      id: this.id,
      routerRtpCapabilities: { codecs: [] },
      keepsSpares: true,
      watch: open,
      publish: open,
      produce: (request: ProduceRequest) => this.#produce(request),
      adopt: async (request: Parameters<LocalSfuNode['adopt']>[0]) => this.#adopt(request, gateway),
      renew: async (request: Parameters<LocalSfuNode['renew']>[0]) => this.#renew(request, gateway),
      closeSession: async (request: Parameters<LocalSfuNode['closeSession']>[0]) => this.#close(request, gateway),
      endSession: (session: string, reason: SessionCloseReason) => this.#end(session, reason),
      closePerson: async ({ room, identity }: { room: string; identity: string }) =>
        this.#endWhere((it) => it.room === room && it.identity === identity),
      closePublisher: async ({ room }: { room: string }) => this.#endWhere((it) => it.room === room && it.publish),
      closeRoom: async ({ room }: { room: string }) => this.#endWhere((it) => it.room === room),
      isOpen: async ({ room }: { room: string }) => ({
        open: [...this.sessions.values()].some((session) => session.room === room),
      }),
      follow: async () => {},
      stats: async () => ({ workers: WORKERS, rooms: 0, sessions: 0, producers: 0, consumers: 0 }),
    };
  }

  async #open(request: WatchRequest | PublishRequest, owner: string): Promise<void> {
    const { session: id, grant, spareOf } = request;
    const { room, identity, publish } = grant;
    const spared = spareOf === undefined ? undefined : this.#sparedBy(spareOf, identity);
    const fence = spared?.fence ?? ('fence' in request ? (request.fence ?? 0) : 0);
    const worker = spared ? (spared.worker + 1) % WORKERS : this.#chance.below(WORKERS);
    const earlier = spareOf === undefined ? (publish ? this.publishers(room) : []) : this.#spareFor(spareOf);
    const replaced = [earlier ?? []].flat();
    if (replaced.some((it) => it.fence > fence)) throw new SfuError('stage_taken', room);
    for (const { id: other } of replaced) this.#end(other, 'replaced');
    const now = performance.now();
    const times = { openedAtMs: now, renewedAtMs: now, epoch: FIRST_EPOCH };
    const session = { id, room, identity, publish, fence, worker, spareOf, opened: false, tracks: 0, owner, ...times };
    this.sessions.set(id, session);
    await this.#chance.pause(WORK_MS);
    if (this.sessions.get(id) !== session) throw new SfuError('session_not_found', id);
    session.opened = true;
  }

  #spareFor(id: string): ModelSession | undefined {
    return [...this.sessions.values()].find(({ spareOf }) => spareOf === id);
  }

  #sparedBy(id: string, identity: string): ModelSession {
    const session = this.sessions.get(id);
    if (!session?.opened || session.spareOf !== undefined || session.identity !== identity)
      throw new SfuError('spare_unavailable', id);
    return session;
  }

  async #produce({ session: id }: ProduceRequest): Promise<{ producerId: string }> {
    const session = this.sessions.get(id);
    await this.#chance.pause(WORK_MS);
    if (!session || this.sessions.get(id) !== session) throw new SfuError('session_not_found', id);
    session.tracks++;
    return { producerId: `track_${id}_${session.tracks}` };
  }

  #adopt({ session: id, room, identity, epoch }: Parameters<LocalSfuNode['adopt']>[0], owner: string): AdoptedSession {
    const session = this.sessions.get(id);
    if (!session?.opened || session.room !== room || session.identity !== identity || session.spareOf !== undefined)
      throw new SfuError('session_not_found', id);
    const spare = this.#spareFor(id);
    const isTheirs = epoch === session.epoch;
    if (isTheirs && session.owner !== owner) this.faults.push(`${owner} knows the epoch of ${session.owner}'s session`);
    for (const each of spare ? [session, spare] : [session]) {
      each.renewedAtMs = performance.now();
      each.owner = owner;
      if (isTheirs) continue;
      each.epoch++;
      this.#tell({ type: 'adopted', room, session: each.id });
    }
    return {
      publish: session.publish,
      epoch: session.epoch,
      consumers: [],
      ...(spare?.opened && { spare: { session: spare.id, epoch: spare.epoch, consumers: [] } }),
    };
  }

  #renew({ sessions, epochs = {} }: Parameters<LocalSfuNode['renew']>[0], by: string) {
    const [lost, adopted]: [string[], string[]] = [[], []];
    for (const id of sessions) {
      const session = this.sessions.get(id);
      if (!session) lost.push(id);
      else if (!session.opened) continue;
      else if (session.epoch !== (epochs[id] ?? FIRST_EPOCH)) adopted.push(id);
      else {
        if (session.owner !== by) this.faults.push(`${by} renews a session of ${session.owner}`);
        session.renewedAtMs = performance.now();
      }
    }
    return { lost, adopted };
  }

  #close(
    { session: id, epoch = FIRST_EPOCH, reason = 'closed' }: Parameters<LocalSfuNode['closeSession']>[0],
    by: string,
  ) {
    const session = this.sessions.get(id);
    if (!session) return;
    if (session.epoch !== epoch) throw new SfuError('not_owner', id);
    if (session.owner !== by) this.faults.push(`${by} closes a session of ${session.owner}`);
    this.#end(id, reason);
  }

  #endWhere(fits: (session: ModelSession) => boolean): void {
    for (const session of [...this.sessions.values()]) if (fits(session)) this.#end(session.id, 'closed');
  }

  /** Closes its spare too. */
  #end(id: string, reason: SessionCloseReason): void {
    for (const session of [this.sessions.get(id), this.#spareFor(id)]) {
      if (!session) continue;
      this.sessions.delete(session.id);
      if (session.opened) this.#tell({ type: 'sessionClosed', room: session.room, session: session.id, reason });
    }
  }

  #tell(event: SfuEvent): void {
    if (!this.isDead) this.#relay.handleEvent(event);
  }
}
