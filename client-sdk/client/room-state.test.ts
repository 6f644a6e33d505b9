import { describe, expect, it, vi } from 'vitest';
import type { Welcome } from '../../server/protocol/realtime.ts';
import { changedRoom, type Room } from '../../server/protocol/rooms.ts';
import { RoomEvents } from './room-events.ts';
import { RoomState } from './room-state.ts';

const info: Room = {
  id: 'room_00000001',
  title: 'Matinée',
  text: null,
  creator: { identity: 'creator-1', name: 'Cora' },
  access: { kind: 'free' },
  chat: { enabled: true },
  listed: false,
  poster: null,
  portrait: null,
  status: 'scheduled',
  capacity: null,
  startsAt: null,
  dateDueAt: null,
  movedAt: null,
  returnUntil: null,
  liveStartedAt: null,
  firstLiveAt: null,
  liveEndedAt: null,
  pausedUntil: null,
  pauseAnnounced: false,
  liveSeconds: 0,
  endedAt: null,
  createdAt: '2030-01-01T00:00:00.000Z',
};

function welcome(room: Room, live = false): Welcome {
  return {
    participant: { identity: 'fan-1', name: 'Fan', role: 'fan' },
    can: { publish: false, chat: true, tip: true, moderate: false },
    room,
    access: { state: 'granted', reason: 'free' },
    viewerCount: 3,
    live,
    wallet: null,
    currency: 'eur',
    inside: null,
    ticketsLeft: null,
    minLiveMinutes: 5,
    serverTime: '2030-01-01T00:00:00.000Z',
  };
}

function createState(room: Room = info, live = false) {
  const events: string[] = [];
  const state = new RoomState((name) => events.push(name));
  state.begin(welcome(room, live));
  return { state, events };
}

describe('RoomState', () => {
  it('takes over what the creator has changed, and leaves the live alone', () => {
    const { state, events } = createState();
    state.setLive(true, '2030-01-01T00:01:00.000Z');
    // Read before the live began.
    const { title: _title, startsAt: _startsAt, ...rest } = changedRoom.parse(info);
    state.setChanged({ ...rest, title: 'Soirée', startsAt: '2030-01-02T00:00:00.000Z' });
    expect(state.info).toMatchObject({ title: 'Soirée', startsAt: '2030-01-02T00:00:00.000Z', status: 'live' });
    expect(events).toEqual(['liveStarted', 'roomChanged']);
  });

  it('takes over the first welcome without emitting events', () => {
    const { state, events } = createState({ ...info, status: 'live' }, true);
    expect(state).toMatchObject({ viewerCount: 3, isLive: true });
    expect(events).toEqual([]);
  });

  it('emits the start and end of a live once, and updates the status of the room', () => {
    const { state, events } = createState();
    const at = '2030-01-01T20:00:00.000Z';
    expect(state.setLive(true, at)).toBe(true);
    expect(state.setLive(true, at)).toBe(false);
    expect(state.info).toMatchObject({ status: 'live', liveStartedAt: at, firstLiveAt: at });
    const endedAt = '2030-01-01T20:05:00.000Z';
    expect(state.setLive(false, endedAt)).toBe(true);
    const ended = { status: 'scheduled', liveStartedAt: null, firstLiveAt: at, liveEndedAt: endedAt };
    expect(state.info).toMatchObject(ended);
    state.setLive(true, '2030-01-01T20:10:00.000Z');
    expect(state.info?.firstLiveAt).toBe(at);
    expect(events).toEqual(['liveStarted', 'liveEnded', 'liveStarted']);
  });

  it('shows listeners the end of a live together with its pause', () => {
    const pause = { pausedUntil: '2030-01-01T20:20:00.000Z', pauseAnnounced: true };
    const seen: unknown[] = [];
    const state: RoomState = new RoomState((name) => seen.push([name, state.info?.pausedUntil, state.info?.status]));
    state.begin(welcome({ ...info, status: 'live' }, true));
    state.setLive(false, '2030-01-01T20:00:00.000Z', pause);
    state.setLive(true, '2030-01-01T20:10:00.000Z');
    expect(seen).toEqual([
      ['liveEnded', pause.pausedUntil, 'scheduled'],
      ['pauseChanged', pause.pausedUntil, 'scheduled'],
      ['liveStarted', null, 'live'],
      ['pauseChanged', null, 'live'],
    ]);
  });

  it('emits after a reconnect what the creator has changed meanwhile, and its pause', () => {
    const { state, events } = createState();
    const reconnect = (room: Room) => {
      state.setRoom(room);
      state.setLive(false, '2030-01-01T20:00:00.000Z', room);
      return events.splice(0);
    };
    expect(reconnect({ ...info, liveSeconds: 60 })).toEqual([]);
    for (const name of Object.keys(changedRoom.shape)) {
      expect(reconnect({ ...info, [name]: `another ${name}` })).toEqual(['roomChanged']);
      expect(reconnect(info)).toEqual(['roomChanged']);
    }
    const pause = { pausedUntil: '2030-01-01T20:20:00.000Z', pauseAnnounced: true };
    expect(reconnect({ ...info, ...pause })).toEqual(['pauseChanged']);
    expect(reconnect({ ...info, ...pause })).toEqual([]);
  });

  it('emits the viewer count only when it changes', () => {
    const { state, events } = createState();
    state.setViewerCount(3);
    state.setViewerCount(4);
    expect(events).toEqual(['viewerCount']);
  });

  it('emits the end of the room once, also after a reconnect, and not on joining an ended room', () => {
    const ended: Room = { ...info, status: 'ended', endedAt: '2030-01-01T21:00:00.000Z' };
    const { state, events } = createState();
    state.setEnded(ended);
    state.setEnded({ ...ended });
    expect(events).toEqual(['roomEnded']);
    state.setLive(false, '2030-01-01T21:00:00.000Z');
    expect(state.info?.status).toBe('ended');
    const late = createState(ended);
    late.state.setEnded(ended);
    expect(late.events).toEqual([]);
  });

  it('ends the live with the room, once', () => {
    const { state, events } = createState({ ...info, status: 'live' }, true);
    state.setEnded({ ...info, status: 'ended', endedAt: '2030-01-01T21:00:00.000Z' });
    expect(state.isLive).toBe(false);
    state.setLive(false, '2030-01-01T21:00:00.000Z');
    expect(events).toEqual(['liveEnded', 'roomEnded']);
  });
});

