/**
 * The current state of the room. It emits an event once per change, even when the server sends the same state twice.
 */
import type { Earnings } from '../../server/protocol/money/money.ts';
import type { Welcome } from '../../server/protocol/realtime.ts';
import type { Access, Room as RoomInfo } from '../../server/protocol/rooms.ts';
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
type StateEmit = <N extends StateEventName>(name: N, payload: RoomEventMap[N]) => void;

export class RoomState {
  info: RoomInfo | null = null;
  access: Access = { state: 'required' };
  earnings: Earnings | null = null;
  currency: string | null = null;
  ticketsLeft: number | null = null;
  #viewerCount = 0;
  #isLive = false;
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
    this.ticketsLeft = null;
    this.#viewerCount = 0;
    this.#isLive = false;
    this.#endEmitted = false;
  }

  /** Takes over the state of the first welcome; emits nothing. */
  begin(welcome: Welcome): void {
    this.info = welcome.room;
    this.access = welcome.access;
    this.earnings = null;
    this.currency = welcome.currency;
    this.ticketsLeft = welcome.ticketsLeft;
    this.#viewerCount = welcome.viewerCount;
    this.#isLive = welcome.live;
    this.#endEmitted = welcome.room.status === 'ended';
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

  /** Returns whether the state changed. */
  setLive(live: boolean, at: string): boolean {
    if (live === this.#isLive) return false;
    this.#isLive = live;
    const { info } = this;
    if (info && live) this.info = { ...info, status: 'live', liveStartedAt: at, liveEndedAt: null };
    else if (info?.status === 'live') this.info = { ...info, status: 'scheduled', liveEndedAt: at };
    if (live) {
      this.#emit('liveStarted', { startedAt: at });
      this.setPause({ until: null, isAnnounced: false });
    } else this.#emit('liveEnded', { endedAt: at });
    return true;
  }

  setPause({ until, isAnnounced }: RoomEventMap['pauseChanged']): void {
    const { info } = this;
    if (!info || (info.pausedUntil === until && info.pauseAnnounced === isAnnounced)) return;
    this.info = { ...info, pausedUntil: until, pauseAnnounced: isAnnounced };
    this.#emit('pauseChanged', { until, isAnnounced });
  }

  /** Takes over what the creator has changed; the live has events of its own. */
  setChanged({ title, text, access, startsAt, movedAt, returnUntil, listed }: RoomInfo): void {
    const { info } = this;
    if (!info) return;
    this.info = { ...info, title, text, access, startsAt, movedAt, returnUntil, listed };
    this.#emit('roomChanged', this.info);
  }

  setEnded(info: RoomInfo): void {
    this.info = info;
    if (this.#endEmitted) return;
    this.#endEmitted = true;
    this.#emit('roomEnded', info);
  }

  /** The connection has ended, so the server no longer reports whether the live continues. */
  end(): void {
    this.#isLive = false;
  }
}
