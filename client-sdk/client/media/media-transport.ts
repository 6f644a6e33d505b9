/**
 * One media session: a mediasoup transport with its session id. It connects DTLS, monitors the connection and restarts
 * ICE when it breaks. If that fails it calls `onBroken`, and the owner opens a new session.
 */
import type { Transport } from 'mediasoup-client/types';
import type { SessionId } from '../../../server/protocol/ids.ts';
import type { RequestAnswer } from '../../../server/protocol/realtime.ts';
import type { PublishAnswer } from '../../../server/protocol/stage.ts';
import { delay } from '../backoff.ts';
import type { Connection, RequestOptions } from '../connection/connection.ts';
import { listenToNetwork } from '../connection/network.ts';
import { type LogeError, toLogeError } from '../errors.ts';
import { STAGE } from '../limits.ts';
import type { Log } from '../log.ts';
import type { IceRestarts } from './ice-restarts.ts';
import type { MediaEngine } from './media-engine.ts';

interface MediaTransportOptions {
  direction: 'send' | 'recv';
  answer: Pick<PublishAnswer, 'session' | 'transport' | 'connected' | 'iceServers'>;
  engine: MediaEngine;
  connection: Pick<Connection, 'request' | 'state'>;
  log: Log;
  /** All ICE restarts failed, or the session has ended: it is of no more use. */
  onBroken(): void;
  /** Media flows again over a line that was dead. */
  onBack(): void;
  /** It has not connected in time, although the socket is connected. It keeps trying. */
  onUnreachable(): void;
}

/**
 * Packets of a video arrive without a picture. `lineBps`: what arrives, if packets are being lost; `isLate`: no packet
 * need be lost yet, but frames come ever later; `isBack`: the line was dead before.
 */
export interface Stalled {
  lineBps?: number;
  isLate?: true;
  isBack?: boolean;
}

export class MediaTransport {
  readonly session: SessionId;
  readonly transport: Transport;
  readonly #options: MediaTransportOptions;
  readonly #closing = new AbortController();
  /** The lobby does not need this code; null where it cannot be loaded. */
  readonly #restarts: Promise<IceRestarts | null>;
  /** Whether it was connected, and then was not. */
  #wasLost = false;
  /** The network has changed, which the browser notices seconds later. */
  #hasNetworkChanged = false;
  readonly #stopListening: () => void;

