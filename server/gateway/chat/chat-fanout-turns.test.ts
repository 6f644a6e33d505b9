/** Uses fake timers, and sockets that record their frames and send times. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LogEntry } from '../../chat/log/log-entry.ts';
import { createLog } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { ChatFrame } from '../../protocol/chat/chat.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { ChatListener } from './chat-audience.ts';
import { ChatFanout, tickMs } from './chat-fanout.ts';

const ROOM = 'room_1' as RoomId;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function message(seq: number): LogEntry {
  const from = { identity: 'ada', name: 'Ada', role: 'fan' as const };
  return { kind: 'message', id: `msg_${seq}`, seq, from, text: `text ${seq}`, sentAt: '2030-01-01T00:00:00.000Z' };
}

/** The frames sent to each of this many participants, with their times. */
async function openRoom(people: number) {
  const fanout = new ChatFanout({
    read: async () => ({ entries: [], lastSeq: 0 }),
    newest: async () => new Map(),
    isBusConnected: () => true,
    readablePerSecond: 0,
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
  });
  await fanout.open(ROOM);
  const sent = Array.from({ length: people }, () => [] as { atMs: number; seqs: number[] }[]);
  for (const [index, frames] of sent.entries()) {
    const write = (packet: string) => {
      const [, { entries }] = JSON.parse(packet.slice(1)) as [string, ChatFrame];
      frames.push({ atMs: Date.now(), seqs: entries.map(({ seq }) => seq) });
    };
    const conn = { readyState: 'open', transport: { name: 'polling' }, writeBuffer: [], write };
    // As much of a socket as a frame needs when it goes the public way.
    fanout.join(ROOM, { socket: { conn }, participant: { identity: `fan-${index}` } } as unknown as ChatListener, 0);
  }
  return { fanout, sent };
}

test('the tick grows with the audience from 20 ms to 200 ms', () => {
  expect([10, 500, 1_000, 2_000, 5_000, 100_000].map(tickMs)).toEqual([20, 20, 40, 80, 200, 200]);
});

test.each([100, 2_000])('%i people get every entry once, in order, in one frame a tick at most', async (people) => {
  const { fanout, sent } = await openRoom(people);
  const tick = tickMs(people);
  let seq = 0;
  for (let atMs = 0; atMs < 20 * tick; atMs += 5) {
    seq += 1;
    fanout.add(ROOM, [message(seq)]);
    await vi.advanceTimersByTimeAsync(5);
  }
  await vi.advanceTimersByTimeAsync(2 * tick);
  const all = Array.from({ length: seq }, (_, index) => index + 1);
  const perMs = new Map<number, number>();
  for (const frames of sent) {
    expect(frames.flatMap(({ seqs }) => seqs)).toEqual(all);
    for (const [index, { atMs }] of frames.entries()) {
      // Timers are whole milliseconds.
      if (index > 0) expect(atMs - (frames[index - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(tick - 1);
      if (index > 0) perMs.set(atMs, (perMs.get(atMs) ?? 0) + 1);
    }
  }
  expect(Math.max(...perMs.values())).toBeLessThanOrEqual(250);
  fanout.close();
});

test('after a pause an entry goes to all sockets at once, for any audience size', async () => {
  const { fanout, sent } = await openRoom(2_000);
  for (const seq of [1, 2]) {
    fanout.add(ROOM, [message(seq)]);
    const now = Date.now();
    expect(new Set(sent.map((frames) => frames.at(-1)?.atMs))).toEqual(new Set([now]));
    await vi.advanceTimersByTimeAsync(tickMs(2_000));
  }
  fanout.close();
});

test('the last entries before a pause reach all sockets within two ticks', async () => {
  const { fanout, sent } = await openRoom(2_000);
  fanout.add(ROOM, [message(1)]);
  await vi.advanceTimersByTimeAsync(10);
  fanout.add(ROOM, [message(2)]);
  await vi.advanceTimersByTimeAsync(2 * tickMs(2_000));
  expect(sent.filter((frames) => frames.at(-1)?.seqs.at(-1) !== 2)).toEqual([]);
  fanout.close();
});

test('entries are sent although the clock of the machine was set back', async () => {
  const { fanout, sent } = await openRoom(100);
  fanout.add(ROOM, [message(1)]);
  vi.setSystemTime(Date.now() - 3_600_000);
  fanout.add(ROOM, [message(2)]);
  await vi.advanceTimersByTimeAsync(2 * tickMs(100));
  expect(sent.filter((frames) => frames.at(-1)?.seqs.at(-1) !== 2)).toEqual([]);
  fanout.close();
});