/** Room events with a state and the given parts; every other part takes any call. */
function createEvents(given: object): RoomEvents {
  const part: object = new Proxy(() => part, { get: (_part, name) => (name === 'then' ? undefined : part) });
  const names = ['chat', 'stage', 'wallet', 'tipping', 'privateSession', 'localParticipant', 'emit'];
  const parts = { ...Object.fromEntries(names.map((name) => [name, part])), ...given };
  return new RoomEvents(parts as unknown as ConstructorParameters<typeof RoomEvents>[0]);
}

it('emits after a reconnect that the role or the rights have changed meanwhile, once', () => {
  const changes: unknown[] = [];
  const localParticipant = {
    ...{ role: 'fan', permissions: welcome(info).can },
    handleSelf: ({ participant, can }: Welcome) =>
      Object.assign(localParticipant, { role: participant.role, permissions: can }),
    publisher: { handleReconnected: async () => {}, handleLiveEnded: async () => {} },
    close: () => {},
  };
  const emit = (name: string, payload: unknown) => name === 'rightsChanged' && changes.push(payload);
  const events = createEvents({ state: new RoomState(() => {}), localParticipant, emit });
  const fan = welcome(info);
  const can = { ...fan.can, moderate: true };
  const moderator: Welcome = { ...fan, participant: { ...fan.participant, role: 'moderator' }, can };
  events.handleWelcome(fan, null);
  events.handleWelcome(moderator, 5_000);
  events.handleWelcome(moderator, 5_000);
  expect(changes).toEqual([{ role: 'moderator', permissions: can }]);
  events.handleWelcome(fan, 5_000);
  expect(changes.at(-1)).toEqual({ role: 'fan', permissions: fan.can });
});

it('a live that ended while the connection was down ended when the server says', () => {
  const endedAt = vi.fn();
  const state = new RoomState((name, payload) => name === 'liveEnded' && endedAt(payload));
  const events = createEvents({ state });
  const liveEndedAt = '2030-01-01T00:05:00.000Z';
  state.begin(welcome(info, true));
  events.handleWelcome({ ...welcome({ ...info, liveEndedAt }), serverTime: '2030-01-01T00:09:00.000Z' }, 60_000);
  expect(endedAt).toHaveBeenCalledExactlyOnceWith({ endedAt: liveEndedAt });
});
