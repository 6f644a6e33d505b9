/**
 * How many round trips each act takes before ICE can begin, counted by a clock that moves only while something is on
 * its way: a message takes half a round trip, a new connection one more, the rest of the world nothing. ICE and DTLS
 * take three more, which are the browser's. Not counted: TLS (one for each new connection).
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeHouse, FakeSocket, identityOf, tokenOf } from '../../tests/support/races/fake-house.ts';
import { FakeDevices, FakeStream, FakeTransport } from '../../tests/support/races/fake-media.ts';
import { Points } from '../../tests/support/races/points.ts';
import { Room } from './room.ts';

const ROUND_TRIP_MS = 1_000;
const STEP_MS = 10;
/** TCP, and the upgrade to a WebSocket. */
const SOCKET_OPENING = 2;

/** Lines that take time: those of sockets. What devices and negotiations take is no round trip. */
class Line extends Points {
  readonly #timers = new Map<string, NodeJS.Timeout[]>();

  override add(line: string, act: () => void): void {
    const isSocket = / (up|down)$/.test(line);
    const timers = this.#timers.get(line) ?? [];
    const isOpening = line.endsWith(' up') && timers.length === 0;
    timers.push(setTimeout(act, isSocket ? ROUND_TRIP_MS * (0.5 + (isOpening ? SOCKET_OPENING : 0)) : 0));
    this.#timers.set(line, timers);
  }

  override drop(line: string): void {
    for (const timer of this.#timers.get(line) ?? []) clearTimeout(timer);
  }
}

const OPUS = { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 100 };
const world = vi.hoisted(() => ({ points: null as never as Points, house: null as never as FakeHouse }));
/** ICE begins, or is restarted. */
let connecting = 0;
const transports: ConnectingTransport[] = [];

class ConnectingTransport extends FakeTransport {
  #producing: Promise<unknown> = Promise.resolve();
  #hasTracks = false;
  #onState: (state: string) => void = () => {};

  constructor(points: Points) {
    super(points);
    transports.push(this);
  }

  override on(name: string, listener: never): void {
    super.on(name, listener);
    if (name === 'connectionstatechange') this.#onState = listener;
  }

  setState(state: string): void {
    this.connectionState = state;
    this.#onState(state);
  }

  /** A browser begins with its first track. */
  #begin(): void {
    if (this.#hasTracks) return;
    connecting += 1;
    this.#hasTracks = true;
    this.setState('connected');
  }

  override consume(options: Parameters<FakeTransport['consume']>[0]) {
    this.#begin();
    return super.consume(options);
  }

  /** mediasoup-client handles one track after the other, each until its `produce` event is answered. */
  override produce(options: Parameters<FakeTransport['produce']>[0]) {
    this.#begin();
    const producing = this.#producing.then(() => super.produce(options));
    this.#producing = producing.catch(() => undefined);
    return producing;
  }

