import type { types } from 'mediasoup';
import {
  type ConsumerOptions,
  type DtlsParameters,
  type IceParameters,
  type SessionCloseReason,
  SfuError,
  type SfuEvent,
  type TransportOptions,
} from '../contract.ts';
import { toSfuError } from '../errors.ts';
import { Session, type SessionOptions } from './session.ts';

type TransportState = Extract<SfuEvent, { type: 'transportState' }>['state'];

/** One WebRTC transport of one person in one room. */
export abstract class MediaSession extends Session {
  #transport: types.WebRtcTransport | undefined;
  /** Those that the client begins with, and those of its first restart; mediasoup keeps the newest only. */
  #ice: (Pick<TransportOptions, 'nextIceParameters'> & { iceParameters: IceParameters }) | undefined;
  #connecting: { fingerprints: string; done: Promise<void> } | undefined;
  #state: TransportState | undefined;
  /**
   * When the client was first expected to connect, by `performance.now()`. Undefined while it is not expected, and once
   * it has connected.
   */
  #awaitedSinceMs: number | undefined;
  #hasConnected = false;
  /** When the client got the transport parameters; undefined after its first ICE check. */
  #answeredAtMs: number | undefined;
  /** The session that this one replaces when that session's worker dies. */
  #spareOf: string | undefined;

  protected constructor(options: SessionOptions) {
    super(options);
    this.#spareOf = options.spareOf;
    // A viewer's spare connects only when the publisher has a spare; a session has one spare at most.
    if (options.spareOf === undefined || options.grant.publish) this.#awaitedSinceMs = performance.now();
  }

  override get spareOf(): string | undefined {
    return this.#spareOf;
  }

  /** What a viewer's session receives now. */
  get consumers(): ConsumerOptions[] {
    return [];
  }

  /** Whether media can flow at this moment. */
  get connected(): boolean {
    return !this.closed && this.#state === 'connected';
  }

  /**
   * How long the client has been expected to connect for the first time; zero if it is not expected, or has connected.
   */
  get unconnectedMs(): number {
    return this.#awaitedSinceMs === undefined ? 0 : performance.now() - this.#awaitedSinceMs;
  }

  /** This spare replaces its session from now on. */
  activate(): void {
    this.#spareOf = undefined;
  }

  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    const given = toWorkerForm(dtlsParameters);
    const fingerprints = JSON.stringify(given.fingerprints);
    // A repeated request with the same certificate is a retry after a lost answer.
    if (this.#connecting && this.#connecting.fingerprints !== fingerprints) {
      throw new SfuError('invalid_media_parameters', 'The session is already connected with another certificate.');
    }
    if (!this.#connecting) {
      const done = this.transport.connect({ dtlsParameters: given });
      this.#connecting = { fingerprints, done };
    }
    try {
      await this.#connecting.done;
    } catch (error) {
      this.#connecting = undefined;
      throw toSfuError(error, 'invalid_media_parameters');
    }
  }

  async restartIce(): Promise<IceParameters> {
    return await this.transport.restartIce();
  }

  override close(reason: SessionCloseReason): void {
    super.close(reason);
    this.#transport?.close();
  }

  /** The first track is offered: a browser connects only when it has one. */
  protected handleFirstOffer(): void {
    if (!this.#hasConnected) this.#awaitedSinceMs = performance.now();
  }

  /** The first ICE check has arrived, after about one round trip; DTLS takes two more. */
  protected handleConnecting(_roundTripMs: number): void {}

  /** ICE and DTLS are up: media flows from now on. */
  protected handleConnected(): void {}

  /**
   * The first check over another path has arrived: the client has restarted ICE because the line was dead, or its
   * address has changed.
   */
  protected handlePathChanged(): void {}

  protected override wire(): types.WebRtcTransport {
    return this.transport;
  }

  protected get transport(): types.WebRtcTransport {
    this.assertOpen();
    if (!this.#transport) throw new SfuError('session_not_found', 'The session is still being opened.');
    return this.#transport;
  }

  protected get hasTransport(): boolean {
    return this.#transport !== undefined && !this.closed;
  }

  protected async openTransport(): Promise<types.WebRtcTransport> {
    const transport = await this.router.createTransport();
    if (this.closed) transport.close();
    this.assertOpen();
    this.#transport = transport;
    const { iceParameters } = transport;
    this.#ice = { iceParameters, nextIceParameters: await transport.restartIce() };
    transport.on('iceselectedtuplechange', () => {
      if (this.connected) this.handlePathChanged();
    });
    transport.on('icestatechange', () => this.#handleStateChange(transport));
    transport.on('dtlsstatechange', () => this.#handleStateChange(transport));
    return transport;
  }

  /** To be called in the turn in which the answer is given. */
  protected answer(transport: types.WebRtcTransport): TransportOptions {
    this.handleAnswered();
    this.#answeredAtMs = performance.now();
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, ...this.#ice, iceCandidates, dtlsParameters };
  }

  #handleStateChange({ iceState, dtlsState }: types.WebRtcTransport): void {
    if (this.closed) return;
    if (this.#answeredAtMs !== undefined && (iceState === 'connected' || iceState === 'completed')) {
      this.handleConnecting(performance.now() - this.#answeredAtMs);
      this.#answeredAtMs = undefined;
    }
    const state = transportState(iceState, dtlsState);
    if (!state || state === this.#state) return;
    this.#state = state;
    if (state === 'connected') {
      this.#hasConnected = true;
      this.#awaitedSinceMs = undefined;
      this.handleConnected();
    }
    this.emit({ type: 'transportState', room: this.grant.room, session: this.id, state });
  }
}

/** The worker compares fingerprints in upper case, as in SDP; `RTCCertificate.getFingerprints()` gives lower case. */
function toWorkerForm({ role, fingerprints }: DtlsParameters): types.DtlsParameters {
  const upperCase = fingerprints.map(({ algorithm, value }) => ({
    algorithm: String(algorithm).toLowerCase() as types.FingerprintAlgorithm,
    value: String(value).toUpperCase(),
  }));
  return { ...(role && { role }), fingerprints: upperCase };
}

function transportState(ice: types.IceState, dtls: types.DtlsState): TransportState | undefined {
  // A browser that closes its connection sends a DTLS alert; an ICE restart cannot revive that.
  if (dtls === 'failed' || dtls === 'closed') return 'failed';
  if (ice === 'disconnected' || ice === 'closed') return 'disconnected';
  if (dtls === 'connected' && (ice === 'connected' || ice === 'completed')) return 'connected';
  return undefined;
}
