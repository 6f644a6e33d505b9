import { systemClock } from '../../../server/platform/clock.ts';
import { MemoryLeasedHashes } from '../../../server/platform/leased-hashes.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import type { RoomId, SessionId } from '../../../server/protocol/ids.ts';
import type { Rooms } from '../../../server/rooms/rooms.ts';
import { Fleet } from '../../../server/stage/placement/fleet.ts';
import { RoomPlaces } from '../../../server/stage/placement/room-places.ts';
import { RoomTrees } from '../../../server/stage/placement/room-trees.ts';
import type { StageCaller } from '../../../server/stage/sessions/stage-caller.ts';
import { Stage } from '../../../server/stage/stage.ts';
import { RemoteSfuNode } from '../../../sfu/control/remote-node.ts';
import { MemoryAnnouncements } from '../databases/memory-announcements.ts';
import type { ModelChance } from './model-chance.ts';
import { ModelNode } from './model-node.ts';
import { ModelRooms } from './model-rooms.ts';
import { DialledSocket, type ModelAddresses, ModelPath } from './model-socket.ts';

export const ROOM = 'room_model' as RoomId;
const log = createLog({ level: 'silent', pretty: false });
/** The socket's ping interval (10 s) plus its ping timeout (8 s). */
const SOCKET_SILENCE_MS = 18_000;
export const CAMERA = {
  kind: 'video',
  source: 'camera',
  rtpParameters: { codecs: [] as Record<string, unknown>[] },
} as const;

interface ModelGateway {
  name: string;
  stage: Stage;
  /** Its network path to the node. */
  path: ModelPath;
}

/** A page of a participant: connected to a gateway or not, with the media session that it believes to have. */
export class ModelPage {
  readonly identity: string;
  readonly role: 'creator' | 'fan';
  gateway: ModelGateway | undefined;
  socket = '';
  connectedAtMs = 0;
  session: SessionId | undefined;
  publication: string | undefined;
  /** A page runs one operation at a time. */
  busy = false;

  constructor(identity: string, role: 'creator' | 'fan') {
    this.identity = identity;
    this.role = role;
  }

  get caller(): StageCaller {
    const access = { state: 'granted', reason: 'role' } as const;
    const { identity, socket, connectedAtMs, role } = this;
    return { room: ROOM, identity, socket, connectedAtMs, access, publish: role === 'creator' };
  }
}

/**
 * The real stage of several gateways, over the real control API to a modelled SFU node (replaced when it dies) and a
 * modelled database.
 */
export class ModelHouse implements ModelAddresses {
  /** Violated invariants of the node. */
  readonly faults: string[] = [];
  node: ModelNode;
  readonly rooms: ModelRooms;
  readonly gateways: ModelGateway[] = [];
  readonly pages: ModelPage[];
  /** Requests that have not settled. */
  readonly pending = new Set<string>();
  readonly #chance: ModelChance;
  readonly #board = new MemoryAnnouncements({ leaseMs: Number.POSITIVE_INFINITY });
  readonly #paths = new Map<string, ModelPath>();
  /** Sockets whose disconnect a gateway has noticed. */
  readonly #disconnected = new Set<string>();
  #count = 0;

