/** Outgoing webhooks on every database: from a committed fact to an embedder's server, through failures. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenToFacts } from '../../../server/facts.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { eq, max } from '../../../server/platform/db/sql.ts';
import { createLog } from '../../../server/platform/log.ts';
import { createMetrics } from '../../../server/platform/metrics.ts';
import { type NewFact, Outbox } from '../../../server/platform/outbox/outbox.ts';
import { SecretBox } from '../../../server/platform/secret-box.ts';
import { createId, type EventId, type RoomId } from '../../../server/protocol/ids.ts';
import { rooms } from '../../../server/rooms/rooms.schema.ts';
import { events, webhookEndpoints } from '../../../server/webhooks/webhooks.schema.ts';
import { Webhooks } from '../../../server/webhooks/webhooks.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { signersOf, startReceiver } from '../../support/programs/webhook-receiver.ts';
import { eventually } from '../../support/run/eventually.ts';

const ENCRYPTION_KEY = 'an_encryption_key_of_these_tests_0000000';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const liveStarted = (room: RoomId): NewFact => ({ topic: 'live.started', room, data: {} });

describe.each(DATABASES)('events out on $name', ({ open }) => {
  let db: Database & AsyncDisposable;

  beforeAll(async () => {
    db = await open();
  });

  afterAll(() => db[Symbol.asyncDispose]());

  /** Events over the shared database with their own endpoints: those of other tests are deleted first. */
  async function openEvents({ isRunning = true, ...options }: { isRunning?: boolean; sendTimeoutMs?: number } = {}) {
    const clock = new MovableClock();
    const metrics = createMetrics();
    const log = createLog({ level: process.env.LOGE_TEST_LOG_LEVEL ?? 'silent', pretty: false });
    const bus = new MemoryBus((error) => {
      throw error;
    });
    const outbox = new Outbox({ db, bus, log, metrics });
    const create = () =>
      new Webhooks({
        db,
        clock,
        log,
        metrics,
        box: new SecretBox([ENCRYPTION_KEY]),
        allowAnyAddress: true,
        random: () => 0.5,
        ...options,
      });
    const openOne = () => {
      const webhooks = create();
      listenToFacts(outbox, { webhooks: () => webhooks.wake() });
      return webhooks;
    };
    const webhooks = openOne();
    for (const { id } of await webhooks.listEndpoints()) await webhooks.deleteEndpoint(id);
    if (isRunning) {
      outbox.start();
      webhooks.start();
    }
    const opened = [webhooks];
    return {
      clock,
      metrics,
      webhooks,
      async tell(...facts: NewFact[]) {
        await db.transaction((tx) => outbox.add(tx, ...facts));
        outbox.wake();
      },
      /** Another process on the same database. */
      restart() {
        const next = openOne();
        next.start();
        opened.push(next);
        return next;
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(opened.map((each) => each.close()));
        await outbox.close();
      },
    };
  }

  const typesOf = (received: { event: { type: string } }[]) => received.map(({ event }) => event.type);
  const metricOf = async (metrics: ReturnType<typeof createMetrics>, name: string) =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];

  test('a fact arrives signed, with a stable id and its places in the log and in the room', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    const { secret, ...endpoint } = await house.webhooks.createEndpoint({ url: receiver.url });
    expect(secret).toMatch(/^whsec_/);
    expect(await house.webhooks.listEndpoints()).toEqual([endpoint]);

    const room = createId('room');
    await house.tell(
      liveStarted(room),
      { topic: 'wallet.changed', identity: 'fan', data: {} },
      { topic: 'live.ended', room, data: {} },
    );
    await eventually(() => receiver.received.length === 2);
    const [first, second] = receiver.received;
    if (!first || !second) throw new Error('missing');
    expect(signersOf(first, [secret, 'whsec_other'])).toEqual([secret]);
    expect(first.headers['content-type']).toContain('application/json');
    expect(first.event).toMatchObject({ type: 'live.started', room, roomSeq: 1, data: { room } });
    expect(second.event).toMatchObject({ type: 'live.ended', roomSeq: 2, seq: first.event.seq + 1 });

    const { events, hasMore } = await house.webhooks.list({ after: first.event.seq - 1, limit: 1 });
    expect([events, hasMore]).toEqual([[first.event], true]);
    const rest = await house.webhooks.list({ after: first.event.seq, limit: 10 });
    expect([rest.events, rest.hasMore]).toEqual([[second.event], false]);

    const [delivery] = await eventually(async () => {
      const found = await house.webhooks.listDeliveries(endpoint.id, { status: 'delivered', limit: 10 });
      return found.length === 2 && found;
    });
    expect(delivery).toMatchObject({
      event: second.event.id,
      type: 'live.ended',
      attemptCount: 1,
      nextAttemptAt: null,
      attempts: [{ status: 200, error: null, latencyMs: expect.any(Number) }],
    });
  });

  test('a fact with several tips becomes an event for each, in order', async () => {
    await using house = await openEvents();
    const room = createId('room');
    const tip = (index: number) => ({
      id: createId('tip'),
      room,
      from: { identity: `fan-${index}`, name: 'Léa', role: 'fan' },
      amountMinor: 500,
      currency: 'eur',
      message: null,
      item: null,
      ...(index === 0 && { anonymous: true }),
      sentAt: new Date(house.clock.now()).toISOString(),
    });
    const facts = Array.from({ length: 5 }, () => Array.from({ length: 90 }, (_, index) => tip(index)));
    await house.tell(...facts.map((tips) => ({ topic: 'tips.settled', room, data: { tips } })));
    const { events } = await eventually(async () => {
      const listed = await house.webhooks.list({ after: 0, room, limit: 1_000 });
      return listed.events.length === 450 && listed;
    });
    expect(events.map((event) => event.data)).toEqual(facts.flat().map((each) => ({ tip: each })));
    expect(new Set(events.map((event) => event.type))).toEqual(new Set(['tip.succeeded']));
    expect(events.map((event) => event.roomSeq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map((event) => event.id)).size).toBe(450);
  });

  test('there is no event about people of the house, nor about their rooms', async () => {
    await using house = await openEvents();
    const [before] = await db.orm.select({ last: max(events.seq) }).from(events);
    const [ofHouse, ofEmbedder] = [createId('room'), createId('room')];
    const free = { title: 'Vêpres', accessKind: 'free', currency: 'eur' } as const;
    await db.orm.insert(rooms).values([
      { id: ofHouse, creator: 'person_ada', ...free },
      { id: ofEmbedder, creator: 'ada', ...free },
    ]);
    const money = { amountMinor: 500, currency: 'eur' };
    const tipFrom = (room: RoomId, identity: string) => ({
      ...{ id: createId('tip'), room, ...money, message: null, item: null },
      from: { identity, name: 'Léa', role: 'fan' },
      sentAt: new Date(house.clock.now()).toISOString(),
    });
    const topupOf = (identity: string): NewFact => {
      const topup = { id: createId('topup'), identity, ...money, settledAt: new Date(0).toISOString() };
      return { topic: 'topup.settled', identity, data: { topup } };
    };
    const tips = ['person_lea', 'fan'].map((identity) => tipFrom(ofEmbedder, identity));
    await house.tell(
      liveStarted(ofHouse),
      { topic: 'tips.settled', room: ofHouse, data: { tips: [tipFrom(ofHouse, 'fan')] } },
      { topic: 'tips.settled', room: ofEmbedder, data: { tips } },
      ...['person_lea', 'fan'].map(topupOf),
      { topic: 'follower.added', identity: 'person_lea', data: { creator: 'ada' } },
      { topic: 'participant.blocked', identity: 'fan', data: { creator: 'person_ada', identity: 'fan', change: {} } },
      liveStarted(ofEmbedder),
    );
    const told = await eventually(async () => {
      const listed = await house.webhooks.list({ after: before?.last ?? 0, limit: 100 });
      return listed.events.some(({ room, type }) => room === ofEmbedder && type === 'live.started') && listed.events;
    });
    expect(told).toMatchObject([
      { type: 'tip.succeeded', roomSeq: 1, data: { tip: { from: { identity: 'fan' } } } },
      { type: 'topup.succeeded', data: { topup: { identity: 'fan' } } },
      { type: 'live.started', room: ofEmbedder, roomSeq: 2 },
    ]);
  });

  test('an erasure reaches what is not in the log yet', async () => {
    await using house = await openEvents({ isRunning: false });
    const room = createId('room');
    const from = { identity: 'fan-who-leaves', name: 'Léa', role: 'fan' };
    const sentAt = new Date(house.clock.now()).toISOString();
    const money = { amountMinor: 500, currency: 'eur' };
    const tip = { id: createId('tip'), room, from, ...money, message: 'Merci', item: null, sentAt };
    const fact = [createId('event'), room, JSON.stringify({ tips: [tip] })];
    await db.bulk(`insert into outbox (id, topic, room, data) values ($1, 'tips.settled', $2, $3)`, fact);
    await house.webhooks.erasePerson(from.identity);
    house.webhooks.wake();
    await house.webhooks.settled();
    const { events } = await house.webhooks.list({ after: 0, room, limit: 10 });
    const erased = { ...tip, from: { ...from, name: 'Erased' }, message: null };
    expect(events.map(({ data }) => data)).toEqual([{ tip: erased }]);
  });

  test('sends an endpoint only its subscribed types', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    await house.webhooks.createEndpoint({ url: receiver.url, events: ['room.ended'] });
    const room = createId('room');
    await house.tell(liveStarted(room), { topic: 'room.ended', room, data: {} });
    await eventually(() => receiver.received.length > 0);
    await house.webhooks.settled();
    expect(typesOf(receiver.received)).toEqual(['room.ended']);
    expect(receiver.received[0]?.event.roomSeq).toBe(2);
  });

  test('a failed delivery is retried with backoff, and holds back later events of its own room only', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    const { id } = await house.webhooks.createEndpoint({ url: receiver.url });
    const [room, other] = [createId('room'), createId('room')];
    receiver.respond(({ event }) => (event.room === room ? 503 : 200));
    await house.tell(liveStarted(room), { topic: 'live.ended', room, data: {} }, liveStarted(other));
    await eventually(() => receiver.received.some(({ event }) => event.room === other));
    const waiting = await eventually(async () => {
      const found = await house.webhooks.listDeliveries(id, { status: 'pending', limit: 10 });
      return found.length === 2 && found[1]?.attemptCount === 1 && found;
    });
    expect(waiting[0]).toMatchObject({ type: 'live.ended', attemptCount: 0, nextAttemptAt: null });
    expect(waiting[1]).toMatchObject({ attempts: [{ status: 503, error: 'answered 503' }] });
    const pauseMs = Date.parse(waiting[1]?.nextAttemptAt ?? '') - Date.parse(waiting[1]?.attempts[0]?.at ?? '');
    expect(pauseMs).toBeGreaterThanOrEqual(5_000);
    expect(pauseMs).toBeLessThan(8_000);

    // Backoff: the second pause is longer than the first.
    house.clock.advance(6_000);
    await eventually(async () =>
      (await house.webhooks.listDeliveries(id, { limit: 10 })).some((it) => it.attemptCount === 2),
    );
    receiver.respond(() => 200);
    house.clock.advance(16_000);
    await eventually(() => typesOf(receiver.received).includes('live.ended'));
    const ofRoom = receiver.received.filter(({ event }) => event.room === room);
    expect(typesOf(ofRoom)).toEqual(['live.started', 'live.started', 'live.started', 'live.ended']);
    expect(new Set(ofRoom.slice(0, 3).map(({ event }) => event.id)).size).toBe(1);
    expect(await metricOf(house.metrics, 'loge_webhook_deliveries_total')).toContainEqual(
      expect.objectContaining({ labels: { outcome: 'retry' }, value: 2 }),
    );
  });

  test('after three days an event is abandoned and the next one of its room is sent', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    const { id } = await house.webhooks.createEndpoint({ url: receiver.url });
    const room = createId('room');
    receiver.respond(({ event }) => (event.type === 'live.started' ? 500 : 200));
    await house.tell(liveStarted(room), { topic: 'live.ended', room, data: {} });
    await eventually(() => receiver.received.length === 1);
    await house.webhooks.settled();
    house.clock.advance(3 * DAY_MS + MINUTE_MS);
    await eventually(
      async () => (await house.webhooks.listDeliveries(id, { status: 'failed', limit: 1 })).length === 1,
    );
    expect(typesOf(receiver.received)).toEqual(['live.started', 'live.started']);
    house.clock.advance(5 * HOUR_MS);
    await eventually(() => typesOf(receiver.received).at(-1) === 'live.ended');
  });

  test('a hanging endpoint delays no other, is disabled after days with a reason, and gets waiting events when enabled', async () => {
    await using house = await openEvents({ sendTimeoutMs: 150 });
    await using dead = await startReceiver();
    await using alive = await startReceiver();
    dead.respond(() => 'hang');
    const { id } = await house.webhooks.createEndpoint({ url: dead.url });
    await house.webhooks.createEndpoint({ url: alive.url });
    const rooms = Array.from({ length: 30 }, () => createId('room'));
    await house.tell(...rooms.map(liveStarted));
    await eventually(() => alive.received.length === rooms.length);
    await eventually(async () => {
      const [found] = await house.webhooks.listDeliveries(id, { limit: 1 });
      return found?.attempts[0]?.error === 'no answer in time';
    });
    house.clock.advance(5 * DAY_MS + HOUR_MS);
    const disabled = await eventually(async () => {
      const endpoint = await house.webhooks.getEndpoint(id);
      return endpoint.status === 'disabled' && endpoint;
    });
    expect(disabled.disabledReason).toBe('failing');
    expect(await metricOf(house.metrics, 'loge_webhook_endpoints_disabled_total')).toEqual([
      expect.objectContaining({ labels: { reason: 'failing' }, value: 1 }),
    ]);
    await house.webhooks.settled();
    dead.received.length = 0;
    dead.respond(() => 200);
    expect(await house.webhooks.enableEndpoint(id)).toMatchObject({ status: 'enabled', failingSince: null });
    await eventually(() => dead.received.length > 0);
  });

  test('an event that is being sent while its endpoint is enabled is not sent twice', async () => {
    await using house = await openEvents();
    await using slow = await startReceiver();
    await using other = await startReceiver();
    const [first, later] = [createId('room'), createId('room')];
    const sentTo = (room: RoomId) => slow.received.filter(({ event }) => event.room === room).length;
    slow.respond(() => 'hang');
    const { id } = await house.webhooks.createEndpoint({ url: slow.url });
    await house.webhooks.createEndpoint({ url: other.url });
    await house.tell(liveStarted(first));
    await eventually(() => sentTo(first) === 1);
    await house.webhooks.enableEndpoint(id);
    house.restart();
    await house.tell(liveStarted(later));
    await eventually(() => sentTo(later) === 1 && other.received.length === 2);
    expect(sentTo(first)).toBe(1);
  });

  test('secrets are encrypted; older plain ones still sign; under another API secret nothing is sent until rotation', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    const { id, secret } = await house.webhooks.createEndpoint({ url: receiver.url });
    const kept = async () =>
      (
        await db.orm
          .select({ secret: webhookEndpoints.secret })
          .from(webhookEndpoints)
          .where(eq(webhookEndpoints.id, id))
      )[0]?.secret;
    expect(await kept()).toMatch(/^v1\./);
    expect(await kept()).not.toContain(secret);
    const sealed = new SecretBox(['the_encryption_key_of_another_house_0']).seal(secret, id);
    await db.orm.update(webhookEndpoints).set({ secret: sealed }).where(eq(webhookEndpoints.id, id));
    await house.tell(liveStarted(createId('room')));
    const failed = await eventually(async () => {
      const deliveries = await house.webhooks.listDeliveries(id, { limit: 10 });
      return deliveries.find(({ attempts }) => attempts[0]?.error);
    });
    expect(failed).toMatchObject({
      status: 'pending',
      attempts: [{ status: null, error: expect.stringContaining('rotate') }],
    });
    const rotated = await house.webhooks.rotateSecret(id, 3_600);
    house.clock.advance(HOUR_MS);
    const last = await eventually(() => receiver.received[0]);
    expect(signersOf(last, [secret, rotated.secret])).toEqual([rotated.secret]);
  });

  test('during rotation the one in use signs, however many answers were lost; afterwards only the new one', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    const { id, secret: old } = await house.webhooks.createEndpoint({ url: receiver.url });
    const lost: string[] = [];
    while (lost.length < 4) lost.push((await house.webhooks.rotateSecret(id, 3_600)).secret);
    const { secret, previousSecretUntil } = await house.webhooks.rotateSecret(id, 3_600);
    expect(previousSecretUntil).not.toBeNull();
    await house.tell(liveStarted(createId('room')));
    const all = await eventually(() => receiver.received[0]);
    expect(signersOf(all, [old, ...lost, secret])).toEqual([old, ...lost.slice(-2), secret]);
    house.clock.advance(2 * HOUR_MS);
    await house.tell(liveStarted(createId('room')));
    const one = await eventually(() => receiver.received[1]);
    expect(signersOf(one, [old, ...lost, secret])).toEqual([secret]);
    // Signed with the send time, so that a receiver can refuse old ones.
    expect(String(one.headers['loge-signature'])).toContain(`t=${Math.floor(house.clock.now() / 1000)}`.slice(0, 9));
    const { secret: afterLeak } = await house.webhooks.rotateSecret(id, 0);
    await house.tell(liveStarted(createId('room')));
    const leaked = await eventually(() => receiver.received[2]);
    expect(signersOf(leaked, [old, ...lost, secret, afterLeak])).toEqual([afterLeak]);
  });

  test('after a kill between delivery and its mark, the event is sent again once and in order', async () => {
    await using receiver = await startReceiver();
    await using house = await openEvents({ sendTimeoutMs: 3_000 });
    const { id } = await house.webhooks.createEndpoint({ url: receiver.url });
    const room = createId('room');
    // The first process never gets the answer: for it and for the database the event is still in flight.
    receiver.respond(() => 'hang');
    await house.tell(liveStarted(room), { topic: 'live.ended', room, data: {} });
    await eventually(() => receiver.received.length === 1);
    receiver.respond(() => 200);
    house.restart();
    house.clock.advance(61_000);
    await eventually(() => receiver.received.length === 3);
    expect(typesOf(receiver.received)).toEqual(['live.started', 'live.started', 'live.ended']);
    expect(receiver.received[1]?.event).toEqual(receiver.received[0]?.event);
    await eventually(async () => {
      const found = await house.webhooks.listDeliveries(id, { status: 'delivered', limit: 10 });
      return found.length === 2;
    });
  });

  test('two processes publish and deliver: each event once, every room in order, the log without a gap', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    house.restart();
    await house.webhooks.createEndpoint({ url: receiver.url });
    const rooms = Array.from({ length: 5 }, () => createId('room'));
    for (let round = 0; round < 8; round += 1) {
      await house.tell(
        ...rooms.map((room): NewFact => ({ topic: round % 2 ? 'live.ended' : 'live.started', room, data: {} })),
      );
    }
    await eventually(() => receiver.received.length >= 40);
    await house.webhooks.settled();
    expect(receiver.received).toHaveLength(40);
    for (const room of rooms) {
      const ofRoom = receiver.received.filter(({ event }) => event.room === room).map(({ event }) => event.roomSeq);
      expect(ofRoom).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
    const seqs = receiver.received.map(({ event }) => event.seq).sort((a, b) => a - b);
    expect(seqs).toEqual(Array.from({ length: 40 }, (_, index) => (seqs[0] ?? 0) + index));
  });

  test('an event is replayed on request at once, although its room is blocked', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    const { id } = await house.webhooks.createEndpoint({ url: receiver.url });
    const room = createId('room');
    await house.tell(liveStarted(room));
    const first = await eventually(() => receiver.received[0]);
    await house.webhooks.settled();
    receiver.respond(({ event }) => (event.type === 'live.ended' ? 500 : 200));
    await house.tell({ topic: 'live.ended', room, data: {} });
    await eventually(() => receiver.received.length === 2);
    const [delivery] = await house.webhooks.replay(first.event.id, id);
    expect(delivery).toMatchObject({ event: first.event.id, isReplay: true });
    await eventually(() => receiver.received.length === 3);
    expect(receiver.received[2]?.event).toEqual(first.event);
    // The page that reaches the replayed event has all its deliveries: the next one begins below it.
    const page = await house.webhooks.listDeliveries(id, { limit: 2 });
    expect(page.map(({ seq, isReplay }) => [seq - first.event.seq, isReplay].join())).toEqual([
      '1,false',
      '0,true',
      '0,false',
    ]);
    await expect(house.webhooks.replay(createId('event') as EventId)).rejects.toMatchObject({
      code: 'event_not_found',
    });
    await expect(house.webhooks.replay(first.event.id, createId('webhookEndpoint'))).rejects.toMatchObject({
      code: 'webhook_endpoint_not_found',
    });
  });

  test('no redirect is followed, and 410 disables the endpoint at once', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    await using elsewhere = await startReceiver();
    receiver.respond(() => ({ redirect: elsewhere.url }));
    const { id } = await house.webhooks.createEndpoint({ url: receiver.url });
    await house.tell(liveStarted(createId('room')));
    await eventually(async () => {
      const [found] = await house.webhooks.listDeliveries(id, { limit: 1 });
      return found?.attempts[0]?.error === 'answered 302';
    });
    expect(elsewhere.received).toEqual([]);
    receiver.respond(() => 410);
    house.clock.advance(MINUTE_MS);
    await eventually(async () => (await house.webhooks.getEndpoint(id)).disabledReason === 'gone');
  });

  test('deleting an endpoint deletes its queue', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    receiver.respond(() => 500);
    const { id } = await house.webhooks.createEndpoint({ url: receiver.url });
    await house.tell(liveStarted(createId('room')));
    await eventually(() => receiver.received.length === 1);
    expect(await house.webhooks.deleteEndpoint(id)).toEqual({ id, deleted: true });
    await expect(house.webhooks.deleteEndpoint(id)).rejects.toMatchObject({ code: 'webhook_endpoint_not_found' });
    house.clock.advance(MINUTE_MS);
    await house.webhooks.settled();
    expect(receiver.received).toHaveLength(1);
  });

  test('logs and skips a malformed fact, and delivers the next ones', async () => {
    await using house = await openEvents();
    await using receiver = await startReceiver();
    await house.webhooks.createEndpoint({ url: receiver.url });
    const room = createId('room');
    await house.tell({ topic: 'tips.settled', room, data: { tips: [null] } }, liveStarted(room));
    await eventually(() => receiver.received.length === 1);
    expect(receiver.received[0]?.event).toMatchObject({ type: 'live.started', roomSeq: 1 });
  });
});
