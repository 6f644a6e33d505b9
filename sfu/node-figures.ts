import type { SessionTraffic, SfuStats } from './contract.ts';
import { PipeSession } from './pipes/pipe-session.ts';
import type { RoomDirectory } from './rooms/room-directory.ts';
import { PublishSession } from './sessions/publish-session.ts';
import type { Session } from './sessions/session.ts';
import type { SessionHost } from './sessions/session-host.ts';
import { WatchSession } from './sessions/watch-session.ts';
import type { WorkerPool } from './workers/worker-pool.ts';

export interface PipeCount {
  room: string;
  /** Session and node, of a pipe to another node. */
  session?: string;
  node?: string;
  tracks: number;
  sentBytes: number;
}

/** Reads the figures of a node: sessions, tracks, pipes and traffic. */
export class NodeFigures {
  readonly #pool: WorkerPool;
  readonly #rooms: RoomDirectory;
  readonly #sessions: SessionHost;

  constructor(parts: { pool: WorkerPool; rooms: RoomDirectory; sessions: SessionHost }) {
    this.#pool = parts.pool;
    this.#rooms = parts.rooms;
    this.#sessions = parts.sessions;
  }

  stats(): SfuStats {
    const sessions = this.#sessions.all;
    const streams = (of: Session[]) =>
      of.reduce((count, { streamCount, isSpare }) => count + (isSpare ? 0 : streamCount), 0);
    return {
      workers: this.#pool.workers.length,
      rooms: this.#rooms.all.length,
      sessions: sessions.length,
      producers: streams(sessions.filter((session) => session instanceof PublishSession)),
      consumers: streams(sessions.filter((session) => session instanceof WatchSession)),
    };
  }

  async pipes(): Promise<PipeCount[]> {
    const rooms = this.#rooms.all.map(async (room) =>
      (await room.pipes()).map((pipe) => ({ room: room.name, ...pipe })),
    );
    const pulls = this.#sessions.all.filter((session) => session instanceof PipeSession);
    const counted = await Promise.allSettled(
      pulls.map(async (pipe) => ({
        room: pipe.grant.room,
        session: pipe.id,
        node: pipe.grant.identity,
        tracks: pipe.streamCount,
        sentBytes: await pipe.sentBytes(),
      })),
    );
    return [
      ...(await Promise.all(rooms)).flat(),
      ...counted.flatMap((it) => (it.status === 'fulfilled' ? it.value : [])),
    ];
  }

  async roomTraffic(room: string, identity: string): Promise<(SessionTraffic & { publish: boolean })[]> {
    const sessions = (this.#rooms.get(room)?.sessions ?? []).filter(
      (session) =>
        !session.isSpare &&
        !session.isPrepared &&
        (session instanceof PublishSession || (session instanceof WatchSession && session.grant.identity === identity)),
    );
    const counted = await Promise.allSettled(
      sessions.map(async (session) => ({
        ...(await session.traffic()),
        publish: session instanceof PublishSession,
      })),
    );
    // A session that ended meanwhile is left out.
    return counted.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  }
}
