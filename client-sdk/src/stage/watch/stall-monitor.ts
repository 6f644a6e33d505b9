/**
 * Detects a video whose packets arrive without a picture: what its decoder waits for was lost, on a dead line or on one
 * that is too narrow. The browser itself requests a key frame only after three seconds. A check costs one synchronous
 * call for each video; statistics are read only while a picture stands still.
 */
import { backoffMs } from '../../backoff.ts';
import { STAGE } from '../../limits.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

interface Watched {
  /** Timestamp of the last frame that was delivered. */
  frameAt: number;
  changedAt: number;
  packets: number | null;
  /** Checks in a row that found new packets. */
  flowing: number;
}

/** A single one may find the packets of a frame that is about to be shown, as of a screen that changes rarely. */
const FLOWING_CHECKS = 2;

export class StallMonitor {
  readonly #videos: () => readonly Receiver[];
  readonly #onStalled: () => void;
  readonly #watched = new WeakMap<Receiver, Watched>();
  #stalledAt = Number.NEGATIVE_INFINITY;
  /** Since the last calm. */
  #reports = 0;
  #nextReportAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** `videos`: the receivers that should have a picture at the moment. */
  constructor(options: { videos: () => readonly Receiver[]; onStalled: () => void }) {
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
    if (results.includes('stalled')) this.#handleStalled();
    this.#checkLater(results.every((result) => result === 'moving') ? STAGE.stallCheckMs : STAGE.stillCheckMs);
  }

  #handleStalled(): void {
    const now = performance.now();
    if (now - this.#stalledAt > STAGE.stallCalmMs) this.#reports = 0;
    this.#stalledAt = now;
    if (this.#reports > 0 && now < this.#nextReportAt) return;
    this.#nextReportAt = now + backoffMs(STAGE.stallBackoffMs, this.#reports);
    this.#reports += 1;
    this.#onStalled();
  }

  async #checkOne(video: Receiver): Promise<'moving' | 'still' | 'stalled'> {
    const now = performance.now();
    const frameAt = Math.max(0, ...video.getSynchronizationSources().map(({ timestamp }) => timestamp));
    const watched = this.#watched.get(video);
    // The browser forgets a source after ten seconds.
    if (!watched || (frameAt !== 0 && frameAt !== watched.frameAt)) {
      this.#watched.set(video, { frameAt, changedAt: now, packets: null, flowing: 0 });
      return 'moving';
    }
    // Before the first picture the server looks after those who join.
    if (watched.frameAt === 0 || now - watched.changedAt < STAGE.stallAfterMs) return 'moving';
    const packets = await packetsReceived(video);
    watched.flowing = watched.packets !== null && packets > watched.packets ? watched.flowing + 1 : 0;
    watched.packets = packets;
    return watched.flowing >= FLOWING_CHECKS ? 'stalled' : 'still';
  }
}

async function packetsReceived(video: Receiver): Promise<number> {
  const report = await video.getStats().catch(() => null);
  let packets = 0;
  for (const stat of report?.values() ?? []) if (stat.type === 'inbound-rtp') packets += stat.packetsReceived ?? 0;
  return packets;
}
