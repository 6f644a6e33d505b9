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
  currentRoundTripTime = 0.1;

  async getStats(): Promise<RTCStatsReport> {
    const { nackCount, currentRoundTripTime } = this;
    return new Map<string, object>([
      ['in', { type: 'inbound-rtp', nackCount }],
      ['pair', { type: 'candidate-pair', currentRoundTripTime }],
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
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs);
  expect(await check()).toBe(LOSSY_MS);
  await vi.advanceTimersByTimeAsync(BUFFER.checks * BUFFER.checkMs);
  expect(await check()).toBeNull();
});

it('is long enough for the line of a publisher who is further away', async () => {
  const { check, sound, picture } = watch();
  for (const receiver of [sound, picture]) receiver.currentRoundTripTime = 0.01;
  for (let checks = 0; checks < 4; checks += 1) await check(1);
  expect(await check()).toBe(BUFFER.roundTripMinMs + BUFFER.besideRoundTripMs);
});

it('leaves out what is requested around a picture that stands still: a key frame replaces that', async () => {
  const { buffer, check } = watch();
  await check(1);
  buffer.handleStalled();
  for (let checks = 0; checks < BUFFER.stalledMs / BUFFER.checkMs; checks += 1) expect(await check(5)).toBeNull();
  expect(await check(1)).toBeNull();
  expect(await check(1)).toBe(BUFFER.stepMs);
});

it('sets nothing after it was closed', async () => {
  const { buffer, check } = watch();
  buffer.close();
  for (let checks = 0; checks < 4; checks += 1) expect(await check(1)).toBeNull();
});
