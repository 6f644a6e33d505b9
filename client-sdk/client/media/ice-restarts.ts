/**
 * Restores a transport whose path is gone by restarts of ICE (RFC 8445, section 2.4). The parameters for the next
 * restart are at hand while the transport works: on a dead line the socket is dead too, and a browser that has
 * restarted by itself is heard with its first check over the line that is back.
 */
import type { Transport } from 'mediasoup-client/types';
import type { RequestAnswer } from '../../../server/protocol/realtime.ts';
import { delay } from '../backoff.ts';
import { type LogeError, toLogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';

type Answer = RequestAnswer<'stage:restartIce'>;
type IceParameters = Answer['iceParameters'];

interface IceRestartsOptions {
  transport: Transport;
  /** Those that the transport was created with, and those for its first restart. */
  iceParameters: IceParameters;
  nextIceParameters: IceParameters | undefined;
  /** `stage:restartIce`. */
  ask(): Promise<Answer>;
  /** Whether the socket is there to ask. */
  canAsk(): boolean;
  onRestarted(): void;
  onFailed(error: LogeError): void;
  /** The server answers, but the transport does not connect. */
  onBroken(): void;
  /** A new transport has not connected in time, although the socket is connected. */
  onUnreachable(): void;
  closing: AbortSignal;
}

const CHECK_MS = 100;
/** For a new transport. The server ends a session that has not connected after 15 seconds. */
export const CONNECT_WITHIN_MS = 12_000;

export class IceRestarts {
  readonly #options: IceRestartsOptions;
  /** Of the last restart: the newest from the server, except `#next`. */
  #used: IceParameters;
  /**
   * For the next restart. The server also takes checks with those in use until it receives one with these; asking again
   * would end that.
   */
  #next: IceParameters | null;
  #asking: Promise<void> | null = null;
  #isRunning = false;
  /** Of the server, during this run. */
  #answers = 0;

  constructor(options: IceRestartsOptions) {
    this.#options = options;
    this.#used = options.iceParameters;
    this.#next = options.nextIceParameters ?? null;
    void this.#watchConnecting();
  }

  /** Whether the parameters for the next restart are at hand. */
  get isPrepared(): boolean {
    return this.#next !== null;
  }

  /** Requests the parameters for the next restart, if there are none. */
  async prepare(): Promise<void> {
    if (!this.isPrepared && this.#options.canAsk()) await this.#ask();
  }

  /** Restarts ICE until the transport is connected; one run at a time. */
  async run(): Promise<void> {
    const { closing, transport, canAsk, onBroken } = this.#options;
    if (this.#isRunning || closing.aborted || transport.connectionState === 'new') return;
    // The caller tries again when the socket is back.
    if (!this.#next && !canAsk()) return;
    this.#isRunning = true;
    this.#answers = 0;
    try {
      for (let attempt = 0; attempt === 0 || !this.#isOver; attempt += 1) {
        if (this.#answers >= STAGE.iceRestarts) return onBroken();
        const { isPrepared } = this;
        if (this.#next) await this.#apply(this.#next);
        else if (attempt > 0) await this.#repeat();
        // Not at once: on a dead line, what is sent over the socket delays everything after it by retransmissions.
        if (canAsk() && !isPrepared) void this.#ask();
        await this.#whenOver(STAGE.iceRestartIntervalMs);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** The server has given parameters for a restart. */
  async handleAnswer({ iceParameters, iceServers }: Answer): Promise<void> {
    const { closing, transport } = this.#options;
    if (closing.aborted) return;
    const isWanted = (this.#isRunning && !this.#isOver) || this.isPrepared;
    this.#next = iceParameters;
    if (iceServers) await transport.updateIceServers({ iceServers });
    if (isWanted && this.#next === iceParameters) await this.#apply(iceParameters);
  }

  async #watchConnecting(): Promise<void> {
    const { transport, canAsk, onUnreachable } = this.#options;
    await this.#whenOver(CONNECT_WITHIN_MS);
    if (!this.#isOver && transport.connectionState !== 'new' && canAsk()) onUnreachable();
  }

  get #isOver(): boolean {
    const { closing, transport } = this.#options;
    return closing.aborted || transport.connectionState === 'connected';
  }

  #ask(): Promise<void> {
    this.#asking ??= this.#options
      .ask()
      .then((answer) => {
        this.#answers += 1;
        return this.handleAnswer(answer);
      })
      .catch((error) => {
        // Ahead of need nothing is lost: the server refuses it for a session that no socket has resumed yet.
        if (this.#isRunning) this.#options.onFailed(toLogeError(error, 'internal'));
      })
      .finally(() => {
        this.#asking = null;
      });
    return this.#asking;
  }

  async #apply(iceParameters: IceParameters): Promise<void> {
    this.#next = null;
    this.#used = iceParameters;
    await this.#restart(iceParameters);
    this.#options.onRestarted();
  }

  /**
   * A browser stops checking after a while, and begins again only with parameters that differ from the last. A user
   * name that the server does not know comes between: with parameters of an earlier restart the browser could connect,
   * and its checks with the newest ones, which go on too, would make the server refuse the earlier ones.
   */
  async #repeat(): Promise<void> {
    const used = this.#used;
    await this.#restart({ ...used, usernameFragment: `${used.usernameFragment}0` });
    // An answer may have come meanwhile.
    if (this.#used === used) await this.#restart(used);
  }

  async #restart(iceParameters: IceParameters): Promise<void> {
    try {
      await this.#options.transport.restartIce({ iceParameters });
    } catch (error) {
      this.#options.onFailed(toLogeError(error, 'internal'));
    }
  }

  async #whenOver(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!this.#isOver && Date.now() < until) await delay(CHECK_MS, this.#options.closing);
  }
}
