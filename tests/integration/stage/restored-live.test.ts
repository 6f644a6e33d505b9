/** R15c: a page that was disconnected may restore its live automatically only while it still holds the stage. */
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { RoomId } from '../../../server/protocol/ids.ts';
import type { Room } from '../../../server/protocol/rooms.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { goLive, type Live } from '../../support/media/media.ts';
import { TestParticipant } from '../../support/people/participant.ts';

const LAPTOP = 'publication-of-the-laptop';
const PHONE = 'publication-of-the-phone';
const RESTORES = { publication: LAPTOP, restore: true };

let loge: TestApp;
let room: string;
const open: Disposable[] = [];

beforeAll(async () => {
  loge = await startApp();
});
afterAll(() => loge[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
  room = (await loge.createRoom({ kind: 'free' })).id;
});

async function join(): Promise<TestParticipant> {
  const token = await loge.token({ identity: 'ada', role: 'creator', room });
  const participant = await TestParticipant.connect(loge.url, { token });
  open.push(participant);
  return participant;
}

async function publish(page: TestParticipant, publication: string): Promise<Live> {
  const live = await goLive(page, { publication });
  open.push(live);
  return live;
}

/** The laptop goes live, and loses its socket while its media session continues. */
async function loseLaptop(): Promise<Live> {
  const laptop = await join();
  const live = await publish(laptop, LAPTOP);
  laptop.socket.io.engine.close();
  return live;
}

const status = async () => (await loge.server<Room>('GET', `/v1/rooms/${room}`)).status;
const startedAt = async () => (await loge.server<Room>('GET', `/v1/rooms/${room}`)).liveStartedAt;

test('a live that another page has taken over and ended is not restored', async () => {
  const { session } = await loseLaptop();
  const phone = await join();
  await publish(phone, PHONE);
  const laptop = await join();
  expect(await laptop.refusal('stage:resume', { session, publication: LAPTOP })).toBe('live_replaced');
  expect(await laptop.refusal('stage:publish', RESTORES)).toBe('live_replaced');
  // An end requested on the laptop while it was disconnected.
  await laptop.request('stage:endLive', { publication: LAPTOP });
  expect(await status()).toBe('live');
  await phone.request('stage:endLive', { publication: PHONE });
  expect(await laptop.refusal('stage:resume', { session, publication: LAPTOP })).toBe('live_over');
  expect(await laptop.refusal('stage:publish', RESTORES)).toBe('live_over');
  expect(await status()).toBe('scheduled');
});

test('a live that was only lost is restored, unless another page takes the stage meanwhile', async () => {
  const { session } = await loseLaptop();
  const laptop = await join();
  await laptop.request('stage:resume', { session, publication: LAPTOP });
  await laptop.request('stage:leave', { session });
  expect(await laptop.refusal('stage:resume', { session, publication: LAPTOP })).toBe('session_not_found');
  const restored = await laptop.request('stage:publish', RESTORES);
  await laptop.request('stage:leave', { session: restored.session });
  // The node is opening the laptop's session while the phone goes live.
  const { context } = loge.app;
  const holdsStage = context.rooms.assertHoldsStage.bind(context.rooms);
  vi.spyOn(context.rooms, 'assertHoldsStage').mockImplementationOnce(async (...asked) => {
    const fence = await holdsStage(...asked);
    await context.rooms.takeStage(asked[0], PHONE);
    return fence;
  });
  expect(await laptop.refusal('stage:publish', RESTORES)).toBe('live_replaced');
  expect(await context.stage.stats()).toMatchObject({ sessions: 0 });
});

test('a live interrupted by a restart is restored within its grace period', async () => {
  const { session } = await loseLaptop();
  const begun = Date.parse((await startedAt()) ?? '');
  await loge.restart();
  const laptop = await join();
  expect(await laptop.refusal('stage:resume', { session, publication: LAPTOP })).toBe('session_not_found');
  await laptop.request('stage:publish', RESTORES);
  const { rooms } = loge.app.context;
  // It goes on counting, not from when its tracks are back.
  await rooms.startLive(room as RoomId, LAPTOP);
  expect(Date.parse((await startedAt()) ?? '')).toBeLessThanOrEqual(begun);
  await rooms.clearLives();
  await rooms.forgetPublications([LAPTOP]);
  expect(await laptop.refusal('stage:publish', RESTORES)).toBe('live_interrupted');
  // A page that holds the stage but has no track on it yet is not affected.
  await laptop.request('stage:publish', { ...RESTORES, publication: PHONE, restore: false });
  await rooms.forgetPublications([LAPTOP]);
  expect(await rooms.findStageHolder(room as RoomId)).toBe(PHONE);
});