  private constructor(transport: Transport, options: MediaTransportOptions) {
    this.session = options.answer.session;
    this.transport = transport;
    this.#options = options;
    const { answer, connection, log } = options;
    const { connected, transport: created } = answer;
    const restartsOptions = {
      transport,
      iceParameters: created.iceParameters,
      nextIceParameters: created.nextIceParameters,
      ask: () => this.#askForRestart(),
      canAsk: () => connection.state === 'connected',
      onRestarted: () => {
        this.#hasNetworkChanged = false;
        log('info', 'ICE restarted', { session: this.session });
      },
      onFailed: ({ code }: LogeError) => {
        if (this.closed) return;
        log('info', 'ICE restart failed', { session: this.session, code });
        if (code === 'session_not_found') options.onBroken();
      },
      onBroken: options.onBroken,
      onUnreachable: options.onUnreachable,
      closing: this.closing,
    };
    this.#restarts = import('./ice-restarts.ts').then(
      (code) => new code.IceRestarts(restartsOptions),
      () => null,
    );
    transport.on('connect', ({ dtlsParameters }, callback, errback) => {
      if (connected) return callback();
      connection.request('stage:connect', { session: this.session, dtlsParameters }).then(() => callback(), errback);
    });
    transport.on('connectionstatechange', (state) => this.#handleState(state));
    this.#stopListening = listenToNetwork({
      onChange: () => {
        // A new transport has no path that could be lost.
        this.#hasNetworkChanged = transport.connectionState !== 'new';
        void this.#restart();
      },
    });
  }

  static async create(options: MediaTransportOptions): Promise<MediaTransport> {
    const { transport: transportOptions, iceServers } = options.answer;
    const transport = await options.engine.createTransport(options.direction, transportOptions, iceServers);
    return new MediaTransport(transport, options);
  }

  get closed(): boolean {
    return this.closing.aborted;
  }

  /** Aborted when the transport is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    if (this.closed) return;
    this.#closing.abort();
    this.#stopListening();
    this.transport.close();
  }

  /** Closes at both ends. */
  leave(): void {
    this.close();
    leaveSession(this.session, this.#options);
  }

  /** Takes the session over to this socket. Where its path is gone as well, ICE is restarted in the same exchange. */
  resume(input: { publication?: string } = {}): Promise<RequestAnswer<'stage:resume'>> {
    const { session, needsRestart: restartIce } = this;
    return this.#options.connection.request('stage:resume', { session, ...input, ...(restartIce && { restartIce }) });
  }

  /** Asks for a picture. Answers whether the line carries the sound alone; undefined if the server was not reached. */
  async restartVideo({ isBack = false, ...stalled }: Stalled): Promise<boolean | undefined> {
    const { connection, log } = this.#options;
    if (connection.state !== 'connected' && !isBack) return undefined;
    log('info', 'video stalled', { session: this.session, ...stalled });
    try {
      const input = { session: this.session, ...stalled };
      return (await connection.request('stage:restartVideo', input, { isProbe: isBack })).soundOnly === true;
    } catch (error) {
      log('debug', 'video not restarted', { code: toLogeError(error, 'internal').code });
      return undefined;
    }
  }

  /** The server's state of the transport; it may notice a loss before the browser does. */
  handleServerState(state: string): void {
    if (state === 'disconnected' || state === 'failed') void this.#restart();
  }

  /** Whether its path is gone, so that ICE has to be restarted. */
  get needsRestart(): boolean {
    const { connectionState: state } = this.transport;
    return state === 'disconnected' || state === 'failed' || this.#hasNetworkChanged;
  }

  /** The socket is back: restores a transport that broke meanwhile. `restarted`: the server has restarted ICE. */
  handleReconnected({ iceParameters, iceServers }: Partial<RequestAnswer<'stage:restartIce'>> = {}): void {
    const isBroken = this.needsRestart;
    if (iceParameters) void this.#restarts.then((restarts) => restarts?.handleAnswer({ iceParameters, iceServers }));
    if (isBroken) void this.#restart();
    else void this.#prepareLater();
  }

  #handleState(state: Transport['connectionState']): void {
    this.#options.log('debug', 'media transport state changed', { session: this.session, state });
    if (state === 'connected') {
      if (this.#wasLost) void this.#handleBack();
      this.#wasLost = false;
      void this.#prepareLater();
    }
    if (state === 'failed') void this.#restart();
    if (state !== 'disconnected') return;
    this.#wasLost = true;
    void delay(STAGE.iceGraceMs, this.#closing.signal).then(() => {
      if (this.transport.connectionState === 'disconnected') void this.#restart();
    });
  }

  /** Spread, since an audience may have lost its lines at once. */
  async #prepareLater(): Promise<void> {
    await delay(STAGE.spareAfterMs + Math.random() * STAGE.spareSpreadMs, this.#closing.signal);
    if (!this.closed && this.transport.connectionState === 'connected') await (await this.#restarts)?.prepare();
  }

  /**
   * The line was dead and is back: requests the parameters for its next loss, unless ICE was not restarted. A socket
   * that does not answer at once waits for a retransmission, which may be seconds away.
   */
  async #handleBack(): Promise<void> {
    this.#options.onBack();
    const restarts = await this.#restarts;
    if (!restarts || restarts.isPrepared) return;
    const probe = { timeoutMs: STAGE.socketProbeMs, isProbe: true };
    const answer = await this.#askForRestart(probe).catch(() => undefined);
    if (answer) await restarts.handleAnswer(answer);
  }

  #askForRestart(options?: RequestOptions): Promise<RequestAnswer<'stage:restartIce'>> {
    return this.#options.connection.request('stage:restartIce', { session: this.session }, options);
  }

  async #restart(): Promise<void> {
    const restarts = await this.#restarts;
    if (restarts) await restarts.run();
    else if (!this.closed) this.#options.onBroken();
  }
}

/** Ends a session on the server, where it would otherwise count against the limits until its lease expires. */
export function leaveSession(
  session: SessionId,
  { connection, log }: Pick<MediaTransportOptions, 'connection' | 'log'>,
): void {
  if (connection.state !== 'connected') return;
  connection.request('stage:leave', { session }).catch((error) => {
    log('debug', 'media session leave failed', { session, code: toLogeError(error, 'internal').code });
  });
}
