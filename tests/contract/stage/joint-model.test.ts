/**
 * Random schedules of two real SDK rooms of one creator against the real stage of several gateways, in simulated time:
 * connections drop for short and long times, links to the node stall, the node dies, the database fails.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Room } from '../../../client-sdk/client/room.ts';
import type { ModelChance } from '../../support/live-model/model-chance.ts';
import { ModelHouse, ROOM } from '../../support/live-model/model-house.ts';
import { FakeDevices, FakeStream, FakeTransport } from '../../support/races/fake-media.ts';
import { JointNetwork } from '../../support/races/joint-network.ts';
import { JointSocket } from '../../support/races/joint-socket.ts';
import { Points } from '../../support/races/points.ts';
import { effort, pinnedSeed } from '../../support/run/effort.ts';
import { Dice } from '../../support/soak/dice.ts';

const world = vi.hoisted(() => ({ network: null as never as JointNetwork, points: null as never as Points }));

vi.mock('socket.io-client', () => ({
  io: (_origin: string, options: ConstructorParameters<typeof JointSocket>[1]) =>
    new JointSocket(world.network, options),
}));
vi.mock('ws', async () => ({
  WebSocket: (await import('../../support/live-model/model-socket.ts')).DialledSocket,
}));
vi.mock('../../../client-sdk/client/media/media-engine.ts', () => ({
  MediaEngine: class {
    keepsSpares = true;
    prepare(): void {}
    load = async () => this.ready();
    ready = async () => ({ canProduce: () => true, sendRtpCapabilities: {}, recvRtpCapabilities: {} });
    receiver = async () => ({});
    dtlsParameters = async () => undefined;
    createTransport = async () => new FakeTransport(world.points);
  },
}));

const SCHEDULES = effort({ short: 5, long: 400 });
const SEED = pinnedSeed(20_261_127);
/** States are compared after each part, once it has settled. */
const PARTS = 4;
const STEPS = 10;
const QUIET_MS = 150_000;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', FakeStream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** One page, its last request, and whether it may publish. */
class Page {
  readonly room = new Room({ url: 'http://localhost', log: () => {}, autoWatch: false });
  readonly name: string;
  readonly pending: Set<string>;
  mayPublish = false;
  #calls = 0;

  constructor(name: string, pending: Set<string>) {
    this.name = name;
    this.pending = pending;
    this.room.on('localLiveEnded', () => {
      this.mayPublish = false;
    });
  }

  call(act: () => Promise<unknown>): Promise<void> {
    const call = `${this.name} ${++this.#calls}`;
    this.pending.add(call);
    return act().then(
      () => void this.pending.delete(call),
      () => void this.pending.delete(call),
    );
  }

  act(dice: number): void {
    const { room, name } = this;
    const me = room.localParticipant;
    if (room.state === 'idle' || room.state === 'disconnected') void this.call(() => room.connect(name));
    else if (dice < 4) this.lose(dice < 2 ? 3_000 : 30_000);
    else if (dice === 4) {
      this.mayPublish = false;
      void this.call(() => room.disconnect());
    } else if (me.isLive || this.mayPublish) {
      if (dice < 8) return;
      this.mayPublish = false;
      void this.call(() => me.endLive());
    } else if (room.state === 'connected') {
      this.mayPublish = true;
      void this.call(() =>
        me.goLive().catch(() => {
          this.mayPublish = false;
        }),
      );
    }
  }

  lose(awayMs: number): void {
    const { unreachable, sockets } = world.network;
    unreachable.add(this.name);
    for (const socket of [...sockets]) if (socket.page === this.name) socket.break();
    setTimeout(() => unreachable.delete(this.name), awayMs);
  }
}

test(`a page publishes only on request, and shows the server's state (seed ${SEED})`, {
  timeout: 60_000 + SCHEDULES * 2_000,
}, async () => {
  for (let seed = SEED; seed < SEED + SCHEDULES; seed += 1) expect(await play(seed), `seed ${seed}`).toEqual([]);
});