  static async create(chance: ModelChance, gateways: number): Promise<ModelHouse> {
    const house = new ModelHouse(chance);
    await house.#announce(house.node);
    const trees = new RoomTrees(new MemoryLeasedHashes());
    for (let i = 0; i < gateways; i++) house.gateways.push(await house.#openGateway(`gw_${i}`, trees));
    return house;
  }

  private constructor(chance: ModelChance) {
    this.#chance = chance;
    this.node = new ModelNode('node_0', chance, this.faults);
    this.rooms = new ModelRooms(chance);
    DialledSocket.addresses = this;
    const creator = () => new ModelPage('ada', 'creator');
    this.pages = [creator(), creator(), new ModelPage('lea', 'fan'), new ModelPage('max', 'fan')];
  }

  /** The next random action of a page, the network or the database. */
  step(): void {
    const { below } = this.#chance;
    const page = this.pages[below(this.pages.length)];
    const gateway = this.gateways[below(this.gateways.length)];
    if (!page || !gateway) return;
    const dice = below(21) - 1;
    if (dice <= 0) void this.breakMedia(gateway);
    else if (dice === 1) this.rooms.isAway = true;
    else if (dice <= 4) this.rooms.isAway = false;
    else if (!page.gateway) this.#connect(page, gateway);
    else if (dice <= 8) {
      this.disconnect(page, dice === 5);
      if (dice > 6) this.#connect(page, gateway);
    } else if (page.busy) return;
    else if (page.role === 'fan') this.#run(page, 'watch', () => this.#watch(page));
    else if (dice <= 14) this.#run(page, 'goLive', () => this.#goLive(page));
    else if (dice === 15) this.#goLiveTogether();
    else this.#run(page, 'endLive', () => this.#endLive(page));
  }

  /** Stalls or breaks the gateway's path to the node, or kills a worker or the node. */
  async breakMedia({ path }: ModelGateway): Promise<void> {
    const { below, pause } = this.#chance;
    const what = below(7);
    if (what <= 2) return path.cut(1_000 + below(20_000));
    if (what === 3) return path.break();
    if (what <= 5) return this.node.loseWorker(below(2));
    const dead = this.node;
    if (dead.isDead) return;
    dead.die();
    await pause(8_000);
    if (this.node === dead) await this.#replaceNode();
  }

  find(url: string) {
    const { hostname, pathname } = new URL(url);
    const gateway = pathname.slice(1);
    const listener = hostname === `${this.node.id}.example` ? this.node : undefined;
    return { path: this.#paths.get(gateway) ?? new ModelPath(this.#chance), gateway, listener };
  }

  /** After an unclean disconnect the gateway may notice only when the page is already at another one. */
  disconnect(page: ModelPage, clean: boolean): void {
    const { gateway, socket } = page;
    page.gateway = undefined;
    const { below } = this.#chance;
    setTimeout(
      () => {
        this.#disconnected.add(socket);
        gateway?.stage.handleSocketGone(socket, clean);
      },
      clean || below(2) === 0 ? 0 : below(SOCKET_SILENCE_MS),
    );
  }

  /** Stops all faults. */
  calm(): void {
    this.rooms.isAway = false;
    for (const { path } of this.gateways) path.mend();
    if (this.node.isDead) void this.#replaceNode();
  }

  async close(): Promise<void> {
    await Promise.all(this.gateways.map(({ stage }) => stage.close()));
    this.node.close();
  }

  #connect(page: ModelPage, gateway: ModelGateway): void {
    page.gateway = gateway;
    page.socket = `socket_${++this.#count}`;
    page.connectedAtMs = performance.now();
    page.busy = false;
    const { session } = page;
    if (session) this.#run(page, 'resume', () => this.#resume(page, session));
    else if (page.role === 'fan' && this.#chance.below(2) === 0)
      this.#run(page, 'watchAhead', () => this.#watchAhead(page));
  }

  /** Over HTTP at a random gateway; the page's socket then claims the session, if it is still connected. */
  async #watchAhead(page: ModelPage): Promise<void> {
    const gateway = this.gateways[this.#chance.below(this.gateways.length)];
    const ahead = { ...page.caller, socket: undefined };
    const session = await this.#open(page, () => gateway?.stage.watch(ahead, { rtpCapabilities: {} }));
    if (session) await this.#resume(page, session);
  }

  async #resume(page: ModelPage, session: SessionId): Promise<void> {
    const { gateway, caller, publication } = page;
    try {
      await gateway?.stage.resume(caller, session, publication);
    } catch {
      if (page.socket === caller.socket) page.session = undefined;
    } finally {
      // As the gateway does when a socket disconnects while the node is being asked.
      const { socket = '' } = caller;
      if (this.#disconnected.has(socket)) gateway?.stage.handleSocketGone(socket, false);
    }
  }

  async #watch(page: ModelPage): Promise<void> {
    const { gateway, caller, session } = page;
    if (session) {
      page.session = undefined;
      await gateway?.stage.leave(caller, session);
    } else await this.#open(page, () => gateway?.stage.watch(caller, { rtpCapabilities: {} }));
  }

  /** All connected, idle pages of the creator go live at the same instant. */
  #goLiveTogether(): void {
    for (const page of this.pages)
      if (page.role === 'creator' && page.gateway && !page.busy) this.#run(page, 'goLive', () => this.#goLive(page));
  }

