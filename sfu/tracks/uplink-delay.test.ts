import { beforeEach, expect, test } from 'vitest';
import { UPLINK_DELAY, UplinkDelay } from './uplink-delay.ts';

const CLOCK_RATE = 48_000;
const PACKET_MS = 20;
/** Of the line. */
const DELAY_MS = 40;

let uplink: UplinkDelay;
let sentAtMs: number;
let narrow: { atMs: number; share: number }[];

beforeEach(() => {
  uplink = new UplinkDelay(CLOCK_RATE);
  // Timestamps begin anywhere and wrap around soon.
  sentAtMs = (2 ** 32 / CLOCK_RATE) * 1_000 - 500;
  narrow = [];
});

const arrive = (packetMs: number, atMs: number) => {
  const share = uplink.handlePacket(Math.round((packetMs * CLOCK_RATE) / 1_000) % 2 ** 32, atMs);
  if (share !== undefined) narrow.push({ atMs, share });
};

/** Packets that are sent evenly, each with a delay of its own beyond the line's. */
const send = (count: number, lateMs: (index: number) => number | undefined = () => 0) => {
  for (let index = 0; index < count; index += 1) {
    sentAtMs += PACKET_MS;
    const late = lateMs(index);
    if (late !== undefined) arrive(sentAtMs, sentAtMs + DELAY_MS + late);
  }
};

test.each([0.15, 0.3, 0.5, 0.7])('reports a line that carries %s of what is sent, once', (share) => {
  send(100);
  const fellAtMs = sentAtMs;
  // The queue holds 250 ms, and packets wait behind frames of video.
  send(50, (index) => Math.min(250, (index + 1) * PACKET_MS * (1 / share - 1)) + (index % 2) * 8);
  expect(narrow).toHaveLength(1);
  expect(narrow[0]?.share).toBeCloseTo(share, 0);
  expect((narrow[0]?.atMs ?? 0) - fellAtMs).toBeLessThan(DELAY_MS + 400);
});

test('reports it again after packets were in time', () => {
  for (let times = 0; times < 2; times += 1) {
    send(100);
    send(20, (index) => Math.min(250, (index + 1) * 30));
  }
  expect(narrow).toHaveLength(2);
});

test('takes no loss, no packet that is sent again, and no jitter for a narrow line', () => {
  send(200, (index) => (index % 12 === 0 ? undefined : (index * 7) % 25));
  for (let times = 0; times < 10; times += 1) {
    send(10);
    arrive(sentAtMs - 60, sentAtMs + 150);
  }
  expect(narrow).toEqual([]);
});

test.each([100, 200, 400, 3_000])('takes no line that stops for %s ms for a narrow one', (stopMs) => {
  for (let times = 0; times < 5; times += 1) {
    send(100);
    // Everything that waited arrives at once, or within some time.
    send(stopMs / PACKET_MS, (index) => stopMs - index * PACKET_MS);
    send(100);
    send(stopMs / PACKET_MS, (index) => Math.max(0, stopMs - index * (PACKET_MS / 3)));
  }
  expect(narrow).toEqual([]);
});

test('returns no share that is none, whatever the timestamps', () => {
  send(100);
  for (let index = 0; index < 100_000; index += 1) arrive(((index * 7_919) % 90_000) * 1_000, index >> 4);
  for (let index = 0; index < 50; index += 1) arrive(sentAtMs - index * 100, 0);
  expect(narrow.length).toBeGreaterThan(0);
  expect(narrow.every(({ share }) => share >= 0 && share <= 1)).toBe(true);
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

test('follows clocks that differ, and a delay that stays', () => {
  send(20_000, (index) => index * PACKET_MS * 0.000_4);
  expect(narrow).toEqual([]);
  send(2 * (UPLINK_DELAY.lateMaxMs / PACKET_MS), () => 200);
  send(20, (index) => 200 + Math.min(250, (index + 1) * 30));
  expect(narrow).toHaveLength(1);
});
