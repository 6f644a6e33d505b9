import { html } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import { markupOf, testIdsOf, wordsOf } from '../../tests/support/browser/element-markup.ts';
import { Emitter } from '../src/emitter.ts';
import type { RoomEventMap } from '../src/events.ts';
import type { Room } from '../src/room.ts';
import { LogeStudio } from './loge-studio.ts';

afterEach(() => vi.unstubAllGlobals());

test('a tip, a private request and a raised hand sound in the studio, unless the creator wants none', () => {
  const played: number[] = [];
  const audio = { currentTime: 0 };
  const isSilent = { value: null as string | null };
  vi.stubGlobal('localStorage', { getItem: () => isSilent.value });
  class FakeAudio {
    get currentTime(): number {
      return audio.currentTime;
    }
  }
  vi.stubGlobal('AudioContext', FakeAudio);
  vi.stubGlobal(
    'GainNode',
    class {
      gain = { setTargetAtTime() {} };
      connect = () => ({ connect() {} });
    },
  );
  vi.stubGlobal(
    'OscillatorNode',
    class {
      constructor(_context: unknown, { frequency }: { frequency: number }) {
        played.push(frequency);
      }
      connect = (node: unknown) => node;
      start() {}
      stop() {}
    },
  );
  const emitter = new Emitter<RoomEventMap>(() => undefined);
  const room = { on: emitter.on.bind(emitter), chat: { hands: { count: 0, hands: [] } } } as unknown as Room;
  class Studio extends LogeStudio {
    listen = () => this.listenTo(room);
  }
  customElements.define('test-studio', Studio);
  const stops = new Studio().listen();
  const soundsOf = (act: () => void) => {
    played.length = 0;
    audio.currentTime += 10;
    act();
    return played.length;
  };
  expect(soundsOf(() => emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']))).toBe(2);
  expect(soundsOf(() => emitter.emit('privateRequested', {} as RoomEventMap['privateRequested']))).toBe(3);
  expect(soundsOf(() => emitter.emit('chatHands', { count: 1, hands: [] }))).toBe(1);
  isSilent.value = 'yes';
  expect(soundsOf(() => emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']))).toBe(0);
  for (const stop of stops) stop();
});

test('what is asked for with a tip waits in a queue, which is counted, with what to do about it', () => {
  const from = { identity: 'lea', name: 'Léa', role: 'fan' };
  const request = {
    tip: 'tip_1',
    from,
    label: 'Your name, sung',
    message: 'Please!',
    amountMinor: 500,
    currency: 'eur',
  };
  const room = { info: { status: 'live' }, tipRequests: [{ ...request, sentAt: '2030-01-01T20:00:00.000Z' }] };
  const queue = html`<loge-studio-requests .room=${room as unknown as Room}></loge-studio-requests>`;
  expect(wordsOf(queue)).toMatch(/Requests 1 Your name, sung Please! Léa · €5\.00/);
  expect(testIdsOf(queue)).toEqual(['studio-requests', 'request-done', 'request-undo']);
  expect(
    markupOf(
      html`<loge-studio-requests .room=${{ ...room, tipRequests: [] } as unknown as Room}></loge-studio-requests>`,
    ),
  ).not.toContain('studio-requests"');
});
