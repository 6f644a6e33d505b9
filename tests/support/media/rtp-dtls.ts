import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  type ECDH,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto';
import { fingerprintOf, type RtpCertificate } from './rtp-certificate.ts';
import { SrtpContext, type SrtpProfile } from './rtp-srtp.ts';

/**
 * The client side of a DTLS 1.2 handshake for SRTP keys (RFC 6347, RFC 5764) on Node's cryptography, with one cipher
 * suite, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 on P-256, which every WebRTC server supports. It costs about a tenth
 * of a handshake in pure JavaScript, so that one process can simulate hundreds of viewers. It carries no application
 * data.
 */

const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const HELLO_VERIFY_REQUEST = 3;
const CERTIFICATE = 11;
const SERVER_KEY_EXCHANGE = 12;
const SERVER_HELLO_DONE = 14;
const CERTIFICATE_VERIFY = 15;
const CLIENT_KEY_EXCHANGE = 16;
const FINISHED = 20;

const VERSION = Buffer.from([0xfe, 0xfd]);
const CIPHER_SUITE = Buffer.from([0xc0, 0x2b]);
const SECP256R1 = 23;
const ECDSA_SHA256 = Buffer.from([0x04, 0x03]);
const USE_SRTP = 14;

const HANDSHAKE_HEADER_LENGTH = 12;
const RECORD_HEADER_LENGTH = 13;
const HANDSHAKE_MESSAGE_MAX = 16_384;
const RETRANSMIT_AFTER_MS = 300;
const RETRANSMISSIONS_MAX = 6;

export interface DtlsClientOptions {
  certificate: RtpCertificate;
  remoteFingerprints: { algorithm: string; value: string }[];
  profiles: SrtpProfile[];
  send: (packet: Buffer) => void;
}

export interface SrtpContexts {
  profile: SrtpProfile;
  inbound: SrtpContext;
  outbound: SrtpContext;
}

interface IncomingMessage {
  type: number;
  body: Buffer;
  /** Length of each fragment by offset, so that a retransmitted one is counted once. */
  fragments: Map<number, number>;
}

export class DtlsClient {
  readonly #options: DtlsClientOptions;
  readonly #random = randomBytes(32);
  readonly #ecdh: ECDH = createECDH('prime256v1');
  readonly #incoming = new Map<number, IncomingMessage>();
  readonly #result = Promise.withResolvers<SrtpContexts>();
  #transcript: Buffer[] = [];
  #nextIncoming = 0;
  #nextOutgoing = 0;
  #recordSequence = [0, 0];
  #lastFlight: Buffer[] = [];
  #retransmissions = 0;
  #retransmitTimer: NodeJS.Timeout | undefined;
  #cookie: Buffer = Buffer.alloc(0);
  #serverRandom: Buffer = Buffer.alloc(0);
  #serverCertificate: X509Certificate | undefined;
  #serverPoint: Buffer = Buffer.alloc(0);
  #profile: SrtpProfile | undefined;
  #extendedMasterSecret = false;
  #masterSecret: Buffer = Buffer.alloc(0);
  #writeKey: Buffer = Buffer.alloc(0);
  #readKey: Buffer = Buffer.alloc(0);
  #writeIv: Buffer = Buffer.alloc(0);
  #readIv: Buffer = Buffer.alloc(0);

  constructor(options: DtlsClientOptions) {
    this.#options = options;
    this.#ecdh.generateKeys();
  }

  /** Resolves with the SRTP contexts when both sides have finished. */
  get done(): Promise<SrtpContexts> {
    return this.#result.promise;
  }

  start(): void {
    this.#sendHello();
  }

