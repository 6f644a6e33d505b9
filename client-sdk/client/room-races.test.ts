/**
 * Explores the races of the SDK: rooms run against a model of the server, where each delivery, opened device and
 * negotiation is a scheduling point, at which the page or the server may act. Runs every schedule with one act, and a
 * sample of those with two. `LOGE_RACE_DEPTH` and `LOGE_RACE_SHARE` set the number of acts and the share (1: all),
 * `LOGE_SEED` repeats the sample, and `LOGE_RACE_PLAN` runs the one schedule that a failure names.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeHouse, FakeSocket, identityOf, tokenOf } from '../../tests/support/races/fake-house.ts';
import { FakeDevices, FakeStream, FakeTrack, FakeTransport } from '../../tests/support/races/fake-media.ts';
import { flush, Points } from '../../tests/support/races/points.ts';
import { effort, SEED } from '../../tests/support/run/effort.ts';
import { Dice } from '../../tests/support/soak/dice.ts';
import { STAGE } from './limits.ts';
import { Room } from './room.ts';
import type { GoLiveOptions } from './stage/local-participant.ts';

const world = vi.hoisted(() => ({ current: null as never as World }));

vi.mock('socket.io-client', () => ({
  io: (_origin: string, options: ConstructorParameters<typeof FakeSocket>[1]) => world.current.openSocket(options),
}));
vi.mock('./media/media-engine.ts', () => ({
  MediaEngine: class {
    keepsSpares = false;
    prepare(): void {}
    load = async () => this.ready();
    ready = async () => ({ canProduce: () => true, sendRtpCapabilities: {}, recvRtpCapabilities: {} });
    receiver = async () => ({ router: 'model', codecs: [], headerExtensions: [] });
    dtlsParameters = async () => undefined;
    createTransport = async () => new FakeTransport(world.current.points);
  },
}));

const DEPTH = Number(process.env.LOGE_RACE_DEPTH ?? 2);
const SHARE = Number(process.env.LOGE_RACE_SHARE ?? effort({ short: 0.002, long: 1 }));
const AWAY_MS = 2_000;
/** Longer than a session waits. */
const LONG_AWAY_MS = 90_000;

/** A creator's and a fan's page on one model server, with checks of what the creator's page may publish. */
class World {
  readonly points = new Points();
  readonly house = new FakeHouse(this.points);
  readonly devices = new FakeDevices(this.points);
  readonly creator = this.#createRoom();
  readonly fan = this.#createRoom();
  readonly faults: string[] = [];
  /** Calls that have not settled. */
  readonly pending = new Set<string>();
  #sockets: FakeSocket[] = [];
  /** Whether the creator's page may publish: from `goLive()` until it learns that the live has ended. */
  #mayPublish = false;

  constructor() {
    this.house.onPublish = (identity) => {
      if (identity === 'ada' && !this.#mayPublish) this.faults.push('publishes without being asked');
    };
    for (const name of ['localLiveEnded', 'accessRevoked'] as const)
      this.creator.on(name, () => {
        this.#mayPublish = false;
      });
  }

  openSocket(options: ConstructorParameters<typeof FakeSocket>[1]): FakeSocket {
    const socket = new FakeSocket(this.house, options);
    this.#sockets.push(socket);
    return socket;
  }

  /** The request to watch ahead of the socket, in its own queue. */
  post = async (_address: URL, { body }: { body: string }) => {
    const { token, ...input } = JSON.parse(body);
    const answer = await this.points.wait('http', () => {
      if (!this.house.isReachable) throw new TypeError('unreachable');
      return this.house.watchAhead(identityOf(token), input);
    });
    return this.points.wait('http', () => ({ json: async () => answer }));
  };

  call(name: string, act: () => Promise<unknown> | undefined): void {
    this.pending.add(name);
    void Promise.resolve(act())
      .catch(() => undefined)
      .then(() => this.pending.delete(name));
  }

  socketOf(identity: string): FakeSocket | undefined {
    return [...this.house.sockets].find((socket) => socket.identity === identity);
  }

  lose(identity: string, awayMs: number): void {
    const socket = this.socketOf(identity);
    if (!socket) return;
    this.house.isReachable = false;
    socket.lose();
    setTimeout(() => {
      this.house.isReachable = true;
    }, awayMs);
  }

  goLive(options?: GoLiveOptions): void {
    const { localParticipant } = this.creator;
    if (this.creator.state !== 'connected' || localParticipant.isLive || this.pending.has('goLive')) return;
    this.#mayPublish = true;
    this.call('goLive', () =>
      localParticipant.goLive(options).catch(() => {
        this.#mayPublish = false;
      }),
    );
  }

  preview(): void {
    this.call('preview', () => this.creator.localParticipant.startPreview());
  }

  over(act: () => void): void {
    this.#mayPublish = false;
    act();
  }

  #createRoom(): Room {
    const log = process.env.LOGE_RACE_PLAN ? console.log : () => {};
    return new Room({ url: 'http://localhost', log });
  }
}

