/** Which gateway holds a live: two gateways as two sets of objects on one database. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createRooms } from '../../../server/domains.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import { HOUR_MS, systemClock } from '../../../server/platform/clock.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { GatewayLease } from '../../../server/platform/jobs/gateway-lease.ts';
import { Leader } from '../../../server/platform/jobs/leader.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { type Fact, Outbox } from '../../../server/platform/outbox/outbox.ts';
import { WatchedClock } from '../../../server/platform/watched-clock.ts';
import type { RoomId } from '../../../server/protocol/ids.ts';
import { Lives, type LivesOptions } from '../../../server/stage/sessions/lives.ts';
import { DATABASES } from '../../support/databases/databases.ts';

const log = createLog({ level: 'silent', pretty: false });
const NEVER_MS = 3_600_000;

describe.each(DATABASES)('lives of several gateways on $name', ({ name, open }) => {
  let db: Database & AsyncDisposable;
  const told: Fact[] = [];
  const metrics = createMetrics();
  const clock = new WatchedClock({ log, metrics });

  const openGateway = (gateway: string) => {
    const bus = new MemoryBus((error) => {
      throw error;
    });
    const outbox = new Outbox({ db, bus, log, metrics, owner: gateway, isAlone: false });
    for (const topic of ['live.started', 'live.ended']) outbox.onBatch(topic, (facts) => void told.push(...facts));
    return { outbox, ...createRooms({ db, outbox, clock: systemClock }, { currency: 'eur', gateway }) };
  };
  let [here, there]: ReturnType<typeof openGateway>[] = [];

  beforeAll(async () => {
    db = await open();
    [here, there] = [openGateway('gw_here'), openGateway('gw_there')];
    await here.accounts.createCreator({ identity: 'ada', name: 'Ada', country: 'FR' });
  });
  afterAll(async () => {
    await Promise.all([here?.outbox.close(), there?.outbox.close()]);
    await db[Symbol.asyncDispose]();
  });

  const parts = () => {
    if (!here || !there) throw new Error('not started');
    return { here, there };
  };
  const goLive = async (at: ReturnType<typeof createRooms>): Promise<RoomId> => {
    const room = await at.rooms.createRoom({ creator: 'ada', title: 'An evening', access: { kind: 'free' } });
    await at.rooms.startLive(room.id);
    return room.id;
  };
  const isLive = async (room: RoomId) => (await parts().here.rooms.getRoom(room)).status === 'live';

  /** The lives of a gateway with publishers in the given rooms; a live without a publisher ends soon. */
  const createLives = (rooms: LivesOptions['rooms'], publishing = new Map<RoomId, string | undefined>()) => {
    const lives = new Lives({ rooms, publishing: () => publishing, graceMs: 50, log, metrics });
    return { publishing, lives, [Symbol.dispose]: () => lives.close() };
  };
  const createRoom = async (): Promise<RoomId> =>
    (await parts().here.rooms.createRoom({ creator: 'ada', title: 'An evening', access: { kind: 'free' } })).id;
  const topicsOf = async (room: RoomId): Promise<string[]> => {
    await Promise.all([parts().here.outbox.idle(), parts().there.outbox.idle()]);
    return told.filter((fact) => fact.room === room).map(({ topic }) => topic);
  };

  test('a live whose publisher changes gateways is one live, and no previous gateway ends it', async () => {
    const { here, there } = parts();
    const room = await createRoom();
    using first = createLives(here.rooms, new Map([[room, undefined]]));
    using second = createLives(there.rooms, new Map([[room, undefined]]));
    await first.lives.start(room);
    const { liveStartedAt } = await here.rooms.getRoom(room);
    await second.lives.start(room);
    first.publishing.delete(room);
    await here.rooms.endHeldLive(room);
    expect(await here.rooms.getRoom(room)).toMatchObject({ status: 'live', liveStartedAt });
    first.publishing.set(room, undefined);
    await Promise.all([first.lives.start(room), first.lives.start(room)]);
    await there.rooms.endHeldLive(room);
    expect(await here.rooms.getRoom(room)).toMatchObject({ status: 'live', liveStartedAt });
    expect(await topicsOf(room)).toEqual(['live.started']);
    // The creator may end it through any gateway.
    await second.lives.end(room);
    expect(await isLive(room)).toBe(false);
    expect(await topicsOf(room)).toEqual(['live.started', 'live.ended']);
  });

  test("a live that a late request moved to another gateway returns to the publisher's", async () => {
    const { here, there } = parts();
    const room = await createRoom();
    using it = createLives(here.rooms, new Map([[room, 'laptop']]));
    await here.rooms.takeStage(room, 'laptop');
    await it.lives.start(room, 'laptop');
    await there.rooms.startLive(room, 'laptop');
    await it.lives.sweep();
    await there.rooms.endHeldLive(room);
    expect(await isLive(room)).toBe(true);
    // Once the creator has ended it, it stays ended, also where the publisher has not been notified yet.
    await there.rooms.endLive(room);
    await it.lives.sweep();
    expect(await isLive(room)).toBe(false);
  });

  test('two gateways that start a live at once start one', async () => {
    const { here, there } = parts();
    const room = await createRoom();
    await Promise.all([here, there, here, there].map(({ rooms }) => rooms.startLive(room)));
    expect(await topicsOf(room)).toEqual(['live.started']);
    await here.rooms.endLive(room);
  });

  test('a live that is ended or left while it starts does not stay on air', async () => {
    const { here } = parts();
    using it = createLives(here.rooms);
    const [ended, left] = [await createRoom(), await createRoom()];
    for (let round = 0; round < 10; round += 1) {
      it.publishing.set(ended, undefined).set(left, undefined);
      const starting = [it.lives.start(ended), it.lives.start(left)];
      for (const room of [ended, left]) it.publishing.delete(room);
      it.lives.handlePublisherGone(left);
      await Promise.all([it.lives.end(ended), ...starting]);
      expect(await isLive(ended)).toBe(false);
      await vi.waitFor(async () => expect(await isLive(left)).toBe(false));
    }
  });

  test('a live that could not be ended, or has no gateway, is ended later', async () => {
    const { here } = parts();
    const room = await createRoom();
    let failures = 1;
    const rooms: LivesOptions['rooms'] = {
      ...boundTo(here.rooms),
      endHeldLive: async (id: RoomId) => {
        if (failures-- > 0) throw new Error('the database is away');
        await here.rooms.endHeldLive(id);
      },
    };
    using it = createLives(rooms, new Map([[room, undefined]]));
    await it.lives.start(room);
    it.publishing.delete(room);
    it.lives.handlePublisherGone(room);
    await vi.waitFor(async () => expect(await isLive(room)).toBe(false), { timeout: 10_000 });
    expect(failures).toBe(-1);

    const forgotten = await goLive(here);
    await it.lives.sweep();
    await vi.waitFor(async () => expect(await isLive(forgotten)).toBe(false));
  });

  test('a page that lost the stage cannot start a live', async () => {
    const { here } = parts();
    const room = await createRoom();
    const fence = await here.rooms.takeStage(room, 'laptop');
    await here.rooms.startLive(room, 'laptop');
    expect(await here.rooms.assertHoldsStage(room, 'laptop')).toBe(fence);
    await here.rooms.endLive(room);
    await expect(here.rooms.startLive(room, 'laptop')).rejects.toMatchObject({ code: 'live_over' });
    expect(await here.rooms.takeStage(room, 'phone')).toBeGreaterThan(fence);
    await expect(here.rooms.startLive(room, 'laptop')).rejects.toMatchObject({ code: 'live_replaced' });
    expect(await isLive(room)).toBe(false);
  });

  test('a publication whose live could not be stored is told why it is refused', async () => {
    const { here, there } = parts();
    const [ended, over, taken] = [await createRoom(), await createRoom(), await createRoom()];
    const publishing = new Map([ended, over, taken].map((room) => [room, 'laptop']));
    let isAway = true;
    const rooms = {
      ...boundTo(here.rooms),
      startLive: async (...args: Parameters<LivesOptions['rooms']['startLive']>) => {
        if (isAway) throw new Error('the database is away');
        await here.rooms.startLive(...args);
      },
    };
    const handleRefused = vi.fn<NonNullable<LivesOptions['handleRefused']>>();
    const lives = new Lives({ rooms, publishing: () => publishing, handleRefused, log, metrics });
    for (const room of publishing.keys()) {
      await here.rooms.takeStage(room, 'laptop');
      await expect(lives.start(room, 'laptop')).rejects.toThrow('away');
    }
    isAway = false;
    await there.rooms.endRoom(ended);
    await there.rooms.startLive(over, 'laptop');
    await there.rooms.endLive(over);
    await there.rooms.takeStage(taken, 'phone');
    await lives.sweep();
    expect(new Map(handleRefused.mock.calls.map(([room, , reason]) => [room, reason]))).toEqual(
      new Map([
        [ended, 'room_closed'],
        [over, 'closed'],
        [taken, 'replaced'],
      ]),
    );
    lives.close();
  });

  test('a live that has moved to another gateway is not ended by the first, whose publisher is gone', async () => {
    const { here, there } = parts();
    const room = await goLive(here);
    await there.rooms.startLive(room);
    await here.rooms.endHeldLive(room);
    expect(await isLive(room)).toBe(true);
    await there.rooms.endLive(room);
    expect(await isLive(room)).toBe(false);
    await Promise.all([here.outbox.idle(), there.outbox.idle()]);
    expect(told.filter((fact) => fact.room === room && fact.topic === 'live.ended')).toHaveLength(1);
  });

  test('keeps lives of live gateways, and ends and reports those of lost ones once', async () => {
    const { here, there } = parts();
    const lease = await GatewayLease.create({ db, id: 'gw_here', log, clock });
    const [kept, lost] = [await goLive(here), await goLive(there)];
    await Promise.all([here.rooms.endOrphanedLives(NEVER_MS), here.rooms.endOrphanedLives(NEVER_MS)]);
    expect([await isLive(kept), await isLive(lost)]).toEqual([true, false]);
    await here.outbox.idle();
    expect(told.filter((fact) => fact.room === lost && fact.topic === 'live.ended')).toHaveLength(1);
    await lease.close();
    await here.rooms.endOrphanedLives(NEVER_MS);
    expect(await isLive(kept)).toBe(false);
  });

  test('a live counts its time on stage once after a restart, and nothing of the outage', async () => {
    const { here } = parts();
    const room = await createRoom();
    const lease = await GatewayLease.create({ db, id: 'gw_here', log, clock });
    await here.rooms.takeStage(room, 'laptop');
    await here.rooms.startLive(room, 'laptop');
    await lease.close();
    // 50 minutes until the last heartbeat, and a night until the next start.
    const begun = `now() - interval '11 hours 50 minutes'`;
    await db.bulk(
      `update rooms set (stage_taken_at, live_started_at, live_counted_from) = (${begun}, ${begun}, ${begun}) where id = $1`,
      [room],
    );
    await db.bulk(`update gateways set seen_at = now() - interval '11 hours' where id = 'gw_here'`, []);
    await here.rooms.clearLives();
    const between = await here.rooms.getRoom(room);
    expect(between.liveSeconds).toBe(50 * 60);
    expect(Date.now() - Date.parse(between.liveEndedAt ?? '')).toBeGreaterThanOrEqual(11 * HOUR_MS);
    await here.rooms.startLive(room, 'laptop');
    await db.bulk(`update rooms set live_counted_from = live_counted_from - interval '10 minutes' where id = $1`, [
      room,
    ]);
    await here.rooms.endLive(room);
    const { liveSeconds } = await here.rooms.getRoom(room);
    expect(liveSeconds).toBeGreaterThanOrEqual(60 * 60);
    expect(liveSeconds).toBeLessThan(61 * 60);
  });

  test('after an outage, a room with tickets waits for its creator from now on', async () => {
    const { here } = parts();
    const access = { kind: 'ticket', priceMinor: 500 } as const;
    const room = await here.rooms.createRoom({ creator: 'ada', title: 'An evening', access });
    const lease = await GatewayLease.create({ db, id: 'gw_here', log, clock });
    await here.rooms.startLive(room.id);
    await lease.close();
    await db.bulk(`update gateways set seen_at = now() - interval '11 hours' where id = 'gw_here'`, []);
    await here.rooms.clearLives();
    expect(Date.parse((await here.rooms.getRoom(room.id)).pausedUntil ?? '')).toBeGreaterThan(Date.now());
  });

  test.skipIf(name === 'PGlite')('one process leads, and another after its end', async () => {
    const key = 4_711;
    const first = await Leader.create({ db, key, log });
    const second = await Leader.create({ db, key, log });
    expect([first.isLeader, second.isLeader]).toEqual([true, false]);
    await first.close();
    const third = await Leader.create({ db, key, log });
    expect([first.isLeader, third.isLeader]).toEqual([false, true]);
    await Promise.all([second.close(), third.close()]);
  });

  test('facts of a lost process are dispatched once by another, after the claim has expired', async () => {
    const { there } = parts();
    const [dead, other] = [openGateway('gw_dead'), there];
    const seen: string[] = [];
    other.outbox.onBatch('test.left', (facts) => void seen.push(...facts.map(({ id }) => id)));
    await db.transaction((tx) => dead.outbox.add(tx, { topic: 'test.left', data: {} }));
    other.outbox.start();
    await other.outbox.idle();
    expect(seen).toEqual([]);
    await db.bulk(`update outbox set claimed_until = now() - interval '1 second' where topic = 'test.left'`, []);
    await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 10_000 });
    await other.outbox.idle();
    expect(await other.outbox.pending()).toBe(0);
  });
});

function boundTo(rooms: LivesOptions['rooms']): LivesOptions['rooms'] {
  return {
    takeStage: rooms.takeStage.bind(rooms),
    assertHoldsStage: rooms.assertHoldsStage.bind(rooms),
    findStageHolder: rooms.findStageHolder.bind(rooms),
    startLive: rooms.startLive.bind(rooms),
    endLive: rooms.endLive.bind(rooms),
    endHeldLive: rooms.endHeldLive.bind(rooms),
    findHeldLives: rooms.findHeldLives.bind(rooms),
  };
}
