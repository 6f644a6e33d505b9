import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BUFFER, LossBuffer } from './loss-buffer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class FakeReceiver {
  jitterBufferTarget: number | null = null;
  nackCount = 0;
  totalRoundTripTime = 1;
  isFailing = false;

  async getStats(): Promise<RTCStatsReport> {
    const { nackCount, totalRoundTripTime } = this;
    if (this.isFailing) throw new Error('no statistics');
    return new Map<string, object>([
      ['in', { type: 'inbound-rtp', nackCount }],
      ['pair', { type: 'candidate-pair', totalRoundTripTime, responsesReceived: 10 }],
    ]);
  }
}

function watch() {
  const [sound, picture] = [new FakeReceiver(), new FakeReceiver()];
  const buffer = new LossBuffer({ receivers: () => [sound, picture] });
  const check = async (requests = 0) => {
    picture.nackCount += requests;
    await vi.advanceTimersByTimeAsync(BUFFER.checkMs);
    expect(sound.jitterBufferTarget).toBe(picture.jitterBufferTarget);
    return picture.jitterBufferTarget;
  };
  return { buffer, check, sound, picture };
}

const LOSSY_MS = 100 + BUFFER.besideRoundTripMs;

it('grows in steps while packets are requested again, until they may come twice, and ends on a calm line', async () => {
  const { check } = watch();
  for (const requests of [1, 0, 0, 0, 1]) expect(await check(requests)).toBeNull();
  for (const target of [100, 200, 300, LOSSY_MS, LOSSY_MS]) expect(await check(1)).toBe(target);
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs - BUFFER.checkMs);
  // A single request keeps it.
  expect(await check(1)).toBe(LOSSY_MS);
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs - BUFFER.checkMs);
  expect(await check()).toBe(LOSSY_MS);
  expect(await check()).toBeNull();
});

it('is long enough for the line of a publisher who is further away', async () => {
  const { check, sound, picture } = watch();
  for (const receiver of [sound, picture]) receiver.totalRoundTripTime = 0.1;
  for (let checks = 0; checks < 4; checks += 1) await check(1);
  expect(await check()).toBe(BUFFER.roundTripMinMs + BUFFER.besideRoundTripMs);
});

it('does not shrink while packets are requested again: it would have to grow again', async () => {
  const { check, sound, picture } = watch();
  for (let checks = 0; checks < 5; checks += 1) await check(1);
  for (const receiver of [sound, picture]) receiver.totalRoundTripTime = 0.5;
  expect(await check(1)).toBe(LOSSY_MS);
});

it('leaves out what is requested around a picture that stands still: a key frame replaces that', async () => {
  const { buffer, check } = watch();
  await check(1);
  buffer.handleStalled();
  for (let checks = 0; checks < BUFFER.stalledMs / BUFFER.checkMs; checks += 1) expect(await check(5)).toBeNull();
  expect(await check(1)).toBeNull();
  // Again and again: losses may be the reason.
  buffer.handleStalled();
  expect(await check(1)).toBe(BUFFER.stepMs);
});

it('takes no failed reading for a loss', async () => {
  const { check, picture } = watch();
  await check(1);
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs);
  for (let checks = 0; checks < 4; checks += 1) {
    picture.isFailing = !picture.isFailing;
    expect(await check()).toBeNull();
  }
});

it('sets nothing after it was closed', async () => {
  const { buffer, check, picture } = watch();
  await check(1);
  picture.nackCount += 1;
  vi.advanceTimersByTime(BUFFER.checkMs);
  // It reads the statistics now.
  buffer.close();
  for (let checks = 0; checks < 4; checks += 1) expect(await check(1)).toBeNull();
});
