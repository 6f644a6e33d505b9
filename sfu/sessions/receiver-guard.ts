import type { types } from 'mediasoup';
import { RECEIVER_CHECK_MS, SOUND_ALONE_SHARE } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import type { ReceiverBudget } from './receiver-budget.ts';

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
