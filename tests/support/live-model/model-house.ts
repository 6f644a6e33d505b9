import { MemoryAnnouncements } from '../../../server/platform/announcements.ts';
import { systemClock } from '../../../server/platform/clock.ts';
import { MemoryLeasedHashes } from '../../../server/platform/leased-hashes.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import type { RoomId, SessionId } from '../../../server/protocol/ids.ts';
import type { Rooms } from '../../../server/rooms/rooms.ts';
import { Fleet } from '../../../server/stage/fleet.ts';
import { RoomPlaces } from '../../../server/stage/room-places.ts';
import { RoomTrees } from '../../../server/stage/room-trees.ts';
import type { StageCaller } from '../../../server/stage/session-commands.ts';
import { Stage } from '../../../server/stage/stage.ts';
import { SfuError, type SfuNode } from '../../../sfu/contract.ts';
import { type ModelChance, type ModelLink, ModelNode } from './model-node.ts';
import { ModelRooms } from './model-rooms.ts';

export const ROOM = 'room_model' as RoomId;
const log = createLog({ level: 'silent', pretty: false });

interface ModelGateway {
  name: string;
  stage: Stage;
  /** Its connection to the latest node that it has reached. */
  readonly link: ModelLink | undefined;
}

/** One page of a person: on a socket at some gateway, or nowhere; with the media session that it believes to have. */
export class ModelPage {
  readonly identity: string;
  readonly role: 'creator' | 'fan';
  gateway: ModelGateway | undefined;
  socket = '';
  session: SessionId | undefined;
  publication: string | undefined;
  /** One thing at a time, as a page does. */
  busy = false;

  constructor(identity: string, role: 'creator' | 'fan') {
    this.identity = identity;
    this.role = role;
  }

  get caller(): StageCaller {
    const access = { state: 'granted', reason: 'role' } as const;
    return { room: ROOM, identity: this.identity, socket: this.socket, access, publish: this.role === 'creator' };
  }
}

