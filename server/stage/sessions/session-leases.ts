/**
 * Renews the leases of this gateway's sessions on their nodes and in the rooms' trees; ends sessions that were not
 * resumed.
 */
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { SessionId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Fleet } from '../placement/fleet.ts';
import type { RoomPlaces } from '../placement/room-places.ts';
import { roomUses } from './room-uses.ts';
import type { SessionEntry, SessionTable } from './session-table.ts';

const RENEW_MS = 5_000;
const END_ORPHANS_MS = 1_000;
const RESTORED_LOOK_MS = 1_000;

export interface SessionLeasesOptions {
  sessions: SessionTable;
  fleet: Pick<Fleet, 'get'>;
  places: Pick<RoomPlaces, 'renew'>;
  clock: Clock;
  log: Log;
  /** The session was not resumed in time. */
  end: (session: SessionId) => Promise<void>;
  /** The node no longer has the session, or another gateway has adopted it. */
  handleLost: (node: string, entry: SessionEntry, isAdopted: boolean) => void;
}

export class SessionLeases {
  readonly #options: SessionLeasesOptions;
  readonly #timers: NodeJS.Timeout[];
  #restoredTimer: NodeJS.Timeout | undefined;

  constructor(options: SessionLeasesOptions) {
    this.#options = options;
    this.#timers = [
      setInterval(() => void this.#renew(), RENEW_MS),
      setInterval(() => this.#endOrphans(), END_ORPHANS_MS),
    ];
  }

  /** The session's socket is gone; another may resume it. */
  orphan(session: SessionId): void {
    const { sessions, clock } = this.#options;
    sessions.orphan(session, clock.now() + LIMITS.sessionGraceMs);
  }

  /** Redis is back, perhaps without its data: publishes the rooms' nodes at once and schedules another check. */
  handleRestored(): void {
    void this.#renew();
    clearTimeout(this.#restoredTimer);
    this.#restoredTimer = setTimeout(() => void this.#renew(), RESTORED_LOOK_MS);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#restoredTimer);
  }

  #endOrphans(): void {
    const { sessions, clock, log, end } = this.#options;
    const now = clock.now();
    for (const { session, socket, orphanedUntilMs } of sessions.all())
      if (socket === undefined && orphanedUntilMs <= now)
        end(session).catch((error) => log.warn({ err: error }, 'session not closed'));
  }

  async #renew(): Promise<void> {
    const { sessions, places, log } = this.#options;
    const kept = new Map<string, SessionEntry[]>();
    for (const entry of sessions.all()) {
      const { node } = entry;
      if (node !== undefined) kept.set(node, [...(kept.get(node) ?? []), entry]);
    }
    await Promise.all([
      ...[...kept].map(([node, held]) => this.#renewOn(node, held)),
      places
        .renew(roomUses(sessions.inUse()), new Set([...sessions.all()].map(({ room }) => room)))
        .catch((error) => log.warn({ err: error }, 'room trees not renewed')),
    ]);
  }

  async #renewOn(node: string, held: SessionEntry[]): Promise<void> {
    const { fleet, sessions, log, handleLost } = this.#options;
    try {
      const epochs = Object.fromEntries(held.map(({ session, epoch }) => [session, epoch]));
      const answer = await fleet.get(node)?.renew({ sessions: held.map(({ session }) => session), epochs });
      const tell = (session: string, isAdopted: boolean): void => {
        const entry = sessions.get(session as SessionId);
        // This gateway may have resumed it during the request.
        if (entry && entry.epoch === epochs[session]) handleLost(node, entry, isAdopted);
      };
      for (const session of answer?.lost ?? []) tell(session, false);
      for (const session of answer?.adopted ?? []) tell(session, true);
    } catch (error) {
      log.warn({ err: error, node }, 'sfu node did not answer');
    }
  }
}
