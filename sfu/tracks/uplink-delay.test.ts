import { beforeEach, expect, test } from 'vitest';
import { UPLINK_DELAY, UplinkDelay } from './uplink-delay.ts';

const CLOCK_RATE = 48_000;
const PACKET_MS = 20;
/** Of the line. */
const DELAY_MS = 40;

let uplink: UplinkDelay;
let sentAtMs: number;
let arrivedAtMs: number;
let narrow: { atMs: number; share: number }[];
let random: () => number;

beforeEach(() => {
  uplink = new UplinkDelay(CLOCK_RATE);
  // Timestamps begin anywhere and wrap around soon.
  sentAtMs = (2 ** 32 / CLOCK_RATE) * 1_000 - 500;
  arrivedAtMs = 0;
  narrow = [];
  let seed = 1;
  random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
});

const arrive = (packetMs: number, atMs: number) => {
  const share = uplink.handlePacket(Math.round((packetMs * CLOCK_RATE) / 1_000) % 2 ** 32, atMs);
  if (share !== undefined) narrow.push({ atMs, share });
};

/** Packets that are sent evenly and arrive in order, each with a delay of its own beyond the line's. */
const send = (count: number, lateMs: (index: number) => number | undefined = () => 0) => {
  for (let index = 0; index < count; index += 1) {
    sentAtMs += PACKET_MS;
    const late = lateMs(index);
    if (late === undefined) continue;
    arrivedAtMs = Math.max(arrivedAtMs, sentAtMs + DELAY_MS + late);
    arrive(sentAtMs, arrivedAtMs);
  }
};

test.each([0.05, 0.15, 0.3, 0.5, 0.7])('reports a line that carries %s of what is sent, once', (share) => {
  send(100);
  const fellAtMs = sentAtMs;
  // The queue holds 400 ms, or two packets, and packets wait behind frames of video.
  const heldMs = Math.max(400, 2 * PACKET_MS * (1 / share - 1));
  send(50, (index) => Math.min(heldMs, (index + 1) * PACKET_MS * (1 / share - 1)) + (index % 2) * 8);
  expect(narrow).toHaveLength(1);
  expect(narrow[0]?.share).toBeCloseTo(share, 0);
  expect((narrow[0]?.atMs ?? 0) - fellAtMs).toBeLessThan(DELAY_MS + Math.max(400, (2 * PACKET_MS) / share + 10));
});

test('reports it again after packets were in time for a while', () => {
  for (let times = 0; times < 2; times += 1) {
    send(100);
    for (let falls = 0; falls < 2; falls += 1) {
      send(5);
      send(20, (index) => Math.min(250, (index + 1) * 30));
    }
  }
  expect(narrow).toHaveLength(2);
});

test('takes no loss and no packet that is sent again for a narrow line', () => {
  send(200, (index) => (index % 12 === 0 ? undefined : 0));
  for (let times = 0; times < 10; times += 1) {
    send(10);
    arrive(sentAtMs - 60, sentAtMs + 150);
  }
  expect(narrow).toEqual([]);
});

test.each([
  { jitterMs: 0, stops: 0.05, fromMs: 100, toMs: 3_000 },
  { jitterMs: 20, stops: 0.01, fromMs: 80, toMs: 150 },
  { jitterMs: 40, stops: 0.02, fromMs: 80, toMs: 150 },
  { jitterMs: 30, stops: 0.06, fromMs: 60, toMs: 400 },
])('takes no line with jitter that stops now and then for a narrow one: %o', ({ jitterMs, stops, fromMs, toMs }) => {
  let stoppedUntilMs = 0;
  const startMs = sentAtMs;
  send(20_000, (index) => {
    if (sentAtMs >= stoppedUntilMs && random() < stops / 5)
      stoppedUntilMs = sentAtMs + fromMs + random() * (toMs - fromMs);
    // The clocks differ by 100 ppm, and the way becomes longer.
    const longerMs = (sentAtMs - startMs) * 0.000_1 + (index > 5_000 ? 20 : 0);
    return longerMs + Math.max(0, stoppedUntilMs - sentAtMs) + random() * jitterMs;
  });
  expect(narrow).toEqual([]);
});

test('takes no short queue, as behind a key frame, for a narrow line', () => {
  for (let times = 0; times < 5; times += 1) {
    send(100);
    send(6, (index) => (index + 1) * 15);
  }
  expect(narrow).toEqual([]);
});

test('leaves a queue that fills slowly to the browser', () => {
  send(100);
  send(100, (index) => Math.min(250, index * PACKET_MS * 0.2));
  expect(narrow).toEqual([]);
});

test('returns no share that is none, whatever the timestamps', () => {
  send(100);
  for (let index = 0; index < 100_000; index += 1) arrive(((index * 7_919) % 90_000) * 1_000, index >> 4);
  for (let index = 0; index < 50; index += 1) arrive(sentAtMs - index * 100, index * 10);
  expect(narrow.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
});

test('takes no sound that stops for a while, and goes on with the next timestamp, for a narrow line', () => {
  send(100);
  for (const pauseMs of [300, 2_500, 60_000]) {
    let afterMs = pauseMs;
    send(500, (index) => afterMs + (index % 50 === 40 ? 35 : 0));
    afterMs = 0;
    sentAtMs += pauseMs;
  }
  expect(narrow).toEqual([]);
});

test('follows clocks that differ, and a delay that stays', () => {
  send(20_000, (index) => index * PACKET_MS * 0.000_4);
  expect(narrow).toEqual([]);
  send(2 * (UPLINK_DELAY.lateMaxMs / PACKET_MS), () => 100 + 200);
  narrow = [];
  send(20, (index) => 300 + Math.min(250, (index + 1) * 30));
  expect(narrow).toHaveLength(1);
});
