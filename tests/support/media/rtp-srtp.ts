import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * SRTP and SRTCP (RFC 3711, RFC 7714) on Node's ciphers: an implementation independent of libsrtp, for clients in tests
 * and benchmarks. One context protects or opens one direction.
 */

export interface SrtpProfile {
  /** Number in the `use_srtp` extension (RFC 5764). */
  id: number;
  name: string;
  keyLength: number;
  saltLength: number;
  aead: boolean;
  /** RTP tag length if it is not the 80 bits that RTCP always has (RFC 3711 §3.4). Unused by AEAD. */
  rtpTagLength?: number;
}

export const srtpProfiles = {
  aeadAes128Gcm: { id: 0x0007, name: 'AEAD_AES_128_GCM', keyLength: 16, saltLength: 12, aead: true },
  aeadAes256Gcm: { id: 0x0008, name: 'AEAD_AES_256_GCM', keyLength: 32, saltLength: 12, aead: true },
  aesCm128HmacSha1: { id: 0x0001, name: 'AES_CM_128_HMAC_SHA1_80', keyLength: 16, saltLength: 14, aead: false },
  aesCm128HmacSha1Short: {
    id: 0x0002,
    name: 'AES_CM_128_HMAC_SHA1_32',
    keyLength: 16,
    saltLength: 14,
    aead: false,
    rtpTagLength: 4,
  },
} satisfies Record<string, SrtpProfile>;

const GCM_TAG_LENGTH = 16;
const SHA1_TAG_LENGTH = 10;
const RTCP_HEADER_LENGTH = 8;
const RTCP_INDEX_LENGTH = 4;
const RTCP_ENCRYPTED = 0x8000_0000;

export interface SrtpSessionKeys {
  cipherKey: Buffer;
  authKey: Buffer;
  salt: Buffer;
}

export class SrtpContext {
  readonly #profile: SrtpProfile;
  readonly #rtpTagLength: number;
  #rtp: SrtpSessionKeys;
  #rtcp: SrtpSessionKeys;
  /** Highest packet index (rollover counter and sequence number) of each SSRC. */
  readonly #indexes = new Map<number, number>();
  #rtcpIndex = 0;

  constructor(profile: SrtpProfile, masterKey: Buffer, masterSalt: Buffer) {
    this.#profile = profile;
    this.#rtpTagLength = profile.rtpTagLength ?? SHA1_TAG_LENGTH;
    this.#rtp = deriveSessionKeys(profile, masterKey, masterSalt, 0);
    this.#rtcp = deriveSessionKeys(profile, masterKey, masterSalt, 3);
  }

  /** A context from session keys instead of master keys, as in the test vectors of RFC 7714. */
  static withSessionKeys(profile: SrtpProfile, keys: SrtpSessionKeys): SrtpContext {
    const context = new SrtpContext(profile, Buffer.alloc(profile.keyLength), Buffer.alloc(profile.saltLength));
    context.#rtp = keys;
    context.#rtcp = keys;
    return context;
  }