  close(): void {
    clearTimeout(this.#retransmitTimer);
    this.#result.promise.catch(() => {});
    this.#result.reject(new Error('The DTLS client was closed.'));
  }

  /** A datagram may hold several records, of several epochs. */
  handlePacket(packet: Buffer): void {
    try {
      for (let at = 0; at + RECORD_HEADER_LENGTH <= packet.length; ) {
        const end = at + RECORD_HEADER_LENGTH + packet.readUInt16BE(at + 11);
        if (end > packet.length) return;
        this.#handleRecord(packet.subarray(at, end));
        at = end;
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #handleRecord(record: Buffer): void {
    const type = record.readUInt8(0);
    const encrypted = record.readUInt16BE(3) === 1;
    const payload = record.subarray(RECORD_HEADER_LENGTH);
    if (type === CHANGE_CIPHER_SPEC) return;
    // Encrypted records before the keys exist will be retransmitted.
    if (encrypted && this.#readKey.length === 0) return;
    const clear = encrypted ? this.#decrypt(record, payload) : payload;
    if (type === ALERT && clear.readUInt8(0) === 2)
      throw new Error(`The server sent DTLS alert ${clear.readUInt8(1)}.`);
    if (type === HANDSHAKE) this.#handleFragments(clear);
  }

  #handleFragments(data: Buffer): void {
    for (let at = 0; at + HANDSHAKE_HEADER_LENGTH <= data.length; ) {
      const type = data.readUInt8(at);
      const length = data.readUIntBE(at + 1, 3);
      const sequence = data.readUInt16BE(at + 4);
      const offset = data.readUIntBE(at + 6, 3);
      const fragmentLength = data.readUIntBE(at + 9, 3);
      const start = at + HANDSHAKE_HEADER_LENGTH;
      if (length > HANDSHAKE_MESSAGE_MAX || offset + fragmentLength > length)
        throw new Error('Malformed DTLS fragment.');
      if (sequence >= this.#nextIncoming && sequence < this.#nextIncoming + 16) {
        const message = this.#incoming.get(sequence) ?? { type, body: Buffer.alloc(length), fragments: new Map() };
        data.copy(message.body, offset, start, start + fragmentLength);
        message.fragments.set(offset, fragmentLength);
        this.#incoming.set(sequence, message);
      }
      at = start + fragmentLength;
    }
    this.#handleCompleteMessages();
  }

  #handleCompleteMessages(): void {
    for (;;) {
      const message = this.#incoming.get(this.#nextIncoming);
      if (!message) return;
      const received = [...message.fragments.values()].reduce((sum, length) => sum + length, 0);
      if (received < message.body.length) return;
      this.#incoming.delete(this.#nextIncoming);
      const sequence = this.#nextIncoming++;
      this.#handleMessage(message.type, message.body, sequence);
    }
  }

  #handleMessage(type: number, body: Buffer, sequence: number): void {
    if (type === HELLO_VERIFY_REQUEST) {
      this.#cookie = Buffer.from(body.subarray(3));
      this.#transcript = [];
      this.#sendHello();
      return;
    }
    // The server's Finished covers all earlier messages.
    if (type === FINISHED) {
      this.#handleFinished(body);
      return;
    }
    this.#transcript.push(handshakeMessage(type, sequence, body));
    if (type === SERVER_HELLO) this.#handleServerHello(body);
    if (type === CERTIFICATE) this.#handleCertificate(body);
    if (type === SERVER_KEY_EXCHANGE) this.#handleServerKeyExchange(body);
    if (type === SERVER_HELLO_DONE) this.#sendKeyFlight();
  }

  #handleServerHello(body: Buffer): void {
    this.#serverRandom = Buffer.from(body.subarray(2, 34));
    let at = 35 + body.readUInt8(34);
    if (!body.subarray(at, at + 2).equals(CIPHER_SUITE)) throw new Error('The server chose another cipher suite.');
    at += 5;
    while (at + 4 <= body.length) {
      const type = body.readUInt16BE(at);
      const length = body.readUInt16BE(at + 2);
      if (type === USE_SRTP) {
        const id = body.readUInt16BE(at + 6);
        this.#profile = this.#options.profiles.find((profile) => profile.id === id);
      }
      if (type === 23) this.#extendedMasterSecret = true;
      at += 4 + length;
    }
    if (!this.#profile) throw new Error('The server chose no offered SRTP profile.');
  }

  #handleCertificate(body: Buffer): void {
    const der = body.subarray(6, 6 + body.readUIntBE(3, 3));
    const expected = this.#options.remoteFingerprints.find(({ algorithm }) => algorithm === 'sha-256')?.value;
    if (expected?.toUpperCase() !== fingerprintOf(der))
      throw new Error('The certificate does not match the announced fingerprint.');
    this.#serverCertificate = new X509Certificate(der);
  }

