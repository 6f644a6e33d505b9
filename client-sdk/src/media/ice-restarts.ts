/**
 * Restores a transport whose path is gone by restarts of ICE (RFC 8445, section 2.4). The parameters for the next
 * restart are requested while the transport works: on a dead line the socket is dead too, and a browser that has
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
  /** Those that the transport was created with. */
  iceParameters: IceParameters;
  /** `stage:restartIce`. */
  ask(): Promise<Answer>;
  /** Whether the socket is there to ask. */
  canAsk(): boolean;
  onRestarted(): void;
  onFailed(error: LogeError): void;
  /** The server answers, but the transport does not connect. */
  onBroken(): void;
  closing: AbortSignal;
}

const CHECK_MS = 100;

export class IceRestarts {
  readonly #options: IceRestartsOptions;
  /**
   * The last two that the server gave. It takes both until it receives a check with the newer ones, and then only
   * those.
   */
  #accepted: IceParameters[];
  #used: IceParameters;
  #asking: Promise<void> | null = null;
  #isRunning = false;
  /** Of the server, during this run. */
  #answers = 0;

  constructor(options: IceRestartsOptions) {
    this.#options = options;
    this.#used = options.iceParameters;
    this.#accepted = [options.iceParameters];
  }

  /** The transport is connected: requests the parameters for the next restart, if there are none. */
  async prepare(): Promise<void> {
    if (this.#used === this.#accepted.at(-1)) this.#accepted = [this.#used];
    if (!this.#next && this.#options.canAsk()) await this.#ask();
  }

  /** Restarts ICE until the transport is connected; one run at a time. */
  async run(): Promise<void> {
    const { closing, transport, canAsk, onBroken } = this.#options;
    if (this.#isRunning || closing.aborted || transport.connectionState === 'new') return;
    this.#isRunning = true;
    this.#answers = 0;
    try {
      for (let attempt = 0; attempt === 0 || !this.#isOver; attempt += 1) {
        if (this.#answers >= STAGE.iceRestarts) return onBroken();
        const next = this.#next;
        // The caller tries again when the socket is back.
        if (!next && !canAsk()) return;
        if (next) await this.#apply(next);
        // Not at once: on a dead line, what is sent over the socket delays everything after it by retransmissions.
        if (canAsk() && (!next || attempt > 0)) void this.#ask();
        await this.#whenOver(STAGE.iceRestartIntervalMs);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** The server has given parameters for a restart. */
  async handleAnswer({ iceParameters, iceServers }: Answer): Promise<void> {
    const newest = this.#accepted.at(-1) ?? this.#used;
    const isStillAccepted = this.#used === newest;
    this.#accepted = [newest, iceParameters];
    if (iceServers) await this.#options.transport.updateIceServers({ iceServers });
    const isWanted = this.#isRunning || !isStillAccepted;
    if (isWanted && this.#used !== iceParameters) await this.#apply(iceParameters);
  }

  get #next(): IceParameters | undefined {
    return this.#accepted.find((parameters) => parameters !== this.#used);
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
    this.#used = iceParameters;
    try {
      await this.#options.transport.restartIce({ iceParameters });
      this.#options.onRestarted();
    } catch (error) {
      this.#options.onFailed(toLogeError(error, 'internal'));
    }
  }

  async #whenOver(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (!this.#isOver && Date.now() < until) await delay(CHECK_MS, this.#options.closing);
  }
}
