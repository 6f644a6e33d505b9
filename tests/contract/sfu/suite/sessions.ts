import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { WATCH_SESSIONS_PER_PERSON_MAX } from '../../../../sfu/contract.ts';
import { PREPARED_MAX_MS, PREPARED_PER_NODE_MAX, PREPARED_PER_ROOM_MAX } from '../../../../sfu/limits.ts';
import { expectCode, keepRenewing, type Open, SILENT_AFTER_MS, SMALL, until, WAIT, watchRequest } from './harness.ts';

export function describeGrants(open: Open): void {
  it('creates no consumer without the subscribe grant and no publisher without the publish grant', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_rights');
    await expectCode(stage.watch('room_rights', { grant: { subscribe: false } }), 'not_entitled');
    await expectCode(stage.watch('room_rights', { grant: { room: '' } }), 'not_entitled');
    await expectCode(stage.watch('room_rights', { grant: { identity: '' } }), 'not_entitled');
    await expectCode(stage.watch('room_rights', { grant: { until: Date.now() - 1 } }), 'not_entitled');
    const fan = stage.grant('room_rights', { publish: false });
    await expectCode(stage.node.publish({ session: randomUUID(), grant: fan }), 'publish_not_allowed');
    expect(await stage.node.stats()).toMatchObject({ sessions: 1, consumers: 0 });
  });

  it('connects a prepared session without media, and gives it the tracks when it is admitted', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_prepared');
    const [subscribe, soon] = [false, Date.now() + 10_000];
    await expectCode(stage.watch('room_prepared', { grant: { subscribe, until: soon + 60_000 } }), 'not_entitled');
    const prepared = await stage.watch('room_prepared', { grant: { subscribe, until: soon } });
    const { session, identity, viewer } = prepared;
    expect((await stage.events.wait('transportState', session)).state).toBe('connected');
    expect([prepared.consumers, stage.events.of('consumersAdded', session)]).toEqual([[], []]);
    expect(await stage.node.stats()).toMatchObject({ sessions: 2, consumers: 0 });
    const admit = (change: object) =>
      stage.node.admit({ session, grant: stage.grant('room_prepared', { identity, ...change }) });
    await expectCode(admit({ identity: 'somebody' }), 'not_entitled');
    await expectCode(admit({ room: 'room_other' }), 'not_entitled');
    await expectCode(admit({ subscribe: false, until: soon }), 'not_entitled');
    // Its reports of received media would not be checked.
    await expectCode(admit({ metered: true }), 'not_entitled');
    const { consumers } = await admit({});
    expect(consumers).toHaveLength(2);
    viewer.addConsumers(consumers);
    await viewer.firstDecodableFrame;
    // It outlives the short lease of a prepared session.
    expect((await admit({})).consumers).toHaveLength(2);
  });

  it('keeps one prepared session of a person and a few of a room, until their grants expire', async () => {
    const { stage } = await open({ connectWithinMs: PREPARED_MAX_MS });
    await using _ = stage;
    const prepare = async (identity: string) => {
      const grant = stage.grant('room_rationed', { identity, subscribe: false, until: Date.now() + PREPARED_MAX_MS });
      const session = randomUUID();
      await stage.node.watch({ ...watchRequest(stage), session, grant });
      return session;
    };
    const first = await prepare('lea');
    const others = [await prepare('lea')];
    expect((await stage.events.wait('sessionClosed', first)).reason).toBe('replaced');
    while (others.length < PREPARED_PER_ROOM_MAX) others.push(await prepare(`bot-${others.length}`));
    await expectCode(prepare('one-more'), 'node_full');
    const [left = ''] = others;
    await stage.node.updateGrant({ session: left, until: Date.now() });
    expect((await stage.events.wait('sessionClosed', left)).reason).toBe('grant_expired');
    await prepare('one-more');
  });

  it('keeps prepared sessions from filling a node, however many rooms and people there are', async () => {
    const { stage } = await open({ consumersPerWorkerMax: 8, connectWithinMs: PREPARED_MAX_MS });
    await using _ = stage;
    const prepare = (index: number) => {
      const grant = { identity: `bot-${index}`, subscribe: false, until: Date.now() + PREPARED_MAX_MS };
      const request = { ...watchRequest(stage), session: randomUUID() };
      return stage.node.watch({ ...request, grant: stage.grant(`room_${index % 5}`, grant) });
    };
    for (let index = 0; index < PREPARED_PER_NODE_MAX; index += 1) await prepare(index);
    await expectCode(prepare(PREPARED_PER_NODE_MAX), 'node_full');
    // They have not taken the places of viewers.
    await stage.watch('room_free');
  });

  it('gives a viewer nothing of another room', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_one');
    const { consumers, session } = await stage.watch('room_two');
    expect(consumers).toEqual([]);
    expect(stage.events.of('consumersAdded', session)).toEqual([]);
  });

  it('keeps a session whose grant is extended, and revives none whose grant has expired', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_extended');
    const untilMs = Date.now() + 60_000;
    const kept = await stage.watch('room_extended', { grant: { until: untilMs } });
    const left = await stage.watch('room_extended', { grant: { until: untilMs } });
    await kept.viewer.firstDecodableFrame;
    await stage.node.updateGrant({ session: kept.session, until: untilMs + 60_000 });
    await stage.node.updateGrant({ session: left.session, until: Date.now() });
    expect((await stage.events.wait('sessionClosed', left.session)).reason).toBe('grant_expired');
    const packets = kept.viewer.packets('video');
    await until(() => kept.viewer.packets('video') > packets);
    await expectCode(stage.node.updateGrant({ session: left.session, until: untilMs + 60_000 }), 'session_not_found');
    await expectCode(stage.node.updateGrant({ session: randomUUID(), until: untilMs }), 'session_not_found');
    await stage.node.updateGrant({ session: kept.session, until: Date.now() - 1 });
    expect((await stage.events.wait('sessionClosed', kept.session)).reason).toBe('grant_expired');
  });

  it('closes a session when its grant expires', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_until');
    const { session, viewer } = await stage.watch('room_until', { grant: { until: Date.now() + 60_000 } });
    await viewer.firstDecodableFrame;
    await stage.node.updateGrant({ session, until: Date.now() + 100 });
    expect((await stage.events.wait('sessionClosed', session)).reason).toBe('grant_expired');
    await until(() => viewer.silenceMs() > SILENT_AFTER_MS);
    await expectCode(stage.node.setViewport({ session, viewport: SMALL }), 'session_not_found');
  });

  it('closes sessions of every kind that do not connect in time', async () => {
    const { stage } = await open({ connectWithinMs: 4_000 });
    await using _ = stage;
    const kept = [await stage.publish('room_connect'), await stage.watch('room_connect')];
    const watching = randomUUID();
    await stage.node.watch({ session: watching, ...watchRequest(stage), grant: stage.grant('room_connect') });
    const publishing = randomUUID();
    await stage.node.publish({ session: publishing, grant: stage.grant('room_connect_2', { publish: true }) });
    for (const session of [watching, publishing])
      expect((await stage.events.wait('sessionClosed', session)).reason).toBe('connect_timeout');
    expect((await stage.node.renew({ sessions: kept.map(({ session }) => session) })).lost).toEqual([]);
  });

  it('keeps sessions that are renewed and closes those that are not', async () => {
    const { stage } = await open({ leaseMs: 2_000 });
    await using _ = stage;
    const kept = await stage.publish('room_lease');
    const left = await stage.watch('room_lease');
    const renewing = keepRenewing(stage.node, [kept.session]);
    expect((await stage.events.wait('sessionClosed', left.session)).reason).toBe('lease_expired');
    const { lost } = await stage.node.renew({ sessions: [kept.session, left.session, 'unknown'] });
    await renewing.stop();
    expect(lost).toEqual([left.session, 'unknown']);
    expect((await stage.events.wait('sessionClosed', kept.session)).reason).toBe('lease_expired');
    expect(await stage.node.stats()).toMatchObject({ rooms: 0, sessions: 0 });
  });
}