type Act = (world: World) => void;

const creatorActs: Record<string, Act> = {
  endLive: (w) => w.over(() => w.call('endLive', () => w.creator.localParticipant.endLive())),
  disconnect: (w) => w.over(() => w.call('disconnect', () => w.creator.disconnect())),
  goLive: (w) => w.goLive(),
  mute: (w) => w.call('mute', () => w.creator.localParticipant.setMuted('microphone', true)),
  unmute: (w) => w.call('unmute', () => w.creator.localParticipant.setMuted('microphone', false)),
  unplug: (w) => w.devices.opened.find(({ kind, readyState }) => kind === 'video' && readyState === 'live')?.unplug(),
  addDevices: (w) => {
    const { localParticipant } = w.creator;
    if (localParticipant.isLive) w.call('addDevices', () => localParticipant.addDevices());
  },
  shareScreen: (w) => w.call('shareScreen', () => w.creator.localParticipant.shareScreen()),
  stopScreen: (w) => w.call('stopScreen', () => w.creator.localParticipant.stopScreen()),
  lose: (w) => w.lose('ada', AWAY_MS),
  loseLong: (w) => w.lose('ada', LONG_AWAY_MS),
  replace: (w) => w.house.replace(),
  replaceAndEnd: (w) => {
    w.house.replace();
    w.house.endLive();
  },
  endElsewhere: (w) => w.house.endLive(),
  loseNode: (w) => w.house.loseNode(),
  move: (w) => w.house.move(),
  revoke: (w) => w.house.setAccess(false),
};

const { endLive, goLive, mute, unmute, unplug, replace, loseNode, move } = creatorActs as Record<string, Act>;
const fanActs: Record<string, Act> = {
  ...({ endLive, goLive, mute, unmute, unplug, replace, loseNode, move } as Record<string, Act>),
  resize: (w) => {
    w.fan.stage.setViewport({ width: 320, height: 180 });
    vi.advanceTimersByTime(STAGE.viewportDebounceMs);
  },
  unwatch: (w) => w.fan.stage.unwatch(),
  watch: (w) => w.fan.stage.watch(),
  loseFan: (w) => w.lose('lea', AWAY_MS),
  loseFanLong: (w) => w.lose('lea', LONG_AWAY_MS),
  revoke: (w) => w.house.setAccess(false),
  grant: (w) => w.house.setAccess(true),
  leave: (w) => w.call('leave', () => w.fan.disconnect()),
};

type Plan = readonly { step: number; act: string }[];

interface Scenario {
  begin(world: World): Promise<void>;
  acts: Record<string, Act>;
  check(world: World, acts: string[]): void;
}

