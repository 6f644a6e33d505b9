import type { types } from 'mediasoup';
import { RECEIVER_LOOK_MS, SOUND_ALONE_SHARE } from '../limits.ts';
import type { SfuLog } from '../log.ts';
import type { ReceiverBudget } from './receiver-budget.ts';

export interface ReceiverGuardOptions {
  budget: ReceiverBudget;
  /** Whether the client has reported since the last look; where it has, the budget knows. */
  lookAtReports: (sent: types.RtpStreamSendStats[]) => Promise<boolean>;
  /** The consumers over which media can be sent at the moment. */
  streams: () => types.Consumer[];
  /** The budget is spent: nothing more is to be sent. */
  handleSpent: () => void;
  log: SfuLog;
}

/** Looks again and again whether a client that pays by the second says that it receives what it is sent. */
export class ReceiverGuard {
  readonly #options: ReceiverGuardOptions;
  readonly #timer: NodeJS.Timeout;
  #last = { atMs: performance.now(), sentBytes: 0, videoBytes: 0 };
  #looking = false;
  #closed = false;

  constructor(options: ReceiverGuardOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), RECEIVER_LOOK_MS).unref();
  }

  /**
   * To be called while the streams are still there: what was sent since the last look counts, as many short sessions
   * would otherwise cost nothing.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    const { streams, budget } = this.#options;
    if (streams().length > 0) void budget.spend(performance.now() - this.#last.atMs);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#lookOnce();
    } catch (error) {
      // A consumer that ended meanwhile; the next look is without it.
      this.#options.log.debug({ err: error }, 'consumer statistics not read');
    } finally {
      this.#looking = false;
    }
  }

  async #lookOnce(): Promise<void> {
    const { streams, budget, lookAtReports, handleSpent } = this.#options;
    const read = await Promise.all(streams().map((consumer) => consumer.getStats()));
    if (this.#closed) return;
    const sent = read.flat().filter((stat) => stat.type === 'outbound-rtp');
    const bytesOf = (stats: types.RtpStreamSendStats[]) => stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
    const videoBytes = bytesOf(sent.filter(({ kind }) => kind === 'video'));
    const now = { atMs: performance.now(), sentBytes: bytesOf(sent), videoBytes };
    const last = this.#last;
    this.#last = now;
    const isReported = await lookAtReports(sent);
    const share = now.videoBytes > last.videoBytes ? 1 : SOUND_ALONE_SHARE;
    if (!isReported && now.sentBytes > last.sentBytes) await budget.spend((now.atMs - last.atMs) * share);
    if (budget.isSpent && !this.#closed) handleSpent();
  }
}
