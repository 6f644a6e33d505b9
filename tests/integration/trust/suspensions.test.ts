/** What decisions of the house do to open sockets of a person and to the media of a live, over two gateways. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Database } from '../../../server/platform/db/db.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import { clientId, GatewayHouse, hasGateways } from '../../support/houses/gateways.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';
import { goLive, watch } from '../../support/media/media.ts';
import { TestParticipant } from '../../support/people/participant.ts';

async function countSockets({ url }: { url: string }): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^loge_sockets (\d+)$/m.exec(text)?.[1]);
}

const GRANTED = { outcome: 'granted', reasons: 'It was a quotation.', language: 'en' } as const;

describe.skipIf(!hasGateways)('decisions at two gateways', { timeout: 60_000 }, () => {
  let house: GatewayHouse;
  let db: Database;
  /** Another process of the house, where reviewers decide; the gateways dispatch its facts. */
  let review: ReviewHouse;

  beforeAll(async () => {
    house = await GatewayHouse.start();
    db = await Database.create({ url: house.postgres.url });
    review = await ReviewHouse.create(db);
    // The gateways' time, by which they order the beginnings and ends of lives.
    review.clock.advance(Date.now() - review.clock.now());
    await review.domains.charter.accept({ identity: 'ada', version: 1, language: 'en' }, { via: 'server' });
  }, 120_000);
  afterAll(async () => {
    await review?.close();
    await db?.close();
    await house?.[Symbol.asyncDispose]();
  });

  const reportPerson = (room: RoomId, id: string) =>
    review.report(room, 'lea', { subject: { kind: 'person', id }, category: 'harassment' });

  test('a suspended account is out of every room at every gateway, and back after a granted appeal', async () => {
    const [first, second] = [await review.createRoom(), await review.createRoom()];
    using here = await house.join(0, { identity: 'max', room: first });
    using there = await house.join(1, { identity: 'max', room: second });
    using other = await house.join(1, { identity: 'eve', room: first });
    const token = await house.token({ identity: 'max', room: first });
    const revoked = [here, there].map((socket) => socket.next('rooms:accessRevoked'));
    const { id: decision } = await review.decide(await reportPerson(first, 'max'), [{ kind: 'suspend_account' }]);
    for (const { access } of await Promise.all(revoked))
      expect(access).toMatchObject({ state: 'refused', reason: 'suspended' });
    for (const socket of [here, there])
      expect(await socket.refusal('chat:send', { clientId: clientId(), text: 'still here' })).toBe('account_suspended');
    for (const { url } of house.gateways) {
      await expect(TestParticipant.connect(url, { token })).rejects.toMatchObject({
        data: { code: 'account_suspended' },
      });
    }
    // What is theirs stays within reach, such as a membership that their card goes on paying for.
    const headers = { authorization: `Bearer ${await house.token({ identity: 'max', room: first })}` };
    const ask = async (path: string, method = 'GET') => {
      const answer = await fetch(`${house.gateways[0]?.url}${path}`, { method, headers });
      return [answer.status, ((await answer.json()) as { error?: { code: string } }).error?.code];
    };
    expect(await ask('/v1/wallet')).toEqual([200, undefined]);
    expect(await ask('/v1/statements')).toEqual([200, undefined]);
    const unknown = createId('membership');
    expect(await ask(`/v1/memberships/${unknown}/cancel`, 'POST')).toEqual([404, 'membership_not_found']);
    expect(await ask(`/v1/memberships/${unknown}/resume`, 'POST')).toEqual([403, 'account_suspended']);
    await other.request('chat:send', { clientId: clientId(), text: 'Others stay.' });

    const granted = [here, there].map((socket) => socket.next('rooms:accessGranted'));
    const appeal = await review.domains.decisions.appeal('max', { decision, text: 'It was a quotation.' });
    await review.domains.decisions.decideAppeal('rev-2', appeal.id, GRANTED);
    for (const { access } of await Promise.all(granted)) expect(access.state).toBe('granted');
    await here.request('chat:send', { clientId: clientId(), text: 'I am back.' });
  });

  test('an open lobby lets a person in when their suspension ends by itself', async () => {
    const room = await review.createRoom();
    using fan = await house.join(0, { identity: 'tim', room });
    const reported = await reportPerson(room, 'tim');
    const revoked = fan.next('rooms:accessRevoked');
    // The gateways dispatch it after some six seconds.
    const until = new Date(Date.now() + 9_500).toISOString();
    await review.decide(reported, [{ kind: 'suspend_account', until }]);
    expect((await revoked).access).toEqual({ state: 'refused', reason: 'suspended', until });
    expect((await fan.next('rooms:accessGranted')).access.state).toBe('granted');
    await fan.request('chat:send', { clientId: clientId(), text: 'I am back.' });
  });

  test('media of a suspended account that waits for its socket ends, whichever gateway has it', async () => {
    const room = await review.createRoom();
    using creator = await house.join(0, { identity: 'ada', room, role: 'creator' });
    using live = await goLive(creator);
    using here = await house.join(0, { identity: 'sue', room });
    using there = await house.join(1, { identity: 'sue', room });
    using first = await watch(here);
    using second = await watch(there);
    const packets = () => [first, second].map(({ viewer }) => viewer.packets('video'));
    await vi.waitFor(() => expect(Math.min(...packets())).toBeGreaterThan(5));
    const open = await Promise.all(house.gateways.map(countSockets));
    for (const { socket } of [here, there]) socket.io.engine.close();
    await vi.waitFor(async () =>
      expect(await Promise.all(house.gateways.map(countSockets))).toEqual(open.map((count) => count - 1)),
    );
    await review.decide(await reportPerson(room, 'sue'), [{ kind: 'suspend_account' }]);
    const sendMore = async () => {
      const sent = live.publisher.packetsSent;
      await vi.waitFor(() => expect(live.publisher.packetsSent).toBeGreaterThan(sent + 20));
      return packets();
    };
    await vi.waitFor(async () => expect(await sendMore()).toEqual(await sendMore()));
  });

  test.each([
    { kind: 'stop_live', by: 'a stopped live' },
    { kind: 'suspend_account', by: 'the suspension of its creator' },
  ] as const)('media ends at the creator and at fans of another gateway by $by', async ({ kind }) => {
    const room = await review.createRoom();
    using creator = await house.join(0, { identity: 'ada', room, role: 'creator' });
    using live = await goLive(creator, { publication: 'a-page-of-the-creator' });
    using fan = await house.join(1, { identity: 'lea', room });
    using watching = await watch(fan);
    await vi.waitFor(() => expect(watching.viewer.packets('video')).toBeGreaterThan(5));
    const ended = [creator, fan].map((socket) => socket.next('stage:liveEnded'));
    await review.decide(await reportPerson(room, 'ada'), [{ kind }]);
    await Promise.all(ended);
    // The node forwards nothing any more, whatever the creator's page goes on to send.
    const sendMore = async () => {
      const sent = live.publisher.packetsSent;
      await vi.waitFor(() => expect(live.publisher.packetsSent).toBeGreaterThan(sent + 20));
      return watching.viewer.packets('video');
    };
    expect(await sendMore()).toBe(await sendMore());
    expect(await creator.refusal('stage:publish', { publication: 'a-page-of-the-creator' })).toMatch(
      kind === 'stop_live' ? /^live_stopped$/ : /^account_suspended$/,
    );
  });
});
