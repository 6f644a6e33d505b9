import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { DtlsParameters, TransportOptions } from '../../../sfu/contract.ts';
import { createRtpCertificate, type RtpCertificate } from './rtp-certificate.ts';
import { DtlsClient, type SrtpContexts } from './rtp-dtls.ts';
import { type SrtpProfile, srtpProfiles } from './rtp-srtp.ts';
import { bindingRequest, type IceCredentials, isBindingSuccess, isStun } from './rtp-stun.ts';

/**
 * The client end of a WebRTC transport over UDP without a browser: ICE towards an ICE-lite server, DTLS, and SRTP in
 * both directions. For tests and benchmarks that count packets; browser tests check the pictures.
 */

const CHECK_INTERVAL_MS = 50;
const CHECKS_MAX = 100;
/** Well below the server's consent timeout. */
const CONSENT_INTERVAL_MS = 4_000;

export interface RtpEndpointOptions {
  /** Several endpoints may share a certificate, because creating one costs more than a handshake. */
  certificate?: RtpCertificate;
  profiles?: SrtpProfile[];
  handleRtp?: (packet: Buffer) => void;
  handleRtcp?: (packet: Buffer) => void;
}

let sharedCertificate: RtpCertificate | undefined;

export class RtpEndpoint {
  readonly dtlsParameters: DtlsParameters;
  readonly #certificate: RtpCertificate;
  readonly #profiles: SrtpProfile[];
  readonly #handleRtp: (packet: Buffer) => void;
  readonly #handleRtcp: (packet: Buffer) => void;
  #socket: Socket;
  readonly #localUsername = randomBytes(4).toString('hex');
  readonly #checked = Promise.withResolvers<void>();
  #dtls: DtlsClient | undefined;
  #srtp: SrtpContexts | undefined;
  #transport: TransportOptions | undefined;
  #credentials: IceCredentials | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** All media that is sent is lost. */
  isDead = false;

  constructor(options: RtpEndpointOptions = {}) {
    sharedCertificate ??= createRtpCertificate();
    this.#certificate = options.certificate ?? sharedCertificate;
    this.#profiles = options.profiles ?? [srtpProfiles.aeadAes128Gcm, srtpProfiles.aesCm128HmacSha1];
    this.#handleRtp = options.handleRtp ?? (() => {});
    this.#handleRtcp = options.handleRtcp ?? (() => {});
    this.dtlsParameters = { role: 'client', fingerprints: [this.#certificate.fingerprint] };
    this.#socket = this.#openSocket();
  }

  /** Name of the negotiated SRTP profile, once connected. */
  get profile(): string | undefined {
    return this.#srtp?.profile.name;
  }

  /** Runs ICE and DTLS. The server must already know our `dtlsParameters`. */
  async connect(transport: TransportOptions): Promise<void> {
    await this.#checkPath(transport);
    await this.#checked.promise;
    this.#dtls = new DtlsClient({
      certificate: this.#certificate,
      remoteFingerprints: transport.dtlsParameters.fingerprints,
      profiles: this.#profiles,
      send: (packet) => this.#send(packet),
    });
    this.#dtls.start();
    this.#srtp = await this.#dtls.done;
  }

  /** Restarts ICE from another port, as a browser does, with the parameters that came with the session. */
  async restartIce(): Promise<void> {
    const iceParameters = this.#transport?.nextIceParameters;
    if (!this.#transport || !iceParameters) throw new Error('The endpoint has no parameters for a restart.');
    clearTimeout(this.#timer);
    this.#socket.close();
    this.#socket = this.#openSocket();
    await this.#checkPath({ ...this.#transport, iceParameters });
  }

  sendRtp(packet: Buffer): void {
    if (this.#srtp && !this.isDead) this.#send(this.#srtp.outbound.protectRtp(packet));
  }

  sendRtcp(packet: Buffer): void {
    if (this.#srtp && !this.isDead) this.#send(this.#srtp.outbound.protectRtcp(packet));
  }

  /** Decrypts a received packet; undefined if authentication fails. */
  openRtp(packet: Buffer): Buffer | undefined {
    return this.#srtp?.inbound.openRtp(packet);
  }

  openRtcp(packet: Buffer): Buffer | undefined {
    return this.#srtp?.inbound.openRtcp(packet);
  }

  /** Closes silently, like a client that lost its network. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#dtls?.close();
    this.#checked.promise.catch(() => {});
    this.#checked.reject(new Error('The endpoint was closed.'));
    this.#socket.close();
  }

  #openSocket(): Socket {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
    socket.on('message', (packet) => this.#handlePacket(packet));
    // Ignores ICMP errors of a server that is gone; waits have their own timeouts.
    socket.on('error', () => {});
    return socket;
  }

  async #checkPath(transport: TransportOptions): Promise<void> {
    this.#transport = transport;
    const candidate = udpCandidate(transport);
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.connect(candidate.port, candidate.ip, () => resolve());
    });
    const { usernameFragment, password } = transport.iceParameters;
    this.#credentials = {
      localUsername: this.#localUsername,
      remoteUsername: usernameFragment,
      remotePassword: password,
    };
    this.#check(0);
  }

  #handlePacket(packet: Buffer): void {
    const first = packet[0] ?? 0;
    // RFC 7983: the first byte distinguishes the protocols on one socket, the second RTP from RTCP (RFC 5761).
    if (first >= 20 && first < 64) this.#dtls?.handlePacket(packet);
    else if (first >= 128 && first < 192 && packet.length >= 12) {
      const second = packet[1] ?? 0;
      if (second >= 192 && second < 224) this.#handleRtcp(packet);
      else this.#handleRtp(packet);
    } else if (isStun(packet) && isBindingSuccess(packet)) this.#checked.resolve();
  }

  #check(count: number): void {
    if (this.#closed || !this.#credentials) return;
    this.#send(bindingRequest(this.#credentials));
    if (count === CHECKS_MAX) this.#checked.reject(new Error('The server did not answer the connectivity checks.'));
    const established = this.#srtp !== undefined;
    this.#timer = setTimeout(() => this.#check(count + 1), established ? CONSENT_INTERVAL_MS : CHECK_INTERVAL_MS);
  }

  #send(packet: Buffer): void {
    if (!this.#closed) this.#socket.send(packet, () => {});
  }
}

/** Where a transport receives UDP. */
export function udpCandidate({ iceCandidates }: TransportOptions): { ip: string; port: number } {
  const candidates = iceCandidates as { protocol: string; ip: string; port: number }[];
  const candidate = candidates.find(({ protocol }) => protocol === 'udp');
  if (!candidate) throw new Error('The transport offers no UDP candidate.');
  return candidate;
}
