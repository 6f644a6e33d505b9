import { randomInt } from 'node:crypto';
import type { DtlsParameters, RtpParameters, TransportOptions } from '../../../sfu/contract.ts';
import { RtpEndpoint } from './rtp-endpoint.ts';
import { stampPayload, vp8Payload } from './rtp-vp8.ts';

/**
 * Publishes synthetic VP8 simulcast and Opus: realistic structure, bit rate and key frames, but no pictures. It can
 * answer every key-frame request at once, which a browser's encoder does not.
 */
export interface RtpPublisherOptions {
  /** Bit rate of each layer, lowest first; a single entry disables simulcast. */
  layerBitratesBps?: number[];
  framesPerSecond?: number;
  /** PLIs within this time of the last one are ignored, as browsers do for 300 ms; 0 answers all. */
  pliPauseMs?: number;
  /** Writes the send time into each video packet, for viewers on this machine (`sentAtOf`). */
  stamped?: boolean;
}

const VIDEO_CLOCK_HZ = 90_000;
const AUDIO_CLOCK_HZ = 48_000;
const AUDIO_FRAME_MS = 20;
const AUDIO_PAYLOAD_BYTES = 80;
const RTP_PAYLOAD_MAX_BYTES = 1_100;
/** Size ratio of a key frame to a delta frame. */
const KEY_FRAME_FACTOR = 6;
const SENDER_REPORT_INTERVAL_MS = 500;
const VP8_PAYLOAD_TYPE = 96;
const OPUS_PAYLOAD_TYPE = 111;
/** Seconds between the epochs of NTP and Unix. */
const NTP_OFFSET_SECONDS = 2_208_988_800;

interface OutgoingStream {
  ssrc: number;
  payloadType: number;
  clockRate: number;
  sequence: number;
  packets: number;
  octets: number;
  active: boolean;
}

interface Layer extends OutgoingStream {
  maxBitrate: number;
  frameBytes: number;
  keyFrameDue: boolean;
  pictureId: number;
}

/** One packet per frame and layer, where the bit rate does not matter. */
export const LIGHT_LAYERS_BPS = [60_000, 120_000, 240_000];

export class RtpPublisher {
  readonly #endpoint: RtpEndpoint;
  readonly #layers: Layer[];
  readonly #audio: OutgoingStream;
  readonly #framesPerSecond: number;
  /** See `RtpPublisherOptions`; `Infinity` ignores all further requests. */
  pliPauseMs: number;
  readonly #stamped: boolean;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #startedAtMs = performance.now();
  /** By how much the capture time of every second frame is too early, as if it had waited before a narrow line. */
  unevenMs = 0;
  /** From when on sound comes ever later, and at what share of its pace, as through a line that has become narrow. */
  #slowSound: { sinceMs: number; share: number } | undefined;
  #pliHeededAtMs = Number.NEGATIVE_INFINITY;
  /** Received PLIs by layer. */
  readonly keyFrameRequests: number[];
  /** Requests for lost packets (RTCP generic NACK), by layer. */
  readonly lossReports: number[];