/** Runs one schedule; returns the number of points until it was idle. */
async function run({ begin, acts, check }: Scenario, plan: Plan): Promise<number> {
  const w = new World();
  world.current = w;
  vi.stubGlobal('navigator', { mediaDevices: w.devices, language: 'en' });
  vi.stubGlobal('fetch', w.post);
  w.call('connect', () => w.creator.connect('ada'));
  await w.points.runUntilQuiet();
  await begin(w);
  const left = [...plan];
  const steps = await w.points.runUntilQuiet((step) => {
    while (left[0]?.step === step) acts[left.shift()?.act ?? '']?.(w);
  });
  try {
    expect(left).toEqual([]);
    expect(w.faults).toEqual([]);
    expect([...w.pending]).toEqual([]);
    check(
      w,
      plan.map(({ act }) => act),
    );
  } catch (error) {
    throw new Error(`after ${plan.map(({ step, act }) => `${act} at ${step}`).join(', ')}`, { cause: error });
  } finally {
    await w.creator.disconnect();
    await w.fan.disconnect();
    await flush();
    vi.clearAllTimers();
  }
  return steps;
}

const dice = new Dice(SEED);

/** Runs every schedule with up to `depth` acts; each act may come at any point of the run before it. */
async function explore(scenario: Scenario, depth: number, plan: Plan = []): Promise<number> {
  const steps = await run(scenario, plan);
  if (plan.length === depth) return 1;
  let runs = 1;
  for (let step = plan.at(-1)?.step ?? 0; step <= steps; step += 1)
    for (const act of Object.keys(scenario.acts))
      if (plan.length === 0 || dice.chance(SHARE)) runs += await explore(scenario, depth, [...plan, { step, act }]);
  return runs;
}

/** The creator's page must match the server, and no unused device may be open. */
function checkCreator({ creator, house, devices }: World, acts: string[]): void {
  const me = creator.localParticipant;
  const ours = house.publishers.filter(({ identity }) => identity === 'ada');
  expect(ours.map(({ socket }) => socket !== null)).toEqual(me.isLive ? [true] : []);
  // A live that was ended or replaced must not be restored.
  expect(ours.filter(({ publication }) => house.over.has(publication))).toEqual([]);
  const local = me.tracks.map(({ source, muted }) => `${source} ${muted}`).sort();
  const sent = [...(ours[0]?.producers.values() ?? [])].map(({ source, muted }) => `${source} ${muted}`).sort();
  if (me.isLive) expect(sent).toEqual(local);
  const prepared = [...house.sessions.values()].filter(({ isPrepared, socket }) => isPrepared && socket !== null);
  expect(prepared.length).toBeLessThanOrEqual(me.isLive || me.tracks.length === 0 ? 0 : 1);
  const kept = new Set<unknown>(me.tracks.map(({ track }) => track));
  const forgotten = devices.opened.filter((track) => track.readyState === 'live' && !kept.has(track));
  expect(forgotten).toEqual([]);
  if (acts.at(-1) === 'disconnect' || acts.at(-1) === 'revoke') expect(me.tracks).toEqual([]);
}