  #handleServerKeyExchange(body: Buffer): void {
    if (body.readUInt8(0) !== 3 || body.readUInt16BE(1) !== SECP256R1)
      throw new Error('The server chose another curve.');
    const pointEnd = 4 + body.readUInt8(3);
    this.#serverPoint = Buffer.from(body.subarray(4, pointEnd));
    const signature = body.subarray(pointEnd + 4, pointEnd + 4 + body.readUInt16BE(pointEnd + 2));
    const signed = Buffer.concat([this.#random, this.#serverRandom, body.subarray(0, pointEnd)]);
    const key = this.#serverCertificate?.publicKey;
    if (!key || !verify('sha256', signed, key, signature))
      throw new Error('The key exchange is not signed by the certificate.');
  }

  #handleFinished(body: Buffer): void {
    const expected = this.#finishedData('server finished');
    if (!body.equals(expected)) throw new Error("The server's Finished does not match.");
    clearTimeout(this.#retransmitTimer);
    const profile = this.#profile;
    if (!profile) throw new Error('No SRTP profile was chosen.');
    const { keyLength, saltLength } = profile;
    const seed = Buffer.concat([this.#random, this.#serverRandom]);
    const material = prf(this.#masterSecret, 'EXTRACTOR-dtls_srtp', seed, 2 * (keyLength + saltLength));
    const [clientKey, serverKey, clientSalt, serverSalt] = cut(material, [
      keyLength,
      keyLength,
      saltLength,
      saltLength,
    ]);
    this.#result.resolve({
      profile,
      outbound: new SrtpContext(profile, clientKey, clientSalt),
      inbound: new SrtpContext(profile, serverKey, serverSalt),
    });
  }

  #sendHello(): void {
    const profiles = Buffer.concat(this.#options.profiles.map(({ id }) => uint16(id)));
    const extensions = Buffer.concat([
      extension(10, Buffer.concat([uint16(2), uint16(SECP256R1)])),
      extension(11, Buffer.from([1, 0])),
      extension(13, Buffer.concat([uint16(2), ECDSA_SHA256])),
      extension(USE_SRTP, Buffer.concat([uint16(profiles.length), profiles, Buffer.from([0])])),
      extension(23, Buffer.alloc(0)),
      extension(0xff01, Buffer.from([0])),
    ]);
    const body = Buffer.concat([
      VERSION,
      this.#random,
      Buffer.from([0, this.#cookie.length]),
      this.#cookie,
      uint16(2),
      CIPHER_SUITE,
      Buffer.from([1, 0]),
      uint16(extensions.length),
      extensions,
    ]);
    this.#sendFlight([this.#record(HANDSHAKE, 0, this.#outgoing(CLIENT_HELLO, body))]);
  }

  #sendKeyFlight(): void {
    const { certificate } = this.#options;
    const entry = Buffer.concat([uint24(certificate.der.length), certificate.der]);
    const point = this.#ecdh.getPublicKey();
    const plain = [
      this.#outgoing(CERTIFICATE, Buffer.concat([uint24(entry.length), entry])),
      this.#outgoing(CLIENT_KEY_EXCHANGE, Buffer.concat([Buffer.from([point.length]), point])),
    ];
    this.#deriveKeys();
    const signature = sign('sha256', Buffer.concat(this.#transcript), certificate.privateKey);
    plain.push(this.#outgoing(CERTIFICATE_VERIFY, Buffer.concat([ECDSA_SHA256, uint16(signature.length), signature])));
    const finished = this.#outgoing(FINISHED, this.#finishedData('client finished'));
    this.#sendFlight([
      ...plain.map((message) => this.#record(HANDSHAKE, 0, message)),
      this.#record(CHANGE_CIPHER_SPEC, 0, Buffer.from([1])),
      this.#encryptedRecord(HANDSHAKE, finished),
    ]);
  }

  #deriveKeys(): void {
    const preMasterSecret = this.#ecdh.computeSecret(this.#serverPoint);
    this.#masterSecret = this.#extendedMasterSecret
      ? prf(preMasterSecret, 'extended master secret', this.#transcriptHash(), 48)
      : prf(preMasterSecret, 'master secret', Buffer.concat([this.#random, this.#serverRandom]), 48);
    const block = prf(this.#masterSecret, 'key expansion', Buffer.concat([this.#serverRandom, this.#random]), 40);
    [this.#writeKey, this.#readKey, this.#writeIv, this.#readIv] = cut(block, [16, 16, 4, 4]);
  }

  #finishedData(label: string): Buffer {
    return prf(this.#masterSecret, label, this.#transcriptHash(), 12);
  }

  #transcriptHash(): Buffer {
    const hash = createHash('sha256');
    for (const message of this.#transcript) hash.update(message);
    return hash.digest();
  }

  #outgoing(type: number, body: Buffer): Buffer {
    const message = handshakeMessage(type, this.#nextOutgoing++, body);
    this.#transcript.push(message);
    return message;
  }

  #sendFlight(records: Buffer[]): void {
    this.#lastFlight = records;
    this.#retransmissions = 0;
    this.#options.send(Buffer.concat(records));
    this.#scheduleRetransmission();
  }

  #scheduleRetransmission(): void {
    clearTimeout(this.#retransmitTimer);
    this.#retransmitTimer = setTimeout(
      () => {
        if (this.#retransmissions++ >= RETRANSMISSIONS_MAX)
          return this.#fail(new Error('The DTLS server does not answer.'));
        this.#options.send(Buffer.concat(this.#lastFlight));
        this.#scheduleRetransmission();
      },
      RETRANSMIT_AFTER_MS * 2 ** this.#retransmissions,
    );
  }

  #fail(error: Error): void {
    clearTimeout(this.#retransmitTimer);
    this.#result.reject(error);
  }

  #record(type: number, epoch: 0 | 1, payload: Buffer): Buffer {
    const header = Buffer.alloc(RECORD_HEADER_LENGTH);
    header.writeUInt8(type, 0);
    VERSION.copy(header, 1);
    header.writeUInt16BE(epoch, 3);
    const sequence = this.#recordSequence[epoch] ?? 0;
    this.#recordSequence[epoch] = sequence + 1;
    header.writeUIntBE(sequence, 5, 6);
    header.writeUInt16BE(payload.length, 11);
    return Buffer.concat([header, payload]);
  }

  /** RFC 5288: the record's epoch and sequence number serve as the explicit nonce. */
  #encryptedRecord(type: number, clear: Buffer): Buffer {
    const record = this.#record(type, 1, Buffer.alloc(8 + clear.length + 16));
    const nonce = record.subarray(3, 11);
    const cipher = createCipheriv('aes-128-gcm', this.#writeKey, Buffer.concat([this.#writeIv, nonce]));
    cipher.setAAD(additionalData(record, nonce, clear.length));
    const sealed = Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
    sealed.copy(record, RECORD_HEADER_LENGTH);
    return record;
  }

  #decrypt(record: Buffer, payload: Buffer): Buffer {
    const nonce = payload.subarray(0, 8);
    const sealed = payload.subarray(8, -16);
    const decipher = createDecipheriv('aes-128-gcm', this.#readKey, Buffer.concat([this.#readIv, nonce]));
    decipher.setAAD(additionalData(record, record.subarray(3, 11), sealed.length));
    decipher.setAuthTag(payload.subarray(-16));
    return Buffer.concat([decipher.update(sealed), decipher.final()]);
  }
}

function handshakeMessage(type: number, sequence: number, body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([type]),
    uint24(body.length),
    uint16(sequence),
    uint24(0),
    uint24(body.length),
    body,
  ]);
}

function additionalData(record: Buffer, epochAndSequence: Buffer, length: number): Buffer {
  return Buffer.concat([epochAndSequence, record.subarray(0, 3), uint16(length)]);
}

function extension(type: number, data: Buffer): Buffer {
  return Buffer.concat([uint16(type), uint16(data.length), data]);
}

/** The pseudo-random function of TLS 1.2 (RFC 5246 §5). */
function prf(secret: Buffer, label: string, seed: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const hmac = (data: Buffer) => createHmac('sha256', secret).update(data).digest();
  const blocks: Buffer[] = [];
  for (let a = hmac(labelled); blocks.length * 32 < length; a = hmac(a))
    blocks.push(hmac(Buffer.concat([a, labelled])));
  return Buffer.concat(blocks).subarray(0, length);
}

function cut<const L extends readonly number[]>(buffer: Buffer, lengths: L): { [K in keyof L]: Buffer } {
  let at = 0;
  const parts = lengths.map((length) => {
    at += length;
    return Buffer.from(buffer.subarray(at - length, at));
  });
  // The tuple has one part per given length, which `map` cannot express in its type.
  return parts as { [K in keyof L]: Buffer };
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function uint24(value: number): Buffer {
  return Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
}
