import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMetrics } from '../../platform/metrics.ts';
import type { Connection } from './connection.ts';
import { BACKLOG_BYTES, SocketBacklogs } from './socket-backlog.ts';

const CHECKS_BEFORE_CLOSE = 15;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A client that asks for nothing; `queued` holds what it has not read. */
function listener() {
  const queued: { data: string }[] = [];
  const goodbyes: unknown[] = [];
  const conn = {
    readyState: 'open',
    writeBuffer: queued,
    transport: { name: 'websocket', socket: { _socket: { writableLength: 0 }, terminate() {} } },
    close: () => {
      conn.readyState = 'closed';
    },
  };
  const socket = { conn, emit: (name: string, data: unknown) => goodbyes.push({ name, data }) };
  return { conn, queued, goodbyes, connection: { socket } as unknown as Connection };
}

test('R8a: unread events close the connection of a client that asks for nothing, after several checks in a row', () => {
  const { conn, queued, goodbyes, connection } = listener();
  const backlogs = new SocketBacklogs({ metrics: createMetrics(), connections: () => [connection] });
  const tooMuch = { data: 'x'.repeat(BACKLOG_BYTES + 1) };
  queued.push(tooMuch);
  vi.advanceTimersByTime(CHECKS_BEFORE_CLOSE * 1_000);
  // It has read everything: the count begins anew.
  queued.length = 0;
  vi.advanceTimersByTime(1_000);
  queued.push(tooMuch);
  vi.advanceTimersByTime(CHECKS_BEFORE_CLOSE * 1_000);
  expect(conn.readyState).toBe('open');
  vi.advanceTimersByTime(1_000);
  expect(conn.readyState).toBe('closed');
  expect(goodbyes).toMatchObject([{ name: 'rooms:goodbye', data: { code: 'connection_too_slow', reconnect: true } }]);
  backlogs.close();
});