export function describePeople(open: Open): void {
  it("lets only a gateway of the session's owner adopt it", async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const { session } = await stage.watch('room_adopted', { grant: { identity: 'fan' } });
    const { session: publisher } = await stage.publish('room_adopted');
    expect(await node.adopt({ session, room: 'room_adopted', identity: 'fan' })).toMatchObject({ publish: false });
    await expectCode(node.adopt({ session, room: 'room_adopted', identity: 'other' }), 'session_not_found');
    await expectCode(node.adopt({ session, room: 'room_other', identity: 'fan' }), 'session_not_found');
    await expectCode(node.adopt({ session: publisher, room: 'room_adopted', identity: 'fan' }), 'session_not_found');
    await expectCode(node.adopt({ session: 'unknown', room: 'room_adopted', identity: 'fan' }), 'session_not_found');
  });

  it('refuses to renew or close a session for the gateway that its owner has left', async () => {
    const { stage } = await open({ leaseMs: 1_500 });
    await using _ = stage;
    const { node, events } = stage;
    const { session } = await stage.watch('room_owner', { grant: { identity: 'fan' } });
    const theirs = { session, room: 'room_owner', identity: 'fan' };
    expect(await node.adopt({ ...theirs, epoch: 1 })).toMatchObject({ epoch: 1 });
    expect(events.of('adopted')).toEqual([]);
    expect(await node.adopt(theirs)).toMatchObject({ epoch: 2 });
    await events.wait('adopted', session);

    // Requests of the earlier gateway have no effect.
    expect(await node.renew({ sessions: [session] })).toEqual({ lost: [], adopted: [session] });
    await expectCode(node.closeSession({ session }), 'not_owner');
    expect(await node.renew({ sessions: [session], epochs: { [session]: 2 } })).toEqual({ lost: [], adopted: [] });
    await using _renewing = keepRenewing(node, [session]);
    expect((await events.wait('sessionClosed', session)).reason).toBe('lease_expired');
  });

  it('tells the adopting gateway what the session receives at that moment', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    const { session, consumers } = await stage.watch('room_resumed', { grant: { identity: 'fan' } });
    expect(consumers).toEqual([]);
    await stage.publish('room_resumed');
    const added = await stage.events.wait('consumersAdded', session);
    await vi.waitFor(async () => {
      const adopted = await node.adopt({ session, room: 'room_resumed', identity: 'fan' });
      expect(adopted.consumers.map(({ kind }) => kind).toSorted()).toEqual(['audio', 'video']);
      expect(adopted.consumers).toContainEqual(added.consumers[0]);
    });
  });

  it('reports whether a room has sessions', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { node } = stage;
    expect(await node.isOpen({ room: 'room_open' })).toEqual({ open: false });
    const { session } = await stage.watch('room_open');
    expect(await node.isOpen({ room: 'room_open' })).toEqual({ open: true });
    await node.closeSession({ session });
    expect(await node.isOpen({ room: 'room_open' })).toEqual({ open: false });
  });

  it('closes all sessions of a person in a room, also those still opening', async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_person');
    const grant = { identity: 'fan' };
    const theirs = [await stage.watch('room_person', { grant }), await stage.watch('room_person', { grant })];
    const other = await stage.watch('room_person', { grant: { identity: 'other' } });
    const elsewhere = await stage.watch('room_person_2', { grant });
    const opening = stage.node.watch({
      session: randomUUID(),
      ...watchRequest(stage),
      grant: stage.grant('room_person', grant),
    });
    const refused = expectCode(opening, 'session_not_found');
    await stage.node.closePerson({ room: 'room_person', identity: 'fan' });
    await refused;
    const closed = stage.events.of('sessionClosed');
    expect(new Set(closed.map(({ session }) => session))).toEqual(new Set(theirs.map(({ session }) => session)));
    const { lost } = await stage.node.renew({ sessions: [other.session, elsewhere.session] });
    expect(lost).toEqual([]);
  });

  it("limits a person's concurrent sessions of a room; a new one replaces an unconnected one", async () => {
    const { stage } = await open();
    await using _ = stage;
    await stage.publish('room_often');
    const grant = { identity: 'fan' };
    const watch = () =>
      stage.node.watch({ session: randomUUID(), ...watchRequest(stage), grant: stage.grant('room_often', grant) });
    // A client that opens many at once and connects none of them.
    const rush = await Promise.allSettled(Array.from({ length: 20 }, watch));
    expect(rush.filter(({ status }) => status === 'fulfilled')).toHaveLength(WATCH_SESSIONS_PER_PERSON_MAX);
    await watch();
    expect(stage.events.of('sessionClosed').map(({ reason }) => reason)).toEqual(['replaced']);

    const connected = [];
    for (let i = 0; i < WATCH_SESSIONS_PER_PERSON_MAX; i++) {
      const viewer = await stage.watch('room_often', { grant });
      await stage.events.wait('transportState', viewer.session, ({ state }) => state === 'connected');
      connected.push(viewer.session);
    }
    await expectCode(watch(), 'too_many_sessions');
    const others = [
      await stage.watch('room_often', { grant: { identity: 'other' } }),
      await stage.watch('room_often_2', { grant }),
    ];
    await stage.node.closeSession({ session: connected[0] ?? '' });
    const last = await watch();
    expect(last.consumers).not.toEqual([]);
    const { lost } = await stage.node.renew({ sessions: [...connected, ...others.map(({ session }) => session)] });
    expect(lost).toEqual([connected[0]]);
  });

  it('counts the traffic between a room and one person', async () => {
    const { stage } = await open();
    await using _ = stage;
    const { session: publisher } = await stage.publish('room_counted');
    const { session, viewer } = await stage.watch('room_counted', { grant: { identity: 'fan' } });
    await stage.watch('room_counted');
    await viewer.firstDecodableFrame;
    await vi.waitFor(async () => {
      const counted = await stage.node.roomTraffic({ room: 'room_counted', identity: 'fan' });
      expect(counted.map((it) => [it.session, it.publish]).sort()).toEqual(
        [
          [publisher, true],
          [session, false],
        ].sort(),
      );
      expect(counted.every((it) => it.videoReceivedBytes + it.videoSentBytes > 0)).toBe(true);
    }, WAIT);
    expect(await stage.node.roomTraffic({ room: 'room_unknown', identity: 'fan' })).toEqual([]);
  });
}
