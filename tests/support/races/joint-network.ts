/**
 * The gateways as pages find them: each tells its sockets of the room's lives, by facts that come over a bus which may
 * be late, repeat itself or lose.
 */
import { LiveFanout, type LiveState } from '../../../server/gateway/socket/live-fanout.ts';
import { SharedRead } from '../../../server/platform/db/shared-read.ts';
import { createLog } from '../../../server/platform/log.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import type { ModelChance } from '../live-model/model-chance.ts';
import { type ModelHouse, ROOM } from '../live-model/model-house.ts';

const log = createLog({ level: 'silent', pretty: false });
/** How long a gateway may stand still with facts that it has committed; others take them over after 5 s. */
const FACT_LATE_MS = 6_000;
/** How long a lost message of the bus may stay unnoticed, until its fact is read from the table. */
const FACT_FOUND_MS = 2_000;

type Gateway = ModelHouse['gateways'][number];

/** A page's socket, as the network and the gateways see it. */
interface NetworkSocket {
  readonly page: string;
  deliver(name: string, data: unknown): void;
  break(): void;
}

export class JointNetwork {
  readonly house: ModelHouse;
  readonly chance: ModelChance;
  readonly gateways: JointGateway[];
  /** Pages that cannot reach anybody. */
  readonly unreachable = new Set<string>();
  /** Every socket that its page has not given up. */
  readonly sockets = new Set<NetworkSocket>();
  onPublish: (page: string) => void = () => {};
  /** Facts that each gateway has committed, told in their order. */
  readonly #outboxes = new Map<string, Promise<void>>();

  constructor(house: ModelHouse, chance: ModelChance) {
    this.house = house;
    this.chance = chance;
    this.gateways = house.gateways.map((gateway) => new JointGateway(gateway, house));
    house.rooms.onFact = (gateway) => {
      const earlier = this.#outboxes.get(gateway) ?? Promise.resolve();
      this.#outboxes.set(
        gateway,
        earlier.then(() => this.#dispatch()),
      );
    };
  }

  close(): void {
    for (const gateway of this.gateways) gateway.lives.close();
  }

  /**
   * To every gateway, at least once: a message that the bus loses is found in the table, which may be told although the
   * message had come.
   */
  async #dispatch(): Promise<void> {
    const { below, pause } = this.chance;
    await pause(below(4) === 0 ? FACT_LATE_MS : 200);
    for (const { lives } of this.gateways) {
      const [isLost, isFound] = [below(8) === 0, below(5) === 0];
      const at = new Date().toISOString();
      if (!isLost) void pause(300).then(() => lives.note(ROOM, at));
      if (isLost || isFound) void pause(FACT_FOUND_MS).then(() => lives.note(ROOM, at));
    }
  }
}

/** What a gateway does for its sockets beside the stage. */
export class JointGateway {
  readonly stage: Gateway['stage'];
  readonly rooms: ModelHouse['rooms'];
  readonly sockets = new Map<string, NetworkSocket>();
  readonly reads: SharedRead<RoomId, LiveState>;
  readonly lives: LiveFanout;

  constructor({ stage }: Gateway, { rooms }: ModelHouse) {
    this.stage = stage;
    this.rooms = rooms;
    this.reads = new SharedRead((room) => rooms.readLive(room));
    this.lives = new LiveFanout({
      read: (room) => this.reads.get(room),
      hasAudience: () => this.sockets.size > 0,
      send: (_room, live) => {
        const name = 'startedAt' in live ? 'stage:liveStarted' : 'stage:liveEnded';
        for (const socket of this.sockets.values()) socket.deliver(name, live);
      },
      log,
    });
    stage.onEvent(({ socket, event: { type, ...data } }) => this.sockets.get(socket)?.deliver(`stage:${type}`, data));
  }
}
