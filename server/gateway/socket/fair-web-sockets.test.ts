import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import WebSocket from 'ws';
import { FairWebSocketServer } from './fair-web-sockets.ts';

const MESSAGES = 100;

async function connect() {
  const server = new FairWebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  await once(client, 'open');
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  return { client, socket };
}

test('handles one message of a connection in a turn of the event loop', async () => {
  const { client, socket } = await connect();
  let turn = 0;
  const turns: number[] = [];
  const nextTurn = () => {
    turn += 1;
    if (turns.length < MESSAGES) setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  const all = new Promise<void>((resolve) => {
    socket.on('message', () => {
      turns.push(turn);
      if (turns.length === MESSAGES) resolve();
    });
  });
  for (let index = 0; index < MESSAGES; index += 1) client.send('3');
  await all;
  expect(new Set(turns).size).toBe(MESSAGES);
});

test('cuts a connection whose client does not confirm that it is closed', async () => {
  const { client, socket } = await connect();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  client.pause();
  socket.close();
  const closed = once(socket, 'close');
  vi.advanceTimersByTime(5_000);
  await closed;
});
