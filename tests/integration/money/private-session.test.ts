/** A private session over the wire with real media: the events of each side, and billing only while media flows. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { PrivateRunning, PrivateSession } from '../../../server/protocol/money/private-sessions.ts';
import type { RtpCapabilities } from '../../../sfu/contract.ts';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { RtpPublisher } from '../../support/media/rtp-publisher.ts';
import { RtpViewer, rtpViewerCapabilities } from '../../support/media/rtp-viewer.ts';
import { TestParticipant } from '../../support/people/participant.ts';

const RATE_MINOR = 600;
const CREDIT_MINOR = 5_000;
const WAIT = { timeout: 25_000, interval: 100 };

let loge: TestApp;

beforeAll(async () => {
  loge = await startApp();
});

afterAll(async () => {
  await loge[Symbol.asyncDispose]();
});

const runningOf = ({ events }: TestParticipant) =>
  events.filter(({ name }) => name === 'private:running').map(({ data }) => data as PrivateRunning);
const lastOf = (participant: TestParticipant, name: string) =>
  participant.events.findLast((event) => event.name === name)?.data as { session: PrivateSession } | undefined;

async function publish(creator: TestParticipant): Promise<RtpPublisher> {
  const publisher = new RtpPublisher();
  const { session, transport } = await creator.request('stage:publish', { dtlsParameters: publisher.dtlsParameters });
  await publisher.connect(transport);
  const { videoRtpParameters: rtpParameters } = publisher;
  await creator.request('stage:produce', { session, kind: 'video', source: 'camera', rtpParameters });
  return publisher;
}

async function watch(fan: TestParticipant, router: RtpCapabilities, reports = true) {
  const viewer = new RtpViewer({ reports });
  const { session, transport, consumers } = await fan.request('stage:watch', {
    rtpCapabilities: rtpViewerCapabilities(router),
    dtlsParameters: viewer.dtlsParameters,
  });
  await viewer.connect(transport, consumers);
  return { session, viewer };
}

test('a fan requests, is accepted, pays only for time with media, and loses access at the end', {
  timeout: 90_000,
}, async () => {
  const { id: room } = await loge.createRoom({ kind: 'private', ratePerMinuteMinor: RATE_MINOR });
  await loge.app.context.money.promotions.grant(
    { identity: 'lea', amountMinor: CREDIT_MINOR, reason: 'credit of the test', idempotencyKey: 'credit-of-lea' },
    'operator',
  );
  using creator = await TestParticipant.connect(loge.url, {
    token: await loge.token({ identity: 'ada', room, role: 'creator' }),
  });
  using fan = await TestParticipant.connect(loge.url, { token: await loge.token({ identity: 'lea', room }) });
  using other = await TestParticipant.connect(loge.url, { token: await loge.token({ identity: 'malik', room }) });
  const publisher = await publish(creator);

  expect(fan.welcome.access).toMatchObject({ state: 'required', offer: { kind: 'private', priceMinor: RATE_MINOR } });
  expect(await fan.refusal('stage:watch', { rtpCapabilities: {} })).toBe('access_required');
  const asked = creator.next('private:requested');
  const { session } = (await fan.request('private:request')) as { session: PrivateSession };
  expect((await asked).session).toMatchObject({ id: session.id, identity: 'lea', status: 'requested' });
  expect(await other.refusal('private:request')).toBe('insufficient_funds');
  expect(await fan.refusal('private:accept', { session: session.id })).toBe('access_required');

  const granted = fan.next('rooms:accessGranted');
  await creator.request('private:accept', { session: session.id });
  const { inside } = await granted;
  // Without media no time is billed.
  await vi.waitFor(() => expect(runningOf(fan).length).toBeGreaterThan(1), WAIT);
  expect(runningOf(fan).at(-1)).toMatchObject({ confirmed: false, confirmedMs: 0, costMinor: 0 });

  const { viewer } = await watch(fan, inside.stage.routerRtpCapabilities as RtpCapabilities);
  await viewer.firstDecodableFrame;
  await vi.waitFor(() => expect(runningOf(fan).at(-1)?.costMinor).toBeGreaterThan(20), WAIT);
  expect(runningOf(creator).at(-1)?.creatorMinor).toBeGreaterThan(0);

  // The creator's camera freezes: billing stops.
  publisher.close();
  await vi.waitFor(() => expect(runningOf(fan).at(-1)?.confirmed).toBe(false), WAIT);
  const frozen = runningOf(fan).at(-1)?.confirmedMs;
  const seen = runningOf(fan).length;
  await vi.waitFor(() => expect(runningOf(fan).length).toBeGreaterThan(seen + 2), WAIT);
  expect(runningOf(fan).at(-1)?.confirmedMs).toBe(frozen);

  const revoked = fan.next('rooms:accessRevoked');
  await fan.request('private:end', { session: session.id });
  expect((await revoked).access).toMatchObject({ state: 'required', reason: 'private_ended' });
  await vi.waitFor(() => expect(lastOf(creator, 'private:ended')?.session.status).toBe('ended'), WAIT);
  const ended = lastOf(creator, 'private:ended')?.session;
  expect(ended?.costMinor).toBe(Math.floor((RATE_MINOR * (frozen ?? 0)) / 60_000));
  expect((await fan.request('money:wallet')).balanceMinor).toBe(CREDIT_MINOR - (ended?.costMinor ?? 0));
  expect(await fan.refusal('stage:watch', { rtpCapabilities: {} })).toBe('access_required');
  expect(runningOf(other)).toEqual([]);
  expect((await creator.request('money:earnings')).creatorMinor).toBe(ended?.creatorMinor);
  expect(await loge.app.context.money.checkInvariants()).toEqual([]);
  viewer.close();
});

test('a client without receiver reports gets a few seconds in total, over any number of sessions', {
  timeout: 90_000,
}, async () => {
  const { id: room } = await loge.createRoom({ kind: 'private', ratePerMinuteMinor: RATE_MINOR });
  await loge.app.context.money.promotions.grant(
    {
      identity: 'mallory',
      amountMinor: CREDIT_MINOR,
      reason: 'credit of the test',
      idempotencyKey: 'credit-of-mallory',
    },
    'operator',
  );
  using creator = await TestParticipant.connect(loge.url, {
    token: await loge.token({ identity: 'ada', room, role: 'creator' }),
  });
  using fan = await TestParticipant.connect(loge.url, { token: await loge.token({ identity: 'mallory', room }) });
  const publisher = await publish(creator);
  const { session } = (await fan.request('private:request')) as { session: PrivateSession };
  const granted = fan.next('rooms:accessGranted');
  await creator.request('private:accept', { session: session.id });
  const router = (await granted).inside.stage.routerRtpCapabilities as RtpCapabilities;

  let [gotBytes, packets] = [0, 0];
  const startedAtMs = performance.now();
  const nth = () => fan.events.filter(({ name }) => name === 'stage:paused').length;
  for (let turn = 1; turn <= 3; turn += 1) {
    const paused = nth();
    const { session: media, viewer } = await watch(fan, router, false);
    if (turn === 1) await viewer.firstDecodableFrame;
    await vi.waitFor(() => expect(nth()).toBeGreaterThan(paused), WAIT);
    await vi.waitFor(() => expect(turn > 1 || viewer.silenceMs() > 500).toBe(true), WAIT);
    for (const side of [fan, creator])
      await vi.waitFor(() => expect(runningOf(side).at(-1)).toMatchObject({ confirmed: false, paused: true }), WAIT);
    viewer.close();
    await fan.request('stage:leave', { session: media });
    gotBytes += viewer.streams.reduce((sum, { bytes }) => sum + bytes, 0);
    packets += viewer.packets();
    if (turn > 1) expect(viewer.packets()).toBe(0);
  }
  const spentMs = Math.round(performance.now() - startedAtMs);
  const last = runningOf(fan).at(-1);
  process.stdout.write(`${JSON.stringify({ spentMs, gotBytes, packets, billedMs: last?.confirmedMs })}\n`);
  expect(last).toMatchObject({ confirmedMs: 0, costMinor: 0 });
  await fan.request('private:end', { session: session.id });
  publisher.close();
  expect(await loge.app.context.money.checkInvariants()).toEqual([]);
});

test('a fan who keeps opening new media sessions still pays for the time', {
  timeout: 90_000,
}, async () => {
  const { id: room } = await loge.createRoom({ kind: 'private', ratePerMinuteMinor: RATE_MINOR });
  await loge.app.context.money.promotions.grant(
    { identity: 'hopper', amountMinor: CREDIT_MINOR, reason: 'credit of the test', idempotencyKey: 'credit-of-hopper' },
    'operator',
  );
  using creator = await TestParticipant.connect(loge.url, {
    token: await loge.token({ identity: 'ada', room, role: 'creator' }),
  });
  using fan = await TestParticipant.connect(loge.url, { token: await loge.token({ identity: 'hopper', room }) });
  const publisher = await publish(creator);
  const { session } = (await fan.request('private:request')) as { session: PrivateSession };
  const granted = fan.next('rooms:accessGranted');
  await creator.request('private:accept', { session: session.id });
  const router = (await granted).inside.stage.routerRtpCapabilities as RtpCapabilities;
  const { viewer } = await watch(fan, router);
  await viewer.firstDecodableFrame;
  let isOver = false;
  const hopping = (async () => {
    while (!isOver) {
      const { session: other } = await fan.request('stage:watch', { rtpCapabilities: rtpViewerCapabilities(router) });
      const told = runningOf(fan).length;
      await vi.waitFor(() => expect(runningOf(fan).length).toBeGreaterThan(told), WAIT);
      await fan.request('stage:leave', { session: other });
    }
  })();
  await vi.waitFor(() => expect(runningOf(fan).at(-1)?.costMinor).toBeGreaterThan(20), WAIT);
  isOver = true;
  await hopping;
  await fan.request('private:end', { session: session.id });
  viewer.close();
  publisher.close();
});
