import { randomUUID } from 'node:crypto';
import { kill } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { SessionGrant, SfuErrorCode, SfuNode } from '../../../sfu/contract.ts';
import { RemoteSfuNode } from '../../../sfu/control/remote-node.ts';
import { SfuControlServer } from '../../../sfu/control/server.ts';
import { LAYER_LOWERING_DELAY_MS, OPENS_PER_WINDOW_MAX } from '../../../sfu/limits.ts';
import { LocalSfuNode, type LocalSfuNodeOptions } from '../../../sfu/node.ts';
import { RtpStage, type StagePublisher, type StageViewer } from '../../support/media/rtp-stage.ts';
import { rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';
import { isLong } from '../../support/run/effort.ts';

/** Spares as specified in `sfu/contract.ts`, in this process and over the control API. */

const SECRET = 'a secret of the tests, long enough to be one';
const PATIENT = { timeout: 15_000 };
const ADA = { identity: 'ada' };
const LEA = { identity: 'lea' };
const SILENT_AFTER_MS = 250;
const LEASE_MS = 2_000;
const LOOK_MS = 300;
/** The least that one video stream of the test sends during an observation. */
const PICTURE_BYTES = 30_000;

class SparesHouse implements AsyncDisposable {
  readonly local: LocalSfuNode;
  readonly stage: RtpStage;
  readonly #control: SfuControlServer | undefined;

  static async create(isRemote: boolean, options: Partial<LocalSfuNodeOptions> = {}): Promise<SparesHouse> {
    const common = { workers: 2, listenIp: '127.0.0.1', port: 43_200, portRequired: false };
    const local = await LocalSfuNode.create({ ...common, ...options });
    if (!isRemote) return new SparesHouse(local, local, undefined);
    const control = await SfuControlServer.create({ node: local, host: '127.0.0.1', port: 0, secrets: [SECRET] });
    const remote = await RemoteSfuNode.create({ url: `wss://127.0.0.1:${control.port}`, secret: SECRET });
    return new SparesHouse(local, remote, control);
  }

  private constructor(local: LocalSfuNode, node: SfuNode, control: SfuControlServer | undefined) {
    this.local = local;
    this.stage = new RtpStage(node);
    this.#control = control;
  }

  /** Another user of the node, over a separate connection if remote. */
  async anotherGateway(): Promise<RtpStage> {
    if (!this.#control) return new RtpStage(this.local);
    return new RtpStage(await RemoteSfuNode.create({ url: `wss://127.0.0.1:${this.#control.port}`, secret: SECRET }));
  }

  /** A publisher who sends over a spare only after the event that it has taken over. */
  async publishTwice(room: string): Promise<{ first: StagePublisher; spare: StagePublisher }> {
    const first = await this.stage.publish(room, { grant: ADA });
    const spare = await this.stage.publish(room, { grant: ADA, spareOf: first.session });
    spare.publisher.setMaxLayer(-1);
    this.stage.node.on((event) => {
      if (event.type === 'takenOver' && event.by === spare.session) spare.publisher.setMaxLayer(2);
    });
    return { first, spare };
  }

  async watchTwice(room: string, identity: string): Promise<{ first: StageViewer; spare: StageViewer }> {
    const grant = { identity };
    const first = await this.stage.watch(room, { grant });
    const spare = await this.stage.watch(room, { grant, spareOf: first.session });
    await first.viewer.firstDecodableFrame;
    await this.stage.events.wait('transportState', spare.session, ({ state }) => state === 'connected');
    return { first, spare };
  }

  /** Sends SIGKILL to the worker that carries viewers, or to the other one. */
  killWorker(which: 'in use' | 'with spares'): void {
    const worker = this.local.workers.find(({ consumers }) => consumers > 0 === (which === 'in use'));
    if (!worker) throw new Error(`There is no worker ${which}.`);
    kill(worker.pid, 'SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await this.#control?.close();
    await this.local.close();
  }
}

const HOUSES = [
  { name: 'a node over its control API', isRemote: true },
  // The other one is such a node too.
  ...(isLong ? [{ name: 'a node in this process', isRemote: false }] : []),
];

describe.concurrent.each(HOUSES)('spares on $name', { timeout: 30_000 }, ({ isRemote }) => {
  it('take over for publisher and viewers whose worker dies, without a request', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const creator = await house.publishTwice('room_worker_died');
    const fans = [await house.watchTwice('room_worker_died', 'lea'), await house.watchTwice('room_worker_died', 'max')];
    await Promise.all([creator, ...fans].map(({ spare }) => stage.events.wait('transportState', spare.session)));
    // Longer than the delay after which unwanted layers are stopped.
    await pause(LAYER_LOWERING_DELAY_MS + LOOK_MS);
    expect(stage.events.of('layersWanted', creator.spare.session)).toEqual([]);
    const before = stage.events.all.length;
    house.killWorker('in use');
    for (const { first, spare } of [creator, ...fans]) {
      const { by } = await stage.events.wait('takenOver', first.session);
      expect(by).toBe(spare.session);
    }
    // Media flows over the spares' existing consumers, which their viewers have known since opening.
    await Promise.all(fans.map(({ spare }) => spare.viewer.firstDecodableFrame));
    const told = stage.events.all.slice(before).map(({ type }) => type);
    // The remaining worker may ask for an early key frame.
    expect(new Set(told.filter((type) => type !== 'keyFrameWanted'))).toEqual(new Set(['takenOver']));
    expect(await stage.node.stats()).toMatchObject({ sessions: 3, producers: 2, consumers: 4 });
    // After the takeover a session is like any other: it can have a spare, be taken over, and be closed.
    await vi.waitFor(() => expect(house.local.workers).toHaveLength(2), PATIENT);
    const [fan] = fans;
    const next = await stage.watch('room_worker_died', { grant: LEA, spareOf: fan?.spare.session ?? '' });
    await stage.node.closeSession({ session: fan?.spare.session ?? '' });
    await stage.events.wait('sessionClosed', next.session);
  });

  it('carry no media, no load and no layer demand until then', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { local, stage } = house;
    const creator = await house.publishTwice('room_idle_spares');
    const { first, spare } = await house.watchTwice('room_idle_spares', 'lea');
    expect(spare.consumers.map(({ producerId }) => producerId).toSorted()).toEqual(
      [creator.spare.cameraId, creator.spare.microphoneId].toSorted(),
    );
    expect(first.consumers.map(({ producerId }) => producerId)).not.toContain(creator.spare.cameraId);
    await vi.waitFor(() => expect(first.viewer.packets('video')).toBeGreaterThan(100), PATIENT);
    expect(spare.viewer.packets('video')).toBe(0);
    expect(await stage.node.stats()).toMatchObject({ sessions: 4, producers: 2, consumers: 2 });
    expect(local.workers.map(({ consumers, spares }) => ({ consumers, spares }))).toEqual([
      { consumers: 2, spares: 0 },
      { consumers: 0, spares: 2 },
    ]);
    const counted = await stage.node.roomTraffic({ room: 'room_idle_spares', identity: 'lea' });
    expect(counted.map(({ session }) => session).toSorted()).toEqual([creator.first.session, first.session].toSorted());
    // The next viewer is placed where the room is, not where spares wait.
    const next = await stage.watch('room_idle_spares');
    expect(local.workers.map(({ consumers }) => consumers)).toEqual([4, 0]);
    await next.viewer.firstDecodableFrame;
    expect(await local.pipes()).toEqual([]);
  });

  it("take over for a viewer only, who gets the stage but not the publisher's spare", async () => {
    await using house = await SparesHouse.create(isRemote, { spreadAt: 0 });
    const { local, stage } = house;
    const { first: publisher, spare: kept } = await house.publishTwice('room_viewer_died');
    const fans = [await house.watchTwice('room_viewer_died', 'lea'), await house.watchTwice('room_viewer_died', 'max')];
    const [, edge] = local.workers;
    kill(edge?.pid ?? 0, 'SIGKILL');
    const taken = await Promise.race(fans.map(({ first }) => stage.events.wait('takenOver', first.session)));
    const fan = fans.find(({ first }) => first.session === taken.session);
    if (!fan) throw new Error('Another session was taken over.');
    const { consumers } = await stage.events.wait('consumersAdded', fan.spare.session);
    expect(consumers.map(({ producerId }) => producerId).toSorted()).toEqual(
      [publisher.cameraId, publisher.microphoneId].toSorted(),
    );
    fan.spare.viewer.addConsumers(consumers);
    await fan.spare.viewer.firstDecodableFrame;
    // The publisher's spare was on that worker: it ends, with its tracks.
    await stage.events.wait('sessionClosed', kept.session);
    expect(stage.events.of('sessionClosed', publisher.session)).toEqual([]);
  });

  it('forward nothing of a publisher who sends over a spare', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { spare } = await house.publishTwice('room_bad_manners');
    const fan = await house.watchTwice('room_bad_manners', 'lea');
    spare.publisher.setMaxLayer(2);
    await vi.waitFor(() => expect(fan.first.viewer.packets('video')).toBeGreaterThan(100), PATIENT);
    expect(fan.spare.viewer.packets()).toBe(0);
  });

  it('of unaffected sessions get nothing after another has taken over', async () => {
    await using house = await SparesHouse.create(isRemote, { workers: 3, spreadAt: 0 });
    const { local, stage } = house;
    const creator = await house.publishTwice('room_three_workers');
    const fans = [];
    for (const identity of ['lea', 'max', 'zoe']) fans.push(await house.watchTwice('room_three_workers', identity));
    const [origin] = local.workers;
    kill(origin?.pid ?? 0, 'SIGKILL');
    await stage.events.wait('takenOver', creator.first.session);
    const kept = fans.filter(({ first }) => stage.events.of('takenOver', first.session).length === 0);
    expect(kept.length).toBeGreaterThan(0);
    for (const { first, spare } of kept) {
      const { consumers } = await stage.events.wait('consumersAdded', first.session);
      first.viewer.addConsumers(consumers);
      await vi.waitFor(() => expect(first.viewer.silenceMs('video')).toBeLessThan(SILENT_AFTER_MS), PATIENT);
      await vi.waitFor(() => expect(spare.viewer.silenceMs()).toBeGreaterThan(SILENT_AFTER_MS), PATIENT);
    }
  });

  it("are placed with the publisher's spare, and do not count as a room there", async () => {
    await using house = await SparesHouse.create(isRemote, { workers: 4 });
    const { local } = house;
    await house.publishTwice('room_gathered');
    for (const identity of ['lea', 'max', 'zoe']) await house.watchTwice('room_gathered', identity);
    expect(local.workers.map(({ rooms, spares }) => ({ rooms, spares }))).toEqual([
      { rooms: 1, spares: 0 },
      { rooms: 0, spares: 4 },
      { rooms: 0, spares: 0 },
      { rooms: 0, spares: 0 },
    ]);
    expect(await local.pipes()).toEqual([]);
  });

  it('bring no stage to a worker with spares only', async () => {
    await using house = await SparesHouse.create(isRemote, { spreadAt: 0 });
    const { local, stage } = house;
    await house.publishTwice('room_left');
    const fans = [await house.watchTwice('room_left', 'lea'), await house.watchTwice('room_left', 'max')];
    const sentBytes = async () => (await local.pipes()).reduce((sum, pipe) => sum + pipe.sentBytes, 0);
    const grownBytes = async () => {
      const before = await sentBytes();
      await pause(LOOK_MS);
      return (await sentBytes()) - before;
    };
    await vi.waitFor(async () => expect(await grownBytes()).toBeGreaterThan(PICTURE_BYTES), PATIENT);
    // The viewers whose first session is on the other worker leave; the spare of the remaining one is there.
    for (const { first } of fans) {
      await stage.node.closeSession({ session: first.session });
      if (local.workers[1]?.consumers === 0) break;
    }
    await vi.waitFor(async () => expect(await grownBytes()).toBeLessThan(PICTURE_BYTES / 4), PATIENT);
  });

  it('end with their session, but not the other way round', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const creator = await house.publishTwice('room_spare_ends');
    const fan = await house.watchTwice('room_spare_ends', 'lea');
    const again = await stage.watch('room_spare_ends', { grant: LEA, spareOf: fan.first.session });
    expect((await stage.events.wait('sessionClosed', fan.spare.session)).reason).toBe('replaced');
    house.killWorker('with spares');
    for (const { session } of [again, creator.spare])
      expect((await stage.events.wait('sessionClosed', session)).reason).toBe('worker_died');
    const packets = fan.first.viewer.packets('video');
    await vi.waitFor(() => expect(fan.first.viewer.packets('video')).toBeGreaterThan(packets + 30), PATIENT);
    await vi.waitFor(() => expect(house.local.workers).toHaveLength(2), PATIENT);
    const last = await stage.watch('room_spare_ends', { grant: LEA, spareOf: fan.first.session });
    await stage.node.closePerson({ room: 'room_spare_ends', identity: 'lea' });
    await stage.events.wait('sessionClosed', last.session);
    await stage.events.wait('sessionClosed', fan.first.session);
    expect(await stage.node.stats()).toMatchObject({ sessions: 1, consumers: 0 });
  });

  it('last as long as the grant of their session, also if that changes', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const grant = { ...LEA, until: Date.now() + 60_000 };
    const first = await stage.watch('room_spare_grant', { grant });
    const spare = await stage.watch('room_spare_grant', { grant, spareOf: first.session });
    const until = Date.now() + 700;
    await stage.node.updateGrant({ session: first.session, until });
    const ended = await stage.events.wait('sessionClosed', spare.session);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(ended.reason).toBe('grant_expired');
  });

  it('of a metered viewer neither begin paused nor count as sessions that begin unpaused', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const metered = { grant: { ...LEA, metered: true } };
    const first = await stage.watch('room_metered_spare', metered);
    const spares = [];
    for (let opened = 0; opened < OPENS_PER_WINDOW_MAX; opened++)
      spares.push(await stage.watch('room_metered_spare', { ...metered, spareOf: first.session }));
    const next = await stage.watch('room_metered_spare', metered);
    for (const { session } of [...spares, next]) expect(stage.events.of('paused', session)).toEqual([]);
  });

  it('are not used before they are connected: the session ends as without a spare', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const { first } = await house.publishTwice('room_unconnected');
    const fan = await stage.watch('room_unconnected', { grant: LEA });
    await fan.viewer.firstDecodableFrame;
    await stage.node.watch({
      session: 'unconnected',
      grant: stage.grant('room_unconnected', LEA),
      rtpCapabilities: stage.node.routerRtpCapabilities,
      spareOf: fan.session,
    });
    house.killWorker('in use');
    expect((await stage.events.wait('sessionClosed', fan.session)).reason).toBe('worker_died');
    await stage.events.wait('sessionClosed', 'unconnected');
    expect(stage.events.of('takenOver').map(({ session }) => session)).toEqual([first.session]);
  });

  it("are refused for another person's session, for a spare, for another kind of session, and without another worker", async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const creator = await house.publishTwice('room_refused_spares');
    const fan = await house.watchTwice('room_refused_spares', 'lea');
    const spareFor = (spareOf: string, identity: string, room = 'room_refused_spares') =>
      stage.watch(room, { grant: { identity }, spareOf });
    await expectCode(spareFor(fan.first.session, 'max'), 'spare_unavailable');
    await expectCode(spareFor(fan.first.session, 'lea', 'room_other'), 'spare_unavailable');
    await expectCode(spareFor(fan.spare.session, 'lea'), 'spare_unavailable');
    await expectCode(spareFor(creator.first.session, 'ada'), 'spare_unavailable');
    await expectCode(spareFor('unknown', 'lea'), 'session_not_found');
    house.killWorker('with spares');
    await stage.events.wait('sessionClosed', fan.spare.session);
    await expectCode(spareFor(fan.first.session, 'lea'), 'node_unavailable');
    await using single = await SparesHouse.create(isRemote, { workers: 1 });
    expect(single.stage.node.keepsSpares).toBe(false);
    const alone = await single.stage.watch('room_alone', { grant: LEA });
    await expectCode(single.stage.watch('room_alone', { grant: LEA, spareOf: alone.session }), 'spare_unavailable');
  });

  it('are limited by the capacity of their worker', async () => {
    await using house = await SparesHouse.create(isRemote, { consumersPerWorkerMax: 4 });
    const { stage } = house;
    const fans: StageViewer[] = [];
    for (const identity of ['lea', 'max', 'zoe'])
      fans.push(await stage.watch(`room_of_${identity}`, { grant: { identity } }));
    const spareFor = (index: number) => {
      const identity = ['lea', 'max', 'zoe'][index] ?? '';
      return stage.watch(`room_of_${identity}`, { grant: { identity }, spareOf: fans[index]?.session ?? '' });
    };
    // Two are on one worker and one on the other, so that two spares share the worker of the one.
    const lea = await spareFor(0);
    for (const other of [1, 2]) await spareFor(other);
    await expectCode(spareFor(0), 'node_unavailable');
    expect(stage.events.of('sessionClosed', lea.session)).toEqual([]);
    await stage.node.closeSession({ session: lea.session });
    await spareFor(0);
  });

  it('move with their session to the gateway that adopts it, which renews both and gets their events', async () => {
    await using house = await SparesHouse.create(isRemote, { leaseMs: LEASE_MS });
    const { stage } = house;
    const room = 'room_adopted_spares';
    const creator = await house.publishTwice(room);
    const fan = await house.watchTwice(room, 'lea');
    await expectCode(stage.node.adopt({ session: fan.spare.session, room, identity: 'lea' }), 'session_not_found');
    await using other = await house.anotherGateway();
    const taken = { session: fan.first.session, room, identity: 'lea' };
    const adopted = await other.node.adopt(taken);
    expect(adopted.spare?.session).toBe(fan.spare.session);
    expect(adopted.spare?.consumers.map(({ id }) => id).toSorted()).toEqual(
      fan.spare.consumers.map(({ id }) => id).toSorted(),
    );
    expect((await other.node.adopt({ session: creator.first.session, room, identity: 'ada' })).spare).toEqual({
      session: creator.spare.session,
      epoch: 2,
      consumers: [],
    });
    const all = [creator.first, creator.spare, fan.first, fan.spare].map(({ session }) => session);
    const epochs = Object.fromEntries(all.map((session) => [session, 2]));
    for (let rounds = 0; rounds < 3; rounds += 1) {
      await pause(LEASE_MS / 2);
      expect(await other.node.renew({ sessions: all, epochs })).toEqual({ lost: [], adopted: [] });
    }
    house.killWorker('in use');
    for (const { first, spare } of [creator, fan])
      expect((await other.events.wait('takenOver', first.session)).by).toBe(spare.session);
    if (isRemote) expect(stage.events.of('takenOver')).toEqual([]);
    // A session that is still opening cannot be adopted.
    expect(await other.node.adopt({ ...taken, session: fan.spare.session })).not.toHaveProperty('spare');
  });

  it('wait unconnected while the publisher has none, and time out like others afterwards', async () => {
    await using house = await SparesHouse.create(isRemote, { connectWithinMs: 4_000 });
    const { stage } = house;
    const room = 'room_idle_spare';
    const publisher = await stage.publish(room, { grant: ADA });
    const fan = await stage.watch(room, { grant: LEA });
    const open = async (grant: Partial<SessionGrant>, spareOf?: string) => {
      const session = randomUUID();
      const rtpCapabilities = rtpViewerCapabilities(stage.node.routerRtpCapabilities);
      await stage.node.watch({
        session,
        grant: stage.grant(room, grant),
        rtpCapabilities,
        ...(spareOf && { spareOf }),
      });
      return session;
    };
    const spare = await open(LEA, fan.session);
    const other = await open({});
    expect((await stage.events.wait('sessionClosed', other)).reason).toBe('connect_timeout');
    expect((await stage.node.renew({ sessions: [fan.session, spare] })).lost).toEqual([]);
    await stage.publish(room, { grant: ADA, spareOf: publisher.session });
    expect((await stage.events.wait('sessionClosed', spare)).reason).toBe('connect_timeout');
    expect((await stage.node.renew({ sessions: [fan.session] })).lost).toEqual([]);
  });

  it('send nothing to a publisher who has left them', async () => {
    await using house = await SparesHouse.create(isRemote);
    const { stage } = house;
    const { spare } = await house.publishTwice('room_left_spare');
    const fan = await house.watchTwice('room_left_spare', 'lea');
    await stage.node.closeSession({ session: spare.session });
    const { lost } = await stage.events.wait('consumersRemoved', fan.spare.session);
    expect(lost).toBe(false);
    await vi.waitFor(() => expect(fan.first.viewer.silenceMs('video')).toBeLessThan(SILENT_AFTER_MS), PATIENT);
    expect(stage.events.of('consumersRemoved', fan.first.session)).toEqual([]);
  });
});

async function expectCode(promise: Promise<unknown>, code: SfuErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ code });
}
