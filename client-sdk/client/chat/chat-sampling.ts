/** Measures how much of a very busy chat the server has sent and left out over the last seconds. */
import type { EventData } from '../../../server/protocol/realtime.ts';
import { CHAT } from '../limits.ts';

export interface SeqRange {
  fromSeq: number;
  toSeq: number;
}

/**
 * Of `total` messages per second, this page got `shown`. Tips and messages of the creator and moderators are never left
 * out.
 */
export interface ChatSampling {
  readonly shown: number;
  readonly total: number;
}

interface Bucket {
  atMs: number;
  shown: number;
  dropped: number;
}

export class SamplingMeter {
  #buckets: Bucket[] = [];
  #droppedAtMs = Number.NEGATIVE_INFINITY;

  note(frame: { shown: number; dropped: number }): void {
    const now = Date.now();
    if (frame.dropped > 0) this.#droppedAtMs = now;
    this.#buckets = this.#buckets.filter(({ atMs }) => now - atMs < CHAT.sampledQuietMs);
    const last = this.#buckets.at(-1);
    if (last && now - last.atMs < 1_000) {
      last.shown += frame.shown;
      last.dropped += frame.dropped;
    } else {
      this.#buckets.push({ atMs: now, ...frame });
    }
  }

  /** Null when nothing was left out recently. */
  get current(): ChatSampling | null {
    const now = Date.now();
    if (now - this.#droppedAtMs >= CHAT.sampledQuietMs) return null;
    const recent = this.#buckets.filter(({ atMs }) => now - atMs < CHAT.sampledQuietMs);
    const shown = recent.reduce((sum, bucket) => sum + bucket.shown, 0);
    const dropped = recent.reduce((sum, bucket) => sum + bucket.dropped, 0);
    const seconds = Math.max(1, Math.ceil((now - (recent[0]?.atMs ?? now)) / 1_000));
    return { shown: Math.round(shown / seconds), total: Math.round((shown + dropped) / seconds) };
  }

  clear(): void {
    this.#buckets = [];
    this.#droppedAtMs = Number.NEGATIVE_INFINITY;
  }
}

/** Reads from a frame how many entries were left out, and which, so that the log does not fetch them as a gap. */
export function parseSampled({ sampled }: EventData<'chat:frame'>): { dropped: number; ranges: SeqRange[] } {
  const ranges = (sampled?.ranges ?? []).map(([fromSeq, toSeq]) => ({ fromSeq, toSeq }));
  return { dropped: sampled?.dropped ?? 0, ranges };
}
