/**
 * Detects a video whose packets arrive without a picture: what its decoder waits for was lost, on a dead line or on one
 * that is too narrow. The browser itself requests a key frame only after three seconds. A check costs one synchronous
 * call for each video; statistics are read only while a picture stands still.
 */
import { backoffMs } from '../../backoff.ts';
import { STAGE } from '../../limits.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

interface Counters {
  at: number;
  packets: number;
  lost: number;
  /** Of the whole transport. */
  bytes: number;
}

interface Watched {
  /** Timestamp of the last frame that was delivered. */
  frameAt: number;
  changedAt: number;
  counters: Counters | null;
  /** Whether packets arrived between the last two readings of the counters; null before the second one. */
  wasFlowing: boolean | null;
}

export class StallMonitor {
  readonly #videos: () => readonly Receiver[];
  readonly #onStalled: (lineBps: number | undefined) => void;
  readonly #watched = new WeakMap<Receiver, Watched>();
  #stalledAt = Number.NEGATIVE_INFINITY;
  /** Since the last calm. */
  #reports = 0;
  #nextReportAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /**
   * `videos`: the receivers that should have a picture at the moment. `onStalled` gets the bit rate that arrives if
   * packets are being lost.
   */
  constructor(options: { videos: () => readonly Receiver[]; onStalled: (lineBps: number | undefined) => void }) {
    this.#videos = options.videos;
    this.#onStalled = options.onStalled;
    this.#checkLater(STAGE.stallCheckMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #checkLater(delayMs: number): void {
    this.#timer = setTimeout(() => void this.#check(), delayMs);
  }

  async #check(): Promise<void> {
    const results = await Promise.all(this.#videos().map((video) => this.#checkOne(video)));
    if (this.#isClosed) return;
    const stalled = results.find((result) => typeof result === 'object');
    if (stalled) this.#handleStalled(stalled.lineBps);
    this.#checkLater(results.every((result) => result === 'moving') ? STAGE.stallCheckMs : STAGE.stillCheckMs);
  }

  #handleStalled(lineBps: number | undefined): void {
    const now = performance.now();
    if (now - this.#stalledAt > STAGE.stallCalmMs) this.#reports = 0;
    this.#stalledAt = now;
    if (now < this.#nextReportAt && this.#reports > 0) return;
    this.#nextReportAt = now + backoffMs(STAGE.stallBackoffMs, this.#reports, 0);
    this.#reports += 1;
    this.#onStalled(lineBps);
  }

  async #checkOne(video: Receiver): Promise<'moving' | 'still' | { lineBps: number | undefined }> {
    const now = performance.now();
    const frameAt = Math.max(0, ...video.getSynchronizationSources().map(({ timestamp }) => timestamp));
    const watched = this.#watched.get(video);
    // The browser forgets a source after ten seconds.
    if (!watched || (frameAt !== 0 && frameAt !== watched.frameAt)) {
      this.#watched.set(video, { frameAt, changedAt: now, counters: null, wasFlowing: null });
      return 'moving';
    }
    // Before the first picture the server looks after those who join.
    if (watched.frameAt === 0 || now - watched.changedAt < STAGE.stallAfterMs) return 'moving';
    const { counters: before, wasFlowing } = watched;
    const counters = await readCounters(video);
    watched.counters = counters;
    if (!before) return 'still';
    const packets = counters.packets - before.packets;
    const lost = counters.lost - before.lost;
    watched.wasFlowing = packets > 0;
    if (packets <= 0) return 'still';
    // What was lost on a dead line says nothing of the line that is back.
    const isLossy = wasFlowing !== false && lost / (packets + lost) > STAGE.stallLossShare;
    const seconds = (counters.at - before.at) / 1_000;
    return { lineBps: isLossy ? Math.round(((counters.bytes - before.bytes) * 8) / seconds) : undefined };
  }
}

async function readCounters(video: Receiver): Promise<Counters> {
  const report = await video.getStats().catch(() => null);
  const counters: Counters = { at: performance.now(), packets: 0, lost: 0, bytes: 0 };
  for (const stat of report?.values() ?? []) {
    if (stat.type === 'transport') counters.bytes += stat.bytesReceived ?? 0;
    if (stat.type !== 'inbound-rtp') continue;
    counters.packets += stat.packetsReceived ?? 0;
    counters.lost += stat.packetsLost ?? 0;
  }
  return counters;
}
