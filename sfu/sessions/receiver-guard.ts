import type { types } from 'mediasoup';
import { RECEIVER_CHECK_MS, SOUND_ALONE_SHARE } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import type { ReceiverBudget } from './receiver-budget.ts';

/**
 * Fields of mediasoup's consumer statistics, which the worker takes from RTCP receiver reports; SRTCP authenticates
 * these.
 */
export interface ReportedStat {
  ssrc: number;
  roundTripTime?: number;
  jitter?: number;
  packetsLost: number;
  fractionLost: number;
}

const NO_REPORT = '0 0 0 0';

/**
 * Detects whether a client receives media: a browser sends a report about each stream once a second (RFC 3550, section
 * 6.4.2). mediasoup has neither a count nor the time of these reports, and its byte counters include ICE connectivity
 * checks. But each report sets the round trip (measured to a fraction of a millisecond), the jitter and the loss of the
 * consumer: a change in any of them means a new report.
 */
export class ReceiverReports {
  readonly #last = new Map<number, string>();
  #seen = 0;

  /** How many checks have found a new report. */
  get seen(): number {
    return this.#seen;
  }

  /** Whether a report has arrived since the last check of these streams. */
  check(stats: readonly ReportedStat[]): boolean {
    let isNew = false;
    for (const { ssrc, roundTripTime = 0, jitter = 0, packetsLost, fractionLost } of stats) {
      const reported = [roundTripTime, jitter, packetsLost, fractionLost].join(' ');
      if (reported !== (this.#last.get(ssrc) ?? NO_REPORT)) isNew = true;
      this.#last.set(ssrc, reported);
    }
    if (isNew) this.#seen++;
    return isNew;
  }
}

export interface ReceiverGuardOptions {
  budget: ReceiverBudget;
  /** Whether the client has sent a receiver report since the last check; if so, the budget has been renewed. */
  checkReports: (sent: types.RtpStreamSendStats[]) => Promise<boolean>;
  /** The consumers that may send at the moment. */
  streams: () => types.Consumer[];
  /** The budget is spent: nothing more may be sent. */
  handleSpent: () => void;
  log: SfuLog;
}

/** Checks at an interval whether a metered client reports that it receives media. */
export class ReceiverGuard {
  readonly #options: ReceiverGuardOptions;
  readonly #timer: NodeJS.Timeout;
  #last = { atMs: performance.now(), sentBytes: 0, videoBytes: 0 };
  #checking = false;
  #closed = false;

  constructor(options: ReceiverGuardOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#check(), RECEIVER_CHECK_MS).unref();
  }

  /**
   * To be called while the streams still exist: what was sent since the last check counts, since many short sessions
   * would otherwise cost nothing.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const { streams, budget } = this.#options;
    if (streams().length > 0) void budget.spend(performance.now() - this.#last.atMs);
  }

  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      await this.#checkOnce();
    } catch (error) {
      // A consumer ended meanwhile; the next check is without it.
      this.#options.log.debug({ err: error }, 'consumer statistics not read');
    } finally {
      this.#checking = false;
    }
  }

  async #checkOnce(): Promise<void> {
    const { streams, budget, checkReports, handleSpent } = this.#options;
    const read = await Promise.all(streams().map((consumer) => consumer.getStats()));
    if (this.#closed) return;
    const sent = read.flat().filter((stat) => stat.type === 'outbound-rtp');
    const bytesOf = (stats: types.RtpStreamSendStats[]) => stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
    const videoBytes = bytesOf(sent.filter(({ kind }) => kind === 'video'));
    const now = { atMs: performance.now(), sentBytes: bytesOf(sent), videoBytes };
    const last = this.#last;
    this.#last = now;
    const isReported = await checkReports(sent);
    const share = now.videoBytes > last.videoBytes ? 1 : SOUND_ALONE_SHARE;
    if (!isReported && now.sentBytes > last.sentBytes) await budget.spend((now.atMs - last.atMs) * share);
    if (budget.isSpent && !this.#closed) handleSpent();
  }
}