  async #goLive(page: ModelPage): Promise<void> {
    const { gateway, caller, socket } = page;
    const publication = `publication_${++this.#count}`;
    page.publication = publication;
    const session = await this.#open(page, () => gateway?.stage.publish(caller, { publication }));
    if (!session) return;
    try {
      await gateway?.stage.produce(caller, { session, ...CAMERA });
      if (this.#chance.below(4) > 0) await this.#keepSpare(page, session);
    } catch (error) {
      // If the page is on another socket, the session was resumed there.
      if (page.socket === socket) page.session = undefined;
      await gateway?.stage.leave(caller, session);
      throw error;
    }
  }

  async #keepSpare(page: ModelPage, session: SessionId): Promise<void> {
    const { gateway, caller, publication } = page;
    try {
      const spare = await gateway?.stage.publish(caller, { publication, spareOf: session });
      if (!spare) return;
      await gateway?.stage.produce(caller, { session: spare.session, ...CAMERA });
    } catch {
      // The page continues without a session.
    }
  }

  async #endLive(page: ModelPage): Promise<void> {
    const { gateway } = page;
    page.session = undefined;
    await gateway?.stage.endLive(ROOM);
  }

  async #open(page: ModelPage, ask: () => Promise<{ session: SessionId }> | undefined): Promise<SessionId | undefined> {
    const { socket } = page;
    const opened = await ask();
    if (!opened || page.socket !== socket || !page.gateway) return undefined;
    page.session = opened.session;
    return opened.session;
  }

  #run(page: ModelPage, name: string, act: () => Promise<void>): void {
    const request = `${name} ${++this.#count} of ${page.identity}`;
    this.pending.add(request);
    const { socket } = page;
    page.busy = true;
    act()
      .catch(() => {})
      .finally(() => {
        this.pending.delete(request);
        if (page.socket === socket) page.busy = false;
      });
  }

  async #replaceNode(): Promise<void> {
    const dead = this.node;
    this.node = new ModelNode(`node_${++this.#count}`, this.#chance, this.faults);
    await this.#board.withdraw(dead.id);
    await this.#announce(this.node);
  }

  async #announce({ id: node }: ModelNode): Promise<void> {
    const about = { region: '', version: '1', workers: 1, capacity: 1_000, load: 0, draining: false };
    await this.#board.announce(node, JSON.stringify({ node, url: `wss://${node}.example:4001`, ...about }));
  }

  async #openGateway(name: string, trees: RoomTrees): Promise<ModelGateway> {
    const path = new ModelPath(this.#chance);
    this.#paths.set(name, path);
    const connect = (url: string, handleGone: () => void) =>
      RemoteSfuNode.create({ url: `${url}/${name}`, secret: 'model', handleGone });
    const fleet = await Fleet.create({ board: this.#board, connect, log });
    const stage = new Stage({
      fleet,
      places: new RoomPlaces({ fleet, trees, log, region: '' }),
      // Only the part of `Rooms` that the stage uses.
      rooms: this.rooms.of(name) as Rooms,
      clock: systemClock,
      log,
      metrics: createMetrics(),
      turn: undefined,
    });
    stage.onEvent(({ socket, event }) => {
      const page = this.pages.find((it) => it.socket === socket && it.gateway);
      if (page?.session !== event.session) return;
      if (event.type === 'takenOver') page.session = event.by as SessionId;
      else if (event.type === 'sessionClosed') page.session = undefined;
    });
    return { name, stage, path };
  }
}
