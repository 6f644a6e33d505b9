/**
 * The current state of the room. It emits an event once per change, even when the server sends the same state twice.
 */
import type { Earnings } from '../../server/protocol/money/money.ts';
import type { Welcome } from '../../server/protocol/realtime.ts';
import type { Access, ChangedRoom, Room as RoomInfo } from '../../server/protocol/rooms.ts';
import type { RoomEventMap } from './events.ts';

type StateEventName =
  | 'viewerCount'
  | 'ticketsLeft'
  | 'liveStarted'
  | 'liveEnded'
  | 'pauseChanged'
  | 'earningsChanged'
  | 'roomChanged'
  | 'roomEnded';
type Pause = Pick<RoomInfo, 'pausedUntil' | 'pauseAnnounced'>;
type StateEmit = <N extends StateEventName>(name: N, payload: RoomEventMap[N]) => void;

const NO_PAUSE: Pause = { pausedUntil: null, pauseAnnounced: false };
const EDITABLE_FIELDS = [
  'title',
  'text',
  'access',
  'startsAt',
  'movedAt',
  'returnUntil',
  'listed',
  'poster',
] as const satisfies readonly (keyof ChangedRoom)[];

export class RoomState {
  info: RoomInfo | null = null;
  access: Access = { state: 'required' };
  earnings: Earnings | null = null;
  currency: string | null = null;
  ticketsLeft: number | null = null;
  minLiveMinutes: number | null = null;
  clockOffsetMs = 0;
  #viewerCount = 0;
  #isLive = false;
  /** The pause that was last emitted; after a reconnect `info` is newer. */
  #pause = NO_PAUSE;
  #endEmitted = false;
  readonly #emit: StateEmit;

  constructor(emit: StateEmit) {
    this.#emit = emit;
  }

  get viewerCount(): number {
    return this.#viewerCount;
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  reset(): void {
    this.info = null;
    this.access = { state: 'required' };
    this.earnings = null;
    this.currency = null;
    this.minLiveMinutes = null;
    this.ticketsLeft = null;
    this.#viewerCount = 0;
    this.#isLive = false;
    this.#pause = NO_PAUSE;
    this.#endEmitted = false;
  }

  /** Takes over the state of the first welcome; emits nothing. */
  begin(welcome: Welcome): void {
    this.info = welcome.room;
    this.access = welcome.access;
    this.earnings = null;
    this.currency = welcome.currency;
    this.minLiveMinutes = welcome.minLiveMinutes;
    this.ticketsLeft = welcome.ticketsLeft;
    this.#viewerCount = welcome.viewerCount;
    this.#isLive = welcome.live;
    this.#pause = welcome.room;
    this.#endEmitted = welcome.room.status === 'ended';
  }

  /** Called for every welcome. The offset is too small by the time that the message took to arrive. */
  noteServerTime(serverTime: string): void {
    this.clockOffsetMs = Date.parse(serverTime) - Date.now();
  }

  setViewerCount(count: number): void {
    if (count === this.#viewerCount) return;
    this.#viewerCount = count;
    this.#emit('viewerCount', count);
  }

  setTicketsLeft(count: number | null): void {
    if (count === this.ticketsLeft) return;
    this.ticketsLeft = count;
    this.#emit('ticketsLeft', count);
  }

  setEarnings(earnings: Earnings): void {
    this.earnings = earnings;
    this.#emit('earningsChanged', earnings);
  }

  /** Returns whether the live started or ended. Its pause changes in the same step, before any event. */
  setLive(live: boolean, at: string, { pausedUntil, pauseAnnounced }: Pause = NO_PAUSE): boolean {
    const { info } = this;
    const before = this.#pause;
    const hasPauseChanged = before.pausedUntil !== pausedUntil || before.pauseAnnounced !== pauseAnnounced;
    this.#pause = { pausedUntil, pauseAnnounced };
    const hasChanged = live !== this.#isLive;
    this.#isLive = live;
    if (info) {
      this.info = { ...info, pausedUntil, pauseAnnounced };
      const firstLiveAt = info.firstLiveAt ?? at;
      if (hasChanged && live)
        Object.assign(this.info, { status: 'live', liveStartedAt: at, firstLiveAt, liveEndedAt: null });
      else if (hasChanged && info.status === 'live')
        Object.assign(this.info, { status: 'scheduled', liveStartedAt: null, liveEndedAt: at });
    }
    if (hasChanged && live) this.#emit('liveStarted', { startedAt: at });
    else if (hasChanged) this.#emit('liveEnded', { endedAt: at });
    if (hasPauseChanged) this.#emit('pauseChanged', { until: pausedUntil, isAnnounced: pauseAnnounced });
    return hasChanged;
  }

  /** Takes over what the creator has changed. */
  setChanged(room: ChangedRoom): void {
    if (!this.info) return;
    this.info = { ...this.info, ...room };
    this.#emit('roomChanged', this.info);
  }

  /** Takes over the room after a reconnect. Its live and its end have events of their own. */
  setRoom(room: RoomInfo): void {
    const before = this.info;
    this.info = room;
    const isChanged = (name: keyof ChangedRoom) => JSON.stringify(before?.[name]) !== JSON.stringify(room[name]);
    if (EDITABLE_FIELDS.some(isChanged)) this.#emit('roomChanged', room);
  }

  /** The end of the room is the end of its live too, which the server does not report on its own. */
  setEnded(info: RoomInfo): void {
    const wasLive = this.#isLive;
    this.#isLive = false;
    this.info = info;
    if (wasLive) this.#emit('liveEnded', { endedAt: info.liveEndedAt ?? info.endedAt ?? new Date().toISOString() });
    if (this.#endEmitted) return;
    this.#endEmitted = true;
    this.#emit('roomEnded', info);
  }

  /** The connection has ended, so the server no longer reports whether the live continues. */
  end(): void {
    this.#isLive = false;
  }
}