test(`of two pages that go live at the same instant one stays live, and the other gets the reason (seed ${SEED})`, {
  timeout: 60_000 + SCHEDULES * 2_000,
}, async () => {
  for (let seed = SEED; seed < SEED + SCHEDULES; seed += 1) {
    const outcome = await inWorld(seed, async ({ below, pages, house, devices }) => {
      for (const page of pages) void page.room.connect(page.name);
      await vi.advanceTimersByTimeAsync(5_000);
      const ended: string[] = [];
      const told = pages.map(async ({ room }) => {
        room.on('localLiveEnded', ({ reason }) => ended.push(reason));
        await new Promise((resolve) => setTimeout(resolve, below(below(2) === 0 ? 5 : 500)));
        return room.localParticipant.goLive().then(
          () => 'live',
          (error) => error.code as string,
        );
      });
      await vi.advanceTimersByTimeAsync(QUIET_MS);
      const answers = (await Promise.all(told)).sort();
      const isTold = String(answers) === 'live,live_replaced' || (String(answers) === 'live,live' && ended.length > 0);
      const onAir = pages.filter(({ room }) => room.localParticipant.isLive);
      return [
        ...(isTold && ended.every((reason) => reason === 'replaced') ? [] : [`told ${answers}, ended ${ended}`]),
        ...(onAir.length === 1 ? [] : [`${onAir.length} on air`]),
        ...findDifferences(house, pages, devices),
      ];
    });
    expect(outcome, `seed ${seed}`).toEqual([]);
  }
});

async function play(seed: number): Promise<string[]> {
  return inWorld(seed, async ({ below, house, network, pages, pending, devices }) => {
    const faults: string[] = [];
    network.onPublish = (name) => {
      if (!pages.find((page) => page.name === name)?.mayPublish) faults.push(`${name} publishes without being asked`);
    };
    for (let part = 0; part < PARTS; part += 1) {
      for (let step = 0; step < STEPS; step += 1) {
        const what = below(12);
        const gateway = house.gateways[below(house.gateways.length)];
        if (what === 0 && gateway) void house.breakMedia(gateway);
        else if (what <= 3) house.rooms.isAway = what === 1;
        else pages[below(2)]?.act(below(14));
        await vi.advanceTimersByTimeAsync(below(below(4) === 0 ? 12_000 : 1_500));
      }
      house.calm();
      network.unreachable.clear();
      await vi.advanceTimersByTimeAsync(QUIET_MS);
      faults.push(...house.faults, ...[...pending].map((call) => `not settled: ${call}`));
      faults.push(...findDifferences(house, pages, devices));
    }
    return [...new Set(faults)];
  });
}

interface World {
  below: (bound: number) => number;
  house: ModelHouse;
  network: JointNetwork;
  pages: Page[];
  pending: Set<string>;
  devices: FakeDevices;
}

async function inWorld(seed: number, run: (world: World) => Promise<string[]>): Promise<string[]> {
  // Starts every schedule at the same time, without state of an earlier one.
  vi.useRealTimers();
  vi.useFakeTimers({ now: 0 });
  const dice = new Dice(seed);
  const below = (bound: number) => dice.between(0, bound - 1);
  const pause = (maxMs: number) => new Promise<void>((resolve) => setTimeout(resolve, below(maxMs)));
  const chance: ModelChance = { below, pause };
  const points = new Points();
  const devices = new FakeDevices(points);
  vi.stubGlobal('navigator', { mediaDevices: devices, language: 'en' });
  vi.spyOn(Math, 'random').mockImplementation(() => dice.next());
  // Delays devices and negotiations like everything else.
  const releasing = setInterval(() => void points.release(), 120);
  const house = await ModelHouse.create(chance, 2 + below(2));
  const network = new JointNetwork(house, chance);
  Object.assign(world, { network, points });
  const pending = new Set<string>();
  const pages = [new Page('laptop', pending), new Page('phone', pending)];
  try {
    return await run({ below, house, network, pages, pending, devices });
  } finally {
    for (const { room } of pages) await room.disconnect();
    clearInterval(releasing);
    network.close();
    await vi.advanceTimersByTimeAsync(60_000);
    await house.close();
    vi.clearAllTimers();
    vi.restoreAllMocks();
  }
}

function findDifferences({ node, rooms }: ModelHouse, pages: Page[], { opened }: FakeDevices): string[] {
  const faults: string[] = [];
  const shown = pages.filter(({ room }) => room.localParticipant.isLive);
  // A publisher whose opening timed out belongs to no page: a real node closes it because it never connects.
  const onStage = node.publishers(ROOM).flatMap(({ id, tracks }) => (tracks > 0 ? [id] : []));
  const believed = shown.map(({ room }) => room.localParticipant.publisher.session);
  if (String(believed) !== String(onStage)) faults.push(`pages show ${believed}, the server has ${onStage}`);
  if (rooms.isLive(ROOM) !== onStage.length > 0)
    faults.push(`the live is ${rooms.isLive(ROOM)} with ${onStage.length}`);
  for (const { room, name } of pages)
    if (room.state === 'connected' && room.isLive !== rooms.isLive(ROOM)) faults.push(`${name} shows another live`);
  const kept = new Set<unknown>(pages.flatMap(({ room }) => room.localParticipant.tracks.map(({ track }) => track)));
  if (opened.some((track) => track.readyState === 'live' && !kept.has(track))) faults.push('a device is left open');
  return faults;
}