/** The real stage of several gateways, over a modelled node, which another takes the place of when it dies, and a modelled database. */
export class ModelHouse {
  /** What must never happen on a node, and did. */
  readonly faults: string[] = [];
  node = new ModelNode('node_0', this.faults);
  readonly rooms: ModelRooms;
  readonly gateways: ModelGateway[] = [];
  readonly pages: ModelPage[];
  /** Requests that have not settled. */
  readonly pending = new Set<string>();
  readonly #chance: ModelChance;
  readonly #board = new MemoryAnnouncements({ leaseMs: Number.POSITIVE_INFINITY });
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
    this.rooms = new ModelRooms(chance);
    const creator = () => new ModelPage('ada', 'creator');
    this.pages = [creator(), creator(), new ModelPage('lea', 'fan'), new ModelPage('max', 'fan')];
  }

  /** Something that a page, the network or the database does next. */
  step(): void {
    const { below } = this.#chance;
    const page = this.pages[below(this.pages.length)];
    const gateway = this.gateways[below(this.gateways.length)];
    if (!page || !gateway) return;
    const dice = below(20);
    if (dice === 0) void this.breakMedia(gateway);
    else if (dice === 1) this.rooms.isAway = true;
    else if (dice <= 4) this.rooms.isAway = false;
    else if (!page.gateway) this.#connect(page, gateway);
    else if (dice <= 7) this.disconnect(page, dice === 5);
    else if (page.busy) return;
    else if (page.role === 'fan') this.#run(page, 'watch', () => this.#watch(page));
    else if (dice <= 13) this.#run(page, 'goLive', () => this.#goLive(page));
    else if (dice === 14) this.#goLiveTogether();
    else this.#run(page, 'endLive', () => this.#endLive(page));
  }

  /** The gateway's connection to the node stands still, or the node dies, which is rarer. */
  async breakMedia({ link }: ModelGateway): Promise<void> {
    const { below, pause } = this.#chance;
    if (below(4) > 0) return link?.cut(1_000 + below(20_000));
    const dead = this.node;
    if (dead.isDead) return;
    dead.die();
    await pause(8_000);
    if (this.node === dead) await this.#replaceNode();
  }

  disconnect(page: ModelPage, clean: boolean): void {
    page.gateway?.stage.handleSocketGone(page.socket, clean);
    page.gateway = undefined;
  }

  /** Everything works from now on. */
  calm(): void {
    this.rooms.isAway = false;
    for (const { link } of this.gateways) link?.mend();
    if (this.node.isDead) void this.#replaceNode();
  }

  async close(): Promise<void> {
    await Promise.all(this.gateways.map(({ stage }) => stage.close()));
    this.node.close();
  }

  #connect(page: ModelPage, gateway: ModelGateway): void {
    page.gateway = gateway;
    page.socket = `socket_${++this.#count}`;
    page.busy = false;
    const { session } = page;
    if (session) this.#run(page, 'resume', () => this.#resume(page, session));
  }

  async #resume(page: ModelPage, session: SessionId): Promise<void> {
    const { gateway, caller, publication } = page;
    try {
      await gateway?.stage.resume(caller, session, publication);
    } catch {
      if (page.socket === caller.socket) page.session = undefined;
    } finally {
      // As the gateway does for a socket that went while the node was asked.
      if (page.socket !== caller.socket || !page.gateway) gateway?.stage.handleSocketGone(caller.socket, false);
    }
  }

  async #watch(page: ModelPage): Promise<void> {
    const { gateway, caller, session } = page;
    if (session) {
      page.session = undefined;
      await gateway?.stage.leave(caller, session);
    } else await this.#open(page, () => gateway?.stage.watch(caller, { rtpCapabilities: {} }));
  }

  /** Every page of the creator that can, in the same instant. */
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
      const rtpParameters = { codecs: [] };
      await gateway?.stage.produce(caller, { session, kind: 'video', source: 'camera', rtpParameters });
    } catch (error) {
      // On another socket it has been taken over.
      if (page.socket === socket) page.session = undefined;
      await gateway?.stage.leave(caller, session);
      throw error;
    }
  }

  async #endLive(page: ModelPage): Promise<void> {
    const { gateway } = page;
    page.session = undefined;
    await gateway?.stage.endLive(ROOM);
  }

  async #open(page: ModelPage, ask: () => Promise<{ session: SessionId }> | undefined): Promise<SessionId | undefined> {
    const { gateway, socket } = page;
    const opened = await ask();
    if (opened && page.socket === socket && page.gateway) {
      page.session = opened.session;
      return opened.session;
    }
    // The socket went while it was opened.
    gateway?.stage.handleSocketGone(socket, false);
    return undefined;
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
    this.node = new ModelNode(`node_${++this.#count}`, this.faults);
    await this.#board.withdraw(dead.id);
    await this.#announce(this.node);
  }

  async #announce({ id: node }: ModelNode): Promise<void> {
    const about = { region: '', version: '1', workers: 1, capacity: 1_000, load: 0, draining: false };
    await this.#board.announce(node, JSON.stringify({ node, url: `wss://${node}.example:4001`, ...about }));
  }

  async #openGateway(name: string, trees: RoomTrees): Promise<ModelGateway> {
    let link: ModelLink | undefined;
    const connect = async (url: string, handleGone: () => void): Promise<SfuNode> => {
      const { node } = this;
      if (node.isDead || !url.includes(node.id)) throw new SfuError('node_unavailable', 'Nobody answers there.');
      link = node.connect(name, this.#chance, handleGone);
      return link.asNode();
    };
    const fleet = await Fleet.create({ board: this.#board, connect, log });
    const stage = new Stage({
      fleet,
      places: new RoomPlaces({ fleet, trees, log, region: '' }),
      // As much of it as a stage uses.
      rooms: this.rooms.of(name) as Rooms,
      clock: systemClock,
      log,
      metrics: createMetrics(),
      turn: undefined,
    });
    stage.onEvent(({ socket, event }) => {
      const page = this.pages.find((it) => it.socket === socket && it.gateway);
      if (page?.session === event.session && event.type === 'sessionClosed') page.session = undefined;
    });
    return {
      name,
      stage,
      get link() {
        return link;
      },
    };
  }
}