  /** The decrypted RTP packet, or undefined if authentication fails. */
  openRtp(packet: Buffer): Buffer | undefined {
    const headerLength = rtpHeaderLength(packet);
    const ssrc = packet.readUInt32BE(8);
    const index = this.#estimateIndex(ssrc, packet.readUInt16BE(2));
    const header = packet.subarray(0, headerLength);
    const payload = this.#profile.aead
      ? openGcm(this.#rtp, gcmRtpIv(this.#rtp.salt, ssrc, index), packet.subarray(headerLength), header)
      : this.#openCmRtp(packet, headerLength, ssrc, index);
    if (!payload) return undefined;
    if (index > (this.#indexes.get(ssrc) ?? -1)) this.#indexes.set(ssrc, index);
    return Buffer.concat([header, payload]);
  }

  protectRtp(packet: Buffer): Buffer {
    const headerLength = rtpHeaderLength(packet);
    const ssrc = packet.readUInt32BE(8);
    const index = this.#estimateIndex(ssrc, packet.readUInt16BE(2));
    if (index > (this.#indexes.get(ssrc) ?? -1)) this.#indexes.set(ssrc, index);
    const header = packet.subarray(0, headerLength);
    const payload = packet.subarray(headerLength);
    if (this.#profile.aead) {
      return Buffer.concat([header, sealGcm(this.#rtp, gcmRtpIv(this.#rtp.salt, ssrc, index), payload, header)]);
    }
    const sealed = Buffer.concat([header, counterMode(this.#rtp, ssrc, index, payload)]);
    return Buffer.concat([
      sealed,
      sha1Tag(this.#rtp, sealed, Math.floor(index / 0x10000)).subarray(0, this.#rtpTagLength),
    ]);
  }

  openRtcp(packet: Buffer): Buffer | undefined {
    const header = packet.subarray(0, RTCP_HEADER_LENGTH);
    const ssrc = packet.readUInt32BE(4);
    const tagLength = this.#profile.aead ? 0 : SHA1_TAG_LENGTH;
    const indexAt = packet.length - tagLength - RTCP_INDEX_LENGTH;
    if (indexAt < RTCP_HEADER_LENGTH) return undefined;
    const indexWord = packet.readUInt32BE(indexAt);
    const body = packet.subarray(RTCP_HEADER_LENGTH, indexAt);
    const index = indexWord & 0x7fff_ffff;
    let payload: Buffer | undefined;
    if (this.#profile.aead) {
      const aad = Buffer.concat([header, packet.subarray(indexAt)]);
      payload = openGcm(this.#rtcp, gcmRtcpIv(this.#rtcp.salt, ssrc, index), body, aad);
    } else if (
      hasTag(this.#rtcp, packet.subarray(0, indexAt), packet.subarray(indexAt + RTCP_INDEX_LENGTH), indexWord)
    ) {
      payload = counterMode(this.#rtcp, ssrc, index, body);
    }
    return payload && Buffer.concat([header, payload]);
  }

  protectRtcp(packet: Buffer): Buffer {
    const header = packet.subarray(0, RTCP_HEADER_LENGTH);
    const body = packet.subarray(RTCP_HEADER_LENGTH);
    const ssrc = packet.readUInt32BE(4);
    const index = this.#rtcpIndex++;
    const indexWord = Buffer.alloc(RTCP_INDEX_LENGTH);
    indexWord.writeUInt32BE((RTCP_ENCRYPTED | index) >>> 0);
    if (this.#profile.aead) {
      const aad = Buffer.concat([header, indexWord]);
      return Buffer.concat([
        header,
        sealGcm(this.#rtcp, gcmRtcpIv(this.#rtcp.salt, ssrc, index), body, aad),
        indexWord,
      ]);
    }
    const sealed = Buffer.concat([header, counterMode(this.#rtcp, ssrc, index, body)]);
    return Buffer.concat([sealed, indexWord, sha1Tag(this.#rtcp, sealed, indexWord.readUInt32BE(0))]);
  }

  #openCmRtp(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | undefined {
    const end = packet.length - this.#rtpTagLength;
    if (end < headerLength) return undefined;
    const authentic = hasTag(this.#rtp, packet.subarray(0, end), packet.subarray(end), Math.floor(index / 0x10000));
    return authentic ? counterMode(this.#rtp, ssrc, index, packet.subarray(headerLength, end)) : undefined;
  }

  /** RFC 3711 §3.3.1: the index closest to the highest received one. */
  #estimateIndex(ssrc: number, sequence: number): number {
    const highest = this.#indexes.get(ssrc);
    if (highest === undefined) return sequence;
    const rollover = Math.floor(highest / 0x10000);
    const difference = sequence - (highest % 0x10000);
    if (difference > 0x8000 && rollover > 0) return (rollover - 1) * 0x10000 + sequence;
    if (difference < -0x8000) return (rollover + 1) * 0x10000 + sequence;
    return rollover * 0x10000 + sequence;
  }
}

export function rtpHeaderLength(packet: Buffer): number {
  const first = packet.readUInt8(0);
  const length = 12 + (first & 0x0f) * 4;
  return (first & 0x10) === 0 ? length : length + 4 + packet.readUInt16BE(length + 2) * 4;
}

/** RFC 3711 §4.3; labels 0 to 2 are for RTP, 3 to 5 for RTCP. */
export function deriveSessionKeys(
  profile: SrtpProfile,
  masterKey: Buffer,
  masterSalt: Buffer,
  firstLabel: number,
): SrtpSessionKeys {
  const derive = (label: number, length: number) => {
    const iv = Buffer.alloc(16);
    masterSalt.copy(iv);
    iv.writeUInt8(iv.readUInt8(7) ^ label, 7);
    return aesCounter(masterKey, iv, Buffer.alloc(length));
  };
  return {
    cipherKey: derive(firstLabel, profile.keyLength),
    authKey: derive(firstLabel + 1, 20),
    salt: derive(firstLabel + 2, profile.saltLength),
  };
}

function aesCounter(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  return createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, iv).update(data);
}

function counterMode({ cipherKey, salt }: SrtpSessionKeys, ssrc: number, index: number, data: Buffer): Buffer {
  const iv = Buffer.alloc(16);
  salt.copy(iv);
  xorUInt32(iv, 4, ssrc);
  xorUInt32(iv, 8, Math.floor(index / 0x10000));
  xorUInt32(iv, 12, ((index % 0x10000) << 16) >>> 0);
  return aesCounter(cipherKey, iv, data);
}

function sha1Tag({ authKey }: SrtpSessionKeys, data: Buffer, trailer: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(trailer);
  return createHmac('sha1', authKey).update(data).update(word).digest().subarray(0, SHA1_TAG_LENGTH);
}

function hasTag(keys: SrtpSessionKeys, data: Buffer, tag: Buffer, trailer: number): boolean {
  return tag.length > 0 && timingSafeEqual(sha1Tag(keys, data, trailer).subarray(0, tag.length), tag);
}

function gcmRtpIv(salt: Buffer, ssrc: number, index: number): Buffer {
  const iv = Buffer.from(salt);
  xorUInt32(iv, 2, ssrc);
  xorUInt32(iv, 6, Math.floor(index / 0x10000));
  iv.writeUInt16BE(iv.readUInt16BE(10) ^ (index % 0x10000), 10);
  return iv;
}

function gcmRtcpIv(salt: Buffer, ssrc: number, index: number): Buffer {
  const iv = Buffer.from(salt);
  xorUInt32(iv, 2, ssrc);
  xorUInt32(iv, 8, index);
  return iv;
}

function openGcm({ cipherKey }: SrtpSessionKeys, iv: Buffer, sealed: Buffer, aad: Buffer): Buffer | undefined {
  const end = sealed.length - GCM_TAG_LENGTH;
  if (end < 0) return undefined;
  const decipher = createDecipheriv(cipherKey.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm', cipherKey, iv);
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(end));
  const clear = decipher.update(sealed.subarray(0, end));
  try {
    decipher.final();
    return clear;
  } catch {
    return undefined;
  }
}

function sealGcm({ cipherKey }: SrtpSessionKeys, iv: Buffer, clear: Buffer, aad: Buffer): Buffer {
  const cipher = createCipheriv(cipherKey.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm', cipherKey, iv);
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

function xorUInt32(buffer: Buffer, at: number, value: number): void {
  buffer.writeUInt32BE((buffer.readUInt32BE(at) ^ value) >>> 0, at);
}
