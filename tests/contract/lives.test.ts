/** Who holds a live when there are several gateways: two of them as two sets of objects on one database. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AccountsStore } from '../../server/accounts/accounts.store.ts';
import { Accounts } from '../../server/accounts/accounts.ts';
import { MemoryBus } from '../../server/platform/bus.ts';
import { systemClock } from '../../server/platform/clock.ts';
import type { Database } from '../../server/platform/db.ts';
import { GatewayLease } from '../../server/platform/gateway-lease.ts';
import { Leader } from '../../server/platform/leader.ts';
import { createLog } from '../../server/platform/log.ts';
import { createMetrics } from '../../server/platform/metrics.ts';
import { type Fact, Outbox } from '../../server/platform/outbox.ts';
import type { RoomId } from '../../server/protocol/ids.ts';
import { RoomsStore } from '../../server/rooms/rooms.store.ts';
import { Rooms } from '../../server/rooms/rooms.ts';
import { Lives } from '../../server/stage/lives.ts';
import { DATABASES } from '../support/databases.ts';

const log = createLog({ level: 'silent', pretty: false });
const NEVER_MS = 3_600_000;

describe.each(DATABASES)('lives of several gateways on $name', ({ name, open }) => {
  let db: Database & AsyncDisposable;
  const told: Fact[] = [];
  const metrics = createMetrics();

  const createRooms = (gateway: string) => {
    const bus = new MemoryBus((error) => {
      throw error;
    });
    const outbox = new Outbox({ db, bus, log, metrics, owner: gateway, isAlone: false });
    for (const topic of ['live.started', 'live.ended']) outbox.on(topic, (fact) => void told.push(fact));
    const accounts = new Accounts(new AccountsStore(db));
    return {
      outbox,
      accounts,
      rooms: new Rooms({ store: new RoomsStore(db), accounts, outbox, clock: systemClock, currency: 'eur', gateway }),
    };
  };
  let [here, there]: ReturnType<typeof createRooms>[] = [];

  beforeAll(async () => {
    db = await open();
    [here, there] = [createRooms('gw_here'), createRooms('gw_there')];
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
    await at.rooms.startLive(room);
    return room.id;
  };
  const isLive = async (room: RoomId) => (await parts().here.rooms.getRoom(room)).status === 'live';

  test('a live whose publisher went to another gateway and came back is held here again, and not ended by the other', async () => {
    const { here, there } = parts();
    const lives = new Lives({ rooms: here.rooms, clock: systemClock, log, metrics });
    const { id: room } = await here.rooms.createRoom({ creator: 'ada', title: 'An evening', access: { kind: 'free' } });
    await lives.start(room);
    lives.handlePublisherGone(room);
    await there.rooms.startLive(await there.rooms.getRoom(room));
    await lives.start(room);
    await there.rooms.endLive(room);
    expect(await isLive(room)).toBe(true);
    // What ended meanwhile begins anew.
    lives.handlePublisherGone(room);
    await there.rooms.startLive(await there.rooms.getRoom(room));
    await there.rooms.endLive(room);
    await lives.start(room);
    expect(await isLive(room)).toBe(true);
    await lives.finish(room);
    expect(await isLive(room)).toBe(false);
    lives.close();
    await Promise.all([here.outbox.idle(), there.outbox.idle()]);
    told.length = 0;
  });

  test('a live that has moved to another gateway is not ended by the first, whose publisher is gone', async () => {
    const { here, there } = parts();
    const room = await goLive(here);
    await there.rooms.startLive(await there.rooms.getRoom(room));
    await here.rooms.endLive(room);
    expect(await isLive(room)).toBe(true);
    await there.rooms.endLive(room);
    expect(await isLive(room)).toBe(false);
    await Promise.all([here.outbox.idle(), there.outbox.idle()]);
    expect(told.filter((fact) => fact.room === room && fact.topic === 'live.ended')).toHaveLength(1);
  });

  test('a live of a gateway that gives a sign of life stays, one of a silent gateway is ended, once, and told', async () => {
    const { here, there } = parts();
    const lease = await GatewayLease.create({ db, id: 'gw_here', log });
    const [kept, lost] = [await goLive(here), await goLive(there)];
    await Promise.all([here.rooms.endOrphanedLives(NEVER_MS), here.rooms.endOrphanedLives(NEVER_MS)]);
    expect([await isLive(kept), await isLive(lost)]).toEqual([true, false]);
    await here.outbox.idle();
    expect(told.filter((fact) => fact.room === lost && fact.topic === 'live.ended')).toHaveLength(1);
    await lease.close();
    await here.rooms.endOrphanedLives(NEVER_MS);
    expect(await isLive(kept)).toBe(false);
  });

  test.skipIf(name === 'PGlite')('one process leads, and another when that one is gone', async () => {
    const key = 4_711;
    const first = await Leader.create({ db, key, log });
    const second = await Leader.create({ db, key, log });
    expect([first.isLeader, second.isLeader]).toEqual([true, false]);
    await first.close();
    const third = await Leader.create({ db, key, log });
    expect([first.isLeader, third.isLeader]).toEqual([false, true]);
    await Promise.all([second.close(), third.close()]);
  });

  test('facts of a process that died are dispatched by another, once its claim has run out, and by nobody twice', async () => {
    const { there } = parts();
    const [dead, other] = [createRooms('gw_dead'), there];
    const seen: string[] = [];
    other.outbox.on('test.left', (fact) => void seen.push(fact.id));
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
