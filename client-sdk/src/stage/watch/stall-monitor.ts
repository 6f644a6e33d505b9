/**
 * Detects a video whose packets arrive without a picture: what its decoder waits for was lost, on a dead line or on one
 * that is too narrow. The browser itself requests a key frame only after three seconds. A check costs one synchronous
 * call for each video; statistics are read only while a picture stands still.
 */
import { backoffMs } from '../../backoff.ts';

type Receiver = Pick<RTCRtpReceiver, 'getSynchronizationSources' | 'getStats'>;

interface Watched {
  /** Timestamp of the last frame that was delivered. */
  frameAt: number;
  changedAt: number;
  /** Of the last check that found new packets, or the first one. */
  last: Counters | null;
  /** Checks that found new packets, since the last pause, and the counters before them. */
  flowing: number;
  since: Counters | null;
  /** Of the whole transport, when the pause began: without more of them nothing else has arrived either. */
  pausedAtBytes: number;
  isDead: boolean;
}

const NEW = { last: null, flowing: 0, since: null, pausedAtBytes: 0, isDead: false };

interface Counters {
  readAtMs: number;
  /** When the last packet arrived, by another clock; where the browser does not tell, when it was asked. */
  atMs: number;
  packets: number;
  lost: number;
  bytes: number;
  /** Of the whole transport. */
  allBytes: number;
}

/** `lineBps`: what arrives, if packets are being lost. */
type Stalled = { lineBps?: number };

export interface StallMonitorOptions {
  /** The receivers that should have a picture at the moment. */
  videos(): readonly Receiver[];
  onStalled(stalled: Stalled): void;
  /** Called at each check that finds all pictures moving. */
  onMoving(): void;
}

export const STALL = {
  /**
   * A video is checked for a picture at this interval, and more often while it stands still for `stillAfterMs`. Without
   * a new one for `afterMs`, while packets arrive, the server is asked to restart it, and again after
   * `backoffMs`, since a device that is too slow to decode looks the same; the steps begin anew after
   * `calmMs` without a stall. If more than `lossShare` of the packets are lost, the line is too narrow: the
   * server is asked after `lossyAfterMs` already.
   */
  checkMs: 60,
  stillAfterMs: 120,
  stillCheckMs: 50,
  lossyAfterMs: 200,
  /** A screen that nobody touches has no new pictures for a long time. */
  silentAfterMs: 1_000,
  silentCheckMs: 250,
  afterMs: 400,
  backoffMs: [1_000, 2_000, 4_000, 8_000, 30_000],
  calmMs: 10_000,
  lossShare: 0.2,
} as const;

/** A single one may find the packets of a frame that is about to be shown, as of a screen that changes rarely. */
const FLOWING_CHECKS = 2;
/** Time without a packet after which what was lost is that of a dead line; on a narrow one packets are far apart. */
const PAUSE_MS = 150;
/** Over less time, what arrives cannot be measured. */
const MEASURED_MS = 50;

