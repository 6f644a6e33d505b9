import type { ReactiveControllerHost } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import { Room } from '../../client/room.ts';
import { RoomSession, type SessionSource } from './room-session.ts';

afterEach(() => vi.restoreAllMocks());

const tokenOf = (room: string, name = '', more: object = {}) =>
  `head.${btoa(JSON.stringify({ sub: 'lea', room, role: 'fan', name, ...more }))}.signature`;

/** Its rooms count as connected. `connections` has what each asks for a token, at first and at every reconnect. */
function createSession() {
  const connections: Array<() => Promise<string>> = [];
  vi.spyOn(Room.prototype, 'state', 'get').mockReturnValue('connected');
  vi.spyOn(Room.prototype, 'connect').mockImplementation(async (token) => {
    connections.push(token as () => Promise<string>);
  });
  let room: Room | undefined;
  const host = { addController: () => {}, requestUpdate: () => {} } as unknown as ReactiveControllerHost;
  const session = new RoomSession(host, {
    handleRoom: (next) => {
      room = next;
    },
    handleNear: () => {},
  });
  const update = (source: Partial<SessionSource>) =>
    session.update({ url: 'http://localhost', token: undefined, tokenProvider: undefined, ...source }, room);
  return { connections, update, roomOf: () => room };
}

test('a renewed token is used at the next reconnect; one for another room, or another server, is opened', async () => {
  const { connections, update } = createSession();
  update({ token: tokenOf('room_a') });
  update({ token: tokenOf('room_a', 'renewed') });
  expect(connections).toHaveLength(1);
  expect(await connections[0]?.()).toBe(tokenOf('room_a', 'renewed'));
  update({ token: tokenOf('room_b') });
  update({ token: tokenOf('room_b'), url: 'http://127.0.0.1' });
  expect(connections).toHaveLength(3);
  expect(await connections[1]?.()).toBe(tokenOf('room_b'));
});

test('another provider is asked at the next reconnect, and a source without any token closes the room', async () => {
  const { connections, update, roomOf } = createSession();
  update({ token: tokenOf('room_a') });
  update({ tokenProvider: async () => 'provided' });
  expect(connections).toHaveLength(1);
  expect(await connections[0]?.()).toBe('provided');
  update({});
  expect(roomOf()).toBeUndefined();
});

test('a token of another person, or with other rights, is used at once', () => {
  const { connections, update } = createSession();
  update({ token: tokenOf('room_a') });
  update({ token: tokenOf('room_a', '', { sub: 'malik' }) });
  update({ token: tokenOf('room_a', '', { sub: 'malik', entitled: true }) });
  expect(connections).toHaveLength(3);
});

test('a token that came while the earlier one was refused is tried', async () => {
  const { connections, update } = createSession();
  const refused = Promise.withResolvers<void>();
  vi.mocked(Room.prototype.connect).mockReturnValueOnce(refused.promise);
  update({ token: tokenOf('room_a', 'ended') });
  update({ token: tokenOf('room_a', 'fresh') });
  refused.reject(new Error('token_invalid'));
  await vi.waitFor(() => expect(connections).toHaveLength(1));
  expect(await connections[0]?.()).toBe(tokenOf('room_a', 'fresh'));
});