  constructor(options: RtpPublisherOptions = {}) {
    const bitrates = options.layerBitratesBps ?? [150_000, 500_000, 1_400_000];
    this.#framesPerSecond = options.framesPerSecond ?? 30;
    this.pliPauseMs = options.pliPauseMs ?? 0;
    this.#stamped = options.stamped === true;
    this.#layers = bitrates.map((bitrateBps) => ({
      ...outgoingStream(VP8_PAYLOAD_TYPE, VIDEO_CLOCK_HZ),
      maxBitrate: bitrateBps,
      frameBytes: Math.max(100, Math.round(bitrateBps / 8 / this.#framesPerSecond)),
      keyFrameDue: true,
      pictureId: 0,
    }));
    this.#audio = outgoingStream(OPUS_PAYLOAD_TYPE, AUDIO_CLOCK_HZ);
    this.keyFrameRequests = this.#layers.map(() => 0);
    this.lossReports = this.#layers.map(() => 0);
    this.#endpoint = new RtpEndpoint({ handleRtcp: (packet) => this.#handleRtcp(packet) });
  }

  /** Of all layers, since it connected. */
  get packetsSent(): number {
    return this.#layers.reduce((sum, { packets }) => sum + packets, 0);
  }

  get dtlsParameters(): DtlsParameters {
    return this.#endpoint.dtlsParameters;
  }

  /** Parameters of `produce` for a camera track. */
  get videoRtpParameters(): RtpParameters {
    const feedback = [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }, { type: 'ccm', parameter: 'fir' }];
    const top = this.#layers.length - 1;
    return {
      mid: '0',
      codecs: [
        { mimeType: 'video/VP8', payloadType: VP8_PAYLOAD_TYPE, clockRate: VIDEO_CLOCK_HZ, rtcpFeedback: feedback },
      ],
      encodings: this.#layers.map(({ ssrc, maxBitrate }, i) => {
        return { ssrc, scaleResolutionDownBy: 2 ** (top - i), maxBitrate, dtx: false };
      }),
      rtcp: { cname: 'loge-rtp' },
    };
  }

  /** Parameters of `produce` for a microphone track. */
  get audioRtpParameters(): RtpParameters {
    return {
      mid: '1',
      codecs: [{ mimeType: 'audio/opus', payloadType: OPUS_PAYLOAD_TYPE, clockRate: AUDIO_CLOCK_HZ, channels: 2 }],
      encodings: [{ ssrc: this.#audio.ssrc }],
      rtcp: { cname: 'loge-rtp' },
    };
  }

  /** Runs ICE and DTLS, then sends all layers and audio until closed. */
  async connect(transport: TransportOptions): Promise<void> {
    await this.#endpoint.connect(transport);
    this.#every(1_000 / this.#framesPerSecond, () => this.#sendVideoFrame());
    this.#every(AUDIO_FRAME_MS, () => this.#sendAudioFrame());
    this.#every(SENDER_REPORT_INTERVAL_MS, () => this.#sendReports());
    this.#sendReports();
  }

  /**
   * Sends a frame of each layer, its report, and a frame again, for layers that stop at once and begin later. The
   * worker changes a viewer to a layer only once a packet has followed a report of it. It checks a viewer without
   * bandwidth estimation at the first report, before that packet, and not again (mediasoup 3.27).
   */
  introduceLayers(): void {
    this.#sendVideoFrame(this.#layers);
    this.#sendReports(this.#layers);
    this.#sendVideoFrame(this.#layers);
  }

  /** The next packets of a layer are lost. */
  lose(index: number, packets: number): void {
    const layer = this.#layers[index];
    if (layer) layer.sequence = (layer.sequence + packets) & 0xffff;
  }

  /** All media that is sent is lost. */
  setDead(isDead: boolean): void {
    this.#endpoint.isDead = isDead;
  }

  /** From now on only this share of the sound comes in time. */
  slowSound(share: number): void {
    this.#slowSound = { sinceMs: performance.now(), share };
  }

  /** Sends the layers up to this one; -1 for none. The reaction to `layersWanted`. */
  setMaxLayer(maxSpatialLayer: number): void {
    for (const [i, layer] of this.#layers.entries()) {
      const active = i <= maxSpatialLayer;
      if (active && !layer.active) layer.keyFrameDue = true;
      layer.active = active;
    }
  }

  /** Makes the next frame of every layer a key frame, as a page can request from its encoder. */
  makeKeyFrame(): void {
    for (const layer of this.#layers) layer.keyFrameDue = true;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#endpoint.close();
  }

  #every(intervalMs: number, send: () => void): void {
    this.#timers.push(setInterval(send, intervalMs));
  }

  #sendVideoFrame(layers = this.#layers.filter(({ active }) => active)): void {
    const atMs = performance.now();
    for (const layer of layers) {
      const index = this.#layers.indexOf(layer);
      const keyFrame = layer.keyFrameDue;
      layer.keyFrameDue = false;
      // All packets of a frame carry its capture timestamp.
      const timestamp = this.#timestamp(layer, atMs - (layer.pictureId % 2) * this.unevenMs);
      let left = layer.frameBytes * (keyFrame ? KEY_FRAME_FACTOR : 1);
      for (let start = true; left > 0; start = false) {
        const length = Math.max(20, Math.min(left, RTP_PAYLOAD_MAX_BYTES));
        left -= length;
        const payload = vp8Payload({ keyFrame, start, pictureId: layer.pictureId, length, layer: index });
        if (this.#stamped) stampPayload(payload);
        this.#sendPacket(layer, { payload, timestamp, marker: left <= 0 });
      }
      layer.pictureId++;
    }
  }

  #sendAudioFrame(): void {
    const payload = Buffer.alloc(AUDIO_PAYLOAD_BYTES, 0x7f);
    const now = performance.now();
    const { sinceMs, share } = this.#slowSound ?? { sinceMs: now, share: 1 };
    const timestamp = this.#timestamp(this.#audio, now - (now - sinceMs) * (1 - share));
    this.#sendPacket(this.#audio, { payload, timestamp, marker: true });
  }

  #sendPacket(stream: OutgoingStream, packet: { payload: Buffer; timestamp: number; marker: boolean }): void {
    const { payload, timestamp, marker } = packet;
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8((marker ? 0x80 : 0) | stream.payloadType, 1);
    header.writeUInt16BE(stream.sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(stream.ssrc, 8);
    stream.sequence = (stream.sequence + 1) & 0xffff;
    stream.packets++;
    stream.octets += payload.length;
    this.#endpoint.sendRtp(Buffer.concat([header, payload]));
  }

  #timestamp({ clockRate }: OutgoingStream, atMs = performance.now()): number {
    return Math.round(((atMs - this.#startedAtMs) / 1_000) * clockRate) >>> 0;
  }

  /**
   * Without sender reports the SFU cannot align the layers' clocks and would not switch between them (RFC 3550 §6.4.1).
   */
  #sendReports(streams: OutgoingStream[] = [...this.#layers, this.#audio].filter(({ active }) => active)): void {
    // One reading for all layers: the worker does not align layers whose reports differ by a pause of this process.
    const atMs = performance.now();
    const nowMs = performance.timeOrigin + atMs;
    for (const stream of streams) {
      const report = Buffer.alloc(28);
      report.writeUInt8(0x80, 0);
      report.writeUInt8(200, 1);
      report.writeUInt16BE(6, 2);
      report.writeUInt32BE(stream.ssrc, 4);
      report.writeUInt32BE((Math.floor(nowMs / 1_000) + NTP_OFFSET_SECONDS) >>> 0, 8);
      report.writeUInt32BE(Math.floor(((nowMs % 1_000) / 1_000) * 2 ** 32), 12);
      report.writeUInt32BE(this.#timestamp(stream, atMs), 16);
      report.writeUInt32BE(stream.packets >>> 0, 20);
      report.writeUInt32BE(stream.octets >>> 0, 24);
      this.#endpoint.sendRtcp(report);
    }
  }

  #handleRtcp(packet: Buffer): void {
    const clear = this.#endpoint.openRtcp(packet);
    if (!clear) return;
    for (let at = 0; at + 12 <= clear.length; at += 4 + clear.readUInt16BE(at + 2) * 4) {
      const type = clear.readUInt8(at + 1);
      const isFirstFormat = (clear.readUInt8(at) & 0x1f) === 1;
      const index = this.#layers.findIndex(({ ssrc }) => ssrc === clear.readUInt32BE(at + 8));
      if (index === -1 || !isFirstFormat) continue;
      if (type === 205) this.lossReports[index] = (this.lossReports[index] ?? 0) + 1;
      if (type !== 206) continue;
      this.keyFrameRequests[index] = (this.keyFrameRequests[index] ?? 0) + 1;
      const now = performance.now();
      if (now - this.#pliHeededAtMs < this.pliPauseMs) continue;
      // Like Chromium, which refreshes all layers at a request for any of them.
      this.#pliHeededAtMs = now;
      this.makeKeyFrame();
    }
  }
}

function outgoingStream(payloadType: number, clockRate: number): OutgoingStream {
  const ssrc = randomInt(1, 0xffff_fffe);
  return { ssrc, payloadType, clockRate, sequence: randomInt(0x8000), packets: 0, octets: 0, active: true };
}
