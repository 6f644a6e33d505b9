/**
 * The gateways as pages reach them: each sends the room's live events to its sockets, from facts on a bus that may
 * delay, repeat or lose them.
 */
import { LiveFanout, type LiveState } from '../../../server/gateway/socket/live-fanout.ts';
import { RoomUpdates } from '../../../server/gateway/socket/room-updates.ts';
import { SharedRead } from '../../../server/platform/db/shared-read.ts';
import { createLog } from '../../../server/platform/log.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import type { ModelChance } from '../live-model/model-chance.ts';
import { type ModelHouse, ROOM } from '../live-model/model-house.ts';

const log = createLog({ level: 'silent', pretty: false });
/** Longest stall of a gateway with committed facts; others take them over after 5 s. */
const FACT_LATE_MS = 6_000;
/** Time until a message that the bus lost is found in the outbox table. */
const FACT_FOUND_MS = 2_000;

type Gateway = ModelHouse['gateways'][number];

/** A page's socket, as seen by the network and the gateways. */
interface NetworkSocket {
  readonly page: string;
  deliver(name: string, data: unknown): void;
  break(): void;
}

export class JointNetwork {
  readonly house: ModelHouse;
  readonly chance: ModelChance;
  readonly gateways: JointGateway[];
  /** Pages that cannot connect to any gateway. */
  readonly unreachable = new Set<string>();
  /** Sockets that their page has not closed. */
  readonly sockets = new Set<NetworkSocket>();
  onPublish: (page: string) => void = () => {};
  /** The committed facts of each gateway, dispatched in order. */
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
    for (const gateway of this.gateways) gateway.updates.close();
  }

  /**
   * Delivers to every gateway at least once: a lost message is found in the outbox table, and a delivered one may be
   * repeated from there.
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

/** A gateway's fan-out of live events to its sockets. */
export class JointGateway {
  readonly stage: Gateway['stage'];
  readonly rooms: ModelHouse['rooms'];
  readonly sockets = new Map<string, NetworkSocket>();
  readonly reads: SharedRead<RoomId, LiveState>;
  readonly updates: RoomUpdates;
  readonly lives: LiveFanout;

  constructor({ stage }: Gateway, { rooms }: ModelHouse) {
    this.stage = stage;
    this.rooms = rooms;
    this.reads = new SharedRead((room) => rooms.readLive(room));
    this.updates = new RoomUpdates({ hasAudience: () => this.sockets.size > 0, log });
    this.lives = new LiveFanout({
      read: (room) => this.reads.get(room),
      send: (_room, live) => {
        const name = 'startedAt' in live ? 'stage:liveStarted' : 'stage:liveEnded';
        for (const socket of this.sockets.values()) socket.deliver(name, live);
      },
      updates: this.updates,
    });
    stage.onEvent(({ socket, event: { type, ...data } }) => this.sockets.get(socket)?.deliver(`stage:${type}`, data));
  }
}
