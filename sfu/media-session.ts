import type { types } from 'mediasoup';
import {
  type DtlsParameters,
  type IceParameters,
  type SessionCloseReason,
  type SessionGrant,
  type SessionTraffic,
  SfuError,
  type SfuEvent,
  type TransportOptions,
} from './contract.ts';
import { toSfuError } from './errors.ts';
import type { StageTrack } from './stage-track.ts';

/** What a session may ask of the room that it is in. */
export interface SessionRoom {
  readonly tracks: StageTrack[];
  createTransport(): Promise<types.WebRtcTransport>;
  /** Brings the track to where the session's transport is, so that it can be consumed there. */
  provide(track: StageTrack): Promise<void>;
  /** The publisher put a track on stage or took some off. */
  handleTrackAdded(track: StageTrack): void;
  handleTracksRemoved(tracks: StageTrack[]): void;
  handleTrackMuted(track: StageTrack): void;
  /** A viewer's load on the worker changed by so many consumers. */
  handleLoadChanged(consumers: number): void;
  /** A viewer began or ceased to watch these tracks, or prefers another layer of them. */
  handlePreferenceChanged(tracks: StageTrack[]): void;
}

export interface SessionOptions {
  id: string;
  grant: SessionGrant;
  room: SessionRoom;
  openedAtMs: number;
  emit: (event: SfuEvent) => void;
}

/** What is read of mediasoup's statistics. */
interface StreamStat {
  type: string;
  kind?: string;
  byteCount?: number;
  bytesReceived?: number;
}

type TransportState = Extract<SfuEvent, { type: 'transportState' }>['state'];

/** One WebRTC transport of one person in one room, under a grant and a lease. What flows over it is the subclasses' business. */
export abstract class MediaSession {
  readonly id: string;
  #grant: SessionGrant;
  protected readonly room: SessionRoom;
  /** When the lease was last renewed, in milliseconds since the epoch. */
  renewedAtMs: number;
  protected readonly emit: (event: SfuEvent) => void;
  #transport: types.WebRtcTransport | undefined;
  #connecting: { fingerprints: string; done: Promise<void> } | undefined;
  #state: TransportState | undefined;
  #opened = false;
  #closedBecause: SessionCloseReason | undefined;

  protected constructor({ id, grant, room, openedAtMs, emit }: SessionOptions) {
    this.id = id;
    this.#grant = grant;
    this.room = room;
    this.renewedAtMs = openedAtMs;
    this.emit = emit;
  }

  get grant(): SessionGrant {
    return this.#grant;
  }

  /** Lets the session last until another time. */
  extend(until: number): void {
    this.assertOpen();
    this.#grant = { ...this.#grant, until };
  }

  /** Whether the caller has been told of the session, so that events about it make sense to them. */
  get opened(): boolean {
    return this.#opened;
  }

  get closed(): boolean {
    return this.#closedBecause !== undefined;
  }

  /** Producers or consumers of this session. */
  get streamCount(): number {
    return this.streams().length;
  }

  /** Fails when the session was closed while something was awaited. */
  assertOpen(): void {
    const reason = this.#closedBecause;
    if (reason === 'worker_died' || reason === 'node_closed') {
      throw new SfuError('node_unavailable', 'The media worker stopped; open a new session.');
    }
    if (reason) throw new SfuError('session_not_found', `The session was closed (${reason}).`);
  }

  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    const given = toWorkerForm(dtlsParameters);
    const fingerprints = JSON.stringify(given.fingerprints);
    // Asking again with the same certificate is how a client makes sure after an answer was lost.
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

  async stats(): Promise<unknown[]> {
    const reports = await Promise.all([this.transport, ...this.streams()].map((source) => source.getStats()));
    return reports.flat();
  }

  async traffic(): Promise<SessionTraffic> {
    const stats = (await this.stats()) as StreamStat[];
    const video = (type: string) =>
      stats.reduce((sum, stat) => (stat.type === type && stat.kind === 'video' ? sum + (stat.byteCount ?? 0) : sum), 0);
    const isWatching = stats.some(({ type }) => type === 'outbound-rtp');
    return {
      session: this.id,
      // A consumer's statistics tell of its producer too, which is somebody else's.
      videoReceivedBytes: isWatching ? 0 : video('inbound-rtp'),
      videoSentBytes: video('outbound-rtp'),
      receivedBytes: stats.find(({ type }) => type === 'webrtc-transport')?.bytesReceived ?? 0,
    };
  }

  /** Ends the media of this session at once. */
  close(reason: SessionCloseReason): void {
    if (this.#closedBecause) return;
    this.#closedBecause = reason;
    this.#transport?.close();
  }

  /** ICE and DTLS are up: media flows from now on. */
  protected handleConnected(): void {}

  protected abstract streams(): { getStats(): Promise<unknown[]> }[];

  protected get transport(): types.WebRtcTransport {
    this.assertOpen();
    if (!this.#transport) throw new SfuError('session_not_found', 'The session is still being opened.');
    return this.#transport;
  }

  protected get hasTransport(): boolean {
    return this.#transport !== undefined && !this.closed;
  }

  protected async openTransport(): Promise<types.WebRtcTransport> {
    const transport = await this.room.createTransport();
    if (this.closed) transport.close();
    this.assertOpen();
    this.#transport = transport;
    transport.on('icestatechange', () => this.#handleStateChange(transport));
    transport.on('dtlsstatechange', () => this.#handleStateChange(transport));
    return transport;
  }

  /** To be called in the same turn in which the answer is given. */
  protected answer(transport: types.WebRtcTransport): TransportOptions {
    this.assertOpen();
    this.#opened = true;
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }

  #handleStateChange({ iceState, dtlsState }: types.WebRtcTransport): void {
    if (this.closed) return;
    const state = transportState(iceState, dtlsState);
    if (!state || state === this.#state) return;
    this.#state = state;
    if (state === 'connected') this.handleConnected();
    this.emit({ type: 'transportState', room: this.grant.room, session: this.id, state });
  }
}

/** The worker compares fingerprints letter by letter, in capitals as SDP has them; `RTCCertificate.getFingerprints()` gives small ones. */
function toWorkerForm({ role, fingerprints }: DtlsParameters): types.DtlsParameters {
  const capitals = fingerprints.map(({ algorithm, value }) => ({
    algorithm: String(algorithm).toLowerCase() as types.FingerprintAlgorithm,
    value: String(value).toUpperCase(),
  }));
  return { ...(role && { role }), fingerprints: capitals };
}

function transportState(ice: types.IceState, dtls: types.DtlsState): TransportState | undefined {
  // A browser that closes its connection says so over DTLS; no ICE restart brings that back.
  if (dtls === 'failed' || dtls === 'closed') return 'failed';
  if (ice === 'disconnected' || ice === 'closed') return 'disconnected';
  if (dtls === 'connected' && (ice === 'connected' || ice === 'completed')) return 'connected';
  return undefined;
}
