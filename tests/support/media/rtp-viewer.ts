import type { ConsumerOptions, DtlsParameters, RtpCapabilities, TransportOptions } from '../../../sfu/contract.ts';
import { RtpEndpoint, type RtpEndpointOptions } from './rtp-endpoint.ts';
import { DecodableFrameDetector, layerOf, parseVp8Packet } from './rtp-vp8.ts';

const REPORT_INTERVAL_MS = 500;
const KEY_FRAME_RETRY_MS = 500;
/** SSRC of the receiver reports; the viewer sends no media. */
const REPORTER_SSRC = 1;
/** RTCP packet type of a sender report. */
const SENDER_REPORT = 200;

/**
 * Receives SRTP without decoding, light enough for hundreds of viewers in one process. It decrypts packets until the
 * first decodable video frame is complete, then reads headers only, unless `openAll` is set.
 */
export interface RtpViewerOptions {
  /** Decrypts and authenticates every packet, to verify the media rather than count it. */
  openAll?: boolean;
  /** Sends receiver reports (RFC 3550), as every browser does. */
  reports?: boolean;
  /** Receives every decrypted video packet, with `openAll`. */
  handleVideo?: (packet: Buffer) => void;
  endpoint?: Pick<RtpEndpointOptions, 'certificate' | 'profiles'>;
}

interface ReceivedStream {
  kind: ConsumerOptions['kind'];
  consumerId: string;
  packets: number;
  bytes: number;
  /** Packets missing between the first and the last sequence number. */
  lost: number;
  rejected: number;
  keyFrames: number;
  /** Simulcast layer of the last decrypted packet. */
  layer: number | undefined;
  highestSequence: number | undefined;
  lastPacketAtMs: number;
  /** The last sender report (RFC 3550, section 6.4.1): the middle of its NTP time, and when it was received. */
  senderReport: { time: number; atMs: number } | undefined;
  decodable: DecodableFrameDetector;
}

export type StreamCounts = Omit<ReceivedStream, 'decodable' | 'senderReport'>;