  async restartIce(): Promise<void> {
    connecting += 1;
    this.connectionState = 'connected';
  }
}

vi.mock('socket.io-client', () => ({
  io: (_origin: string, options: ConstructorParameters<typeof FakeSocket>[1]) => new FakeSocket(world.house, options),
}));
vi.mock('./media/media-engine.ts', () => ({
  MediaEngine: class {
    get keepsSpares() {
      return world.house.keepsSpares;
    }
    prepare(): void {}
    load = async () => this.ready();
    ready = async () => ({ canProduce: () => true, sendRtpCapabilities: {}, recvRtpCapabilities: { codecs: [OPUS] } });
    receiver = async () => ({ router: 'model', codecs: [], headerExtensions: [] });
    dtlsParameters = async () => undefined;
    createTransport = async () => new ConnectingTransport(world.points);
  },
}));

let devices: FakeDevices;

beforeEach(async () => {
  vi.useFakeTimers();
  world.points = new Line();
  world.house = new FakeHouse(world.points);
  devices = new FakeDevices(world.points);
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('navigator', { mediaDevices: devices, language: 'en' });
  vi.stubGlobal('fetch', post);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Over the connection that the page has already. */
async function post(_address: URL, { body }: { body: string }) {
  const { token, ...input } = JSON.parse(body);
  await pass(1);
  const answer = world.house.watchAhead(identityOf(token), input);
  return { json: async () => answer };
}

const pass = (trips: number) => new Promise<void>((resolve) => setTimeout(resolve, trips * ROUND_TRIP_MS));

async function until(isDone: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isDone(); waitedMs += STEP_MS) {
    if (waitedMs > 30 * ROUND_TRIP_MS) throw new Error('it never happens');
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
}

/** Waits until nothing is under way. */
const rest = () => vi.advanceTimersByTimeAsync(5 * ROUND_TRIP_MS);

/** Round trips from the call of `act` until `isDone`, in halves; waits of the SDK's own are shorter. */
async function count(act: () => unknown, isDone: () => boolean): Promise<number> {
  const from = performance.now();
  void Promise.resolve(act()).catch(() => undefined);
  await until(isDone);
  return Math.floor(((performance.now() - from) / ROUND_TRIP_MS) * 2) / 2;
}

const createRoom = () => new Room({ url: 'http://localhost', log: () => {} });
const fanToken = tokenOf('lea', 'fan');

async function connected(token: string): Promise<Room> {
  const room = createRoom();
  void room.connect(token);
  await until(() => room.state === 'connected');
  await rest();
  return room;
}

async function live(): Promise<Room> {
  const creator = await connected('ada');
  void creator.localParticipant.goLive();
  await until(() => world.house.isLive && creator.localParticipant.isLive);
  await rest();
  return creator;
}

/** Whether ICE has begun since. */
function mayConnect(): () => boolean {
  const before = connecting;
  return () => connecting > before;
}

function lose(identity: string): void {
  [...world.house.sockets].find((socket) => socket.identity === identity)?.lose();
}

const fromEmbedder = async () => {
  await pass(1);
  return fanToken;
};

/** Each act as page, server and network do it; the numbers of before are those of the same table at commit c62005a. */
const ACTS: [act: string, before: number, now: number, measure: () => Promise<number>][] = [
  [
    'join with a token at hand',
    4,
    1,
    async () => {
      await live();
      return count(() => createRoom().connect(fanToken), mayConnect());
    },
  ],
  [
    "join with a token of the embedder's server",
    5,
    2,
    async () => {
      await live();
      return count(() => createRoom().connect(fromEmbedder), mayConnect());
    },
  ],
  [
    'join where HTTP does not answer',
    4,
    4,
    async () => {
      await live();
      vi.stubGlobal('fetch', () => Promise.reject(new TypeError('blocked')));
      return count(() => createRoom().connect(fanToken), mayConnect());
    },
  ],
  [
    'access is granted while connected',
    1.5,
    0.5,
    async () => {
      await live();
      world.house.hasAccess = false;
      await connected(fanToken);
      return count(() => world.house.setAccess(true), mayConnect());
    },
  ],
  [
    'a ticket from the wallet',
    2,
    1,
    async () => {
      await live();
      world.house.hasAccess = false;
      const fan = await connected(fanToken);
      return count(() => fan.buyTicket(), mayConnect());
    },
  ],
  [
    'go live, until every track is on air',
    2.5,
    1.5,
    async () => {
      const creator = await connected('ada');
      return count(
        () => creator.localParticipant.goLive(),
        () => world.house.publishers.some(({ producers }) => producers.size === 2),
      );
    },
  ],
  [
    'go live from a preview, until every track is on air; ICE and DTLS are up',
    2.5,
    0.5,
    async () => {
      const creator = await connected('ada');
      void creator.localParticipant.startPreview();
      await rest();
      return count(
        () => creator.localParticipant.goLive(),
        () => world.house.publishers.some(({ producers }) => producers.size === 2),
      );
    },
  ],
  [
    'reconnect, until the session is commanded again; its media flows meanwhile',
    3.5,
    3.5,
    async () => {
      await live();
      const fan = await connected(fanToken);
      const mine = () => world.house.viewers.some(({ socket }) => socket !== null);
      return count(
        () => lose('lea'),
        () => fan.state === 'connected' && mine(),
      );
    },
  ],
  [
    'a media node is lost, and there is no spare',
    1.5,
    1.5,
    async () => {
      await live();
      await connected(fanToken);
      return count(() => world.house.loseNode(), mayConnect());
    },
  ],
  [
    'a media worker is lost, and a spare is there, until it is shown',
    0.5,
    0.5,
    async () => {
      await live();
      world.house.keepsSpares = true;
      const fan = await connected(fanToken);
      await rest();
      const { session } = fan.stage.subscriber;
      return count(
        () => world.house.loseWorker(),
        () => fan.stage.subscriber.session !== session && fan.stage.tracks.length > 0,
      );
    },
  ],
  [
    'the network changes: reconnect and restart of ICE',
    5,
    4,
    async () => {
      await live();
      await connected(fanToken);
      for (const transport of transports) transport.connectionState = 'disconnected';
      return count(() => lose('lea'), mayConnect());
    },
  ],
  [
    'the browser notices that the line is lost: restart of ICE',
    5,
    0,
    async () => {
      await live();
      await connected(fanToken);
      const mayRestart = mayConnect();
      for (const transport of transports) transport.setState('disconnected');
      return count(() => lose('lea'), mayRestart);
    },
  ],
];

test.each(ACTS)('%s: %d round trips before, %d now', async (_act, before, now, measure) => {
  expect(now).toBeLessThanOrEqual(before);
  expect(await measure()).toBe(now);
});

test('a fan who has joined sends one request, which takes the session over', async () => {
  await live();
  const handled = vi.spyOn(world.house, 'handle');
  await connected(fanToken);
  await rest();
  expect(handled.mock.calls.map(([, name]) => name)).toEqual(['stage:resume']);
});

test('a fan who waits for the live connects before it, so that ICE and DTLS do not delay the first picture', async () => {
  const waiting = mayConnect();
  await connected(fanToken);
  expect(waiting()).toBe(true);
});

test('who buys a ticket from the wallet may chat as soon as it is there', async () => {
  await live();
  world.house.hasAccess = false;
  const fan = await connected(fanToken);
  const states: string[] = [];
  void fan.buyTicket().then(() => states.push(fan.access.state));
  await rest();
  expect(states).toEqual(['granted']);
});
