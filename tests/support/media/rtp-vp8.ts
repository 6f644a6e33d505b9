import { rtpHeaderLength } from './rtp-srtp.ts';

/** VP8 over RTP (RFC 7741), as far as needed to detect key frames and complete frames. */

const STAMPED_MIN_BYTES = 20;

export interface Vp8Packet {
  ssrc: number;
  sequence: number;
  timestamp: number;
  marker: boolean;
  /** First packet of a frame. */
  start: boolean;
  keyFrame: boolean;
}

export function parseVp8Packet(packet: Buffer): Vp8Packet | undefined {
  const payload = packet.subarray(rtpHeaderLength(packet));
  const first = payload[0];
  if (first === undefined) return undefined;
  let at = 1;
  if (first & 0x80) {
    const extensions = payload[at++] ?? 0;
    if (extensions & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
    if (extensions & 0x40) at += 1;
    if (extensions & 0x30) at += 1;
  }
  const header = payload[at];
  if (header === undefined) return undefined;
  const start = (first & 0x10) !== 0 && (first & 0x07) === 0;
  return {
    ssrc: packet.readUInt32BE(8),
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    marker: (packet.readUInt8(1) & 0x80) !== 0,
    start,
    keyFrame: start && (header & 0x01) === 0,
  };
}

/** Detects the first key frame of a stream whose packets have all arrived: the first that a decoder could show. */
export class DecodableFrameDetector {
  #next: { sequence: number; timestamp: number } | undefined;
  #found = false;

  /** Returns whether this packet completes the first decodable frame. */
  handlePacket(packet: Vp8Packet): boolean {
    if (this.#found) return false;
    if (packet.keyFrame) this.#next = { sequence: packet.sequence, timestamp: packet.timestamp };
    const next = this.#next;
    if (!next) return false;
    if (packet.sequence !== next.sequence || packet.timestamp !== next.timestamp) {
      this.#next = undefined;
      return false;
    }
    next.sequence = (next.sequence + 1) & 0xffff;
    this.#found = packet.marker;
    return this.#found;
  }
}

/** One frame of a synthetic VP8 stream: well-formed for a forwarder, not decodable. */
export function vp8Payload(options: {
  keyFrame: boolean;
  start: boolean;
  pictureId: number;
  length: number;
  /**
   * Written into the last byte, so that a receiver can identify the simulcast layer whatever happens to the headers.
   */
  layer: number;
}): Buffer {
  const payload = Buffer.alloc(options.length);
  payload[0] = 0x80 | (options.start ? 0x10 : 0);
  payload[1] = 0x80;
  payload.writeUInt16BE(0x8000 | (options.pictureId & 0x7fff), 2);
  if (options.start) payload[4] = options.keyFrame ? 0x10 : 0x11;
  if (options.start && options.keyFrame) {
    // Start code, then 1280 by 720 in little-endian, as in RFC 6386 §9.1.
    Buffer.from([0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02]).copy(payload, 7);
  }
  payload[options.length - 1] = options.layer;
  return payload;
}

/**
 * Writes the time of the system's monotonic clock, which all processes share, into the last bytes of a payload, before
 * the layer.
 */
export function stampPayload(payload: Buffer): void {
  if (payload.length >= STAMPED_MIN_BYTES) payload.writeBigUInt64BE(process.hrtime.bigint(), payload.length - 9);
}

/** When a decrypted packet was sent, in nanoseconds of that clock. */
export function sentAtOf(packet: Buffer): bigint {
  return packet.readBigUInt64BE(packet.length - 9);
}

/** The simulcast layer that {@link vp8Payload} wrote into a decrypted packet. */
export function layerOf(packet: Buffer): number | undefined {
  return packet.at(-1);
}