export class RtpViewer {
  readonly #endpoint: RtpEndpoint;
  readonly #openAll: boolean;
  readonly #handleOpened: ((packet: Buffer) => void) | undefined;
  readonly #streams = new Map<number, ReceivedStream>();
  readonly #firstFrame = Promise.withResolvers<number>();
  #firstFrameFound = false;
  #authenticRtcpPackets = 0;
  readonly #reports: boolean;
  #reportTimer: NodeJS.Timeout | undefined;
  #lastVideoAtMs = 0;
  #longestSilenceMs = 0;
  #keyFrameRequestedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: RtpViewerOptions = {}) {
    this.#openAll = options.openAll === true;
    this.#handleOpened = options.handleVideo;
    this.#reports = options.reports === true;
    if (options.reports) this.#reportTimer = setInterval(() => this.#report(), REPORT_INTERVAL_MS);
    this.#endpoint = new RtpEndpoint({
      ...options.endpoint,
      handleRtp: (packet) => this.#handleRtp(packet),
      handleRtcp: (packet) => this.#handleRtcp(packet),
    });
    // A viewer may be closed without a waiter for its first frame.
    this.#firstFrame.promise.catch(() => {});
  }

  /** Sent with `watch`, which saves a round trip, or with `connect`. */
  get dtlsParameters(): DtlsParameters {
    return this.#endpoint.dtlsParameters;
  }

  get profile(): string | undefined {
    return this.#endpoint.profile;
  }

  /** `performance.now()` when the first decodable video frame was complete. */
  get firstDecodableFrame(): Promise<number> {
    return this.#firstFrame.promise;
  }

  get streams(): StreamCounts[] {
    return [...this.#streams.values()].map(({ decodable: _, senderReport: __, ...counts }) => counts);
  }

  /** Packets received of one kind or both. */
  packets(kind?: ConsumerOptions['kind']): number {
    return this.streams.reduce((sum, stream) => sum + (kind && stream.kind !== kind ? 0 : stream.packets), 0);
  }

  /** Milliseconds since the last packet of one kind or both. */
  silenceMs(kind?: ConsumerOptions['kind']): number {
    const last = this.streams
      .filter((stream) => !kind || stream.kind === kind)
      .map(({ lastPacketAtMs }) => lastPacketAtMs);
    return performance.now() - Math.max(0, ...last);
  }

  /** The longest gap between video packets since the last call, including the current one. */
  takeLongestSilence(): number {
    const now = performance.now();
    const longest = this.#lastVideoAtMs === 0 ? 0 : Math.max(this.#longestSilenceMs, now - this.#lastVideoAtMs);
    this.#longestSilenceMs = 0;
    if (this.#lastVideoAtMs !== 0) this.#lastVideoAtMs = now;
    return longest;
  }

  /** RTCP packets that passed authentication, with `openAll`. */
  get authenticRtcpPackets(): number {
    return this.#authenticRtcpPackets;
  }

  /** Runs ICE and DTLS; media flows when it resolves. */
  async connect(transport: TransportOptions, consumers: ConsumerOptions[]): Promise<void> {
    this.addConsumers(consumers);
    await this.#endpoint.connect(transport);
  }

  /** Restarts ICE from another port, as a browser does. */
  restartIce(): Promise<void> {
    return this.#endpoint.restartIce();
  }

  addConsumers(consumers: ConsumerOptions[]): void {
    for (const { id, kind, rtpParameters } of consumers) {
      const [encoding] = (rtpParameters.encodings ?? []) as { ssrc: number }[];
      if (!encoding || this.#streams.has(encoding.ssrc)) continue;
      this.#streams.set(encoding.ssrc, {
        kind,
        consumerId: id,
        packets: 0,
        bytes: 0,
        lost: 0,
        rejected: 0,
        keyFrames: 0,
        layer: undefined,
        highestSequence: undefined,
        lastPacketAtMs: 0,
        senderReport: undefined,
        decodable: new DecodableFrameDetector(),
      });
    }
  }

  close(): void {
    clearInterval(this.#reportTimer);
    this.#endpoint.close();
    this.#firstFrame.reject(new Error('The viewer was closed before its first frame.'));
  }

  #handleRtp(packet: Buffer): void {
    const stream = this.#streams.get(packet.readUInt32BE(8));
    // Retransmission and probing streams are not counted.
    if (!stream) return;
    stream.packets++;
    stream.bytes += packet.length;
    stream.lastPacketAtMs = performance.now();
    if (stream.kind === 'video') this.#noteVideo(stream.lastPacketAtMs);
    countGap(stream, packet.readUInt16BE(2));
    if (!this.#openAll && (this.#firstFrameFound || stream.kind !== 'video')) return;
    const clear = this.#endpoint.openRtp(packet);
    if (!clear) stream.rejected++;
    else if (stream.kind === 'video') this.#handleVideo(stream, clear);
  }

  #noteVideo(nowMs: number): void {
    if (this.#lastVideoAtMs !== 0)
      this.#longestSilenceMs = Math.max(this.#longestSilenceMs, nowMs - this.#lastVideoAtMs);
    this.#lastVideoAtMs = nowMs;
  }

  #handleVideo(stream: ReceivedStream, clear: Buffer): void {
    const vp8 = parseVp8Packet(clear);
    if (!vp8) return;
    if (vp8.keyFrame) stream.keyFrames++;
    stream.layer = layerOf(clear);
    this.#handleOpened?.(clear);
    if (stream.keyFrames === 0) this.#requestKeyFrame(clear.readUInt32BE(8));
    if (!stream.decodable.handlePacket(vp8) || this.#firstFrameFound) return;
    this.#firstFrameFound = true;
    this.#firstFrame.resolve(performance.now());
  }

  /** As a browser does whose stream began between two key frames: the first packets came before `addConsumers`. */
  #requestKeyFrame(ssrc: number): void {
    if (performance.now() - this.#keyFrameRequestedAtMs < KEY_FRAME_RETRY_MS) return;
    this.#keyFrameRequestedAtMs = performance.now();
    const indication = Buffer.alloc(12);
    // RFC 4585, 6.3.1: version 2, picture loss indication, two further words.
    indication.writeUInt8(0x81, 0);
    indication.writeUInt8(206, 1);
    indication.writeUInt16BE(2, 2);
    indication.writeUInt32BE(REPORTER_SSRC, 4);
    indication.writeUInt32BE(ssrc, 8);
    this.#endpoint.sendRtcp(indication);
  }

  #report(): void {
    for (const [ssrc, { highestSequence, senderReport }] of this.#streams) {
      if (highestSequence === undefined) continue;
      const report = Buffer.alloc(32);
      // Version 2 with one report block, receiver report, seven further words; nothing lost, no jitter.
      report.writeUInt8(0x81, 0);
      report.writeUInt8(201, 1);
      report.writeUInt16BE(7, 2);
      report.writeUInt32BE(REPORTER_SSRC, 4);
      report.writeUInt32BE(ssrc, 8);
      report.writeUInt32BE(highestSequence, 16);
      if (senderReport) {
        report.writeUInt32BE(senderReport.time, 24);
        report.writeUInt32BE(Math.round(((performance.now() - senderReport.atMs) * 65_536) / 1_000), 28);
      }
      this.#endpoint.sendRtcp(report);
    }
  }

  #handleRtcp(packet: Buffer): void {
    if (!this.#openAll && !this.#reports) return;
    const clear = this.#endpoint.openRtcp(packet);
    if (!clear) return;
    if (this.#openAll) this.#authenticRtcpPackets++;
    const stream = clear.readUInt8(1) === SENDER_REPORT ? this.#streams.get(clear.readUInt32BE(4)) : undefined;
    if (stream) stream.senderReport = { time: clear.readUInt32BE(10), atMs: performance.now() };
  }
}

/**
 * Capabilities of this viewer: the router's codecs without congestion feedback, which it does not send. The SFU then
 * sends the preferred layers without estimating the bandwidth.
 */
export function rtpViewerCapabilities(router: RtpCapabilities): RtpCapabilities {
  const codecs = (router.codecs ?? []) as { rtcpFeedback?: { type: string }[] }[];
  return {
    ...router,
    codecs: codecs.map((codec) => ({
      ...codec,
      rtcpFeedback: codec.rtcpFeedback?.filter(({ type }) => type !== 'transport-cc' && type !== 'goog-remb'),
    })),
  };
}

function countGap(stream: ReceivedStream, sequence: number): void {
  const { highestSequence } = stream;
  if (highestSequence === undefined) {
    stream.highestSequence = sequence;
    return;
  }
  const ahead = (sequence - highestSequence) & 0xffff;
  // A late packet fills a gap that was already counted.
  if (ahead >= 0x8000) stream.lost = Math.max(0, stream.lost - 1);
  else if (ahead > 0) {
    stream.lost += ahead - 1;
    stream.highestSequence = sequence;
  }
}
