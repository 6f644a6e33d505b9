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
  retransmittedPacketsReceived: number | undefined;
  currentRoundTripTime = 0.1;

  async getStats(): Promise<RTCStatsReport> {
    const { nackCount, retransmittedPacketsReceived, currentRoundTripTime } = this;
    return new Map<string, object>([
      ['in', { type: 'inbound-rtp', nackCount, retransmittedPacketsReceived }],
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
    return [sound.jitterBufferTarget, picture.jitterBufferTarget];
  };
  return { buffer, check, sound, picture };
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

it('buffers longer for packets that come late but are not sent again: the publisher lost them', async () => {
  const { check, sound, picture } = watch();
  for (const receiver of [sound, picture]) receiver.currentRoundTripTime = 0.02;
  const own = 2 * 20 + BUFFER.besideRoundTripsMs;
  picture.retransmittedPacketsReceived = 10;
  expect(await check(10)).toEqual([own, own]);
  const publishers = BUFFER.publisherRoundTripsMs + BUFFER.besideRoundTripsMs;
  expect(await check(10)).toEqual([publishers, publishers]);
  // Until the line is calm.
  picture.retransmittedPacketsReceived = 20;
  expect(await check(10)).toEqual([publishers, publishers]);
  await vi.advanceTimersByTimeAsync(BUFFER.calmMs + BUFFER.checkMs);
  picture.retransmittedPacketsReceived = 30;
  expect(await check(10)).toEqual([own, own]);
});

it('sets nothing after it was closed', async () => {
  const { buffer, check } = watch();
  buffer.close();
  expect(await check(BUFFER.lossyRequests)).toEqual(CALM);
});
