import { afterEach, expect, test, vi } from 'vitest';
import { Emitter } from '../../client/emitter.ts';
import type { RoomEventMap } from '../../client/events.ts';
import type { Room } from '../../client/room.ts';
import { areAlertsSilent, listenForAlerts, setAlertsSilent } from './studio-alerts.ts';

afterEach(() => vi.unstubAllGlobals());

test('a tip, a request and a raised hand are heard, a hand that goes down is not', () => {
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const room = { on: emitter.on.bind(emitter), chat: { hands: { count: 1, hands: [] } } } as unknown as Room;
  const heard: string[] = [];
  const stops = listenForAlerts(room, (kind) => heard.push(kind));
  for (const count of [2, 1, 1, 0, 1]) emitter.emit('chatHands', { count, hands: [] });
  emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']);
  emitter.emit('privateRequested', {} as RoomEventMap['privateRequested']);
  for (const stop of stops) stop();
  emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']);
  expect(heard).toEqual(['hand', 'hand', 'tip', 'request']);
});

test('where the browser refuses to store it, the choice of sounds holds for the page', () => {
  const refuse = () => {
    throw new DOMException('refused', 'SecurityError');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse });
  expect(areAlertsSilent()).toBe(false);
  setAlertsSilent(true);
  expect(areAlertsSilent()).toBe(true);
  setAlertsSilent(false);
  expect(areAlertsSilent()).toBe(false);
});
