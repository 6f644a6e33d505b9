import { html, type TemplateResult } from 'lit';
import { afterEach, expect, test, vi } from 'vitest';
import { pressOf } from '../../tests/support/browser/element-events.ts';
import { markupOf, testIdsOf, wordsOf } from '../../tests/support/browser/element-markup.ts';
import { listening } from '../../tests/support/browser/listening-part.ts';
import type { RoomEventMap } from '../client/events.ts';
import type { Room } from '../client/room.ts';
import { LogeStudio } from './loge-studio.ts';
import { LogeStudioFigures } from './studio/studio-figures.ts';

afterEach(() => vi.unstubAllGlobals());

test('a tip, a private request and a raised hand sound in the studio, unless the creator wants none', () => {
  const played: number[] = [];
  const audio = { currentTime: 0, isAllowed: false, isRunning: false };
  const isSilent = { value: null as string | null };
  vi.stubGlobal('localStorage', { getItem: () => isSilent.value });
  class FakeAudio {
    get currentTime(): number {
      return audio.isRunning ? audio.currentTime : 0;
    }

    resume = async () => {
      audio.isRunning = audio.isAllowed;
    };
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
  const { emitter, stops } = listening(new LogeStudio(), { chat: { hands: { count: 0, hands: [] } } });
  const soundsOf = (act: () => void) => {
    played.length = 0;
    audio.currentTime += 10;
    act();
    return played.length;
  };
  // Before the first click on the page, the browser lets no sound begin.
  emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']);
  audio.isAllowed = true;
  emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']);
  expect(soundsOf(() => emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']))).toBe(2);
  expect(soundsOf(() => emitter.emit('privateRequested', {} as RoomEventMap['privateRequested']))).toBe(3);
  expect(soundsOf(() => emitter.emit('chatHands', { count: 1, hands: [] }))).toBe(1);
  isSilent.value = 'yes';
  expect(soundsOf(() => emitter.emit('tipReceived', {} as RoomEventMap['tipReceived']))).toBe(0);
  for (const stop of stops) stop();
});

test('one that was away and is asked whether to go live again is told once that it is off air', () => {
  const info = { status: 'scheduled', access: { kind: 'free' }, liveEndedAt: '2030-01-01T20:00:00.000Z' };
  const room = { info, isLive: false, viewerCount: 0, localParticipant: { isLive: false } } as unknown as Room;
  const ending = (isInterrupted: boolean) =>
    testIdsOf(html`<loge-studio-ending .room=${room} .isInterrupted=${isInterrupted}></loge-studio-ending>`);
  expect(ending(false)).toContain('studio-paused');
  expect(ending(true)).not.toContain('studio-paused');
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

/** A live without a camera, which was unplugged. */
function liveWithoutCamera() {
  const localParticipant = {
    name: 'Ada',
    isLive: true,
    isMuted: () => true,
    tracks: [],
    permissions: { publish: true },
    addDevices: vi.fn(async () => {}),
    startPreview: vi.fn(async () => {}),
  };
  const info = {
    id: 'room_1',
    title: 'A concert',
    creator: { identity: 'ada', name: 'Ada' },
    status: 'live',
    access: { kind: 'free' },
    chat: { enabled: true },
  };
  return { info, localParticipant, tipRequests: [], state: 'connected', viewerCount: 1, chat: { state: null } };
}

test('the button in the picture of a live sends what it opens, and says so', async () => {
  const room = liveWithoutCamera();
  const picture = html`<loge-studio-picture .room=${room as unknown as Room}></loge-studio-picture>`;
  expect(testIdsOf(picture)).toContain('allow-devices');
  expect(wordsOf(picture)).toContain('Your audience will see and hear you right away.');
  class LiveStudio extends LogeStudio {
    override readonly renderRoot = { querySelector: () => null } as unknown as ShadowRoot;
  }
  customElements.define('test-live-studio', LiveStudio);
  const studio = new LiveStudio();
  studio.room = room as unknown as Room;
  const { strings, values } = studio.render();
  const press = values[strings.findIndex((text) => text.endsWith('@loge-preview-wanted='))] as () => Promise<void>;
  await press();
  expect(room.localParticipant.addDevices).toHaveBeenCalledOnce();
  expect(room.localParticipant.startPreview).not.toHaveBeenCalled();
});

test('beside the picture are tabs for what the room has, and none once it has ended', () => {
  const tabsOf = (members: object) => {
    const { part } = listening(new LogeStudio(), { ...liveWithoutCamera(), ...members });
    const rendered = part.render();
    return ['chat', 'requests', 'poll', 'goal'].filter((id) => {
      try {
        return pressOf(rendered, `tab-${id}`);
      } catch {
        return false;
      }
    });
  };
  const room = { ...liveWithoutCamera(), chat: { hands: { count: 0, hands: [] } } };
  expect(tabsOf({ ...room, currency: 'eur' })).toEqual(['chat', 'requests', 'poll', 'goal']);
  expect(tabsOf(room)).toEqual(['chat', 'poll']);
  expect(tabsOf({ ...room, currency: 'eur', info: { ...room.info, status: 'ended' } })).toEqual([]);
});

test('what comes into the chat while another tab is shown is counted, until the chat is chosen', () => {
  const members = { ...liveWithoutCamera(), chat: { hands: { count: 0, hands: [] } }, currency: 'eur' };
  const { part, emitter } = listening(new LogeStudio(), members);
  const write = () => emitter.emit('chatMessage', {} as RoomEventMap['chatMessage']);
  write();
  expect(part.unread).toBe(0);
  pressOf(part.render(), 'tab-goal')();
  write();
  expect([part.tab, part.unread]).toEqual(['goal', 1]);
  pressOf(part.render(), 'tab-chat')();
  expect([part.tab, part.unread]).toEqual(['chat', 0]);
});

test("the duration of a live is measured by the server's clock", () => {
  const figures = new LogeStudioFigures();
  // Ten minutes ago, on a device whose clock is an hour fast.
  const liveStartedAt = new Date(Date.now() - 4_200_000).toISOString();
  figures.room = { info: { liveStartedAt }, clockOffsetMs: -3_600_000, viewerCount: 1 } as unknown as Room;
  expect(wordsOf(figures.render() as TemplateResult)).toMatch(/ 10:0\d /);
});

test('a shared screen that ends by the button of the browser is no device that was unplugged', () => {
  const { part, emitter } = listening(new LogeStudio(), { chat: { hands: { count: 0, hands: [] } } });
  const end = (source: 'screen' | 'camera') => {
    emitter.emit('localTrackChanged', { source, change: 'ended', track: null, muted: false });
    return part.problem;
  };
  expect(end('screen')).toBe('');
  expect(end('camera')).toContain('unplugged');
});

test('a screen that was watched and is no longer shared does not count as an audience', () => {
  const { part: figures, emitter } = listening(new LogeStudioFigures());
  emitter.emit('publishingLayers', { source: 'screen', maxSpatialLayer: 1 });
  emitter.emit('publishingLayers', { source: 'camera', maxSpatialLayer: -1 });
  expect(figures.isIdle).toBe(false);
  emitter.emit('localTrackChanged', { source: 'screen', change: 'unpublished', track: null, muted: false });
  expect(figures.isIdle).toBe(true);
});
