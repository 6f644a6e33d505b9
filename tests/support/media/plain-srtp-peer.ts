import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { PlainTransport, Router, SrtpCryptoSuite } from 'mediasoup/types';
import { SrtpContext, type SrtpProfile } from './rtp-srtp.ts';

const FIRST_RTCP_PAYLOAD_TYPE = 192;
const LAST_RTCP_PAYLOAD_TYPE = 223;

/**
 * The far end of a mediasoup PlainTransport: a socket that uses our own SRTP implementation, so that the worker's is
 * tested against another one. Keeps authenticated packets decrypted, in order of arrival.
 */
export class PlainSrtpPeer {
  readonly transport: PlainTransport;
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  /** Packets that failed authentication. */
  readonly refused: Buffer[] = [];
  readonly outbound: SrtpContext;
  readonly #socket: Socket;
  readonly #inbound: SrtpContext;
  readonly #waiting = new Set<() => void>();

  static async create(router: Router, profile: SrtpProfile): Promise<PlainSrtpPeer> {
    const srtpCryptoSuite = profile.name as SrtpCryptoSuite;
    const listenInfo = { protocol: 'udp' as const, ip: '127.0.0.1' };
    const transport = await router.createPlainTransport({
      listenInfo,
      rtcpMux: true,
      enableSrtp: true,
      srtpCryptoSuite,
    });
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const key = randomBytes(profile.keyLength + profile.saltLength);
    await transport.connect({
      ip: '127.0.0.1',
      port: (socket.address() as AddressInfo).port,
      srtpParameters: { cryptoSuite: srtpCryptoSuite, keyBase64: key.toString('base64') },
    });
    return new PlainSrtpPeer({ transport, socket, profile, key });
  }

  private constructor(options: { transport: PlainTransport; socket: Socket; profile: SrtpProfile; key: Buffer }) {
    const { transport, socket, profile, key } = options;
    const workerKey = Buffer.from(transport.srtpParameters?.keyBase64 ?? '', 'base64');
    this.transport = transport;
    this.#socket = socket;
    this.outbound = new SrtpContext(profile, key.subarray(0, profile.keyLength), key.subarray(profile.keyLength));
    this.#inbound = new SrtpContext(
      profile,
      workerKey.subarray(0, profile.keyLength),
      workerKey.subarray(profile.keyLength),
    );
    // The port may have belonged to a viewer of another test, whose worker still sends to it.
    socket.on('message', (packet, { port }) => port === transport.tuple.localPort && this.#handlePacket(packet));
  }

  /** Sends bytes unchanged. */
  async sendRaw(packet: Buffer): Promise<void> {
    const { localPort } = this.transport.tuple;
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(packet, localPort, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
  }

  async sendRtp(packet: Buffer): Promise<void> {
    await this.sendRaw(this.outbound.protectRtp(packet));
  }

  async sendRtcp(packet: Buffer): Promise<void> {
    await this.sendRaw(this.outbound.protectRtcp(packet));
  }

  /** Resolves with the first result of `look`, checked now and after every received packet. */
  async waitFor<Found>(look: () => Found | undefined): Promise<Found> {
    return await new Promise<Found>((resolve) => {
      const attempt = () => {
        const found = look();
        if (found === undefined) return;
        this.#waiting.delete(attempt);
        resolve(found);
      };
      this.#waiting.add(attempt);
      attempt();
    });
  }

  close(): void {
    this.transport.close();
    this.#socket.close();
  }

  #handlePacket(packet: Buffer): void {
    const payloadType = packet.readUInt8(1);
    const isRtcp = payloadType >= FIRST_RTCP_PAYLOAD_TYPE && payloadType <= LAST_RTCP_PAYLOAD_TYPE;
    const clear = isRtcp ? this.#inbound.openRtcp(packet) : this.#inbound.openRtp(packet);
    if (clear === undefined) this.refused.push(packet);
    else (isRtcp ? this.rtcp : this.rtp).push(clear);
    for (const attempt of [...this.#waiting]) attempt();
  }
}
