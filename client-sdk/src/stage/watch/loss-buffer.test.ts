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

  async getStats(): Promise<RTCStatsReport> {
    return new Map<string, object>([
      ['in', { type: 'inbound-rtp', nackCount: this.nackCount }],
      ['pair', { type: 'candidate-pair', currentRoundTripTime: 0.1 }],
    ]);
  }
}

function watch() {
  const [sound, picture] = [new FakeReceiver(), new FakeReceiver()];
  const buffer = new LossBuffer({ receivers: () => [sound, picture] });
  const check = async (requests = 0) => {
    picture.nackCount += requests;
    await vi.advanceTimersByTimeAsync(BUFFER.checkMs);
    return [sound.jitterBufferTarget, picture.jitterBufferTarget];
  };
  return { buffer, check };
}

const LOSSY = Array(2).fill(2 * 100 + BUFFER.besideRoundTripsMs);
const CALM = [null, null];

it('buffers sound and picture for two round trips while packets are requested again, and then no more', async () => {
  const { check } = watch();
  expect(await check(BUFFER.lossyRequests - 1)).toEqual(CALM);
  expect(await check(BUFFER.lossyRequests)).toEqual(LOSSY);
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs - BUFFER.checkMs);
  expect(await check(BUFFER.lossyRequests)).toEqual(LOSSY);
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs);
  expect(await check()).toEqual(CALM);
});

it('sets nothing after it was closed', async () => {
  const { buffer, check } = watch();
  buffer.close();
  expect(await check(BUFFER.lossyRequests)).toEqual(CALM);
});
