/** Runs on a real Socket.IO server with real sockets, one of which stops reading. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { type Socket as ClientSocket, io as connect } from 'socket.io-client';
import { afterEach, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import type { LogEntry } from '../../chat/log/log-entry.ts';
import { createMetrics } from '../../platform/metrics.ts';
import type { ChatFrame } from '../../protocol/chat/chat.ts';
import type { RoomSocket } from '../socket/connection.ts';
import { ChatAudience } from './chat-audience.ts';
import type { Sample } from './chat-budget.ts';
import { SLOW_SOCKET_BYTES } from './frame-writer.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startServer() {
  const http = createServer();
  const io = new Server(http, { serveClient: false, perMessageDeflate: false });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closers.push(() => io.close());
  const { port } = http.address() as AddressInfo;
  const next = () => new Promise<RoomSocket>((resolve) => io.once('connection', resolve));
  return { url: `http://127.0.0.1:${port}`, next };
}

function message(seq: number, text = `text ${seq}`, identity = 'ada', role: 'fan' | 'creator' = 'fan'): LogEntry {
  const from = { identity, name: identity, role };
  return { kind: 'message', id: `msg_${seq}`, seq, from, text, sentAt: '2030-01-01T00:00:00.000Z' };
}

const whole = (entries: LogEntry[]) => ({ shown: entries, skipped: [] });

function tell(audience: ChatAudience, entries: LogEntry[], sample: Sample = whole(entries)): void {
  audience.take(entries, sample);
  audience.sendAll();
}

async function listen(server: Awaited<ReturnType<typeof startServer>>, transport: 'websocket' | 'polling') {
  const accepted = server.next();
  const client: ClientSocket = connect(server.url, { transports: [transport], forceNew: true, reconnection: false });
  closers.push(() => client.close());
  const frames: ChatFrame[] = [];
  client.on('chat:frame', (frame: ChatFrame) => frames.push(frame));
  return { socket: await accepted, client, frames };
}

const seqsOf = (frames: ChatFrame[]) => frames.flatMap(({ entries }) => entries.map(({ seq }) => seq));

test.each(['websocket', 'polling'] as const)('over %s a frame is what Socket.IO would have sent', async (transport) => {
  const { socket, client, frames } = await listen(await startServer(), transport);
  const audience = new ChatAudience(createMetrics());
  audience.add({ socket, participant: { identity: 'lea' } }, 0);
  const others: unknown[] = [];
  client.on('other', (data) => others.push(data));
  for (const chars of [0, 40, 200, 70_000]) {
    const seq = frames.length + 1;
    const entries = [message(seq, 'é🎭'.repeat(chars))];
    tell(audience, entries);
    // Packets of the library's own go between, in their order.
    (socket as unknown as { emit(name: string, data: unknown): void }).emit('other', { after: seq });
    await vi.waitFor(() => expect([frames.at(-1), others.at(-1)]).toEqual([{ entries }, { after: seq }]));
  }
});

test('R58: entries that name an erased person are not sent again', async () => {
  const { socket, frames } = await listen(await startServer(), 'websocket');
  const audience = new ChatAudience(createMetrics());
  const named = { ...message(2, '@lea hello', 'tom'), mentions: ['lea'] } as LogEntry;
  tell(audience, [message(1, 'about me', 'lea'), named, message(3)]);
  audience.forget('lea');
  // The client sees the gap, and reads the entries as they are now.
  audience.add({ socket, participant: { identity: 'noa' } }, 0);
  await vi.waitFor(() => expect(seqsOf(frames)).toEqual([3]));
});

test('R58: once the news of an erasure may have been lost, no earlier entry is sent again', async () => {
  const { socket, frames } = await listen(await startServer(), 'websocket');
  const audience = new ChatAudience(createMetrics());
  tell(audience, [message(1, 'about me', 'lea')]);
  audience.forgetAll();
  audience.add({ socket, participant: { identity: 'noa' } }, 0);
  tell(audience, [message(2)]);
  await vi.waitFor(() => expect(seqsOf(frames)).toEqual([2]));
});

test('each socket gets the entries after its own position once, and its own messages although they are sampled out', async () => {
  const server = await startServer();
  const [first, second] = [await listen(server, 'websocket'), await listen(server, 'websocket')];
  const audience = new ChatAudience(createMetrics());
  audience.add({ socket: first.socket, participant: { identity: 'lea' } }, 0);
  const entries = [message(1), message(2), message(3)];
  tell(audience, entries);
  // Has read up to 2 from the database; 3 went out meanwhile.
  audience.add({ socket: second.socket, participant: { identity: 'tom' } }, 2);
  const more = [message(4), message(5, 'mine', 'tom'), message(6, 'not shown'), message(7)];
  tell(audience, more, {
    shown: [more[0], more[3]] as LogEntry[],
    skipped: [more[1], more[2]] as LogEntry[],
  });
  await vi.waitFor(() =>
    expect([seqsOf(first.frames), seqsOf(second.frames)]).toEqual([
      [1, 2, 3, 4, 7],
      [3, 4, 5, 7],
    ]),
  );
  expect(first.frames.at(-1)?.sampled).toEqual({ dropped: 2, ranges: [[5, 6]] });
  expect(second.frames.at(-1)?.sampled).toEqual({ dropped: 1, ranges: [[6, 6]] });
});

test('R21c: the giver of an anonymous tip gets a frame of their own, in which it is theirs', async () => {
  const server = await startServer();
  const [first, second] = [await listen(server, 'websocket'), await listen(server, 'websocket')];
  const audience = new ChatAudience(createMetrics());
  audience.add({ socket: first.socket, participant: { identity: 'lea' } }, 0);
  audience.add({ socket: second.socket, participant: { identity: 'tom' } }, 0);
  const giver = { identity: 'tom', name: 'Tom', role: 'fan' } as const;
  const said = { amountMinor: 500, currency: 'eur', message: 'Brava', sentAt: '2030-01-01T00:00:00.000Z' };
  tell(audience, [message(1), { kind: 'tip', id: 'tip_00000002', seq: 2, giver, anonymous: true, ...said }]);
  const tipsOf = (frames: ChatFrame[]) => frames.flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'tip'));
  await vi.waitFor(() =>
    expect([seqsOf(first.frames), seqsOf(second.frames)]).toEqual([
      [1, 2],
      [1, 2],
    ]),
  );
  expect(tipsOf(second.frames)).toMatchObject([{ from: giver, anonymous: true }]);
  expect(tipsOf(first.frames)).toMatchObject([{ from: null, anonymous: true }]);
  expect(JSON.stringify(first.frames)).not.toMatch(/tom/i);
});

test('a socket that does not read gets no frames past the limit, and catches up when it reads again', async () => {
  const server = await startServer();
  const accepted = server.next();
  const ws = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  closers.push(() => ws.terminate());
  const seqs: number[] = [];
  ws.on('message', (packet) => {
    const text = packet.toString();
    if (text.startsWith('0')) ws.send('40');
    if (text.startsWith('42'))
      seqs.push(...(JSON.parse(text.slice(2)) as [string, ChatFrame])[1].entries.map(({ seq }) => seq));
  });
  const socket = await accepted;
  const metrics = createMetrics();
  const audience = new ChatAudience(metrics);
  audience.add({ socket, participant: { identity: 'lea' } }, 0);
  const slow = async () => (await metrics.chatSlowSockets.get()).values[0]?.value ?? 0;
  const tcp = (socket.conn as unknown as { transport: { socket: { _socket: { writableLength: number } } } }).transport
    .socket._socket;
  ws.pause();
  let seq = 0;
  let mostWaiting = 0;
  const say = () => {
    seq += 1;
    const entries = [message(seq, 'x'.repeat(2_000))];
    tell(audience, entries);
    mostWaiting = Math.max(mostWaiting, tcp.writableLength);
  };
  // The system's own buffers take some megabytes first.
  while ((await slow()) === 0 && seq < 20_000) {
    for (let index = 0; index < 50; index += 1) say();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await slow()).toBe(1);
  const at = seq;
  for (let index = 0; index < 1_000; index += 1) say();
  expect(mostWaiting).toBeLessThanOrEqual(SLOW_SOCKET_BYTES);
  expect(seqs.length).toBeLessThan(at);
  ws.resume();
  await vi.waitFor(() => expect(seqs.at(-1)).toBe(seq), { timeout: 20_000 });
  expect(await slow()).toBe(0);
  // In order and once; the client fetches the omitted entries.
  expect(seqs).toEqual([...new Set(seqs)].sort((left, right) => left - right));
  expect(seqs.length).toBeLessThan(seq);
  say();
  await vi.waitFor(() => expect(seqs.at(-1)).toBe(seq));
});
