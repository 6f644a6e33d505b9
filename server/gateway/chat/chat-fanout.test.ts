/** Late and lost bus messages, on a real socket. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { afterEach, expect, test, vi } from 'vitest';
import type { LogEntry, LogPage } from '../../chat/log/log-entry.ts';
import { createLog } from '../../platform/log.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { ChatFrame } from '../../protocol/chat/chat.ts';
import { createId, type RoomId } from '../../protocol/ids.ts';
import type { RoomSocket } from '../socket/connection.ts';
import { ChatFanout } from './chat-fanout.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const entry = (seq: number): LogEntry => ({
  kind: 'message',
  id: `msg_${seq}`,
  seq,
  from: { identity: 'ada', name: 'Ada', role: 'fan' },
  text: `text ${seq}`,
  sentAt: '2030-01-01T00:00:00.000Z',
});
const log = [1, 2, 3, 4].map(entry);
const page = (entries: LogEntry[]): LogPage => ({ entries, lastSeq: entries.at(-1)?.seq ?? 0 });

/** A room with one reader and a scripted database. */
async function openRoom(read: (range: { since?: number }) => Promise<LogPage>) {
  const http = createServer();
  const io = new Server(http, { serveClient: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closers.push(() => io.close());
  const accepted = new Promise<RoomSocket>((resolve) => io.once('connection', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const client = connect(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  closers.push(() => client.close());
  const shown: number[] = [];
  client.on('chat:frame', ({ entries }: ChatFrame) => shown.push(...entries.map(({ seq }) => seq)));
  const socket = await accepted;
  const fanout = new ChatFanout({
    read: (_room, range) => (range.since === undefined ? Promise.resolve(page([])) : read(range)),
    newest: async (rooms) => new Map(rooms.map((each) => [each, log.length])),
    isBusConnected: () => true,
    readablePerSecond: 0,
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
  });
  closers.push(() => fanout.close());
  const room = createId('room');
  await fanout.open(room);
  fanout.join(room, { socket, participant: { identity: 'lea' } }, 0);
  return { fanout, room, shown };
}

const pick = (...seqs: number[]) => log.filter(({ seq }) => seqs.includes(seq));

test('R16: fills a gap that appears while another is being read, without a later entry', async () => {
  let answer: ((page: LogPage) => void) | undefined;
  const { fanout, room, shown } = await openRoom(({ since = 0 }) => {
    if (answer) return Promise.resolve(page(log.filter(({ seq }) => seq > since)));
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  fanout.add(room, pick(2));
  await vi.waitFor(() => expect(answer).toBeDefined());
  // The third is lost, and the running read ends before it.
  fanout.add(room, pick(4));
  answer?.(page(pick(1, 2)));
  await vi.waitFor(() => expect(shown).toEqual([1, 2, 3, 4]));
});

test('R16: reads again what the database did not return yet, including the last lost entry', async () => {
  const pages = [page(pick(1)), page([]), Promise.reject(new TypeError('away')), page(pick(2, 3))];
  for (const one of pages) if (one instanceof Promise) one.catch(() => {});
  const { fanout, room, shown } = await openRoom(async () => pages.shift() ?? page(log));
  fanout.add(room, pick(3));
  await vi.waitFor(() => expect(shown).toEqual([1, 2, 3]));
  // Messages may have been lost while the database is being read: it is read once more.
  let answer: ((page: LogPage) => void) | undefined;
  pages.push(
    new Promise<LogPage>((resolve) => {
      answer = resolve;
    }) as never,
  );
  fanout.checkAll();
  await vi.waitFor(() => expect(pages).toEqual([]));
  fanout.checkAll();
  await new Promise(setImmediate);
  answer?.(page(pick(3)));
  await vi.waitFor(() => expect(shown).toEqual([1, 2, 3, 4]));
});

test('without the bus, compares all rooms with the database four times a second in one statement, and reads those behind', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  closers.push(() => vi.useRealTimers());
  const read = vi.fn(async (_room: RoomId) => page(pick()));
  const behind = createId('room');
  const rooms = [behind, createId('room')];
  const newest = vi.fn(async (_asked: RoomId[]) => new Map([[behind, 1]]));
  const fanout = new ChatFanout({
    read,
    newest,
    isBusConnected: () => false,
    readablePerSecond: 0,
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
  });
  closers.push(() => fanout.close());
  for (const room of rooms) await fanout.open(room);
  read.mockClear();
  await vi.advanceTimersByTimeAsync(250);
  expect(newest.mock.calls).toEqual([[rooms]]);
  expect(read.mock.calls.map(([room]) => room)).toEqual([behind]);
  // One that fails does not wait for its time.
  newest.mockRejectedValueOnce(new Error('away'));
  await vi.advanceTimersByTimeAsync(500);
  expect(newest).toHaveBeenCalledTimes(3);
});

test('with the bus, compares them every ten seconds, to find a lost last entry', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  closers.push(() => vi.useRealTimers());
  const newest = vi.fn(async () => new Map());
  const fanout = new ChatFanout({
    read: async () => page(pick()),
    newest,
    isBusConnected: () => true,
    readablePerSecond: 0,
    log: createLog({ level: 'silent', pretty: false }),
    metrics: createMetrics(),
  });
  closers.push(() => fanout.close());
  await fanout.open(createId('room'));
  await vi.advanceTimersByTimeAsync(30_500);
  expect(newest.mock.calls.length).toBeGreaterThanOrEqual(3);
  expect(newest.mock.calls.length).toBeLessThanOrEqual(4);
});
