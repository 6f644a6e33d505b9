import type { ReactiveControllerHost } from 'lit';
import { expect, test, vi } from 'vitest';
import type { Room } from '../../client/room.ts';
import { Doors } from './doors.ts';

test('the curtain opens by itself if the picture was there before the live was announced', () => {
  vi.useFakeTimers();
  const doors = new Doors({ addController: () => {}, requestUpdate: () => {} } as unknown as ReactiveControllerHost);
  const listeners = new Map<string, () => void>();
  const on = (name: string, listener: () => void) => listeners.set(name, listener);
  doors.listenTo({ on } as unknown as Room);
  doors.part();
  listeners.get('liveStarted')?.();
  expect(doors.areClosed).toBe(true);
  vi.advanceTimersByTime(5_000);
  expect(doors.areClosed).toBe(false);
  vi.useRealTimers();
});
