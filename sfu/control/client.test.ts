import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DialledSocket, ModelPath, type ModelSocket } from '../../tests/support/live-model/model-socket.ts';
import { silentLog } from '../log.ts';
import { ControlClient } from './client.ts';

vi.mock('ws', async () => ({
  WebSocket: (await import('../../tests/support/live-model/model-socket.ts')).DialledSocket,
}));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('replaces a connection over which the node never says hello', async () => {
  const accepted: ModelSocket[] = [];
  const listener = { isDead: false, accept: (socket: ModelSocket) => void accepted.push(socket) };
  const path = new ModelPath({ below: () => 0, pause: async () => {} });
  DialledSocket.addresses = { find: () => ({ path, gateway: 'gateway', listener }) };
  const handlers = { handleUp: () => {}, handleEvent: () => {}, handleRefused: () => {} };
  const client = new ControlClient({ url: 'wss://node.example', secret: 'model', log: silentLog, ...handlers });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(accepted).toHaveLength(2);
  client.close();
});
