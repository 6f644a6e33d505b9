/**
 * What took place in a flow's rooms, written down by the steps: the model of tickets counts from it, and not from what
 * the server keeps of it.
 */
interface Live {
  fromMs: number;
  untilMs?: number;
}

interface Move {
  atMs: number;
  previousMs: number | null;
  nextMs: number | null;
}

interface ShutOut {
  identity: string;
  /** Absent: from all rooms. */
  room?: string;
  atMs: number;
  liftedMs?: number;
}

export class Diary {
  readonly shutOuts: ShutOut[] = [];
  /** Tickets by which somebody was inside while the room was live. */
  readonly seen = new Set<string>();
  /** Rooms that their creator has ended. */
  readonly ended = new Set<string>();
  /** People who have closed their account. */
  readonly closed = new Set<string>();
  readonly #lives = new Map<string, Live[]>();
  readonly #moves = new Map<string, Move[]>();

  livesOf(room: string): readonly Live[] {
    return this.#lives.get(room) ?? [];
  }

  /** The live that is on. */
  liveOf(room: string): Live | undefined {
    return this.#lives.get(room)?.find(({ untilMs }) => untilMs === undefined);
  }

  /** Rooms that are live. */
  listLive(): string[] {
    return [...this.#lives.keys()].filter((room) => this.liveOf(room));
  }

  begin(room: string, fromMs: number): void {
    if (this.liveOf(room)) return;
    this.#lives.set(room, [...this.livesOf(room), { fromMs }]);
  }

  stop(room: string, untilMs: number): void {
    const live = this.liveOf(room);
    if (live) live.untilMs = untilMs;
  }

  movesOf(room: string): readonly Move[] {
    return this.#moves.get(room) ?? [];
  }

  move(room: string, move: Move): void {
    if (move.previousMs === move.nextMs) return;
    this.#moves.set(room, [...this.movesOf(room), move]);
  }

  /** The date that a room had at a moment; `nowMs` is the one that it has now. */
  dateAt(room: string, atMs: number, nowMs: number | null): number | null {
    const later = this.movesOf(room).find((move) => move.atMs > atMs);
    return later ? later.previousMs : nowMs;
  }
}