/** The fan must see the tracks on stage, with the current viewport, unless they do not watch. */
function checkFan({ fan, house }: World, acts: string[]): void {
  const sessions = house.viewers.filter(({ identity }) => identity === 'lea');
  const said = acts.filter((act) => act === 'watch' || act === 'unwatch' || act === 'leave').at(-1);
  const watches = said !== 'unwatch' && said !== 'leave' && house.hasAccess && fan.state === 'connected';
  const onStage = house.isLive && watches;
  expect(fan.isLive).toBe(house.isLive && fan.state === 'connected');
  // A session may outlive its live and wait for the next one.
  expect(sessions.length).toBeLessThanOrEqual(watches ? 1 : 0);
  const shown = fan.stage.tracks.map(({ source, muted }) => `${source} ${muted}`).sort();
  const there = sessions.flatMap((session) => house.consumersOf(session));
  expect(shown).toEqual(there.map(({ source, muted }) => `${source} ${muted}`).sort());
  if (onStage) expect(sessions.map(({ socket }) => socket !== null)).toEqual([true]);
  const size = acts.includes('resize') ? { width: 320, height: 180 } : { width: 640, height: 360 };
  for (const { viewport } of sessions) expect(viewport).toEqual(size);
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', FakeStream);
  // Random jitter would change the order of the points.
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const SCENARIOS: Record<string, Scenario> = {
  'of a creator who goes live': { begin: async (w) => w.goLive(), acts: creatorActs, check: checkCreator },
  'of a creator who opens a preview': { begin: async (w) => w.preview(), acts: creatorActs, check: checkCreator },
  'of a creator who goes live from a preview': {
    begin: async (w) => {
      w.preview();
      await w.points.runUntilQuiet();
      w.goLive();
    },
    acts: creatorActs,
    check: checkCreator,
  },
  'of a creator who is live': {
    begin: async (w) => {
      w.goLive();
      await w.points.runUntilQuiet();
    },
    acts: creatorActs,
    check: checkCreator,
  },
  'of a fan who comes to a live': {
    begin: async (w) => {
      w.goLive();
      await w.points.runUntilQuiet();
      w.fan.stage.setViewport({ width: 640, height: 360 });
      w.call('enter', () => w.fan.connect(tokenOf('lea', 'fan')));
    },
    acts: fanActs,
    check: checkFan,
  },
};

/** Parses a schedule as printed by a failure: `mute at 3, replace at 7`. */
function parsePlan(text: string): Plan {
  return [...text.matchAll(/(\w+) at (\d+)/g)].map(([, act = '', step]) => ({ act, step: Number(step) }));
}

/** What longer runs have found. */
const FOUND = [
  ['of a creator who goes live', 'mute at 3, replaceAndEnd at 7'],
  ['of a creator who goes live', 'mute at 4, endElsewhere at 11, lose at 11'],
  // The session that was opened to move to put its tracks on stage after the end.
  ['of a creator who is live', 'move at 0, endLive at 4'],
  // The camera that was opened after an unplug was not sent.
  ['of a creator who is live', 'unplug at 0, addDevices at 1'],
] as const;

it.each(FOUND)('%s: %s', async (scenario, plan) => {
  await run(SCENARIOS[scenario] as Scenario, parsePlan(plan));
});

it('puts a creator whose line was dead for 40 seconds on air again without being asked', async () => {
  await run(
    {
      begin: async (w) => {
        w.goLive();
        await w.points.runUntilQuiet();
        // A last sign of the server, which tells how long the line was dead.
        w.socketOf('ada')?.deliver('rooms:viewerCount', { count: 1 });
      },
      acts: { lose: (w) => w.lose('ada', 40_000) },
      check: ({ creator }) => expect(creator.localParticipant.isLive).toBe(true),
    },
    [{ act: 'lose', step: 1 }],
  );
});

const picture = new FakeStream([new FakeTrack('video', 'own')]) as unknown as MediaStream;

it.each<[GoLiveOptions, string[]]>([
  [{ screen: true }, ['screen']],
  [{ stream: picture }, ['camera']],
  [{ stream: picture, microphone: true }, ['camera', 'microphone']],
  [{ camera: true }, ['camera']],
  [{ camera: false }, ['microphone']],
])('sends only the given sources, and says which of the preview it closes: %j', async (options, sources) => {
  const closed: string[] = [];
  await run(
    {
      begin: async (w) => {
        w.preview();
        await w.points.runUntilQuiet();
        w.creator.on('localTrackChanged', ({ source, change }) => {
          if (change === 'unpublished') closed.push(source);
        });
        w.goLive(options);
      },
      acts: {},
      check: (w) => {
        checkCreator(w, []);
        const sent = w.house.publishers.flatMap(({ producers }) => [...producers.values()]);
        expect(sent.map(({ source }) => source).sort()).toEqual(sources);
        expect(closed).toEqual(['camera', 'microphone'].filter((source) => !sources.includes(source)));
      },
    },
    [],
  );
});

describe(`schedules of up to ${DEPTH} acts (seed ${SEED})`, { timeout: 3_600_000 }, () => {
  it.each(Object.entries(SCENARIOS))('%s', async (_name, scenario) => {
    const { LOGE_RACE_PLAN: plan } = process.env;
    if (plan) await run(scenario, parsePlan(plan));
    else console.info(`${await explore(scenario, DEPTH)} schedules`);
  });
});
