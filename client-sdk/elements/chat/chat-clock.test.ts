import { expect, test } from 'vitest';
import { RoomState } from '../../client/room-state.ts';
import { ChatClock } from './chat-clock.ts';

test("counts down to a time of the server by the server's clock, however wrong the device's is", () => {
  const room = new RoomState(() => undefined);
  const host = { addController() {}, removeController() {}, requestUpdate() {}, updateComplete: Promise.resolve(true) };
  const clock = new ChatClock({ ...host, room });
  const serverMs = Date.now() + 600_000;
  room.noteServerTime(new Date(serverMs).toISOString());
  const remainingMs = clock.remainingMs(new Date(serverMs + 60_000).toISOString());
  expect(remainingMs).toBeGreaterThan(59_000);
  expect(remainingMs).toBeLessThanOrEqual(60_000);
  expect(clock.remainingMs(Date.now() + 5_000)).toBeGreaterThan(4_000);
  clock.hostDisconnected();
});