export class StallMonitor {
  readonly #options: StallMonitorOptions;
  readonly #watched = new WeakMap<Receiver, Watched>();
  #stalledAt = Number.NEGATIVE_INFINITY;
  /** Since the last calm. */
  #reports = 0;
  #nextReportAt = 0;
  /** Whether the last report was that the line is too narrow. */
  #wasNarrow = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(options: StallMonitorOptions) {
    this.#options = options;
    this.#checkLater(STALL.checkMs);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #checkLater(delayMs: number): void {
    this.#timer = setTimeout(() => void this.#check(), delayMs);
  }

  async #check(): Promise<void> {
    const results = await Promise.all(this.#options.videos().map((video) => this.#checkOne(video)));
    if (this.#isClosed) return;
    const stalled = results.find((result) => typeof result === 'object');
    if (stalled) this.#handleStalled(stalled);
    const isMoving = results.every((result) => result === 'moving');
    if (isMoving && results.length > 0) this.#options.onMoving();
    if (isMoving) this.#checkLater(STALL.checkMs);
    else this.#checkLater(results.includes('silent') ? STALL.silentCheckMs : STALL.stillCheckMs);
  }

  #handleStalled(stalled: Stalled): void {
    const now = performance.now();
    if (now - this.#stalledAt > STALL.calmMs) this.#reports = 0;
    this.#stalledAt = now;
    const isNarrow = stalled.lineBps !== undefined;
    const isNews = this.#reports === 0 || (isNarrow && !this.#wasNarrow);
    if (!isNews && now < this.#nextReportAt) return;
    this.#wasNarrow = isNarrow;
    this.#nextReportAt = now + backoffMs(STALL.backoffMs, this.#reports);
    this.#reports += 1;
    this.#options.onStalled(stalled);
  }

  async #checkOne(video: Receiver): Promise<'moving' | 'still' | 'silent' | Stalled> {
    const now = performance.now();
    const frameAt = Math.max(0, ...video.getSynchronizationSources().map(({ timestamp }) => timestamp));
    const watched = this.#watched.get(video);
    // The browser forgets a source after ten seconds.
    if (!watched || (frameAt !== 0 && frameAt !== watched.frameAt)) {
      this.#watched.set(video, { ...NEW, frameAt, changedAt: now });
      return 'moving';
    }
    // Before the first picture the server looks after those who join.
    const stillMs = now - watched.changedAt;
    if (watched.frameAt === 0 || stillMs < STALL.stillAfterMs) return 'moving';
    const before = watched.last;
    const counters = await readCounters(video);
    if (before && counters.packets === before.packets) {
      if (counters.readAtMs - before.readAtMs > PAUSE_MS) handlePause(watched, counters);
      return watched.flowing === 0 && stillMs > STALL.silentAfterMs ? 'silent' : 'still';
    }
    // The server goes on with a picture that it had paused, or a screen changes: it may be about to be shown.
    if (before && !watched.since && !watched.isDead) watched.changedAt = now;
    watched.last = counters;
    watched.since ??= counters;
    if (before) watched.flowing += 1;
    if (watched.flowing < FLOWING_CHECKS) return 'still';
    const lineBps = stillMs < STALL.lossyAfterMs ? undefined : lossyBps(watched.since, counters);
    if (lineBps !== undefined) return { lineBps };
    return stillMs < STALL.afterMs ? 'still' : {};
  }
}

function handlePause(watched: Watched, { allBytes }: Counters): void {
  if (watched.since) Object.assign(watched, { flowing: 0, since: null, pausedAtBytes: allBytes });
  watched.isDead = allBytes === watched.pausedAtBytes;
}

/** What arrives, in bits per second, if packets are being lost. */
function lossyBps(before: Counters, now: Counters): number | undefined {
  const lost = now.lost - before.lost;
  if (lost <= STALL.lossShare * (now.packets - before.packets + lost)) return undefined;
  // On a narrow line packets are far apart: the video's, which are large, are measured from one to another.
  const [bytes, ms] = [now.bytes - before.bytes, now.atMs - before.atMs];
  const [otherBytes, otherMs] = [now.allBytes - before.allBytes - bytes, now.readAtMs - before.readAtMs];
  return ms < MEASURED_MS ? undefined : Math.round((bytes / ms + otherBytes / otherMs) * 8_000);
}

async function readCounters(video: Receiver): Promise<Counters> {
  const report = await video.getStats().catch(() => null);
  const counters: Counters = { readAtMs: performance.now(), atMs: 0, packets: 0, lost: 0, bytes: 0, allBytes: 0 };
  for (const stat of report?.values() ?? []) {
    if (stat.type === 'transport') counters.allBytes += stat.bytesReceived ?? 0;
    if (stat.type !== 'inbound-rtp') continue;
    counters.atMs = Math.max(counters.atMs, stat.lastPacketReceivedTimestamp ?? stat.timestamp);
    counters.packets += stat.packetsReceived ?? 0;
    counters.lost += stat.packetsLost ?? 0;
    counters.bytes += (stat.bytesReceived ?? 0) + (stat.headerBytesReceived ?? 0);
  }
  return counters;
}
