/** Both Socket.IO transports beside the HTTP API on one server do not interfere. */
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApp, type TestApp } from '../../support/houses/app.ts';

let loge: TestApp;

beforeAll(async () => {
  loge = await startApp();
});

afterAll(async () => {
  await loge[Symbol.asyncDispose]();
});

test.each(['polling', 'websocket'])('a participant is welcomed over %s', async (transport) => {
  const { id: room } = await loge.createRoom({ kind: 'free' });
  const token = await loge.token({ identity: 'lea', room });
  const socket = io(loge.url, { auth: { token }, transports: [transport], reconnection: false, forceNew: true });
  try {
    const welcome = await new Promise((resolve, reject) => {
      socket.once('rooms:welcome', resolve);
      socket.once('connect_error', reject);
    });
    expect(welcome).toMatchObject({ access: { state: 'granted' } });
    expect(await socket.timeout(5_000).emitWithAck('chat:history', {})).toMatchObject({ ok: true });
  } finally {
    socket.close();
  }
});

test('a handshake without a token is refused with a code over both', async () => {
  for (const transport of ['polling', 'websocket']) {
    const socket = io(loge.url, { transports: [transport], reconnection: false, forceNew: true });
    const error = await new Promise<{ data?: { code: string } }>((resolve) => socket.once('connect_error', resolve));
    expect(error.data?.code).toBe('token_missing');
    socket.close();
  }
});
