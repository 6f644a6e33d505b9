import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { FairWebSocketServer } from './fair-web-sockets.ts';

const MESSAGES = 100;

test('handles one message of a connection in a turn of the event loop', async () => {
  const server = new FairWebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [socket] = (await once(server, 'connection')) as [WebSocket];
  await once(client, 'open');
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
  client.terminate();
  server.close();
});
